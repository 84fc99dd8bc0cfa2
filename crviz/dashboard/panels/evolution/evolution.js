// Figure 1: <C_l>(T) for the chosen gradient (solid) and at right angles to the regular field (dotted).

import {Lines, beyond, steady, subscript} from "../../browser/lines.js"
import {Contracted, FOUR_PI} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

/** @typedef {import("../../browser/view.js").Held} Held */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */

const TIME_DECADES = 8
const ROOM_FOR_NAMES = 70 // pixels that the longest takes
const MULTIPOLES = Array.from({length: WIRE.evolving - 2}, (_, i) => i + 2)
const NAMED = new Set(["C₀", "C₁", "C₂", "C₉", "noise", "standard C₁"])

/**
 * {lines, band, names, x: [from, to], y: [from, to]} of columns and ranges.
 * @param {Held} held @param {Held | null} pinned @param {View} view @param {Colors} colors
 * @param {{omega_t: ArrayLike<number>, cl: [number, ArrayLike<number>][]} | null} analytic @param {number} width
 */
export function evolution(held, pinned, view, colors, analytic, width) {
  const chosen = Contracted.of(held, view.theta, view.phi)
  const lines = new Lines()
  drawn(lines, Contracted.perpendicular(held), colors, {dash: "dotted", alpha: 0.9, suffix: ", perpendicular"})
  const faint = {alpha: 0.35, suffix: ", pinned", few: true}
  const before = pinned ? drawn(lines, Contracted.of(pinned, view.theta, view.phi), colors, faint) : 0
  const top = steady(4 * Math.max(before, drawn(lines, chosen, colors, {named: true})))
  const floor = top / 10 ** TIME_DECADES
  if (analytic)
    for (const [l, values] of analytic.cl)
      lines.add(`C${subscript(l)} analytic`, analytic.omega_t, values, colors.accent, {dash: "dashed", width: 1.2})
  const times = held.omega_t, first = times[0], final = times[times.length - 1]
  return {
    lines: lines.columns,
    names: lines.names(0.42, floor),
    band: band(chosen),
    x: [first, beyond(first, final, ROOM_FOR_NAMES, width)],
    y: [floor, top],
  }
}

/**
 * Adds the lines of one gradient; returns the largest value of dipole, monopole and noise.
 * @param {Lines} lines @param {Contracted} contracted @param {Colors} colors
 * @param {{dash?: "solid" | "dotted", alpha?: number, suffix?: string, named?: boolean, few?: boolean}} options
 */
function drawn(lines, contracted, colors, {dash = "solid", alpha = 1, suffix = "", named = false, few = false}) {
  const times = contracted.held.omega_t
  /** @param {string} name @param {Float64Array} values @param {string} color @param {number} width */
  const add = (name, values, color, width) => {
    const y = values.map((v) => v / FOUR_PI)
    lines.add(name + suffix, times, y, color, {dash, width, alpha, named: named && NAMED.has(name)})
    return y.reduce((a, b) => (b > a ? b : a), 0)
  }
  if (!few) {
    for (const l of MULTIPOLES.filter((l) => l < contracted.evolving))
      add(`C${subscript(l)}`, contracted.evolution(l), colors.multipoles[l - 2], 1.3)
  }
  const tops = [
    few ? 0 : add("noise", contracted.against((t) => contracted.noise(t)), colors.noise, 2),
    add("C₀", contracted.evolution(0), colors.monopole, 2),
    add("C₁", contracted.evolution(1), colors.ink, 2.2),
  ]
  add("standard C₁", contracted.against((t) => contracted.number("standard", t)[0]), colors.standard, 2)
  return Math.max(...tops)
}

/** @param {Contracted} contracted */
function band(contracted) {
  const value = contracted.evolution(1)
  /** @type {Record<"x" | "low" | "high", number[]>} */
  const {x, low, high} = {x: [], low: [], high: []}
  value.forEach((c, t) => {
    const error = contracted.dipoleError(t)[1]
    if (!(c > 0) || !(error >= 0)) return
    x.push(contracted.held.omega_t[t])
    low.push(Math.max(c - error, c * 1e-3) / FOUR_PI) // a log axis knows no zero
    high.push((c + error) / FOUR_PI)
  })
  return {x, low, high}
}
