// Spectra of positions on a HEALPix sky of one field, as crviz/harmonics.py and spectra.py find them: the plain transform,
// a_lm = (4 pi / N_pix) sum map Y_lm for l <= 2 nside, and C_l^{ij} = 1/(2l+1) sum_m a_lm[i] a_lm[j].

import {rings} from "../healpix.js"

const PAIRS = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]] // wire.COMPONENTS: a test compares them

/**
 * What a map of a nside is multiplied with: cosines and sines along a ring, and the Legendre functions of it.
 * @typedef {{lmax: number, pixels: number, of: {first: number, number: number, cos: Float64Array, sin: Float64Array, legendre: Float64Array}[]}} Tables
 */

/** @type {Map<number, Tables>} */
const made = new Map()

/** @param {number} nside @returns {Tables} */
function tables(nside) {
  const known = made.get(nside)
  if (known) return known
  const lmax = 2 * nside, pixels = 12 * nside * nside
  const of = rings(nside).map(({z, first, number, shift}) => {
    const cos = new Float64Array((lmax + 1) * number), sin = new Float64Array((lmax + 1) * number)
    for (let m = 0; m <= lmax; m++)
      for (let j = 0; j < number; j++) {
        const angle = Math.PI * ((2 * j + 2 * shift) * m % (2 * number)) / number
        cos[m * number + j] = Math.cos(angle)
        sin[m * number + j] = Math.sin(angle)
      }
    return {first, number, cos, sin, legendre: legendre(lmax, z)}
  })
  const fresh = {lmax, pixels, of}
  made.set(nside, fresh)
  return fresh
}

/**
 * Of the real harmonics, as crviz/harmonics.py has them, what depends on the polar angle: l >= m >= 0, in order of m and then l.
 * @param {number} lmax @param {number} z cosine of the polar angle
 */
export function legendre(lmax, z) {
  const out = new Float64Array((lmax + 1) * (lmax + 2) / 2), sin = Math.sqrt(1 - z * z)
  let at = 0, sectoral = Math.sqrt(1 / (4 * Math.PI))
  for (let m = 0; m <= lmax; m++) {
    if (m > 0) sectoral *= sin * Math.sqrt((2 * m + 1) / (2 * m)) * (m === 1 ? Math.SQRT2 : 1)
    let before = 0, value = sectoral, factor = 0
    for (let l = m; l <= lmax; l++) {
      out[at++] = value
      const next = Math.sqrt((4 * (l + 1) ** 2 - 1) / ((l + 1) ** 2 - m * m))
      const after = next * (z * value - factor * before)
      factor = 1 / next
      before = value
      value = after
    }
  }
  return out
}

/** @typedef {{cl: Float64Array, rr: Float64Array, rp: Float64Array, dipole: Float64Array}} Spectra */

/**
 * Spectra and means over the sky of positions and momenta at some times.
 * @param {number} nside
 * @param {Float64Array} r (T, 3, 12 nside^2) [r_L] @param {Float64Array} p as many
 * @returns {Spectra} cl (T, 6, 2 nside + 1) and rr (T, 6) [r_L^2] of the components xx, yy, zz, xy, xz, yz; rp (T, 3, 3) [r_L],
 *   <r_i p_j>; dipole (T, 3, 3) [r_L], of each component the coefficients with l = 1, m = -1, 0, 1
 */
export function spectra(nside, r, p) {
  const {lmax, pixels} = tables(nside), times = r.length / (3 * pixels), size = lmax + 1
  const cl = new Float64Array(times * 6 * size), rr = new Float64Array(times * 6), rp = new Float64Array(times * 9)
  const dipole = new Float64Array(times * 9)
  for (let t = 0; t < times; t++) {
    const [places, momenta] = [r, p].map((all) => [0, 1, 2].map((i) => all.subarray((3 * t + i) * pixels, (3 * t + i + 1) * pixels)))
    const alm = places.map((map) => coefficients(nside, map))
    alm.forEach(({cosines, sines}, i) => dipole.set([sines[size], cosines[1], cosines[size]], 9 * t + 3 * i))
    PAIRS.forEach(([i, j], pair) => {
      power(lmax, alm[i], alm[j], cl.subarray((6 * t + pair) * size, (6 * t + pair + 1) * size))
      rr[6 * t + pair] = meanProduct(places[i], places[j])
    })
    for (let k = 0; k < 9; k++) rp[9 * t + k] = meanProduct(places[Math.floor(k / 3)], momenta[k % 3])
  }
  return {cl, rr, rp, dipole}
}

// those of the real harmonics: with cosines, m >= 0, and with sines, m < 0, in the order of `legendre`
/** @param {number} nside @param {Float64Array} map */
function coefficients(nside, map) {
  const {lmax, pixels, of} = tables(nside), area = 4 * Math.PI / pixels
  const cosines = new Float64Array((lmax + 1) * (lmax + 2) / 2), sines = new Float64Array(cosines.length)
  for (const {first, number, cos, sin, legendre: y} of of) {
    let at = 0
    for (let m = 0; m <= lmax; m++) {
      let along = 0, across = 0
      for (let j = 0, k = m * number; j < number; j++, k++) {
        along += map[first + j] * cos[k]
        across += map[first + j] * sin[k]
      }
      along *= area
      across *= area
      for (let l = m; l <= lmax; l++, at++) {
        cosines[at] += along * y[at]
        sines[at] += across * y[at]
      }
    }
  }
  return {cosines, sines}
}

/** @typedef {{cosines: Float64Array, sines: Float64Array}} Coefficients */

/** @param {number} lmax @param {Coefficients} one @param {Coefficients} other @param {Float64Array} out */
function power(lmax, one, other, out) {
  for (let m = 0, at = 0; m <= lmax; m++)
    for (let l = m; l <= lmax; l++, at++) out[l] += one.cosines[at] * other.cosines[at] + one.sines[at] * other.sines[at]
  for (let l = 0; l <= lmax; l++) out[l] /= 2 * l + 1
}

/** @param {Float64Array} a @param {Float64Array} b */
function meanProduct(a, b) {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum / a.length
}
