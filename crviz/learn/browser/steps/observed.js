// Step: the theory beside what was observed, through the window of the experiment or not.

import {shape} from "../../../dashboard/browser/shape.js"
import {Drawing, inDigits} from "../drawing.js"
import {compared} from "../windows.js"

const THEORY_L = 128

export class ObservedStep {
  controls = [
    {key: "p", from: 0.05, to: 0.95, step: 0.01, value: 0.5, say: (/** @type {number} */ value) => value.toFixed(2)},
    {key: "experiment", kind: "choice", value: 0},
    {key: "through", kind: "switch", value: true},
  ]

  constructor({pictures, named}, {observed}) {
    this.held = observed
    this.picture = new Drawing(pictures, {ratio: 0.6, least: 320, named})
  }

  draw({p, experiment, through}, {words}) {
    const one = this.held.spectra[experiment], window = this.held.windows[one.window]
    const cl = [0, ...shape(p, "printed", THEORY_L)]
    const seen = compared(cl, one, window, through), sky = compared(cl, one, window, false)
    const masked = through ? seen : compared(cl, one, window, true)
    const at2 = masked.ell.indexOf(2), changed = at2 < 0 ? NaN : masked.value[at2] / masked.factor / cl[2]
    this.#draw(one, cl, seen, through ? seen.factor : sky.factor, words.picture)
    const [first, last] = one.fitted
    return {
      numbers: {changed, off: seen.off, factor: seen.factor, value: seen.value},
      said: {p: p.toFixed(2), name: one.label, changed: inDigits(changed, 2), first: String(first), last: String(last), off: inDigits(seen.off, 2)},
      as: through ? "plain" : "whole",
    }
  }

  #draw(one, cl, seen, factor, words) {
    const {picture} = this, above = one.cl.map((each, i) => each + Math.max(one.high[i], 0)), below = one.cl.map((each, i) => Math.max(each - Math.max(one.low[i], 0), each / 1e3))
    const low = 10 ** Math.floor(Math.log10(one.level / 4)), high = 10 ** Math.ceil(Math.log10(Math.max(...above)))
    picture.begin().axes({from: 0.9, to: 30, log: true, label: words.ell, ticks: [1, 2, 3, 5, 10, 20, 30]}, {from: low, to: high, log: true, label: words.power})
    picture.line([0.9, 30], [one.level, one.level], "noise dotted").name(1, one.level * 1.25, words.noise, "noise")
    const ell = Array.from({length: 30}, (_, i) => i + 1)
    picture.line(ell, ell.map((l) => factor * cl[l]), "faint dashed thin")
    picture.line(seen.ell, seen.value, "accent").marks(seen.ell, seen.value, "full accent", 4, "diamond")
    picture.bars(one.ell, below, above, "blue thin").marks(one.ell, one.cl, "blue", 4.5)
    const end = seen.ell.length - 1
    picture.name(seen.ell[end] * 0.72, seen.value[end] / 1.9, words.theory, "accent haloed").name(one.ell[0] * 1.12, one.cl[0] * 1.1, words.data, "blue haloed")
    picture.end()
  }

  link({p, experiment}) { return {p: p.toFixed(2), observed: this.held.spectra[experiment].key, normalization: "fit", T: 100, theta: 0} }
}
