// Step: two particles that arrive at a small angle, and how they part.

import {Drawing, inDigits} from "../drawing.js"
import {apart, backThrough, momentumAt} from "../gyration.js"
import {drawInSpace} from "../space.js"

const PITCH = Math.PI / 3
const PART_TIME = 100, SPACED = 0.25 // 1/Omega
const PAIR_TIMES = Float64Array.from([0.05, 0.1, 0.15, 0.2, ...Array.from({length: PART_TIME / SPACED}, (_, k) => (k + 1) * SPACED)])
const ANGLES = [-2, -1, 0, 1].flatMap((power) => [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((each) => Number((each * 10 ** power).toPrecision(2)))).filter((angle) => angle <= 60)
const PAPER_FIELD = {sigma2: 1, rl_over_lc: 0.1, realization: 0}
const APART_FROM = 1e-5, APART_TO = 300

export class PairStep {
  constructor({pictures, named}, {draws, times}) {
    this.draws = draws
    this.space = new Drawing(pictures, {ratio: 0.95, named})
    this.distance = new Drawing(pictures, {ratio: 0.95})
    const reached = times.filter((/** @type {number} */ time) => time >= 1 && time < PART_TIME * 1.01)
    this.controls = [
      {key: "angle", values: ANGLES, value: 1, say: (/** @type {number} */ value) => `${value}°`},
      {key: "omega_t", values: reached, value: reached[Math.round(reached.length * 0.72)], say: (/** @type {number} */ value) => inDigits(value)},
    ]
    this.one = null
  }

  draw({angle, omega_t}, {words}) {
    this.one ??= backThrough(this.draws, PAPER_FIELD, momentumAt(PITCH), PAIR_TIMES)
    if (this.angle !== angle) {
      this.angle = angle
      this.other = backThrough(this.draws, PAPER_FIELD, momentumAt(PITCH + angle * Math.PI / 180), PAIR_TIMES)
      this.separation = apart(this.one, this.other)
    }
    const {separation} = this, chord = 2 * Math.sin(angle * Math.PI / 360)
    const past = PAIR_TIMES.findIndex((time) => time > omega_t), number = past < 0 ? PAIR_TIMES.length : past
    const until = ({r}) => r.map((each) => each.subarray(0, number))
    drawInSpace(this.space.begin(), [{path: until(this.one), look: "accent", end: true}, {path: until(this.other), look: "noise dashed", end: true}], words.picture)
    this.space.end()
    const {distance} = this
    distance.begin().axes({from: PAIR_TIMES[0], to: PART_TIME, log: true, label: words.picture.time}, {from: APART_FROM, to: APART_TO, log: true, label: words.picture.apart})
    distance.line([PAIR_TIMES[0], PART_TIME], [chord * PAIR_TIMES[0], chord * PART_TIME], "faint dashed")
    distance.line(PAIR_TIMES, separation, "faint").line(PAIR_TIMES.subarray(0, number), separation.subarray(0, number), "accent thick")
    distance.marks([PAIR_TIMES[number - 1]], [separation[number - 1]], "full accent", 5)
    distance.name(0.08, chord * 0.08 * 12, words.picture.straight, "faint haloed")
    distance.end()
    const now = separation[number - 1], straight = chord * PAIR_TIMES[number - 1], parted = separation.findIndex((each) => each > 1)
    return {
      numbers: {separation: now, omegaT: PAIR_TIMES[number - 1], parted: parted < 0 ? NaN : PAIR_TIMES[parted]},
      said: {angle: `${angle}°`, time: inDigits(PAIR_TIMES[number - 1]), distance: inDigits(now), times: inDigits(now / straight, 2), parted: parted < 0 ? words.picture.never : words.picture.since.replace("{time}", inDigits(PAIR_TIMES[parted]))},
    }
  }

  link({omega_t}) { return {sigma2: 1, rl_over_lc: 0.1, theta: 90, T: omega_t, nside: 32} }
}
