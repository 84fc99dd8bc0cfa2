// The spectra of what is shown as a table: the columns of crviz/dashboard/drawer/spectra_table.py, which a test compares.

import {gradientWeights, PERPENDICULAR} from "../tensor.js"
import {shape} from "../shape.js"
import {Contracted} from "../view.js"

/** @typedef {import("../view.js").Tensors} Tensors */
/** @typedef {import("../view.js").View} View */
/** @typedef {import("../../panels/spectra/seeing.js").Observed} Observed */

/**
 * C_l at the time shown, for the chosen gradient and the perpendicular one, and of what is pinned for the chosen one.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view angles in radians
 * @param {Observed[]} observed those that are drawn @param {string[]} about lines of what it says of itself
 */
export function spectraTable(tensors, pinned, view, observed, about) {
  /** @type {Record<string, ArrayLike<number>>} */
  const first = {}, then = {}
  /** @param {string} which @param {Tensors} of @param {number[]} weights @param {number} t */
  const add = (which, of, weights, t) => {
    const along = new Contracted(of, weights), cl = along.estimate(t), error = along.estimateError(t), noise = along.noise(t)
    Object.assign(first, {[`C_l_${which}`]: cl, [`error_${which}`]: error})
    Object.assign(then, {
      [`ratio_${which}`]: cl.map((each) => each / cl[1]),
      [`ratio_error_${which}`]: error.map((each) => each / cl[1]),
      [`noise_${which}`]: cl.map(() => noise),
      [`cosmic_${which}`]: cl.map((each, l) => Math.sqrt(2 / (2 * l + 1)) * Math.abs(each)),
    })
  }
  const chosen = gradientWeights(view.theta, view.phi)
  add("chosen", tensors, chosen, view.index)
  add("perpendicular", tensors, PERPENDICULAR, view.index)
  if (pinned) add("pinned", pinned, chosen, view.pinnedIndex)
  const length = Math.max(...Object.values(first).map((each) => each.length)), theory = shape(view.p, view.form, length - 1)
  /** @type {Record<string, ArrayLike<number>>} */
  const columns = {...first, ...then, theory: [NaN, ...theory]}
  for (const {key, ell, cl, low, high} of observed) {
    /** @param {number[]} values */
    const at = (values) => Array.from({length}, (_, l) => { const i = ell.indexOf(l); return i < 0 || values[i] < 0 && values !== cl ? NaN : values[i] })
    Object.assign(columns, {[key]: at(cl), [`${key}_error_down`]: at(low), [`${key}_error_up`]: at(high)})
  }
  const rows = Array.from({length}, (_, l) => [l, ...Object.values(columns).map((values) => written(values[l]))])
  return [...about.map((line) => `# ${line}`), ["ell", ...Object.keys(columns)].join(), ...rows.map((row) => row.join()), ""].join("\n")
}

/** @param {number | undefined} value */
function written(value) { return value === undefined || Number.isNaN(value) ? "" : String(Number(value.toPrecision(6))) }
