// The sky of one realisation: three components a pixel, contracted with the gradient and drawn in the
// Mollweide projection. A pixel is a momentum direction p; it is drawn where the particle comes from, n = -p.

import {discs, pixelAt, pixelVectors} from "../../browser/healpix.js"

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
 * Delta I = r.g at the pixels; components: flat (3, n) with a scale.
 * @param {ArrayLike<number>} components @param {number} scale @param {number[]} gradient
 */
export function relativeIntensity(components, scale, gradient) {
  const n = components.length / 3
  const out = new Float32Array(n)
  const [gx, gy, gz] = gradient.map((g) => g * scale)
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
 * The mean over a disc around every pixel (a top hat).
 * @param {ArrayLike<number>} map @param {number} nside @param {number} radius
 */
export function smoothed(map, nside, radius) {
  const {start, members} = discsOf(nside, radius)
  const out = new Float32Array(map.length)
  for (let i = 0; i < map.length; i++) {
    let sum = 0
    for (let k = start[i]; k < start[i + 1]; k++) sum += map[members[k]]
    out[i] = sum / (start[i + 1] - start[i])
  }
  return out
}

/**
 * A map's colours, in equal steps from -limit to limit, on the picture's points; 0 (transparent) outside.
 * @param {ArrayLike<number>} map @param {number} limit @param {Uint32Array} palette
 * @param {ArrayLike<number>} index @param {Uint32Array} out
 */
export function painted(map, limit, palette, index, out) {
  const steps = palette.length, half = steps / 2
  const colors = new Uint32Array(map.length)
  for (let i = 0; i < map.length; i++)
    colors[i] = palette[Math.max(0, Math.min(steps - 1, Math.floor(half + half * map[i] / limit)))]
  for (let i = 0; i < index.length; i++) out[i] = index[i] < 0 ? 0 : colors[index[i]]
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
export const indexOf = (nside, width) => kept(`index ${nside} ${width}`, () => pictureIndex(nside, width))
/** @param {number} nside */
const vectorsOf = (nside) => kept(`vectors ${nside}`, () => pixelVectors(nside))
/** @param {number} nside @param {number} radius */
const discsOf = (nside, radius) => kept(`discs ${nside} ${radius}`, () => discs(nside, radius))
