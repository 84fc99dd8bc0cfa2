// Step: the same particle in a field that turbulence disturbs more and more.

import {Drawing, inDigits} from "../drawing.js"
import {backThrough, helix, momentumAt} from "../gyration.js"
import {drawInSpace} from "../space.js"

const ARRIVES = Math.PI / 3 // pitch angle
const MOST_TIME = 60, EVERY = 0.2 // 1/Omega
const BENT_TIMES = Float64Array.from({length: MOST_TIME / EVERY}, (_, k) => (k + 1) * EVERY)

export class BentStep {
  constructor({pictures, named}, {draws, times}) {
    this.draws = draws
    const reached = times.filter((/** @type {number} */ time) => time >= 5 && time <= MOST_TIME) // which the explorer has too
    this.controls = [
      {key: "sigma2", from: 0, to: 3, step: 0.01, value: 0.3, say: (/** @type {number} */ value) => value.toFixed(2)},
      {key: "omega_t", values: reached, value: reached[17], say: (/** @type {number} */ value) => inDigits(value)},
    ]
    this.space = new Drawing(pictures, {ratio: 0.95, named})
    this.cosine = new Drawing(pictures, {ratio: 0.95})
    this.free = helix(ARRIVES, 1, BENT_TIMES.map((time) => -time))
  }

  draw({sigma2, omega_t}, {words}) {
    if (this.sigma2 !== sigma2) {
      this.sigma2 = sigma2
      this.path = backThrough(this.draws, {sigma2, rl_over_lc: 0.1, realization: 0}, momentumAt(ARRIVES), BENT_TIMES)
    }
    const number = Math.round(omega_t / EVERY), {r, p} = this.path, mu = p[2].subarray(0, number)
    const until = (path) => path.map((each) => each.subarray(0, number))
    drawInSpace(this.space.begin(), [{path: until(this.free.r), look: "faint dashed thin"}, {path: until(r), look: "accent", end: true}], words.picture)
    this.space.end()
    const {cosine} = this
    cosine.begin().axes({from: 0, to: MOST_TIME, label: words.picture.time}, {from: -1, to: 1, label: words.picture.mu})
    cosine.line([0, MOST_TIME], [Math.cos(ARRIVES), Math.cos(ARRIVES)], "faint dashed thin").line([0, MOST_TIME], [0, 0], "ink thin")
    cosine.line(BENT_TIMES.subarray(0, number), mu, "accent")
    cosine.end()
    const at = r.map((each) => each[number - 1]), distance = Math.hypot(...at), turns = mu.reduce((sum, each, i) => sum + (i && each * mu[i - 1] < 0 ? 1 : 0), 0)
    return {
      numbers: {r: at, p: p.map((each) => each[number - 1]), distance, turns},
      said: {sigma2: sigma2.toFixed(2), time: inDigits(omega_t), distance: inDigits(distance), along: inDigits(at[2]), arrives: inDigits(Math.cos(ARRIVES), 2), mu: mu[number - 1].toFixed(2).replace("-", "−"), turns: words.picture.turns[Math.min(turns, 2)].replace("{turns}", String(turns))},
    }
  }

  // the explorer's weakest turbulence is 0.01
  link({sigma2, omega_t}) { return {sigma2: Math.max(sigma2, 0.01), rl_over_lc: 0.1, theta: 90, T: omega_t} }
}
