// The atlas by itself: what tensors.py has of any of its places, from the file that atlas_tensors.py writes. It knows no page and no
// server; Python's interpolation stays the truth, and a test compares the two.

import {Surface, mixed} from "./surface.js"
import {COMPONENTS, COMPONENT_PAIRS} from "../tensor.js"
import {FOUR_PI} from "../view.js"
import {WIRE} from "../wire.js"

const KINDS = {f4: Float32Array, f8: Float64Array, b1: Uint8Array}
const [XX, YY, ZZ] = ["xx", "yy", "zz"].map((pair) => WIRE.components.indexOf(pair))

/** @typedef {import("./surface.js").Mix} Mix */
/** @typedef {Float32Array | Float64Array | Uint8Array} Values */
/** @typedef {{value: Float64Array, error: Float64Array, correlation: Float64Array}} Quantity parallel first (2, T[, L]), correlation (T[, L]) */

/**
 * @typedef {object} Header see `atlas_tensors.packed`
 * @property {number[]} sigma2 @property {number[]} rl_over_lc @property {number[]} omega_t @property {number} ell
 * @property {number} evolving @property {number} spacing @property {number} n_pixels
 * @property {Record<string, any>} turbulence @property {string[]} estimators
 * @property {{times: number[], late: number[], of: {name: string, shape?: boolean, first?: number, through?: string}[]}} scatter
 * @property {{about: string, chip: string, shown: [string, string, any[]][], provenance: string[]}} words
 * @property {Record<string, [keyof typeof KINDS, number]>} arrays
 */

/**
 * The header and the arrays of a file, which is no longer compressed.
 * @param {ArrayBuffer} file @returns {[Header, ArrayBuffer]}
 */
export function opened(file) {
  const length = new DataView(file).getUint32(0, true)
  return [JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length))), file.slice(4 + length)]
}

export class AtlasInBrowser {
  /** @type {Record<string, Values>} */
  #arrays = {}
  /** @type {[string, number[]][]} */
  #axes
  /** @type {Record<string, Float64Array>} logarithms of arrays, made when they are first wanted */
  #logarithms = {}

  /** @param {Header} header @param {ArrayBuffer} buffer as `atlas_tensors.packed` makes them */
  constructor(header, buffer) {
    this.header = header
    let offset = 0
    for (const [name, [kind, length]] of Object.entries(header.arrays)) {
      const array = new KINDS[kind](length), bytes = new Uint8Array(array.buffer), size = array.BYTES_PER_ELEMENT
      const shuffled = new Uint8Array(buffer, offset, length * size)
      for (let byte = 0; byte < size; byte++) for (let i = 0; i < length; i++) bytes[i * size + byte] = shuffled[byte * length + i]
      this.#arrays[name] = array
      offset += length * size
    }
    const {sigma2, rl_over_lc} = header
    this.#axes = Object.entries({sigma2, rl_over_lc})
    this.surface = new Surface(header, this.#arrays.coefficients)
    const {k, k_scale: scale} = this.#arrays
    this.turns = Array.from(scale, (each) => !Number.isNaN(each))
    this.turning = Float64Array.from(k, (each, i) => Math.asinh(each / scale[i % scale.length]) || 0)
  }

  /**
   * Whether what is set has the atlas's turbulence, as far as it is said, and lies in its range.
   * @param {Record<string, any>} values
   */
  covers(values) {
    return Object.entries(this.header.turbulence).every(([key, value]) => !(key in values) || values[key] === value)
      && this.#axes.every(([key, axis]) => axis[0] <= values[key] && values[key] <= axis[axis.length - 1])
  }

  /**
   * `tensors.tensors_of` of a place within the range, but for the digest; what of one sky is asked for is worked out then.
   * @param {number} sigma2 @param {number} radius r_L/L_c @param {string} [estimator] or what can be had in its place
   * @returns {import("../view.js").Tensors}
   */
  at(sigma2, radius, estimator = "cross") {
    const mix = this.surface.at(sigma2, radius), {header} = this, {omega_t: times, ell, evolving} = header
    const cl = this.#quantity("cl", mix, this.#exponentials("cl", mix))
    const running = this.#quantity("running", mix, this.#exponentials("running", mix))
    const k = this.#quantity("k", mix, this.#k(mix, running.value))
    const ratio = mixed(mix.weights, this.#arrays.standard_dipole)
    const standard = this.#quantity("standard_dipole", mix, ratio.map((each, i) => each * cl.value[i * ell + 1]))
    this.#leaveOut(cl.value, mix)
    const mean = 2 * FOUR_PI / header.n_pixels
    const noise = running.value.map((each, i) => mean * times[i % times.length] * each)
    const words = this.#told(sigma2, radius, mix, pythonNumber), [used = header.estimators[0]] = header.estimators.filter((each) => each === estimator)
    const tensors = {
      source: words.provenance,
      rl_over_lc: radius,
      about: filledIn(header.words.about, {...words, estimator: used}),
      omega_t: Float64Array.from(times),
      power: inComponents(cl.value, ell, evolving),
      noise: inComponents(noise, 1, 1),
      ...inComponentsWithErrors("estimate", cl, ell, ell),
      ...inComponentsWithErrors("dipole", cl, ell, 2),
      ...inComponentsWithErrors("standard", standard, 1, 1),
      ...inComponentsWithErrors("k", k, 1, 1),
      ...inComponentsWithErrors("running", running, 1, 1),
      scatter_times: Float32Array.from(header.scatter.times),
    }
    for (const one of header.scatter.of) later(tensors, `scatter_${one.name}`, () => this.#scatter(one, mix, cl.value))
    return tensors
  }

  /**
   * What the page's header says of a place: in words, and each setting's key, name and values that agree with it.
   * @param {number} sigma2 @param {number} radius @param {number} longest backtracking time that is asked for
   * @returns {{what: string, shown: [string, string, any[]][]}}
   */
  words(sigma2, radius, longest) {
    const {words, omega_t} = this.header
    /** @type {Record<string, any[]>} */
    const own = {sigma2: [sigma2], rl_over_lc: [radius], omega_t_max: [Math.min(/** @type {number} */ (omega_t.at(-1)), longest)]}
    const told = this.#told(sigma2, radius, this.surface.at(sigma2, radius), (value) => String(Number(value.toPrecision(12))))
    return {what: filledIn(words.chip, told), shown: words.shown.map(([key, name, values]) => [key, name, own[key] ?? values])}
  }

  /** @param {number} sigma2 @param {number} radius @param {Mix} mix @param {(value: number) => string} written */
  #told(sigma2, radius, {around, point}, written) {
    /** @param {string} name */
    const least = (name) => Math.min(...around.map((p) => this.#arrays[name][p]))
    return {
      sigma2: written(sigma2), rl_over_lc: written(radius), provenance: this.header.words.provenance[point < 0 ? 1 : 0],
      fields: least("fields"), fine_fields: least("fine_fields"),
    }
  }

  /** @param {string} name */
  #logarithm(name) { return this.#logarithms[name] ??= Float64Array.from(this.#arrays[name], Math.log) }

  /** @param {string} name @param {Mix} mix */
  #exponentials(name, {weights}) { return mixed(weights, this.#logarithm(name)).map(Math.exp) }

  /**
   * K: by the exponent, or by itself at times when it turns with the gyration; at a point as it was simulated.
   * @param {Mix} mix @param {Float64Array} running
   */
  #k({weights, point}, running) {
    const {k, k_scale: scale, exponent} = this.#arrays, {length} = scale
    if (point >= 0) return Float64Array.from(k.subarray(point * length, (point + 1) * length))
    const turning = mixed(weights, this.turning), exponents = mixed(weights, exponent)
    return turning.map((each, i) => (this.turns[i] ? scale[i] * Math.sinh(each) : exponents[i] * running[i]))
  }

  /**
   * A quantity with the errors that `Interpolation.at` gives it: of its noise, and of interpolation.
   * @param {string} name @param {Mix} mix @param {Float64Array} value @returns {Quantity}
   */
  #quantity(name, mix, value) {
    const noise = this.#exponentials(`${name}_error`, mix), correlation = mixed(mix.weights, this.#arrays[`${name}_correlation`])
    const rough = mixed(mix.near, this.#arrays[`${name}_rough`]), error = new Float64Array(noise.length), half = correlation.length
    for (let i = 0; i < noise.length; i++) {
      const scale = name === "k" && this.turns[i] ? this.#arrays.k_scale[i] : 2 * noise[i]
      const missed = mix.reach ** 2 * Math.max(rough[i], 0) * (value[i] ** 2 + scale ** 2)
      error[i] = Math.sqrt(noise[i] ** 2 + missed)
    }
    for (let i = 0; i < half; i++) {
      const share = noise[i] > 0 && noise[half + i] > 0 ? noise[i] / error[i] * (noise[half + i] / error[half + i]) : 0
      correlation[i] = Math.max(-1, Math.min(1, correlation[i])) * share
    }
    return {value, error, correlation}
  }

  /**
   * No C_l where one of the points around has no power; at a point what is there in its place.
   * @param {Float64Array} cl @param {Mix} mix
   */
  #leaveOut(cl, {around, point}) {
    const {cl_missing: missing, cl_there: there} = this.#arrays, size = cl.length
    let next = 0
    for (let i = 0; i < point * size; i++) next += missing[i]
    for (const p of around) for (let i = 0; i < size; i++) if (missing[p * size + i]) cl[i] = point < 0 ? NaN : there[next++]
  }

  /**
   * What one sky scatters, 16 and 84 % over the mean (2, 2, Q, n), as `tensors._logarithms` writes it.
   * @param {{name: string, shape?: boolean, first?: number, through?: string}} one @param {Mix} mix @param {Float64Array} cl
   */
  #scatter({name, shape, first, through}, {weights, around}, cl) {
    const {steps, unknown} = WIRE.scatter, logarithms = mixed(weights, this.#logarithm(name)), third = logarithms.length / 3
    const missing = this.#arrays[`${name}_missing`], out = new Int16Array(2 * third).fill(unknown)
    const mean = first === undefined ? null : this.#logMean(cl, third, Boolean(shape), first, through)
    for (let i = 0; i < third; i++) {
      const each = [0, 1, 2].map((q) => q * third + i), below = mean ? mean[i] : 0
      const known = each.map((at) => around.every((p) => !missing[p * logarithms.length + at]))
      const values = each.map((at) => logarithms[at]) // a spline may let them cross
      const ends = known.every(Boolean) ? [Math.min(...values), Math.max(...values)] : [values[0], values[2]]
      ends.forEach((value, end) => {
        const step = Math.round(steps * (value - below))
        if (known[2 * end] && Math.abs(step) < -unknown) out[end * third + i] = step
      })
    }
    return out
  }

  /**
   * Logarithms of the mean at the times with quantiles, seen through a window; of C_l over C_1 for a shape.
   * @param {Float64Array} cl @param {number} length @param {boolean} shape @param {number} first @param {string} [through]
   */
  #logMean(cl, length, shape, first, through) {
    const {omega_t: times, ell, scatter: {late}} = this.header, size = length / (2 * late.length), out = new Float64Array(length)
    for (let row = 0; row < 2 * late.length; row++) {
      const start = (Math.floor(row / late.length) * times.length + late[row % late.length]) * ell
      const plain = cl.subarray(start, start + ell).map((each) => each || 0)
      const seen = through ? mixed(plain, this.#arrays[through]) : plain
      for (let l = 0; l < size; l++) out[row * size + l] = Math.log(shape ? seen[l] / seen[first] : seen[l])
    }
    return out
  }
}

/**
 * Components of a tensor that is symmetric about the field, (T, 6, kept), from (2, T, size).
 * @param {Float64Array} values @param {number} size @param {number} kept
 */
function inComponents(values, size, kept) {
  const half = values.length / 2, out = new Float32Array(half / size * COMPONENTS * kept)
  for (let t = 0; t * size < half; t++) for (let l = 0; l < kept; l++) {
    const first = t * COMPONENTS * kept + l, across = values[half + t * size + l]
    out[first + XX * kept] = out[first + YY * kept] = across
    out[first + ZZ * kept] = values[t * size + l]
  }
  return out
}

/**
 * As `tensors.with_errors` has it. xx and yy are the same number.
 * @param {string} name @param {Quantity} quantity @param {number} size @param {number} kept
 */
function inComponentsWithErrors(name, {value, error, correlation}, size, kept) {
  const steps = new Int8Array(correlation.length / size * COMPONENT_PAIRS * kept)
  for (let t = 0; t * size < correlation.length; t++) for (let l = 0; l < kept; l++) {
    const at = t * size + l, first = t * COMPONENT_PAIRS * kept + l
    if (!(error[correlation.length + at] > 0)) continue
    steps[first + pairOf(XX, YY) * kept] = WIRE.correlationSteps
    if (!(error[at] > 0)) continue
    for (const each of [XX, YY]) steps[first + pairOf(each, ZZ) * kept] = Math.round(WIRE.correlationSteps * correlation[at])
  }
  return {[name]: inComponents(value, size, kept), [`${name}_error`]: inComponents(error, size, kept), [`${name}_correlation`]: steps}
}

/** @param {number} a @param {number} b a < b, which of the pairs of components they are */
function pairOf(a, b) { return a * COMPONENTS - a * (a + 1) / 2 + b - a - 1 }

/**
 * A value that is worked out when it is first asked for.
 * @param {object} object @param {string} name @param {() => unknown} value
 */
function later(object, name, value) {
  Object.defineProperty(object, name, {
    configurable: true,
    enumerable: true,
    get() {
      const found = value()
      Object.defineProperty(object, name, {value: found, enumerable: true})
      return found
    },
  })
}

/** @param {string} template @param {Record<string, any>} values of the names in it */
function filledIn(template, values) { return template.replace(/\{(\w+)\}/g, (_, name) => values[name]) }

/** @param {number} value as Python writes it, between 1e-4 and 1e16 */
function pythonNumber(value) { return Number.isInteger(value) ? `${value}.0` : String(value) }
