// How a spectrum is seen in Figure 2: on the whole sky, or through the window of an observed one; the browser's
// counterpart of crviz/plots/content/seeing.py, which stays the truth: a test compares the two.

import {FOUR_PI} from "../../browser/view.js"

/** @typedef {ArrayLike<number>} Numbers */
/**
 * @typedef {object} Observed
 * @property {string} key @property {string} name @property {string} label @property {string} marker
 * @property {number} window @property {number[]} ell @property {number[]} cl @property {number[]} low
 * @property {number[]} high @property {[string, number][]} noise @property {number} level
 * @property {[number, number]} fitted @property {number} energy [TeV]
 * @property {string} part @property {string} corrected
 */
/**
 * @typedef {object} Packed a window as panels/spectra/observed.py has it
 * @property {number[]} ell @property {boolean} m0 @property {string} matrix @property {number} columns
 * @property {string} forms @property {number[]} counts @property {number} formColumns @property {number[]} modes
 */
/** @typedef {{ell: number[], value: number[], error: number[], gaussian: number[], factor: number}} Seen */

/** @param {string} text base64 of single precision */
function floats(text) { return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer) }

// What an experiment makes of the mean spectra of isotropic skies.
export class Window {
  /** @param {Packed} packed */
  constructor({ell, m0, matrix, columns, forms, counts, formColumns, modes}) {
    this.ell = ell
    this.matrix = floats(matrix)
    this.columns = columns
    this.forms = floats(forms)
    this.formColumns = formColumns
    this.rows = counts.map((count, i) => ({first: counts.slice(0, i).reduce((a, b) => a + b, 0), count}))
    this.m0 = m0
    this.steep = modes
  }

  // how many of its multipoles a spectrum of so many reaches
  /** @param {number} multipoles */
  reach(multipoles) { return this.ell.filter((l) => l < multipoles).length }

  /** @param {Numbers} cl from l = 0 */
  coupled(cl) { return this.#rows(cl, (entry, power) => entry * power) }

  /** @param {Numbers} error independent between multipoles */
  spread(error) { return this.#rows(error, (entry, each) => (entry * each) ** 2).map(Math.sqrt) }

  /**
   * How many independent numbers its i-th multipole scatters like, for skies of a mean spectrum.
   * @param {number} i @param {Numbers} cl
   */
  modes(i, cl) {
    if (i >= this.rows.length) return this.steep[i]
    const {first, count} = this.rows[i]
    let sum = 0, squares = 0
    for (let m = 0; m < count; m++) {
      let power = 0
      const start = (first + m) * this.formColumns
      for (let l = 0; l < Math.min(cl.length, this.formColumns); l++) power += this.forms[start + l] * cl[l]
      const weight = this.m0 && m === 0 ? 1 : 2
      sum += weight * power
      squares += weight * power * power
    }
    return sum * sum / squares
  }

  /** @param {Numbers} values @param {(entry: number, value: number) => number} term */
  #rows(values, term) {
    return Array.from({length: this.reach(values.length)}, (_, row) => {
      let sum = 0
      for (let l = 0; l < Math.min(values.length, this.columns); l++) sum += term(this.matrix[row * this.columns + l], values[l])
      return sum
    })
  }
}

// The whole sky, or a window, and the units of what is drawn.
export class Sight {
  /**
   * @param {string} normalization @param {boolean} dEll
   * @param {Observed | null} observed @param {Window | null} window
   */
  constructor(normalization, dEll, observed = null, window = null) {
    this.observed = observed
    this.window = window
    this.dEll = dEll
    this.normalized = normalization === "dipole" || (normalization === "fit" && !observed)
    this.unit = !observed || !this.normalized ? 1 : observed.ell[0] === 1 ? observed.cl[0] : NaN // over a dipole that is not there
  }

  /** @param {number} l @param {number} cl */
  power(l, cl) { return this.dEll ? cl * l * (l + 1) / (2 * Math.PI) : cl }

  /**
   * A spectrum [r_L^2] from l = 0 on, as it is drawn; all NaN where there is nothing to normalise by.
   * @param {Numbers} cl unknown power (NaN) is taken to be none @param {Numbers} [error] @returns {Seen}
   */
  see(cl, error = []) {
    const power = Array.from(cl, (each) => (Number.isFinite(each) ? each : 0))
    const errors = Array.from(power, (_, l) => (error[l] > 0 ? error[l] : 0))
    const {observed, window} = this
    if (!observed || !window) {
      const factor = this.normalized ? 1 / (power[1] > 0 ? power[1] : NaN) : 1 / FOUR_PI
      const gaussian = power.map((each, l) => Math.sqrt(2 / (2 * l + 1)) * Math.abs(each))
      return this.#seen(power.map((_, l) => l), factor, power, errors, gaussian)
    }
    const coupled = window.coupled(power), ell = observed.ell.slice(0, coupled.length)
    const modes = ell.map((_, i) => window.modes(i, power))
    const factor = this.normalized ? observed.cl[0] / (coupled[0] > 0 ? coupled[0] : NaN) : fitted(observed, coupled, modes)
    const gaussian = coupled.map((each, i) => Math.sqrt(2 / modes[i]) * Math.abs(each))
    return this.#seen(ell, factor / this.unit, coupled, window.spread(errors), gaussian)
  }

  /**
   * The factor that makes a simulated spectrum like the observed one, by its dipole and by a fit.
   * @param {Numbers} cl
   */
  factors(cl) {
    const {observed, window} = this
    if (!observed || !window) return {dipole: NaN, fit: NaN}
    const power = Array.from(cl, (each) => (Number.isFinite(each) ? each : 0)), coupled = window.coupled(power)
    return {
      dipole: observed.ell[0] === 1 && coupled[0] > 0 ? observed.cl[0] / coupled[0] : NaN,
      fit: fitted(observed, coupled, coupled.map((_, i) => window.modes(i, power))),
    }
  }

  /**
   * @param {number[]} ell @param {number} factor @param {number[]} value @param {number[]} error @param {number[]} gaussian
   * @returns {Seen}
   */
  #seen(ell, factor, value, error, gaussian) {
    /** @param {number[]} each */
    const drawn = (each) => each.map((cl, i) => this.power(ell[i], factor * cl))
    return {ell, factor, value: drawn(value), error: drawn(error), gaussian: drawn(gaussian)}
  }
}

/**
 * The likeliest common factor (observations.common_factor), with the noise taken off what was observed.
 * @param {Observed} observed @param {number[]} coupled @param {number[]} modes
 */
function fitted({ell, cl, level, fitted: [low, high]}, coupled, modes) {
  let sum = 0, total = 0
  coupled.forEach((simulated, i) => {
    if (ell[i] < low || ell[i] > high || !(simulated > 0)) return
    sum += modes[i] * (cl[i] - level) / simulated
    total += modes[i]
  })
  return sum > 0 ? sum / total : NaN
}
