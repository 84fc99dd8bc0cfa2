// Eq. 15 for a rate of relative scattering that was drawn by hand: powers of 1 - x between some points, the last of them down to x = 1.

/** @typedef {{x: number, rate: number}} Point x increasing from -1 on, below 1; rate above 0 */

const ORDER = 64 // of Gauss and Legendre's rule in each stretch: exact for what P_l is up to l = 40 there

/**
 * The rate at some x: through the points by powers of 1 - x, beyond the last one (1 - x)^p.
 * @param {Point[]} points @param {number} p
 */
export function rateThrough(points, p) {
  const pieces = stretches(points, p)
  return (/** @type {number} */ x) => {
    const {at, rate, power} = pieces.find(({to}) => x < to) ?? pieces[pieces.length - 1]
    return rate * ((1 - x) / at) ** power
  }
}

/** @param {Point[]} points @param {number} p */
function stretches(points, p) {
  return points.map(({x, rate}, i) => {
    const next = points[i + 1]
    const power = next ? Math.log(next.rate / rate) / Math.log((1 - next.x) / (1 - x)) : p
    return {from: x, to: next ? next.x : 1, at: 1 - x, rate, power}
  })
}

/**
 * C_l / Q_1 = 3 / (2 l (l + 1)) integral x P_l(x) / nu_r(x), l = 1..lmax, as Eq. 15 is printed.
 * @param {Point[]} points @param {number} p of the last stretch, 0 < p < 1: the integral diverges from p = 1 on @param {number} lmax
 */
export function spectrumOfRate(points, p, lmax) {
  if (!(p > 0 && p < 1)) throw new RangeError(`p = ${p} must lie between 0 and 1, ends excluded.`)
  const out = new Float64Array(lmax), {nodes, weights} = gaussLegendre(ORDER)
  for (const {from, to, at, rate, power} of stretches(points, p)) {
    // 1 - x = u^m in the last stretch, m so that the weight (1 - x)^-p becomes a whole power of u, and what is left is smooth enough
    const last = to === 1, whole = Math.ceil(3 * (1 - p)), m = whole / (1 - p), ends = last ? [0, at ** (1 / m)] : [from, to]
    nodes.forEach((node, k) => {
      const u = (ends[0] + ends[1] + (ends[1] - ends[0]) * node) / 2, weight = weights[k] * (ends[1] - ends[0]) / 2
      const y = last ? u ** m : 1 - u, x = 1 - y
      const over = last ? weight * m * u ** (whole - 1) * at ** p / rate : weight * (at / y) ** power / rate
      let before = 1, legendreNow = x
      for (let l = 1; l <= lmax; l++) {
        out[l - 1] += over * x * legendreNow
        const next = ((2 * l + 1) * x * legendreNow - l * before) / (l + 1)
        before = legendreNow
        legendreNow = next
      }
    })
  }
  return out.map((sum, i) => 1.5 / ((i + 1) * (i + 2)) * sum)
}

/** @type {Map<number, {nodes: number[], weights: number[]}>} */
const rules = new Map()
/**
 * Gauss and Legendre's rule on [-1, 1], by Newton's method.
 * @param {number} order
 */
function gaussLegendre(order) {
  const known = rules.get(order)
  if (known) return known
  const nodes = [], weights = []
  for (let i = 0; i < order; i++) {
    let x = Math.cos(Math.PI * (i + 0.75) / (order + 0.5)), slopeThere = 1
    for (let round = 0; round < 20; round++) {
      let before = 1, now = x
      for (let l = 1; l < order; l++) [before, now] = [now, ((2 * l + 1) * x * now - l * before) / (l + 1)]
      slopeThere = order * (x * now - before) / (x * x - 1)
      x -= now / slopeThere
    }
    nodes.push(x)
    weights.push(2 / ((1 - x * x) * slopeThere * slopeThere))
  }
  const rule = {nodes, weights}
  rules.set(order, rule)
  return rule
}
