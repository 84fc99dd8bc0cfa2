// An orbit and its neighbours as the panel of orbits draws them: what panels/orbits/content.py gives, of a field that the browser follows itself.

import {intervals} from "./boris.js"

const SEPARATION_TIMES = 120
const MOST_DRAWN_TIMES = 850
const DRAWN_INTERVAL = 0.15 // 1/Omega
const MARGIN = 1 // r_L by which the field line may leave the box of the orbits
const MOST_LINE = 15 // L_c
const LINE_POINTS = 200 // each way

/** @typedef {{theta: number, phi: number}} Direction where on the sky the particle comes from [deg] */

/**
 * Unit vectors: minus a direction, and its neighbours on circles around that, circle after circle (crviz.neighbours.cone). x, then y, then z.
 * @param {Direction} direction @param {number[]} angles [deg] @param {number} neighbours on each circle
 */
export function cone(direction, angles, neighbours) {
  const [theta, phi] = [direction.theta, direction.phi].map((angle) => angle * Math.PI / 180)
  const axis = [-Math.sin(theta) * Math.cos(phi), -Math.sin(theta) * Math.sin(phi), -Math.cos(theta)]
  const azimuth = Math.atan2(axis[1], axis[0])
  const ePhi = [-Math.sin(azimuth), Math.cos(azimuth), 0]
  const eTheta = [ePhi[1] * axis[2], -ePhi[0] * axis[2], ePhi[0] * axis[1] - ePhi[1] * axis[0]]
  const vectors = [axis]
  for (const angle of angles) {
    const cos = Math.cos(angle * Math.PI / 180), sin = Math.sin(angle * Math.PI / 180)
    for (let k = 0; k < neighbours; k++) {
      const turn = 2 * Math.PI * k / neighbours
      vectors.push(axis.map((along, i) => cos * along + sin * (Math.cos(turn) * eTheta[i] + Math.sin(turn) * ePhi[i])))
    }
  }
  return Float64Array.from([0, 1, 2].flatMap((i) => vectors.map((vector) => vector[i])))
}

// The times that are drawn and those of the separations [1/Omega].
/** @param {number} last */
function bundleTimes(last) {
  const number = Math.min(MOST_DRAWN_TIMES, 2 + Math.ceil(last / DRAWN_INTERVAL))
  const first = Math.min(0.1, last / 100)
  return {
    drawn: Array.from({length: number}, (_, k) => last * k / (number - 1)),
    spread: Array.from({length: SEPARATION_TIMES}, (_, k) =>
      k === SEPARATION_TIMES - 1 ? last : first * (last / first) ** (k / (SEPARATION_TIMES - 1))),
  }
}

/**
 * Times [1/Omega] at which orbits are recorded that take the very steps of the sky's: recorded times, and whole numbers of steps between them.
 * @param {number[]} omegaT the sky's @param {number} last @param {number} step
 */
export function stops(omegaT, last, step) {
  const recorded = [...omegaT.filter((time) => time < last), last]
  const {numbers, sizes} = intervals(recorded, step), apart = bundleTimes(last).drawn[1]
  const between = recorded.flatMap((_, t) => {
    const every = Math.max(1, Math.round(apart / sizes[t])), begin = t > 0 ? recorded[t - 1] : 0
    return Array.from({length: Math.ceil(numbers[t] / every) - 1}, (_, k) => begin + sizes[t] * every * (k + 1))
  })
  return [...recorded, ...between].sort((a, b) => a - b)
}

/**
 * Places (M, n) of one coordinate by the cubics between the stops, whose ends have position and direction.
 * @param {ArrayLike<number>} wanted M times, increasing @param {ArrayLike<number>} known @param {(stop: number) => number} r @param {(stop: number) => number} p
 */
function along(wanted, known, r, p) {
  let k = 0
  return Float64Array.from(wanted, (time) => {
    while (k < known.length - 2 && known[k + 1] < time) k++
    const h = known[k + 1] - known[k], s = (time - known[k]) / h
    const change = r(k + 1) - r(k), from = -p(k) * h - change, to = -p(k + 1) * h - change
    return r(k) + s * (change + (1 - s) * ((1 - s) * from - s * to))
  })
}

/**
 * What is drawn, but for the field line.
 * @param {{realization: number, direction: Direction, angles: number[], neighbours: number}} asked
 * @param {number[]} known the stops @param {Float64Array} directions @param {Float64Array} r (T, 3, n) @param {Float64Array} p
 */
export function bundleOf({realization, direction, angles, neighbours}, known, directions, r, p) {
  const n = directions.length / 3, last = known[known.length - 1], {drawn, spread} = bundleTimes(last), begun = [0, ...known]
  /** @param {number[]} wanted @param {number} orbit */
  const path = (wanted, orbit) => [0, 1, 2].map((i) => along(wanted, begun,
    (k) => (k === 0 ? 0 : r[(3 * (k - 1) + i) * n + orbit]),
    (k) => (k === 0 ? directions[i * n + orbit] : p[(3 * (k - 1) + i) * n + orbit])))
  const shown = [0, ...angles.map((_, a) => 1 + a * neighbours)]
  const positions = new Float32Array(3 * shown.length * drawn.length)
  shown.forEach((orbit, k) => path(drawn, orbit).forEach((each, i) => positions.set(each, (3 * k + i) * drawn.length)))
  const separations = new Float32Array(angles.length * spread.length), first = path(spread, 0)
  angles.forEach((_, a) => {
    const squares = new Float64Array(spread.length)
    for (let orbit = 1 + a * neighbours; orbit <= (a + 1) * neighbours; orbit++)
      path(spread, orbit).forEach((each, i) => each.forEach((place, t) => { squares[t] += (place - first[i][t]) ** 2 }))
    separations.set(squares.map((each) => Math.sqrt(each / neighbours)), a * spread.length)
  })
  return {
    realization, ...direction, omega_t_max: last, angles, neighbours, positions, separations,
    separation_times: Float32Array.from(spread),
  }
}

// low and high of x, y and z, and the farthest from the origin
/** @param {Float32Array} positions (., 3, .) @param {number} rows */
function extent(positions, rows) {
  const size = positions.length / rows / 3, low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity]
  let reach = 0
  for (let row = 0; row < rows; row++)
    for (let t = 0; t < size; t++) {
      const place = [0, 1, 2].map((i) => positions[(3 * row + i) * size + t])
      place.forEach((each, i) => {
        low[i] = Math.min(low[i], each)
        high[i] = Math.max(high[i], each)
      })
      reach = Math.max(reach, Math.hypot(...place))
    }
  return {low, high, reach}
}

// The length of the field line each way [r_L], and its points.
/** @param {Float32Array} positions @param {number} rows @param {number} rlOverLc */
export function lineBeside(positions, rows, rlOverLc) {
  return {length: Math.min(extent(positions, rows).reach, MOST_LINE / rlOverLc), points: LINE_POINTS}
}

// A field line as far as it stays in the box of some orbits, (3, .).
/** @param {Float64Array} line @param {Float32Array} positions @param {number} rows */
export function within(line, positions, rows) {
  const {low, high} = extent(positions, rows), size = line.length / 3, middle = (size - 1) / 2
  /** @param {number} at */
  const outside = (at) => [0, 1, 2].some((i) => Math.max(low[i] - line[i * size + at], line[i * size + at] - high[i]) > MARGIN)
  let first = middle, last = middle
  while (first > 0 && !outside(first - 1)) first--
  while (last < size - 1 && !outside(last + 1)) last++
  return Float32Array.from([0, 1, 2].flatMap((i) => [...line.subarray(i * size + first, i * size + last + 1)]))
}
