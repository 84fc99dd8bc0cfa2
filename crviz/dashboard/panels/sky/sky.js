// The sky of one realisation: three components a pixel, contracted with the gradient and drawn in the
// Mollweide projection. A pixel is a momentum direction p; it is drawn where the particle comes from, n = -p.

import {around, pixelAt, pixelVectors, rings} from "../../browser/healpix.js"

const TIE = 1e-9 // of a pixel: centres that lie on a disc's rim belong to it

/**
 * The pixel that each point of a picture shows, -1 outside the ellipse; rows from the bottom to the top.
 * @param {number} nside @param {number} width
 */
export function pictureIndex(nside, width) {
  const height = width / 2
  const index = new Int32Array(width * height)
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5) / height * 2 - 1
    const a = Math.asin(y)
    const sine = (2 * a + Math.sin(2 * a)) / Math.PI // of the latitude
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / width * 4 - 2
      const inside = x * x / 4 + y * y < 1
      const longitude = -Math.PI * x / (2 * Math.cos(a))
      index[row * width + column] = inside ? pixelAt(nside, -sine, longitude + Math.PI) : -1
    }
  }
  return index
}

/**
 * For each point of a picture inside the ellipse: which it is, and the four pixels around its direction with their weights.
 * @param {number} nside @param {number} width
 */
export function pictureTable(nside, width) {
  const inside = pictureIndex(nside, width).reduce((all, pixel, i) => { if (pixel >= 0) all.push(i); return all }, /** @type {number[]} */ ([]))
  const pixels = new Int32Array(4 * inside.length), weights = new Float32Array(4 * inside.length), all = rings(nside)
  for (const [i, point] of inside.entries()) {
    const there = unproject((point % width + 0.5) / width * 4 - 2, (Math.floor(point / width) + 0.5) / width * 4 - 1)
    if (there) around(all, Math.PI - there.theta, (there.phi + Math.PI) % (2 * Math.PI), pixels, weights, 4 * i)
  }
  return {points: Int32Array.from(inside), pixels, weights}
}

/**
 * A map on the points of a picture, NaN outside the ellipse: between the pixels' centres, or as pixels.
 * @param {ArrayLike<number>} map @param {number} nside @param {number} width @param {string} drawn
 */
export function picture(map, nside, width, drawn) {
  const out = new Float32Array(width * width / 2).fill(NaN)
  if (drawn === "pixels") {
    const index = indexOf(nside, width)
    for (let i = 0; i < index.length; i++) if (index[i] >= 0) out[i] = map[index[i]]
    return out
  }
  const {points, pixels, weights} = tableOf(nside, width)
  for (let i = 0, k = 0; i < points.length; i++, k += 4)
    out[points[i]] = weights[k] * map[pixels[k]] + weights[k + 1] * map[pixels[k + 1]] +
      weights[k + 2] * map[pixels[k + 2]] + weights[k + 3] * map[pixels[k + 3]]
  return out
}

/**
 * X in [-2, 2], y in [-1, 1] -> polar angle and azimuth [rad] of n, or null outside.
 * @param {number} x @param {number} y
 */
export function unproject(x, y) {
  if (x * x / 4 + y * y >= 1) return null
  const a = Math.asin(y)
  const latitude = Math.asin((2 * a + Math.sin(2 * a)) / Math.PI)
  const longitude = -Math.PI * x / (2 * Math.cos(a))
  return {theta: Math.PI / 2 - latitude, phi: (longitude + 2 * Math.PI) % (2 * Math.PI)}
}

/**
 * Polar angle and azimuth [rad] -> x, y.
 * @param {number} theta @param {number} phi
 */
export function project(theta, phi) {
  const latitude = Math.PI / 2 - theta
  const longitude = ((phi + Math.PI) % (2 * Math.PI) + 2 * Math.PI) % (2 * Math.PI) - Math.PI
  let a = latitude * 0.9
  for (let i = 0; i < 60; i++) { // Newton's method; the slope vanishes at the poles
    const change = (2 * a + Math.sin(2 * a) - Math.PI * Math.sin(latitude)) / Math.max(2 + 2 * Math.cos(2 * a), 1e-12)
    a = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, a - change))
  }
  return [-2 / Math.PI * longitude * Math.cos(a), Math.sin(a)]
}

/**
 * Delta I = r.g at the pixels; components: flat (3, n) with a scale, or with one for each.
 * @param {ArrayLike<number>} components @param {number | number[]} scale @param {number[]} gradient
 */
export function relativeIntensity(components, scale, gradient) {
  const n = components.length / 3
  const out = new Float32Array(n)
  const [gx, gy, gz] = gradient.map((g, i) => g * (typeof scale === "number" ? scale : scale[i]))
  for (let i = 0; i < n; i++)
    out[i] = gx * components[i] + gy * components[n + i] + gz * components[2 * n + i]
  return out
}

/**
 * The map less its dipole, which is 3 <map n> . n.
 * @param {ArrayLike<number>} map @param {number} nside
 */
export function withoutDipole(map, nside) {
  const {x, y, z} = vectorsOf(nside), [dx, dy, dz] = dipole(map, nside)
  return Float32Array.from(map, (value, i) => value - dx * x[i] - dy * y[i] - dz * z[i])
}

/**
 * The dipole of a map of momenta p, 3 <map p>: its excess comes from the other side.
 * @param {ArrayLike<number>} map @param {number} nside
 */
export function dipole(map, nside) {
  const {x, y, z} = vectorsOf(nside)
  let dx = 0, dy = 0, dz = 0
  for (let i = 0; i < map.length; i++) { dx += map[i] * x[i]; dy += map[i] * y[i]; dz += map[i] * z[i] }
  return [dx, dy, dz].map((each) => 3 / map.length * each)
}

/**
 * The mean over the pixels whose centres lie within an angle [rad] of each (a top hat): of every ring that a disc meets a run of them, whose
 * sum is the difference of two sums from the ring's first pixel on.
 * @param {ArrayLike<number>} map @param {number} nside @param {number} radius
 */
export function smoothed(map, nside, radius) {
  const all = kept(`rings ${nside}`, () => rings(nside)), n = map.length, cosine = Math.cos(radius)
  const sum = new Float64Array(n), count = new Int32Array(n), below = new Float64Array(12 * nside + 1)
  for (const b of all) {
    const number = b.number, least = b.theta - radius, most = b.theta + radius
    // three times around: a run may begin before the first pixel, and end after the last
    for (let i = 0, k = 0; i < 3 * number; i++, k++) below[i + 1] = below[i] + map[b.first + (k === number ? k = 0 : k)]
    for (const a of all) {
      if (a.theta < least || a.theta > most) continue
      const across = (cosine - a.z * b.z) / Math.sqrt((1 - a.z * a.z) * (1 - b.z * b.z)), step = number / a.number
      const reach = across <= -1 ? number : Math.acos(Math.min(1, across)) * number / (2 * Math.PI) + TIE // pixels to either side
      let at = a.shift * step - b.shift + number
      for (let i = a.first; i < a.first + a.number; i++, at += step) {
        const low = reach < number ? ((at - reach) | 0) + 1 : 0, high = reach < number ? Math.min((at + reach) | 0, low + number - 1) : number - 1
        sum[i] += below[high + 1] - below[low]
        count[i] += high - low + 1
      }
    }
  }
  return Float32Array.from(sum, (each, i) => each / count[i])
}

/**
 * What a share of the pixels does not exceed in size, or 1 where that is nothing: between two of them as numpy's quantile.
 * @param {ArrayLike<number>} map @param {number} share
 */
export function reached(map, share) {
  const sizes = new Float32Array(map.length), counts = new Uint32Array(1 << 15)
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(map[i])
  const bits = new Uint32Array(sizes.buffer) // in the order of the sizes, of which only the largest are sorted
  for (const each of bits) counts[each >>> 16] += 1
  const at = share * (sizes.length - 1), low = Math.floor(at)
  let bin = 0, below = 0
  while (below + counts[bin] <= low) below += counts[bin++]
  const largest = sizes.filter((_, i) => bits[i] >>> 16 >= bin).sort(), from = low - below
  return largest[from] + (at - low) * (largest[Math.min(from + 1, largest.length - 1)] - largest[from]) || 1
}

/**
 * The colours of a picture, in equal steps from -limit to limit; 0 (transparent) outside.
 * @param {Float32Array} picture @param {number} limit @param {Uint32Array} palette @param {Uint32Array} out
 */
export function painted(picture, limit, palette, out) {
  const steps = palette.length, half = steps / 2
  for (let i = 0; i < picture.length; i++)
    out[i] = picture[i] === picture[i] ? palette[Math.max(0, Math.min(steps - 1, Math.floor(half + half * picture[i] / limit)))] : 0
  return out
}

// what is worked out once
const _kept = new Map()
/** @template T @param {string} key @param {() => T} make @returns {T} */
function kept(key, make) {
  if (!_kept.has(key)) _kept.set(key, make())
  return _kept.get(key)
}
/** @param {number} nside @param {number} width */
const indexOf = (nside, width) => kept(`index ${nside} ${width}`, () => pictureIndex(nside, width))
/** @param {number} nside */
const vectorsOf = (nside) => kept(`vectors ${nside}`, () => pixelVectors(nside))
/** @param {number} nside @param {number} width */
const tableOf = (nside, width) => kept(`table ${nside} ${width}`, () => pictureTable(nside, width))
