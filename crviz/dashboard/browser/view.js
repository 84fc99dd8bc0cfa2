// What is read off the tensors arrays for one gradient: the numbers behind all figures and the summary.

import {COMPONENTS, PERPENDICULAR, contract, contractError, gradientWeights} from "./tensor.js"

export const FOUR_PI = 4 * Math.PI

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {Record<string, any> & {ink: string, ground: string, multipoles: string[]}} Colors of a theme, by role */
/** @typedef {{theta: number, phi: number, index: number, pinnedIndex: number, [key: string]: any}} View what is set */
/** @typedef {{source: string, omega_t: Numbers, [name: string]: any}} Tensors arrays of one result, as tensors.py has them */

/**
 * Index of the time nearest to omegaT, as the server's Result.time_index.
 * @param {Numbers} times @param {number} omegaT
 */
export function nearest(times, omegaT) {
  let best = 0
  for (let i = 1; i < times.length; i++)
    if (Math.abs(times[i] - omegaT) < Math.abs(times[best] - omegaT)) best = i
  return best
}

export class Contracted {
  /**
   * @param {Tensors} tensors
   * @param {Numbers} weights what each tensor component counts
   */
  constructor(tensors, weights) {
    this.tensors = tensors
    this.weights = weights
    const times = tensors.omega_t.length
    this.multipoles = tensors.estimate.length / (COMPONENTS * times)
    this.evolving = tensors.power.length / (COMPONENTS * times)
  }

  /** @param {Tensors} tensors @param {number} theta @param {number} phi */
  static of(tensors, theta, phi) { return new Contracted(tensors, gradientWeights(theta, phi)) }
  /** @param {Tensors} tensors */
  static perpendicular(tensors) { return new Contracted(tensors, PERPENDICULAR) }

  /** @param {number} t */
  noise(t) { return contract(this.tensors.noise, t, 1, this.weights)[0] }
  /** @param {number} t */
  estimate(t) { return contract(this.tensors.estimate, t, this.multipoles, this.weights) }
  /** @param {number} t */
  estimateError(t) { return this.#error("estimate", t, this.multipoles) }

  /**
   * Value and error.
   * @param {"standard" | "k" | "running"} name @param {number} t @returns {[number, number]}
   */
  number(name, t) {
    return [contract(this.tensors[name], t, 1, this.weights)[0], this.#error(name, t, 1)[0]]
  }

  /**
   * Errors of the plain C_0 and C_1.
   * @param {number} t
   */
  dipoleError(t) { return this.#error("dipole", t, 2) }

  /**
   * One multipole of the plain power against time.
   * @param {number} l
   */
  evolution(l) {
    return Float64Array.from(this.tensors.omega_t, (_, t) => {
      let sum = 0
      for (let a = 0; a < COMPONENTS; a++) sum += this.weights[a] * this.tensors.power[(t * COMPONENTS + a) * this.evolving + l]
      return sum
    })
  }

  /** @param {(t: number) => number} f */
  against(f) { return Float64Array.from(this.tensors.omega_t, (_, t) => f(t)) }

  /** @param {string} name @param {number} t @param {number} size */
  #error(name, t, size) {
    return contractError(this.tensors[`${name}_error`], this.tensors[`${name}_correlation`], t, size, this.weights)
  }
}
