// HEALPix in ring order (Gorski et al. 2005): which pixel holds a direction, and where pixels lie.

/** @param {number} nside @param {number} z @param {number} phi */
export function pixelAt(nside, z, phi) {
  const turn = 2 * Math.PI
  const tt = (((phi % turn) + turn) % turn) / (Math.PI / 2) // in [0, 4)
  const za = Math.abs(z)
  if (za <= 2 / 3) {
    const half = nside * (0.5 + tt), shift = nside * z * 0.75
    const up = Math.floor(half - shift), down = Math.floor(half + shift) // lines that rise and fall
    const ring = nside + 1 + up - down
    const odd = 1 - (ring & 1)
    const along = (up + down - nside + odd + 1) >> 1
    const within = ((along % (4 * nside)) + 4 * nside) % (4 * nside)
    return 2 * nside * (nside - 1) + (ring - 1) * 4 * nside + within
  }
  const fraction = tt - Math.floor(tt)
  const far = nside * Math.sqrt(3 * (1 - za))
  const up = Math.floor(fraction * far), down = Math.floor((1 - fraction) * far)
  const ring = up + down + 1 // counted from the nearer pole
  const within = Math.min(Math.floor(tt * ring), 4 * ring - 1)
  return z > 0 ? 2 * ring * (ring - 1) + within : 12 * nside * nside - 2 * ring * (ring + 1) + within
}

/**
 * Unit vectors of all pixel centres: each of 12 nside^2.
 * @param {number} nside
 */
export function pixelVectors(nside) {
  const n = 12 * nside * nside
  const x = new Float64Array(n), y = new Float64Array(n), z = new Float64Array(n)
  let pixel = 0
  for (let ring = 1; ring < 4 * nside; ring++) {
    const polar = Math.min(ring, 4 * nside - ring)
    const cap = polar < nside
    const number = cap ? 4 * polar : 4 * nside
    let height = cap ? 1 - polar * polar / (3 * nside * nside) : (2 * nside - ring) * 2 / (3 * nside)
    if (cap && ring > 2 * nside) height = -height
    const shift = cap || (ring - nside) % 2 === 0 ? 0.5 : 0
    const radius = Math.sqrt(1 - height * height)
    for (let j = 0; j < number; j++, pixel++) {
      const phi = 2 * Math.PI * (j + shift) / number
      x[pixel] = radius * Math.cos(phi)
      y[pixel] = radius * Math.sin(phi)
      z[pixel] = height
    }
  }
  return {x, y, z}
}

/**
 * For every pixel, the pixels whose centres are within an angle [rad].
 * @param {number} nside @param {number} radius
 */
export function discs(nside, radius) {
  const {x, y, z} = pixelVectors(nside)
  const n = x.length, limit = Math.cos(radius)
  const start = new Int32Array(n + 1), /** @type {number[]} */ members = []
  // pixels are ordered by falling z: only a band of them can be near
  let low = 0, high = 0
  for (let i = 0; i < n; i++) {
    const theta = Math.acos(z[i])
    const top = Math.cos(Math.max(theta - radius, 0)), bottom = Math.cos(Math.min(theta + radius, Math.PI))
    while (z[low] > top + 1e-12) low++
    while (high < n && z[high] >= bottom - 1e-12) high++
    for (let j = low; j < high; j++)
      if (x[i] * x[j] + y[i] * y[j] + z[i] * z[j] >= limit) members.push(j)
    start[i + 1] = members.length
  }
  return {start, members: Int32Array.from(members)}
}
