// HEALPix in ring order (Gorski et al. 2005): which pixel holds a direction, where pixels lie, and which are near.

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

/** @typedef {{z: number, theta: number, first: number, number: number, shift: number}} Ring its pixels, the first shifted by a share of one */

/**
 * The rings of pixels from the north.
 * @param {number} nside @returns {Ring[]}
 */
export function rings(nside) {
  let first = 0
  return Array.from({length: 4 * nside - 1}, (_, i) => {
    const ring = i + 1, polar = Math.min(ring, 4 * nside - ring), cap = polar < nside
    const height = cap ? 1 - polar * polar / (3 * nside * nside) : (2 * nside - ring) * 2 / (3 * nside)
    const z = cap && ring > 2 * nside ? -height : height
    const number = cap ? 4 * polar : 4 * nside, shift = cap || (ring - nside) % 2 === 0 ? 0.5 : 0
    first += number
    return {z, theta: Math.acos(z), first: first - number, number, shift}
  })
}

/**
 * Unit vectors of all pixel centres: each of 12 nside^2.
 * @param {number} nside
 */
export function pixelVectors(nside) {
  const n = 12 * nside * nside
  const x = new Float64Array(n), y = new Float64Array(n), z = new Float64Array(n)
  for (const ring of rings(nside)) {
    const radius = Math.sqrt(1 - ring.z * ring.z)
    for (let j = 0; j < ring.number; j++) {
      const phi = 2 * Math.PI * (j + ring.shift) / ring.number, pixel = ring.first + j
      x[pixel] = radius * Math.cos(phi)
      y[pixel] = radius * Math.sin(phi)
      z[pixel] = ring.z
    }
  }
  return {x, y, z}
}

/**
 * The four pixels around a direction and their bilinear weights, as HEALPix has them (get_interpol), written at a place of two arrays.
 * @param {Ring[]} all @param {number} theta @param {number} phi in [0, 2 pi)
 * @param {Int32Array} pixels @param {Float32Array} weights @param {number} at
 */
export function around(all, theta, phi, pixels, weights, at) {
  const turn = 2 * Math.PI, nside = (all.length + 1) / 4, z = Math.cos(theta), far = Math.abs(z)
  const near = Math.floor(nside * (far <= 2 / 3 ? 2 - 1.5 * z : Math.sqrt(3 * (1 - far))))
  const above = far <= 2 / 3 || z > 0 ? near : 4 * nside - near - 1 // rings above the direction
  const upper = all[above - 1], lower = all[above]
  for (const [k, ring] of [upper, lower].entries()) {
    if (!ring) continue
    const place = phi * ring.number / turn - ring.shift, left = Math.floor(place), right = place - left
    pixels[at + 2 * k] = ring.first + (left + ring.number) % ring.number
    pixels[at + 2 * k + 1] = ring.first + (left + 1) % ring.number
    weights[at + 2 * k] = 1 - right
    weights[at + 2 * k + 1] = right
  }
  const top = upper ? upper.theta : 0, down = (theta - top) / ((lower ? lower.theta : Math.PI) - top)
  for (let i = 0; i < 2; i++) {
    weights[at + i] *= 1 - down
    weights[at + 2 + i] *= down
  }
  if (upper && lower) return
  // beyond the last ring its four pixels share what is left
  const [gone, there, ring, left] = upper ? [at + 2, at, upper, down] : [at, at + 2, lower, 1 - down]
  for (let i = 0; i < 2; i++) {
    pixels[gone + i] = ring.first + (pixels[there + i] - ring.first + 2) % 4
    weights[gone + i] = left / 4
    weights[there + i] += left / 4
  }
}
