// Symmetric tensors by their components, contracted with the gradient.
// The browser's counterpart of crviz/spectra.py, which stays the truth: a test compares the two.

import {WIRE} from "./wire.js"

/** @typedef {ArrayLike<number>} Numbers */

// of a tensor, and of a symmetric matrix between them
export const COMPONENTS = WIRE.components.length
export const COMPONENT_PAIRS = COMPONENTS * (COMPONENTS - 1) / 2

/**
 * What each component counts in g_i g_j X_ij. A cosine that is 0 but for rounding is 0, so that at right angles
 * to the field the parallel component does not count, though it may be NaN.
 * @param {number} theta @param {number} phi
 */
export function gradientWeights(theta, phi) {
  /** @param {number} angle */
  const cosine = (angle) => (Math.abs(Math.cos(angle)) < WIRE.nothing ? 0 : Math.cos(angle))
  /** @type {Record<string, number>} */
  const g = {x: Math.sin(theta) * cosine(phi), y: Math.sin(theta) * Math.sin(phi), z: cosine(theta)}
  return WIRE.components.map(([i, j]) => (i === j ? 1 : 2) * g[i] * g[j])
}

// the mean over the azimuth at right angles to the regular field
export const PERPENDICULAR = WIRE.components.map((pair) => (pair === "xx" || pair === "yy" ? 0.5 : 0))

/**
 * sum_a w_a X[row, a, l] for l = 0..size-1; X is flat with the shape (rows, components, size).
 * @param {Numbers} values @param {number} row @param {number} size @param {Numbers} weights
 */
export function contract(values, row, size, weights) {
  const out = new Float64Array(size)
  for (let a = 0; a < COMPONENTS; a++) {
    const weight = weights[a]
    if (weight === 0) continue
    const start = (row * COMPONENTS + a) * size
    for (let l = 0; l < size; l++) out[l] += weight * values[start + l]
  }
  return out
}

/**
 * sqrt(sum_ab w_a w_b C_ab): deviations (rows, components, size), correlations in steps (rows, pairs a < b, size).
 * @param {Numbers} deviations @param {Numbers} correlations @param {number} row @param {number} size
 * @param {Numbers} weights
 */
export function contractError(deviations, correlations, row, size, weights) {
  const variance = new Float64Array(size)
  let pair = 0
  for (let a = 0; a < COMPONENTS; a++) {
    const first = (row * COMPONENTS + a) * size
    if (weights[a] !== 0) for (let l = 0; l < size; l++) variance[l] += (weights[a] * deviations[first + l]) ** 2
    for (let b = a + 1; b < COMPONENTS; b++, pair++) {
      const weight = 2 * weights[a] * weights[b] / WIRE.correlationSteps
      if (weight === 0) continue
      const second = (row * COMPONENTS + b) * size, at = (row * COMPONENT_PAIRS + pair) * size
      for (let l = 0; l < size; l++)
        variance[l] += weight * deviations[first + l] * deviations[second + l] * correlations[at + l]
    }
  }
  return variance.map((v) => Math.sqrt(Math.max(v, 0)))
}
