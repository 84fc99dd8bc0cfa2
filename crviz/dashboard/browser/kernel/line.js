// The field line through the origin, dx/ds = B/|B|, by the scheme of Runge and Kutta with steps that resolve the shortest waves.

import {sumWaves} from "./boris.js"

const OF_A_RADIAN = 1.25 // of the phase of the shortest wave, in a step: such waves hardly bend the line

/**
 * Points at equal steps of arc length from -length to length: x, then y, then z.
 * @param {Float64Array} waves as `inTurns` has them @param {ArrayLike<number>} cosine
 * @param {number} shortest the largest wave number [1/r_L] @param {number} length [r_L] @param {number} points each way, beside the origin
 */
export function fieldLine(waves, cosine, shortest, length, points) {
  const number = 2 * points + 1, out = new Float64Array(3 * number), b = new Float64Array(3)
  const substeps = Math.max(1, Math.ceil(length / points * shortest / OF_A_RADIAN)), h = length / points / substeps
  for (const way of [1, -1]) {
    /** @param {number[]} x @returns {number[]} */
    const slope = ([x, y, z]) => {
      sumWaves(waves, cosine, x, y, z, b)
      const scale = way / Math.hypot(b[0], b[1], b[2] + 1)
      return [scale * b[0], scale * b[1], scale * (b[2] + 1)]
    }
    /** @param {number[]} x @param {number[]} k @param {number} by */
    const moved = (x, k, by) => x.map((each, i) => each + by * k[i])
    let x = [0, 0, 0]
    for (let point = 1; point <= points; point++) {
      for (let step = 0; step < substeps; step++) {
        const k1 = slope(x), k2 = slope(moved(x, k1, h / 2)), k3 = slope(moved(x, k2, h / 2)), k4 = slope(moved(x, k3, h))
        x = x.map((each, i) => each + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]))
      }
      x.forEach((each, i) => { out[i * number + points + way * point] = each })
    }
  }
  return out
}
