// What one observer's sky scatters about the ensemble's mean, where the atlas knows it: crviz/atlas/one_sky.py.

import {gradientWeights} from "../../browser/tensor.js"
import {nearest} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */

const PARALLEL = gradientWeights(0, 0)

/**
 * Which gradient with quantiles one is: 0 along B0, 1 at right angles to it, -1 for one that is oblique.
 * @param {number} theta
 */
export function axisOf(theta) {
  const along = gradientWeights(theta, 0)[PARALLEL.indexOf(1)]
  return along > 1 - WIRE.nothing ? 0 : along < WIRE.nothing ? 1 : -1
}

/**
 * Quantiles over the mean, [low, high] of a quantity by its name, or null where they are not known.
 * @param {Tensors} tensors @param {string} name @param {number} axis @param {number} omegaT
 * @returns {[Float32Array, Float32Array] | null}
 */
export function scatter(tensors, name, axis, omegaT) {
  const times = tensors.scatter_times, values = tensors[`scatter_${name}`]
  const {beyond, steps, unknown} = WIRE.scatter
  if (axis < 0 || !times || !values || omegaT < times[0] / beyond || omegaT > times[times.length - 1] * beyond) return null
  const size = values.length / (4 * times.length), at = nearest(times, omegaT)
  /** @param {number} end */
  const row = (end) => Float32Array.from(values.slice(((end * 2 + axis) * times.length + at) * size, ((end * 2 + axis) * times.length + at + 1) * size),
    (each) => (each === unknown ? NaN : Math.exp(each / steps)))
  return [row(0), row(1)]
}
