// What is read off the held arrays for one gradient: the numbers behind all figures and the summary.

import {PERPENDICULAR, contract, contractError, gradientWeights} from "./tensor.js"

export const FOUR_PI = 4 * Math.PI

// index of the time nearest to omegaT, as the server's Result.time_index
export function nearest(times, omegaT) {
  let best = 0
  for (let i = 1; i < times.length; i++)
    if (Math.abs(times[i] - omegaT) < Math.abs(times[best] - omegaT)) best = i
  return best
}

export class Contracted {
  // held: arrays of one result; weights: what each tensor component counts
  constructor(held, weights) {
    this.held = held
    this.weights = weights
    const times = held.omega_t.length
    this.multipoles = held.estimate.length / (6 * times)
    this.evolving = held.power.length / (6 * times)
  }

  static of(held, theta, phi) { return new Contracted(held, gradientWeights(theta, phi)) }
  static perpendicular(held) { return new Contracted(held, PERPENDICULAR) }

  noise(t) { return contract(this.held.noise, t, 1, this.weights)[0] }
  estimate(t) { return contract(this.held.estimate, t, this.multipoles, this.weights) }
  estimateError(t) { return this.#error("estimate", t, this.multipoles) }

  // value and error of one of "standard", "k", "running"
  number(name, t) {
    return [contract(this.held[name], t, 1, this.weights)[0], this.#error(name, t, 1)[0]]
  }

  // errors of the plain C_0 and C_1
  dipoleError(t) { return this.#error("dipole", t, 2) }

  // one multipole of the plain power against time
  evolution(l) {
    return Float64Array.from(this.held.omega_t, (_, t) => {
      let sum = 0
      for (let a = 0; a < 6; a++) sum += this.weights[a] * this.held.power[(t * 6 + a) * this.evolving + l]
      return sum
    })
  }

  against(f) { return Float64Array.from(this.held.omega_t, (_, t) => f(t)) }

  #error(name, t, size) {
    return contractError(this.held[`${name}_error`], this.held[`${name}_correlation`], t, size, this.weights)
  }
}
