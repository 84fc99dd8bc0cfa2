// Step: dipoles of more and more fields, their mean, and the mean of their squares.

import {averaged} from "../dipoles.js"
import {Drawing, inDigits} from "../drawing.js"

const SAID_FROM = 2 // fields: one has no scatter

export class EnsembleStep {
  constructor({pictures, named}, {dipoles}) {
    this.dipoles = dipoles
    const most = dipoles.values.length / 9
    this.controls = [
      {key: "fields", from: 1, to: most, value: 12, say: String},
      {key: "across", kind: "switch", value: false},
    ]
    this.arrows = new Drawing(pictures, {ratio: 0.95, named})
    this.means = new Drawing(pictures, {ratio: 0.95})
    this.all = [0, 2].map((component) => Array.from({length: most}, (_, i) => averaged(dipoles.values, component, i + 1)))
  }

  draw({fields, across}, {words}) {
    const all = this.all[across ? 0 : 1], now = all[fields - 1]
    this.#drawArrows(fields, across ? 0 : 2, now, words.picture)
    this.#drawMeans(all, fields, words.picture)
    const {mean, error, standard, scatter} = now
    return {
      numbers: {mean, error, standard, scatter},
      said: {fields: String(fields), mean: inDigits(mean), error: inDigits(error, 2), standard: inDigits(standard), scatter: inDigits(100 * scatter, 2)},
      as: fields < SAID_FROM ? "single" : "plain",
    }
  }

  // in the plane of the gradient, or of x, and B0: where the excess comes from, -d
  #drawArrows(fields, component, {vector}, words) {
    const {arrows, dipoles: {values}} = this, picture = arrows.begin()
    let longest = 0
    for (let k = component * 3; k < values.length; k += 9) longest = Math.max(longest, Math.hypot(values[k], values[k + 2]))
    const {width, height} = picture, scale = (Math.min(width, height) / 2 - 20) / longest, origin = [width / 2, height / 2]
    const tip = (/** @type {ArrayLike<number>} */ d) => [origin[0] - scale * d[0], origin[1] + scale * d[2]]
    picture.parts.push(`<path class="grid" d="M${origin[0]} 10V${height - 10}M10 ${origin[1]}H${width - 10}"/>`)
    for (let field = 0; field < fields; field++) {
      const begin = (3 * field + component) * 3
      picture.arrow(origin, tip(values.subarray(begin, begin + 3)), field === fields - 1 ? "ink" : "faint thin")
    }
    const mean = tip(vector)
    picture.arrow(origin, mean, "purple thick").text(mean[0] + 8, mean[1] - 6, words.mean, {look: "purple haloed"})
    picture.arrow([20, 70], [20, 22], "ink").text(12, 16, words.field)
    picture.text(component ? 44 : width - 34, component ? 16 : origin[1] - 6, words.gradient, {look: "accent"})
    picture.end()
  }

  #drawMeans(all, fields, words) {
    const {means} = this, {c1} = all[all.length - 1], so = all.slice(1, fields), number = so.map((_, i) => i + 2)
    const sizes = [...c1, all[all.length - 1].standard].filter((each) => each > 0)
    const low = 10 ** Math.floor(Math.log10(Math.max(Math.min(...sizes), Math.max(...sizes) / 1e4))), high = 10 ** Math.ceil(Math.log10(Math.max(...sizes)))
    means.begin().axes({from: 0, to: all.length, label: words.number}, {from: low, to: high, log: true, label: words.power})
    means.marks(Array.from({length: fields}, (_, i) => i + 1), c1.subarray(0, fields), "faint", 2.5)
    means.bars(number, so.map(({mean, error}) => mean - error), so.map(({mean, error}) => mean + error), "accent thin")
    means.line(number, so.map(({mean}) => mean), "accent thick").line(number, so.map(({standard}) => standard), "purple thick")
    const last = so[so.length - 1]
    if (last) means.name(fields + 2, last.mean * 1.5, words.ensemble, "accent haloed").name(fields + 2, last.standard / 1.6, words.standard, "purple haloed")
    means.end()
  }

  link({across}) { return {sigma2: 1, rl_over_lc: 0.1, theta: across ? 90 : 0, T: this.dipoles.omega_t.toFixed(3), nside: 32} }
}
