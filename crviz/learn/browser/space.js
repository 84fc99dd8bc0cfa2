// Orbits in space as they are seen from the side, a little from above, with B0 upwards: all in one scale.

import {inDigits} from "./drawing.js"

const TURN = -Math.PI / 5, RISE = Math.PI / 10 // of the eye about B0, and above the plane across it
const PAD = 26 // pixels

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./gyration.js").Path} Path */

/** @param {number} x @param {number} y @param {number} z */
function seen(x, y, z) {
  const far = x * Math.cos(TURN) + y * Math.sin(TURN), right = -x * Math.sin(TURN) + y * Math.cos(TURN)
  return [right, z * Math.cos(RISE) + far * Math.sin(RISE)]
}

/**
 * Draw paths with their starting point and ends; words for B0 and for the scale bar's unit come from the catalogue.
 * @param {Drawing} drawing @param {{path: ArrayLike<number>[], look: string, end?: boolean}[]} all each three of coordinates from the origin on
 * @param {{field: string, unit: string}} words
 */
export function drawInSpace(drawing, all, words) {
  const flat = all.map(({path}) => Array.from(path[0], (x, i) => seen(x, path[1][i], path[2][i])))
  let [left, right, low, high] = [0, 0, 0, 0]
  for (const points of flat) for (const [x, y] of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    low = Math.min(low, y)
    high = Math.max(high, y)
  }
  const scale = Math.min((drawing.width - 2 * PAD - 24) / Math.max(right - left, 2), (drawing.height - 2 * PAD - 14) / Math.max(high - low, 2))
  const middle = [(left + right) / 2, (low + high) / 2]
  drawing.x = (x) => drawing.width / 2 + 12 + (x - middle[0]) * scale
  drawing.y = (y) => drawing.height / 2 - 7 - (y - middle[1]) * scale
  flat.forEach((points, k) => {
    drawing.line([0, ...points.map(([x]) => x)], [0, ...points.map(([, y]) => y)], all[k].look)
    const end = points[points.length - 1]
    if (all[k].end && end) drawing.marks([end[0]], [end[1]], `full ${all[k].look}`, 5)
  })
  drawing.marks([0], [0], "open", 5)
  drawing.arrow([16, drawing.height - 40], [16, 30], "ink").text(8, 20, words.field)
  const length = roundBelow(drawing.width / 4 / scale)
  const y = drawing.height - 10
  drawing.parts.push(`<path class="line ink" d="M40 ${y}h${(length * scale).toFixed(1)}"/>`)
  drawing.text(46 + length * scale, y + 4, `${inDigits(length)} ${words.unit}`)
}

/** @param {number} value */
function roundBelow(value) {
  const base = 10 ** Math.floor(Math.log10(value))
  return base * /** @type {number} */ ([5, 2, 1].find((each) => each * base <= value))
}
