// Figure 2: power spectra at one time, simulated, analytic and observed.

import {Lines, beyond, steady} from "../../browser/lines.js"
import {exact} from "../../browser/numbers.js"
import {shape} from "../../browser/shape.js"
import {Contracted, FOUR_PI} from "../../browser/view.js"

/** @typedef {import("../../browser/view.js").Held} Held */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */

/** @typedef {{name: string, marker: string, ell: number[], ratio: number[], low: number[], high: number[], noise: [string, number][]}} Observed */

const ELL_DECADES = 6.5
const FIRST = 0.85 // the dipole's mark stands free of the axis
const ROOM_FOR_A_LETTER = 7 // pixels, of the names of powers
/** @type {[string, number, "dotted" | "dashed" | "dotdash"][]} */
const PAPER_POWERS = [["p = 1/3", 1 / 3, "dotted"], ["p = 1/2", 1 / 2, "dashed"], ["p = 2/3", 2 / 3, "dotdash"]]

/**
 * {lines, names, marks, bars, band, x, y, label} of columns and ranges.
 * @param {Held} held @param {Held | null} pinned @param {View} view @param {Colors} colors
 * @param {Observed[]} observed @param {number} width
 */
export function spectra(held, pinned, view, colors, observed, width) {
  const t = view.index
  const chosen = Contracted.of(held, view.theta, view.phi)
  const dipole = chosen.estimate(t)[1]
  const unit = view.normalized ? dipole : FOUR_PI
  const top = view.normalized ? 3 : steady(3 * dipole / FOUR_PI)
  const floor = top / 10 ** ELL_DECADES
  const marks = new Marks(floor, colors.ground)
  const perpendicular = Contracted.perpendicular(held)
  marks.simulated(perpendicular, t, view, "perpendicular", "triangle", colors.monopole, 1)
  let last = chosen.multipoles - 1
  if (pinned) {
    const at = view.pinnedIndex
    last = Math.max(last, Contracted.perpendicular(pinned).multipoles - 1)
    marks.simulated(Contracted.perpendicular(pinned), at, view, "pinned, perpendicular", "triangle", colors.monopole, 0.3)
    marks.simulated(Contracted.of(pinned, view.theta, view.phi), at, view, "pinned", "diamond", colors.ink, 0.3)
  }
  marks.simulated(chosen, t, view, "chosen gradient", "diamond", colors.ink, 1)
  const lines = new Lines()
  /** @param {number} p */
  const curve = (p) => shape(p, view.form, last).map((v) => v * dipole / unit)
  const ell = Float64Array.from({length: last}, (_, i) => i + 1)
  for (const [name, p, dash] of PAPER_POWERS)
    lines.add(name, ell, curve(p), colors.analytic, {dash, width: 1.4, named: true})
  const name = `p = ${exact(view.p, 2)}`
  lines.add(name, ell, curve(view.p), colors.accent, {width: 2.2, named: true})
  if (view.observed && view.normalized) {
    for (const one of observed) {
      marks.observed(one, colors)
      for (const [whose, level] of one.noise)
        lines.add(`noise, ${whose}`, [1, last], [level, level], colors.noise, {dash: "dotted", width: 1.2})
    }
  }
  return {
    lines: lines.columns,
    names: lines.names(0.34, floor),
    marks: marks.marks,
    bars: marks.bars,
    band: cosmicBand(chosen.estimate(t), unit, floor),
    x: [FIRST, beyond(FIRST, last, ROOM_FOR_A_LETTER * name.length, width)],
    y: [floor, top],
    label: view.normalized ? "C_ℓ / C₁" : "C_ℓ / 4π  [(r_L |∇n|/n)²]",
  }
}

/**
 * What one observer's sky scatters about the mean over fields: sqrt(2 / (2l + 1)) of it, on either side, up to
 * the first multipole that is lost in the noise.
 * @param {Float64Array} mean @param {number} unit @param {number} floor
 */
function cosmicBand(mean, unit, floor) {
  /** @type {Record<"x" | "low" | "high", number[]>} */
  const {x, low, high} = {x: [], low: [], high: []}
  for (let l = 1; l < mean.length && mean[l] / unit > floor; l++) {
    const height = mean[l] / unit, spread = Math.sqrt(2 / (2 * l + 1))
    x.push(l); low.push(Math.max(height * (1 - spread), floor)); high.push(height * (1 + spread))
  }
  return {x, low, high}
}

class Marks {
  /** @type {Record<"x" | "y" | "marker" | "color" | "fill" | "size" | "alpha" | "name", any[]>} */
  marks = {x: [], y: [], marker: [], color: [], fill: [], size: [], alpha: [], name: []}
  /** @type {Record<"x" | "low" | "high" | "color" | "alpha", any[]>} */
  bars = {x: [], low: [], high: [], color: [], alpha: []}

  /** @param {number} floor @param {string} ground */
  constructor(floor, ground) { this.floor = floor; this.ground = ground }

  /**
   * @param {number} x @param {number} y @param {string} marker @param {string} color @param {string} fill
   * @param {number} size @param {number} alpha @param {string} name
   */
  #mark(x, y, marker, color, fill, size, alpha, name) {
    const m = this.marks
    m.x.push(x); m.y.push(y); m.marker.push(marker); m.color.push(color); m.fill.push(fill)
    m.size.push(size); m.alpha.push(alpha); m.name.push(name)
  }

  /** @param {number} x @param {number} low @param {number} high @param {string} color @param {number} alpha */
  #bar(x, low, high, color, alpha) {
    const b = this.bars
    b.x.push(x); b.low.push(Math.max(low, this.floor / 3)); b.high.push(high); b.color.push(color); b.alpha.push(alpha)
  }

  /**
   * Estimates with errors; where the noise exceeds the power, upper limits of two errors instead.
   * @param {Contracted} contracted @param {number} t @param {View} view @param {string} name
   * @param {string} marker @param {string} color @param {number} alpha
   */
  simulated(contracted, t, view, name, marker, color, alpha) {
    const value = contracted.estimate(t), error = contracted.estimateError(t)
    const unit = view.normalized ? value[1] : FOUR_PI
    for (let l = 1; l < value.length; l++) {
      const height = value[l] / unit, width = error[l] >= 0 ? error[l] / unit : 0
      if (height > this.floor) {
        this.#mark(l, height, marker, color, color, 7.5, alpha, name)
        this.#bar(l, height - width, height + width, color, alpha)
      } else if (Math.max(height, 0) + 2 * width > this.floor) {
        const limit = Math.max(height, 0) + 2 * width
        this.#mark(l, limit, "inverted_triangle", color, this.ground, 6, alpha * 0.7, `${name}, upper limit`)
      }
    }
  }

  /** @param {Observed} one @param {Colors} colors */
  observed(one, colors) {
    one.ell.forEach((l, i) => {
      this.#mark(l, one.ratio[i], one.marker, colors.noise, this.ground, 7, 1, one.name)
      if (one.low[i] >= 0) this.#bar(l, one.ratio[i] - one.low[i], one.ratio[i] + one.high[i], colors.noise, 0.8)
    })
  }
}
