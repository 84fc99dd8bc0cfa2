// What is observed, in a table: where, at which energy, and what gradient it means.

import {digits, significant} from "../../browser/digits.js"
import {Contracted} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"
import {typeset} from "../../browser/typeset.js"
import {axisOf, scatter} from "./scatter.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("./seeing.js").Sight} Sight */
/** @typedef {import("./seeing.js").Observed} Observed */

/**
 * Fill a table with a column for each of the spectra that others are seen like.
 * @param {HTMLTableElement} table @param {Sight[]} sights @param {Tensors} tensors @param {View} view
 */
export function observedTable(table, sights, tensors, view) {
  const columns = sights.flatMap((sight) => (sight.observed ? [columnOf(sight, sight.observed, tensors, view)] : []))
  table.hidden = !columns.length
  if (!columns.length) return
  const names = columns[0].map(([name]) => name)
  table.replaceChildren(...names.map((name, row) => {
    const out = document.createElement("tr")
    out.append(cellOf(name && "row", name), ...columns.map((column) => cellOf(name ? "" : "col", column[row][1])))
    return out
  }))
}

/**
 * A head of a row or a column, or what is in them.
 * @param {string} scope @param {string} words
 */
function cellOf(scope, words) {
  const out = document.createElement(scope ? "th" : "td")
  if (scope) out.setAttribute("scope", scope)
  out.append(...typeset(words))
  return out
}

/**
 * [name of the row, words] of one spectrum.
 * @param {Sight} sight @param {Observed} observed @param {Tensors} tensors @param {View} view @returns {[string, string][]}
 */
function columnOf(sight, observed, tensors, view) {
  const factors = sight.factors(Contracted.of(tensors, view.theta, view.phi).estimate(view.index))
  const rigidity = observed.energy * WIRE.rigidityPerTeV / (view.b0 * view.lc), away = tensors.rl_over_lc / rigidity
  /** @param {"dipole" | "fit"} name */
  const gradient = (name) => {
    const known = scatter(tensors, `${observed.window}_${name}`, axisOf(view.theta), tensors.omega_t[view.index])
    return strength(factors[name], known)
  }
  const [first, last] = observed.fitted
  return [
    ["", observed.label],
    ["sky seen", observed.part],
    ["corrected for", observed.corrected],
    ["r_L / L_c", Number.isFinite(away) ? `${digits(rigidity, 2)}; simulated ${digits(tensors.rl_over_lc, 3)}, ${times(away)}` : "energy not given"],
    ["r_L |∇n|/n, fitted", `${gradient("fit")}, ℓ = ${first}–${last}`],
    ["from the dipole", gradient("dipole")],
  ]
}

/** @param {number} ratio */
function times(ratio) { return ratio >= 1 ? `${digits(ratio, 2)} times that` : `1/${digits(1 / ratio, 2)} of that` }

/** @param {number} power */
function raised(power) { return String(power).replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]) }

/**
 * What a factor means, and between what 68 % of single skies of the simulated fields put it.
 * @param {number} factor @param {[ArrayLike<number>, ArrayLike<number>] | null} known
 */
function strength(factor, known) {
  if (!(factor > 0)) return "–"
  const power = Math.floor(Math.log10(factor) / 2)
  /** @param {number} of */
  const said = (of) => significant(Math.sqrt(of) / 10 ** power, 2)
  const between = known && known[0][0] > 0 ? ` (${said(factor / known[1][0])} to ${said(factor / known[0][0])})` : ""
  return `${said(factor)}${between} × 10${raised(power)}`
}
