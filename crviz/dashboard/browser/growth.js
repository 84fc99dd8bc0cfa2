// The analytic evolution of any place, from the modes of its power that the session has sent: crviz/theory/evolution.py, `evolve_by_diffusion`.

import {Contracted, FOUR_PI} from "./view.js"
import {WIRE} from "./wire.js"

const NEAR = 0.03 // below it the series: the difference is lost

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {{ell: number[], decay: Numbers, share: Numbers, p: number}} Modes of `theory.power_law_modes`: decay (M,), share (L, M) */

/**
 * What the session says of the analytic evolution: curves over 4 pi by their multipoles, or why there are none.
 * @param {import("./view.js").Tensors} tensors @param {Record<string, any>} values that are set, angles in degrees @param {Modes} modes
 */
export function grown(tensors, {theta, phi}, {ell, decay, share, p}) {
  const radians = Math.PI / 180, along = Contracted.of(tensors, theta * radians, phi * radians), times = tensors.omega_t
  const [k] = Contracted.of(tensors, 0, 0).number("k", times.length - 1)
  if (!(k > 0)) return {none: WIRE.noRate}
  const rate = 1 / (3 * k) / 2 ** p, amplitudes = new Float64Array(decay.length)
  /** @type {[number, number[]][]} */
  const cl = ell.map((each) => [each, []])
  let before = 0, square = 0
  for (let t = 0; t < times.length; t++) {
    const step = times[t] - before, now = 2 * times[t] * along.number("running", t)[0], mean = FOUR_PI / 3 * (now - square) / step
    const [begin, end] = t ? [mean, mean] : [0, 2 * mean] // up to the first time it grows from 0
    for (let m = 0; m < decay.length; m++) {
      const z = decay[m] * rate * step, whole = z ? -Math.expm1(-z) / z : 1, late = ramp(z)
      amplitudes[m] = Math.exp(-z) * amplitudes[m] + step * (begin * (whole - late) + end * late)
    }
    cl.forEach(([, values], l) => {
      let sum = 0
      for (let m = 0; m < decay.length; m++) sum += share[l * decay.length + m] * amplitudes[m]
      values.push(sum / FOUR_PI)
    })
    before = times[t]
    square = now
  }
  return {cl}
}

/** @param {number} z (z - 1 + exp(-z)) / z^2 for z >= 0 */
function ramp(z) {
  if (z < NEAR) return 1 / 2 - z / 6 * (1 - z / 4 * (1 - z / 5 * (1 - z / 6 * (1 - z / 7))))
  return (1 + Math.expm1(-z) / z) / z
}
