// Figure 2: power spectra at one time, simulated, analytic and observed.

import {Lines, beyond, steady} from "../../browser/lines.js"
import {exact} from "../../browser/numbers.js"
import {colorOf, seriesShown, worded} from "../../browser/series.js"
import {shape} from "../../browser/shape.js"
import {FOUR_PI} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */
/** @typedef {import("../../browser/view.js").Contracted} Contracted */
/** @typedef {import("../../browser/series.js").Series} Series */

/** @typedef {{name: string, marker: string, ell: number[], ratio: number[], low: number[], high: number[], noise: [string, number][]}} Observed */
/** @typedef {{value: number[], error: number[]}} Simulated over its unit, from l = 0 on; errors that are not known are 0 */

const SPECTRA = WIRE.figures.spectra
const FIRST = 0.85 // the dipole's mark stands free of the axis
const ROOM_FOR_A_LETTER = 7 // pixels, of the names of powers
const SIZE = 7.5 // pixels, of a mark

/**
 * {lines, names, marks, bars, band, x, y, label} of columns and ranges.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view @param {Colors} colors
 * @param {Observed[]} observed @param {number} width
 */
export function spectra(tensors, pinned, view, colors, observed, width) {
  const drawn = seriesShown(SPECTRA, tensors, pinned, view).map(([one, contracted, t]) =>
    ({one, found: simulated(contracted, t, view.normalized), last: contracted.multipoles - 1}))
  const dipole = drawn.find(({one}) => one.quantity === "variance")?.found.value[1] ?? NaN
  const top = view.normalized ? SPECTRA.headroom : steady(SPECTRA.headroom * dipole)
  const floor = top / 10 ** SPECTRA.decades
  const last = Math.max(...drawn.map((each) => each.last)), ell = Array.from({length: last}, (_, i) => i + 1)
  const power = `p = ${exact(view.p, 2)}`
  const lines = new Lines(), marks = new Marks(floor, colors)
  /** @param {Series} one @param {ArrayLike<number>} x @param {ArrayLike<number>} y */
  const line = (one, x, y, whose = "") => lines.add(worded(one.name, {power, whose}), x, y, colorOf(one, colors), one)
  let band = cosmicBand([], floor)
  for (const {one, found} of drawn) switch (one.quantity) {
    case "variance":
      band = cosmicBand(found.value, floor)
      break
    case "shape":
      line(one, ell, shape(one.p ?? view.p, view.form, last).map((v) => v * found.value[1]))
      break
    case "level":
      for (const each of observed)
        for (const [whose, level] of each.noise) line(one, [each.ell[0], each.ell[each.ell.length - 1]], [level, level], whose)
      break
    case "estimate":
      marks.estimates(one, found)
      break
    case "limit":
      marks.limits(one, found)
      break
    case "published":
      for (const each of observed) marks.published(one, each)
  }
  return {
    lines: lines.columns,
    names: lines.names(0.34, floor),
    marks: marks.marks,
    bars: marks.bars,
    band,
    x: [FIRST, beyond(FIRST, last, ROOM_FOR_A_LETTER * power.length, width)],
    y: [floor, top],
    label: SPECTRA.axes[view.normalized ? "normalized" : "absolute"][0],
  }
}

/**
 * Estimates at a time over their dipole, or over 4 pi.
 * @param {Contracted} contracted @param {number} t @param {boolean} normalized @returns {Simulated}
 */
function simulated(contracted, t, normalized) {
  const value = contracted.estimate(t), unit = normalized ? value[1] : FOUR_PI
  return {
    value: Array.from(value, (each) => each / unit),
    error: Array.from(contracted.estimateError(t), (each) => (each >= 0 ? each / unit : 0)),
  }
}

/**
 * What one observer's sky scatters about the mean over fields: sqrt(2 / (2l + 1)) of it, on either side, up to
 * the first multipole that is lost in the noise.
 * @param {number[]} mean @param {number} floor
 */
function cosmicBand(mean, floor) {
  /** @type {Record<"x" | "low" | "high", number[]>} */
  const {x, low, high} = {x: [], low: [], high: []}
  for (let l = 1; l < mean.length && mean[l] > floor; l++) {
    const spread = Math.sqrt(2 / (2 * l + 1))
    x.push(l); low.push(Math.max(mean[l] * (1 - spread), floor)); high.push(mean[l] * (1 + spread))
  }
  return {x, low, high}
}

class Marks {
  /** @type {Record<"x" | "y" | "marker" | "color" | "fill" | "size" | "alpha" | "name", any[]>} */
  marks = {x: [], y: [], marker: [], color: [], fill: [], size: [], alpha: [], name: []}
  /** @type {Record<"x" | "low" | "high" | "color" | "alpha" | "name", any[]>} */
  bars = {x: [], low: [], high: [], color: [], alpha: [], name: []}

  /** @param {number} floor @param {Colors} colors */
  constructor(floor, colors) { this.floor = floor; this.colors = colors }

  /** @param {Series} one @param {number} x @param {number} y */
  #mark(one, x, y, name = one.name, marker = one.marker) {
    const m = this.marks, color = colorOf(one, this.colors)
    m.x.push(x); m.y.push(y); m.marker.push(marker); m.color.push(color); m.name.push(name)
    m.fill.push(one.filled ? color : this.colors.ground); m.size.push(SIZE * one.size); m.alpha.push(one.alpha)
  }

  /**
   * A bar about a height; a log axis knows no zero.
   * @param {Series} one @param {number} x @param {number} y @param {number} down @param {number} up
   */
  #bar(one, x, y, down, up, name = one.name) {
    const b = this.bars
    b.x.push(x); b.low.push(Math.max(y - down, SPECTRA.least * this.floor)); b.high.push(y + up)
    b.color.push(colorOf(one, this.colors)); b.alpha.push(one.alpha); b.name.push(name)
  }

  /**
   * Estimates with errors, where they stand out of the noise.
   * @param {Series} one @param {Simulated} found
   */
  estimates(one, {value, error}) {
    for (let l = 1; l < value.length; l++) {
      if (!(value[l] > this.floor)) continue
      this.#mark(one, l, value[l])
      this.#bar(one, l, value[l], error[l], error[l])
    }
  }

  /**
   * Where the noise exceeds the power, upper limits of two errors.
   * @param {Series} one @param {Simulated} found
   */
  limits(one, {value, error}) {
    for (let l = 1; l < value.length; l++) {
      const limit = Math.max(value[l], 0) + 2 * error[l]
      if (!(value[l] > this.floor) && limit > this.floor) this.#mark(one, l, limit)
    }
  }

  /**
   * A published spectrum; an error that is not published has no bar.
   * @param {Series} one @param {Observed} observed
   */
  published(one, {name, marker, ell, ratio, low, high}) {
    const whose = worded(one.name, {whose: name})
    ell.forEach((l, i) => {
      this.#mark(one, l, ratio[i], whose, marker)
      if (low[i] >= 0 || high[i] >= 0) this.#bar(one, l, ratio[i], Math.max(low[i], 0), Math.max(high[i], 0), whose)
    })
  }
}
