// Figure 2: power spectra at one time, simulated, analytic and observed, each pair as it was measured.

import {Entries} from "../../browser/legend.js"
import {Lines, beyond, lineOf, steady} from "../../browser/lines.js"
import {exact} from "../../browser/numbers.js"
import {colorOf, gradientInWords, keyOf, seriesShown, worded} from "../../browser/series.js"
import {shape} from "../../browser/shape.js"
import {WIRE} from "../../browser/wire.js"
import {axisOf, scatter} from "./scatter.js"
import {Sight} from "./seeing.js"

/** @typedef {import("../../browser/view.js").Tensors} Tensors */
/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */
/** @typedef {import("../../browser/view.js").Contracted} Contracted */
/** @typedef {import("../../browser/series.js").Series} Series */
/** @typedef {import("./seeing.js").Observed} Observed */
/** @typedef {import("./seeing.js").Seen} Seen */
/** @typedef {import("./seeing.js").Window} Window */

const SPECTRA = WIRE.figures.spectra
/** @type {Record<string, string[]>} */
const AXES = SPECTRA.axes
const FIRST = 0.85 // the dipole's mark stands free of the axis
const ROOM_FOR_A_LETTER = 7 // pixels, of the names of powers
const SIZE = 7.5 // pixels, of a mark
const THEORY = 64 // multipoles that a window may mix into those that are drawn

/**
 * How everything is seen: through the windows of the chosen observed spectra and of own ones, or on the whole sky.
 * @param {View} view @param {Observed[]} observed @param {Window[]} windows
 * @param {{observed: Observed, window: Window}[]} [own] @returns {Sight[]}
 */
export function sights({observed: keys, normalization, d_ell: dEll}, observed, windows, own = []) {
  const wanted = String(keys).split(",")
  const shipped = wanted.flatMap((key) => observed.filter((each) => each.key === key)).map((each) => ({observed: each, window: windows[each.window]}))
  const chosen = normalization === "absolute" ? [] : [...shipped, ...own]
  if (!chosen.length) return [new Sight(normalization, dEll)]
  return chosen.map((each) => new Sight(normalization, dEll, each.observed, each.window))
}

/**
 * {lines, names, marks, bars, bands, x, y, label, legend} of columns, ranges and entries.
 * @param {Tensors} tensors @param {Tensors | null} pinned @param {View} view @param {Colors} colors
 * @param {Sight[]} seeing @param {{width: number, height: number}} frame in pixels
 * @param {Set<string>} hidden keys of series, and labels of what is observed
 */
export function spectra(tensors, pinned, view, colors, seeing, {width, height}, hidden = new Set()) {
  const several = seeing.length > 1, beside = seeing[0].observed !== null
  const shown = seriesShown(SPECTRA, tensors, pinned, view)
    .filter(([one]) => (beside || !one.data) && (one.several || !several))
  /** @type {Map<string, Seen[]>} */
  const known = new Map()
  /** @param {Series} one @param {Contracted} contracted @param {number} t */
  const seen = (one, contracted, t) => {
    const key = `${one.of} ${one.gradient}`
    if (!known.has(key)) known.set(key, seeing.map((sight) => sight.see(contracted.estimate(t), contracted.estimateError(t))))
    return known.get(key) ?? []
  }
  const drawn = shown.map(([one, contracted, t]) => ({one, contracted, t, found: seen(one, contracted, t)}))
  const chosen = drawn.find(({one}) => one.quantity === "scatter")?.found ?? []
  const top = upper(seeing, chosen), floor = top / 10 ** SPECTRA.decades
  const last = Math.max(...[...known.values()].flat().filter(({factor}) => Number.isFinite(factor)).map(({ell}) => ell[ell.length - 1]))
  const power = `p = ${exact(view.p, 2)}`
  const lines = new Lines(), marks = new Marks(floor, colors), bands = new Bands(), legend = new Entries()
  /** @param {Series} one @param {Sight} sight */
  const off = (one, {observed}) => one.quantity === "published" ? hidden.has(observed?.label ?? "")
    : hidden.has(keyOf(one)) || (one.quantity === "limit" && hidden.has(keyOf({...one, quantity: "estimate"})))
  for (const {one, contracted, t, found} of drawn) seeing.forEach((sight, number) => {
    const its = found[number], hide = off(one, sight)
    if (!Number.isFinite(its.factor)) return
    const own = of(one, sight, number, several, colors)
    // of several experiments the colours say which; what all of them have is said once
    const says = (words = {}, look = {}) => legend.add(one, several && one.role !== "noise" ? colors.ink : colorOf(own, colors),
      {gradient: gradientInWords(view), bars: "", ...words}, look)
    /** @param {Numbers} x @param {Numbers} y */
    const line = (x, y, whose = "") => hide || lines.add(worded(own.name, {power, whose}), x, y, colorOf(own, colors), own)
    switch (one.quantity) {
      case "scatter": {
        const name = `${sight.observed ? sight.observed.window : "sky"}_${sight.normalized ? "shape" : "cl"}`
        const known = scatter(tensors, name, axisOf(view.theta), tensors.omega_t[view.index])
        if (!hide) bands.add(one.alpha, colorOf(own, colors), its, known, sight.observed === null, floor)
        says({scatter: known ? WIRE.scatter.known : WIRE.scatter.gaussian})
        break
      }
      case "sky": {
        const cl = contracted.estimate(t), unit = sight.normalized ? cl[1] : 1 / its.factor
        const [x, y] = clear(multipoles(Math.min(cl.length - 1, last)), (l) => sight.power(l, cl[l] / unit), floor)
        line(x, y)
        says()
        break
      }
      case "shape": {
        const dipole = contracted.estimate(t)[1], theory = sight.see([0, ...shape(one.p ?? view.p, view.form, sight.observed ? THEORY : last)].map((each) => each * dipole))
        const within = theory.ell.map((l, i) => ({l, y: theory.value[i]})).filter(({l}) => l > 0 && l <= last)
        line(within.map(({l}) => l), within.map(({y}) => y))
        if (several) says({}, {words: `analytic, ${power}`})
        break
      }
      case "level":
        if (sight.observed) for (const [whose, level] of sight.observed.noise) {
          const {ell} = sight.observed, x = multipoles(ell[ell.length - 1]).filter((l) => l >= ell[0])
          line(x, x.map((l) => sight.power(l, level / sight.unit)), whose)
          says()
        }
        break
      case "estimate":
        if (!hide) marks.estimates(own, its)
        says()
        break
      case "limit":
        if (marks.limits(own, its, hide)) says()
        break
      case "published":
        if (!hide) marks.published(own, sight)
        if (sight.observed) says({}, {key: sight.observed.label, words: sight.observed.label, marker: sight.observed.marker})
    }
  })
  const unit = seeing[0].normalized ? "dipole" : view.normalization
  return {
    lines: lines.columns,
    names: lines.names(lineOf(Math.log10(top / floor), height), floor),
    marks: marks.marks,
    bars: marks.bars,
    bands: bands.columns,
    x: [FIRST, beyond(FIRST, last, ROOM_FOR_A_LETTER * power.length, width)],
    y: [floor, top],
    label: AXES[unit + (view.d_ell ? " D" : "")][0],
    legend: legend.all,
  }
}

/** @typedef {ArrayLike<number>} Numbers */

/** @param {number} last */
function multipoles(last) { return Array.from({length: last}, (_, i) => i + 1) }

/**
 * Where the axis of power ends: above what is observed, and what is simulated up to `above` that.
 * @param {Sight[]} seeing @param {Seen[]} chosen
 */
function upper(seeing, chosen) {
  if (!seeing[0].observed && seeing[0].normalized && !seeing[0].dEll) return SPECTRA.headroom
  const highest = seeing.map((sight, number) => {
    const {ell, value} = chosen[number], {observed} = sight
    const simulated = Math.max(...value.filter((each, i) => ell[i] > 0 && !Number.isNaN(each)))
    if (!observed) return simulated
    const published = Math.max(...observed.ell.map((l, i) => sight.power(l, observed.cl[i]))) / sight.unit
    return Number.isFinite(simulated) ? Math.max(published, Math.min(simulated, WIRE.above * published)) : published
  }).filter((height) => height > 0 && Number.isFinite(height))
  return highest.length ? steady(SPECTRA.headroom * Math.max(...highest)) : SPECTRA.headroom
}

/**
 * A series as it is drawn in one of the views: in a colour of its own, where there are several.
 * @param {Series} one @param {Sight} sight @param {number} number @param {boolean} several @param {Colors} colors
 * @returns {Series}
 */
function of(one, {observed}, number, several, colors) {
  const known = one.name.includes("{whose}")
  if (!several || !observed) return one
  const name = known ? one.name : `${one.name}, ${observed.label}`
  return {...one, name, role: "windows", shade: number % colors.windows.length, named: false}
}

/**
 * Points up to the first one that is not above the floor.
 * @param {number[]} x @param {(x: number) => number} height @param {number} floor @returns {[number[], number[]]}
 */
function clear(x, height, floor) {
  const y = x.map(height), end = y.findIndex((each) => !(each > floor))
  return end < 0 ? [x, y] : [x.slice(0, end), y.slice(0, end)]
}

/**
 * Between what 68 % of Gaussian skies lie; crviz/plots/content/seeing.py says how.
 * @param {number} value @param {number} deviation
 */
function quantiles(value, deviation) {
  const spread = deviation / value, middle = 1 - spread ** 2 / 9, half = WIRE.scatter.sigma * spread / 3
  return [value * Math.max(middle - half, 0) ** 3, value * (middle + half) ** 3]
}

// What one observer's sky scatters about the mean over fields, up to the first multipole that is lost in noise.
class Bands {
  /** @type {Record<"xs" | "ys" | "color" | "alpha" | "x" | "low" | "high", any[]>} */
  columns = {xs: [], ys: [], color: [], alpha: [], x: [], low: [], high: []}

  /**
   * @param {number} alpha @param {string} color @param {Seen} seen @param {[Numbers, Numbers] | null} known quantiles over the mean
   * @param {boolean} whole whether they begin with l = 0 @param {number} floor
   */
  add(alpha, color, {ell, value, gaussian}, known, whole, floor) {
    /** @type {number[]} */
    const x = [], low = [], high = []
    for (let i = whole ? 1 : 0; i < ell.length; i++) {
      const ends = known ? [value[i] * known[0][i], value[i] * known[1][i]] : quantiles(value[i], gaussian[i])
      if (!(value[i] > floor) || !ends.every(Number.isFinite)) break
      x.push(ell[i]); low.push(Math.max(ends[0], floor)); high.push(Math.max(ends[1], floor))
    }
    const c = this.columns
    c.xs.push([...x, ...x.slice().reverse()]); c.ys.push([...low, ...high.slice().reverse()])
    c.x.push(x); c.low.push(low); c.high.push(high)
    c.color.push(color); c.alpha.push(alpha)
  }
}

class Marks {
  /** @type {Record<"x" | "y" | "down" | "up" | "marker" | "color" | "fill" | "size" | "alpha" | "name", any[]>} */
  marks = {x: [], y: [], down: [], up: [], marker: [], color: [], fill: [], size: [], alpha: [], name: []}
  /** @type {Record<"x" | "low" | "high" | "color" | "alpha" | "name", any[]>} */
  bars = {x: [], low: [], high: [], color: [], alpha: [], name: []}

  /** @param {number} floor @param {Colors} colors */
  constructor(floor, colors) { this.floor = floor; this.colors = colors }

  /** @param {Series} one @param {number} x @param {number} y @param {number} down its error, NaN where not known @param {number} up */
  #mark(one, x, y, down, up, name = one.name, marker = one.marker) {
    const m = this.marks, color = colorOf(one, this.colors)
    m.x.push(x); m.y.push(y); m.down.push(down); m.up.push(up); m.marker.push(marker); m.color.push(color); m.name.push(name)
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
   * @param {Series} one @param {Seen} found
   */
  estimates(one, {ell, value, error}) {
    ell.forEach((l, i) => {
      if (!l || !(value[i] > this.floor)) return
      this.#mark(one, l, value[i], error[i], error[i])
      this.#bar(one, l, value[i], error[i], error[i])
    })
  }

  /**
   * Where the noise exceeds the power, upper limits of two errors; whether there are any.
   * @param {Series} one @param {Seen} found
   */
  limits(one, {ell, value, error}, hide = false) {
    let any = false
    ell.forEach((l, i) => {
      const limit = Math.max(value[i], 0) + 2 * error[i]
      if (!l || value[i] > this.floor || !(limit > this.floor)) return
      any = true
      if (!hide) this.#mark(one, l, limit, NaN, NaN)
    })
    return any
  }

  /**
   * A published spectrum; an error that is not published has no bar.
   * @param {Series} one @param {Sight} sight
   */
  published(one, sight) {
    const {observed, unit} = sight
    if (!observed) return
    const whose = worded(one.name, {whose: observed.name})
    observed.ell.forEach((l, i) => {
      /** @param {number} cl */
      const drawn = (cl) => sight.power(l, Math.max(cl, 0) / unit)
      const low = observed.low[i], high = observed.high[i], y = drawn(observed.cl[i])
      if (!(y > 0)) return
      this.#mark(one, l, y, low >= 0 ? drawn(low) : NaN, high >= 0 ? drawn(high) : NaN, whose, observed.marker)
      if (low >= 0 || high >= 0) this.#bar(one, l, y, drawn(low), drawn(high), whose)
    })
  }
}
