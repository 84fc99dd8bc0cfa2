// Figure 1: <C_l>(T) for the chosen gradient (solid) and at right angles to the regular field (dotted).

import {Entries} from "../../browser/legend.js"
import {Lines, beyond, lineOf, steady} from "../../browser/lines.js"
import {exact} from "../../browser/numbers.js"
import {colorOf, gradientInWords, keyOf, seriesShown} from "../../browser/series.js"
import {FOUR_PI} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */
/** @typedef {import("../../browser/view.js").Contracted} Contracted */
/** @typedef {import("../../browser/series.js").Series} Series */

/** @typedef {[number, ArrayLike<number>][]} Curves of the analytic evolution over 4 pi, by their multipoles */

const ROOM_FOR_NAMES = 86 // pixels that the longest takes
const EVOLUTION = WIRE.figures.evolution

/**
 * {lines, band, names, x: [from, to], y: [from, to], legend} of columns, ranges and entries.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view @param {Colors} colors
 * @param {Curves} analytic @param {{width: number, height: number}} frame in pixels
 * @param {Set<string>} hidden keys of series
 */
export function evolution(tensors, pinned, view, colors, analytic, {width, height}, hidden = new Set()) {
  const lines = new Lines(), times = tensors.omega_t, first = times[0], final = times[times.length - 1]
  const legend = new Entries(), words = {gradient: gradientInWords(view), power: `p = ${exact(view.p, 2)}`}
  let band = bandAbout([], [], []), largest = 0
  for (const [one, contracted] of seriesShown(EVOLUTION, tensors, pinned, view)) {
    const values = valuesOf(one, contracted, analytic)
    if (!values) continue
    const errors = errorsOf(one, contracted), color = colorOf(one, colors)
    legend.add(one, color, words)
    if (hidden.has(keyOf(one))) {} // the axis stays as it is
    else if (one.quantity === "error") band = bandAbout(times, values, errors)
    else lines.add(one.name, contracted.tensors.omega_t, values, color, one, errors)
    if (one.bounds) largest = values.reduce((a, b) => (b > a ? b : a), largest)
  }
  const top = steady(EVOLUTION.headroom * largest), floor = top / 10 ** EVOLUTION.decades
  return {
    lines: lines.columns,
    names: lines.names(lineOf(EVOLUTION.decades, height), floor),
    band,
    x: [first, beyond(first, final, ROOM_FOR_NAMES, width)],
    y: [floor, top],
    legend: legend.all,
  }
}

/**
 * What a series shows against time, over 4 pi; nothing where that is not there.
 * @param {Series} one @param {Contracted} contracted @param {Curves} analytic
 * @returns {number[] | undefined}
 */
function valuesOf({quantity, multipole}, contracted, analytic) {
  if (quantity === "analytic") {
    const curve = analytic.find(([l]) => l === multipole)
    return curve && Array.from(curve[1])
  }
  const plain = multipole ?? 0
  if (plain >= contracted.evolving) return undefined
  const values = quantity === "noise" ? contracted.against((t) => contracted.noise(t))
    : quantity === "standard" ? contracted.against((t) => contracted.number("standard", t)[0])
      : contracted.evolution(plain)
  return Array.from(values, (value) => value / FOUR_PI)
}

/**
 * Standard errors of what a series shows, over 4 pi, as far as they are known.
 * @param {Series} one @param {Contracted} contracted @returns {ArrayLike<number>}
 */
function errorsOf({quantity, multipole}, contracted) {
  if (quantity === "standard") return contracted.against((t) => contracted.number("standard", t)[1] / FOUR_PI)
  const known = (quantity === "power" || quantity === "error") && multipole !== null && multipole < 2
  return known ? contracted.against((t) => contracted.dipoleError(t)[multipole] / FOUR_PI) : []
}

/**
 * The band of an error about a power, as far as both are known; a log axis knows no zero.
 * @param {ArrayLike<number>} times @param {number[]} power @param {ArrayLike<number>} error
 */
function bandAbout(times, power, error) {
  /** @type {Record<"x" | "low" | "high", number[]>} */
  const {x, low, high} = {x: [], low: [], high: []}
  power.forEach((value, t) => {
    if (!(value > 0) || !(error[t] >= 0)) return
    x.push(times[t])
    low.push(Math.max(value - error[t], value * EVOLUTION.least))
    high.push(value + error[t])
  })
  return {x, low, high}
}
