// Series of Figures 1 and 2, as crviz/plots/content/series.py says them: which are shown, of what, and how they look.

import {Contracted} from "./view.js"

const LINES = ["power", "noise", "standard"] // of Figure 1, which one entry of its legend stands for

/** @typedef {import("./view.js").Tensors} Tensors */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Colors} Colors */

/**
 * @typedef {object} Series
 * @property {string} name @property {string} quantity @property {string} role @property {number | null} shade
 * @property {string} of @property {string} gradient @property {number | null} multipole @property {number | null} p
 * @property {string} dash @property {number} width @property {string} marker @property {boolean} filled
 * @property {number} size @property {number} alpha @property {boolean} named @property {string[]} switches
 * @property {string} legend @property {boolean} bounds @property {boolean} data @property {boolean} several
 */

/**
 * Those that are shown, each with what it is read off and the index of the time in that; all switches must be on.
 * @param {{series: Series[]}} content @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view
 * @returns {[Series, Contracted, number][]}
 */
export function seriesShown({series}, tensors, pinned, view) {
  /** @param {Tensors} arrays */
  const along = (arrays) => ({chosen: Contracted.of(arrays, view.theta, view.phi), perpendicular: Contracted.perpendicular(arrays)})
  /** @type {Record<string, Record<string, Contracted>>} */
  const found = {shown: along(tensors), ...(pinned ? {pinned: along(pinned)} : {})}
  return series.filter(({of, switches}) => found[of] && switches.every((name) => view[name]))
    .map((one) => [one, found[one.of][one.gradient], one.of === "pinned" ? view.pinnedIndex : view.index])
}

/**
 * What it is hidden by: the lines of a gradient together, everything else by what it is.
 * @param {Series} one
 */
export function keyOf({quantity, of, gradient}) { return LINES.includes(quantity) ? `${of} ${gradient}` : `${quantity} ${of} ${gradient}` }

/**
 * Its colour in a theme.
 * @param {Series} one @param {Colors} colors
 */
export function colorOf({role, shade}, colors) { return shade === null ? colors[role] : colors[role][shade] }

/**
 * The chosen gradient as a legend says it; crviz/plots/content/figure.py does so in Python.
 * @param {View} view
 */
export function gradientInWords({theta, phi}) {
  const [polar, azimuth] = [theta, phi].map((angle) => Number((angle * 180 / Math.PI).toPrecision(6)))
  return polar === 0 ? "parallel to B₀" : polar === 90 ? "perpendicular to B₀" : `θ = ${polar}°, φ = ${azimuth}°`
}

/**
 * A name with words in place of their keys in braces.
 * @param {string} name @param {Record<string, string>} words
 */
export function worded(name, words) { return name.replace(/\{(\w+)\}/g, (_, key) => words[key]) }
