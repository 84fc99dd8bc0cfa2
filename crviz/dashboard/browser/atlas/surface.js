// Between the points of the atlas: thin-plate splines, as crviz/atlas/interpolation.py has them (`Surface`).

/** @typedef {ArrayLike<number>} Numbers */

/**
 * @typedef {object} Mix what the points count at a place
 * @property {Float64Array} weights for what is smooth @property {Float64Array} near for what is not
 * @property {number} reach how far it is from them @property {number[]} around the corners of its cell
 * @property {number} point which of the points it is, or -1
 */

const SAME = 1e-9 // places closer than this in the logarithm are the point itself

export class Surface {
  /**
   * @param {{sigma2: number[], rl_over_lc: number[], spacing: number}} grid
   * @param {Numbers} coefficients (P + 3, P): what bending and plane count for each point
   */
  constructor({sigma2, rl_over_lc, spacing}, coefficients) {
    this.axes = [sigma2, rl_over_lc].map((axis) => axis.map(Math.log))
    this.points = this.axes[0].flatMap((x) => this.axes[1].map((y) => [x, y]))
    this.spacing = spacing
    this.coefficients = coefficients
    this.bending = this.points.map(([x, y]) => this.#bending(x, y)) // between the points
  }

  /** @param {number} x @param {number} y ln sigma2 and ln r_L/L_c @returns {Float64Array} */
  #bending(x, y) {
    return Float64Array.from(this.points, ([px, py]) => {
      const square = (x - px) ** 2 + (y - py) ** 2
      return square ? square * Math.log(square) / 2 : 0
    })
  }

  /**
   * Which point a place is, or -1.
   * @param {number} x @param {number} y
   */
  #point(x, y) { return this.points.findIndex(([px, py]) => Math.max(Math.abs(px - x), Math.abs(py - y)) < SAME) }

  /**
   * @param {number} sigma2 @param {number} radius r_L/L_c @returns {Mix}
   */
  at(sigma2, radius) {
    const x = Math.log(sigma2), y = Math.log(radius), number = this.points.length, point = this.#point(x, y)
    const weights = new Float64Array(number), near = new Float64Array(number)
    if (point >= 0) {
      weights[point] = 1
      return {weights, near, reach: 0, around: [point], point}
    }
    const bending = this.#bending(x, y), parts = [...bending, 1, x, y]
    parts.forEach((part, row) => { for (let p = 0; p < number; p++) weights[p] += part * this.coefficients[row * number + p] })
    let variance = 0, sum = 0
    for (let p = 0; p < number; p++) {
      let bent = 0
      for (let q = 0; q < number; q++) bent += weights[q] * this.bending[p][q]
      variance += weights[p] * (bent - 2 * bending[p])
      const [px, py] = this.points[p]
      near[p] = Math.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * this.spacing ** 2))
      sum += near[p]
    }
    const [rows, columns] = this.axes.map((axis, i) => corners(axis, i ? y : x))
    const around = rows.flatMap((row) => columns.map((column) => row * this.axes[1].length + column))
    return {weights, near: near.map((each) => each / sum), reach: Math.sqrt(Math.max(variance, 0)), around, point}
  }
}

/**
 * Indices of the values of an axis to both sides of one, or of its own alone.
 * @param {number[]} axis @param {number} value
 */
function corners(axis, value) {
  const above = axis.findIndex((each) => each >= value)
  return axis[above] === value ? [above] : [above - 1, above]
}

/**
 * sum_p w_p X[p, c] for all columns c.
 * @param {Numbers} weights @param {Numbers} values @returns {Float64Array}
 */
export function mixed(weights, values) {
  const columns = values.length / weights.length, out = new Float64Array(columns)
  for (let p = 0; p < weights.length; p++) {
    const weight = weights[p], first = p * columns
    if (weight !== 0) for (let c = 0; c < columns; c++) out[c] += weight * values[first + c]
  }
  return out
}
