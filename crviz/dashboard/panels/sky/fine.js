// The shipped skies on a finer grid, put together of the files that crviz/jobs/fine_skies.py has written.

import {rings} from "../../browser/healpix.js"

const BEFORE = 16 // bytes: three units, three ways of writing, and where the time lies that was subtracted
const OF_RING = 1, OF_TIME = 2

/** @typedef {{steps: Int8Array, units: number[]}} Fine */

/**
 * The steps of a time, and what one is worth for each component.
 * @param {ArrayBuffer} content of a file, unpacked @param {number} nside @param {(offset: number) => Promise<Fine>} other that of a time beside it
 * @returns {Promise<Fine>}
 */
export async function fine(content, nside, other) {
  const units = [...new Float32Array(content, 0, 3)], ways = [...new Uint8Array(content, 12, 3)]
  const left = new Int8Array(content, BEFORE), steps = new Int8Array(left.length), n = left.length / 3
  const like = ways.includes(OF_TIME) ? await other(new Int8Array(content, 15, 1)[0]) : null
  ways.forEach((way, axis) => {
    const out = steps.subarray(axis * n, (axis + 1) * n) // a byte wraps as the writer's does
    out.set(left.subarray(axis * n, (axis + 1) * n))
    if (way === OF_RING) addRings(out, nside)
    if (way !== OF_TIME || !like) return
    const ratio = like.units[axis] / units[axis]
    for (let i = 0; i < n; i++) out[i] += Math.floor((like.steps[axis * n + i] + 0.5) * ratio)
  })
  return {steps, units}
}

/**
 * Positions as `relativeIntensity` takes them: a value lies in the middle of its step.
 * @param {Fine} fine
 */
export function positions({steps, units}) {
  return {components: Int16Array.from(steps, (step) => 2 * step + 1), scale: units.map((unit) => unit / 2)}
}

/**
 * To every ring what the one before has at the same azimuth, in whole numbers.
 * @param {Int8Array} values @param {number} nside
 */
function addRings(values, nside) {
  const all = rings(nside)
  for (let k = 1; k < all.length; k++) {
    const ring = all[k], before = all[k - 1], whole = 2 * ring.number
    for (let i = 0; i < ring.number; i++) {
      const at = before.number * (2 * i + 2 * ring.shift) - 2 * before.shift * ring.number
      const first = Math.floor(at / whole), share = at - first * whole
      const low = values[before.first + (first + before.number) % before.number], high = values[before.first + (first + 1) % before.number]
      values[ring.first + i] += low + Math.floor(((high - low) * share + ring.number) / whole)
    }
  }
}
