// A sky out of its multipoles, and its power in each: real coefficients as crviz.harmonics.real has them, by l and then m = -l..l.

import {rings} from "../../dashboard/browser/healpix.js"
import {legendre} from "../../dashboard/browser/kernel/harmonics.js"

/**
 * The map of each multipole alone, l = 0..lmax.
 * @param {ArrayLike<number>} alm (lmax + 1)^2 @param {number} lmax @param {number} nside
 */
export function multipoleMaps(alm, lmax, nside) {
  const maps = Array.from({length: lmax + 1}, () => new Float32Array(12 * nside * nside))
  for (const {z, first, number, shift} of rings(nside)) {
    const of = legendre(lmax, z)
    for (let j = 0; j < number; j++) {
      const phi = 2 * Math.PI * (j + shift) / number
      for (let m = 0, at = 0; m <= lmax; m++) {
        const cos = Math.cos(m * phi), sin = Math.sin(m * phi)
        for (let l = m; l <= lmax; l++, at++) {
          const middle = l * l + l
          maps[l][first + j] += of[at] * (m ? cos * alm[middle + m] + sin * alm[middle - m] : alm[middle])
        }
      }
    }
  }
  return maps
}

/**
 * Some of the maps put together.
 * @param {Float32Array[]} maps @param {number} low first l @param {number} high last l
 */
export function together(maps, low, high) {
  const out = new Float32Array(maps[0].length)
  for (let l = low; l <= high; l++) for (let i = 0; i < out.length; i++) out[i] += maps[l][i]
  return out
}

/**
 * C_l, l = 0..lmax.
 * @param {ArrayLike<number>} alm @param {number} lmax
 */
export function powerOf(alm, lmax) {
  return Float64Array.from({length: lmax + 1}, (_, l) => {
    let sum = 0
    for (let i = l * l; i < (l + 1) * (l + 1); i++) sum += alm[i] * alm[i]
    return sum / (2 * l + 1)
  })
}
