// Step: a sky of some of its multipoles, and the power of each.

import {Drawing, inDigits} from "../drawing.js"
import {SkyPicture} from "../sky_picture.js"
import {multipoleMaps, powerOf, together} from "../synthesis.js"

const NSIDE_DRAWN = 32

export class MultipolesStep {
  controls = [
    {key: "low", from: 1, to: 16, value: 1, say: (/** @type {number} */ value) => `ℓ = ${value}`},
    {key: "high", from: 1, to: 16, value: 16, say: (/** @type {number} */ value) => `ℓ = ${value}`},
    {key: "other", kind: "switch", value: false},
  ]

  constructor({pictures, named}, {sky}) {
    this.held = sky
    this.picture = new SkyPicture(pictures, named)
    this.spectrum = new Drawing(pictures)
    this.power = powerOf(sky.alm, sky.lmax)
  }

  // the lowest multipole is never above the highest
  limit(values, moved) {
    if (values.low > values.high) values[moved === "low" ? "high" : "low"] = values[moved]
  }

  // worked out when it is first looked at
  #maps(other) {
    const name = other ? "other" : "alm"
    this.made ??= {}
    return this.made[name] ??= multipoleMaps(this.held[name], this.held.lmax, NSIDE_DRAWN)
  }

  draw({low, high, other}, {colors, words}) {
    const map = together(this.#maps(other), low, high), {power} = this
    this.picture.colored(colors.diverging)
    this.picture.draw(map, NSIDE_DRAWN)
    this.picture.marks([{towards: {theta: Math.PI / 2, phi: 0}, text: words.picture.gradient, look: "full accent"}])
    this.#drawPower(low, high, words.picture)
    const of = (first, last) => { let sum = 0; for (let l = first; l <= last; l++) sum += (2 * l + 1) * power[l]; return sum }
    const share = of(low, high) / of(1, this.held.lmax)
    return {
      numbers: {share, limit: this.picture.limit, power: Array.from(power)},
      said: {low: String(low), high: String(high), share: inDigits(100 * share), limit: inDigits(this.picture.limit, 2), c1: inDigits(power[1]), c2: inDigits(power[2])},
      as: other ? "other" : "plain",
    }
  }

  #drawPower(low, high, words) {
    const {spectrum, power, held: {lmax}} = this, ell = Array.from({length: lmax}, (_, i) => i + 1), floor = 10 ** Math.floor(Math.log10(Math.min(...power.slice(1))))
    spectrum.begin().axes({from: 0.5, to: lmax + 0.5, label: words.ell, ticks: [1, 2, 4, 6, 8, 10, 12, 14, 16]}, {from: floor, to: 10 ** Math.ceil(Math.log10(power[1])), log: true, label: words.power})
    const kept = ell.filter((l) => l >= low && l <= high), gone = ell.filter((l) => l < low || l > high)
    spectrum.bars(kept, kept.map(() => floor), kept.map((l) => power[l]), "accent").marks(kept, kept.map((l) => power[l]), "full accent", 5)
    spectrum.marks(gone, gone.map((l) => power[l]), "faint", 5)
    spectrum.end()
  }

  link({low}) { return {theta: 90, phi: 0, T: this.held.omega_t.toFixed(4), nside: 32, without_dipole: low > 1} }
}
