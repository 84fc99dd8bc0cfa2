// The result in words and numbers, for the chosen gradient and at right angles to the regular field.

import {minus, significant, withError} from "../../browser/digits.js"
import {dipoleAngles, scatterInWords} from "../../browser/dipole.js"
import {timeInWords} from "../../browser/numbers.js"
import {change, isGyrating, unsettled} from "../../browser/settling.js"
import {slope} from "../../browser/shape.js"
import {PERPENDICULAR, gradientWeights} from "../../browser/tensor.js"
import {Contracted, FOUR_PI, nearest} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {[name: string, value: number, error: number]} Cell */

/** @type {[number, number]} */
const SLOPE = [2, 12] // multipoles between which the slope is read, against l + 1/2
// gradients for which errors of the shape are sent: along z, x and y, and the mean across
const ERRORS_ALONG = [gradientWeights(0, 0), gradientWeights(Math.PI / 2, 0), gradientWeights(Math.PI / 2, Math.PI / 2), PERPENDICULAR]
const DIPOLE = "C₁ / 4π", STANDARD = "standard C₁ / 4π", STEEPNESS = `slope, ℓ = ${SLOPE[0]}–${SLOPE[1]}`

/**
 * {sentence, head: [..], rows: [[name, cell, cell, ..], ..]}.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view
 */
export function summary(tensors, pinned, view) {
  const along = Contracted.of(tensors, view.theta, view.phi)
  const chosen = numbers(along, view.index)
  /** @type {[string, string[]][]} */
  const columns = [
    ["chosen", inWords(along, view.index)],
    ["perpendicular", inWords(Contracted.perpendicular(tensors), view.index)],
  ]
  if (pinned) {
    const beside = Contracted.of(pinned, view.theta, view.phi), other = numbers(beside, view.pinnedIndex)
    columns.push(["pinned", inWords(beside, view.pinnedIndex)])
    columns.push(["change", chosen.map((own, i) => difference(own, other[i]))])
  }
  return {
    sentence: sentence(along, chosen, view),
    head: ["C_ℓ in (r_L |∇n|/n)²", ...columns.map(([name]) => name)],
    rows: [
      ...chosen.map(([name], i) => [name, ...columns.map(([, cells]) => cells[i])]),
      ...directions(tensors, pinned, view),
    ],
  }
}

/** @param {Contracted} contracted @param {number} t */
function inWords(contracted, t) {
  const cells = numbers(contracted, t).map(([, value, error]) => withError(value, error))
  if (isGyrating(contracted, t)) cells[0] += ", gyrating"
  return cells
}

/**
 * Rows on where the dipoles of single skies point.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view
 */
function directions(tensors, pinned, view) {
  const {theta, phi, index, pinnedIndex} = view, time = tensors.omega_t[index]
  const kept = tensors.dipole_times?.[nearest(tensors.dipole_times, time)] ?? time // they are kept at some times
  const then = kept === time ? "" : `, Ω T = ${timeInWords(kept)}`
  const chosen = [[Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)]]
  /** @type {[string, number[] | undefined][]} */
  const rows = [["angle of dipole to B₀", [0, 0, 1]], ["angle of dipole to ∇n", undefined]]
  return rows.map(([name, to]) => {
    /** @param {Tensors} from @param {number} t @param {number[][]} gradients */
    const cell = (from, t, gradients) =>
      scatterInWords(dipoleAngles(from, nearest(from.dipole_times ?? [], from.omega_t[t]), gradients, to))
    const own = [name + then, cell(tensors, index, chosen), cell(tensors, index, [[1, 0, 0], [0, 1, 0]])]
    return pinned ? [...own, cell(pinned, pinnedIndex, chosen), "–"] : own
  })
}

/** @param {Contracted} contracted @param {number} t @returns {Cell[]} */
function numbers(contracted, t) {
  const value = contracted.estimate(t), error = contracted.estimateError(t)
  const [standard, standardError] = contracted.number("standard", t)
  const [ofRatio, ofSlope, ofNoise] = shapeErrors(contracted, t)
  return [
    ["K  [r_L² Ω]", ...contracted.number("k", t)],
    ["⟨r r⟩ / 2T  [r_L² Ω]", ...contracted.number("running", t)],
    ["growth, K(T) / K(T/2)", ...change(contracted, t)],
    ["C₀ / 4π", value[0] / FOUR_PI, error[0] / FOUR_PI],
    [DIPOLE, value[1] / FOUR_PI, error[1] / FOUR_PI],
    [STANDARD, standard / FOUR_PI, standardError / FOUR_PI],
    ["C₂ / C₁", value[2] / value[1], ofRatio * value[2] / value[1]],
    [STEEPNESS, slope(value, ...SLOPE), ofSlope],
    ["noise / 4π", contracted.noise(t) / FOUR_PI, ofNoise * contracted.noise(t) / FOUR_PI],
  ]
}

/**
 * Errors of C₂/C₁ over its value, of the slope, and of the noise over its value, between the times at which they are known; NaN along other gradients, and where none are known.
 * @param {Contracted} contracted @param {number} t @returns {number[]}
 */
function shapeErrors({tensors, weights}, t) {
  const {dipole_times: times, shape_errors: errors, omega_t: {[t]: time}} = tensors, {steps, unknown} = WIRE.scatter
  const axis = ERRORS_ALONG.findIndex((each) => each.every((weight, i) => Math.abs(weight - weights[i]) < WIRE.nothing))
  if (!errors || !times || times.length < 2 || axis < 0) return [NaN, NaN, NaN]
  let after = 1
  while (after < times.length - 1 && times[after] < time) after++
  const before = after - 1
  const share = Math.min(Math.max(Math.log(time / times[before]) / Math.log(times[after] / times[before]), 0), 1)
  return [0, 1, 2].map((quantity) => {
    /** @param {number} at */
    const error = (at) => {
      const known = errors[(quantity * ERRORS_ALONG.length + axis) * times.length + at]
      return known === unknown ? NaN : Math.exp(known / steps)
    }
    return share === 0 ? error(before) : error(before) ** (1 - share) * error(after) ** share
  })
}

/** @param {Cell} own @param {Cell} other */
function difference([, a, da], [, b, db]) {
  const error = Math.hypot(da, db)
  const percent = b ? 100 * (a - b) / Math.abs(b) : NaN
  if (!Number.isFinite(percent)) return "–"
  const sigmas = error > 0 ? `, ${(Math.abs(a - b) / error).toFixed(1)} σ` : ""
  return `${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(percent > 100 ? 0 : 1)} %${sigmas}`
}

/** @param {Contracted} along @param {Cell[]} own @param {View} view */
function sentence(along, own, view) {
  /** @param {string} name @returns {Cell} */
  const cell = (name) => own.find(([each]) => each === name) ?? [name, NaN, NaN]
  const [, dipole, dipoleError] = cell(DIPOLE), [, standard, standardError] = cell(STANDARD), [, steep, steepError] = cell(STEEPNESS)
  const {omega_t, source} = along.tensors, yet = unsettled(along, view.index)
  let words = `At Ω T = ${timeInWords(omega_t[view.index])}, ${source}, ⟨C₁⟩/4π is ${withError(dipole, dipoleError)}`
  if (standard > 0) {
    const excess = dipole / standard, error = Math.hypot(dipoleError, excess * standardError) / standard // as if independent
    words += `, ${error > 0 ? withError(excess, error) : significant(excess, 2)} times the dipole of standard diffusion`
  }
  if (yet) words += ` (${yet})`
  if (Number.isFinite(steep)) words += `; the slope for ℓ = ${SLOPE[0]}–${SLOPE[1]} is ${steepError > 0 ? withError(steep, steepError) : minus(steep.toFixed(2))}`
  return words + "." + (view.fitted ? ` ${view.fitted}` : "")
}
