// Step: a particle on its helix, from the side and as it is seen against the field.

import {Drawing, inDigits} from "../drawing.js"
import {helix} from "../gyration.js"
import {drawInSpace} from "../space.js"

const TURNS = 3, POINTS = 361
const HELIX_TIMES = Float64Array.from({length: POINTS}, (_, k) => 2 * Math.PI * TURNS * k / (POINTS - 1))

export class HelixStep {
  controls = [
    {key: "pitch", from: 0, to: 180, value: 60, say: (/** @type {number} */ value) => `${value}°`},
    {key: "negative", kind: "switch", value: false},
  ]

  constructor({pictures, named}) {
    this.space = new Drawing(pictures, {named})
    this.plane = new Drawing(pictures)
  }

  draw({pitch, negative}, {words}) {
    const charge = negative ? -1 : 1, path = helix(pitch * Math.PI / 180, charge, HELIX_TIMES)
    const radius = Math.sin(pitch * Math.PI / 180), advance = 2 * Math.PI * Math.cos(pitch * Math.PI / 180)
    drawInSpace(this.space.begin(), [{path: path.r, look: "accent", end: true}], words.picture)
    this.space.end()
    this.#against(path.r, charge, radius, words.picture)
    return {
      numbers: {radius, advance, turn: -charge},
      said: {radius: inDigits(radius), advance: inDigits(advance), pitch: String(pitch), sense: radius < 1e-9 ? words.picture.straight : negative ? words.picture.counter : words.picture.clockwise},
    }
  }

  // seen from the side to which B0 points: x to the right, y upwards
  #against(r, charge, radius, words) {
    const picture = this.plane.begin(), {width, height} = picture, scale = Math.min(width, height) / 4.6
    picture.x = (x) => width / 2 + scale * x
    picture.y = (y) => height / 2 + 6 - scale * (y + charge)
    const once = Math.ceil(POINTS / TURNS)
    picture.text(8, 18, words.against)
    picture.line(r[0].subarray(0, once), r[1].subarray(0, once), "accent")
    picture.marks([0], [0], "open", 5)
    if (radius > 0.02) {
      const k = Math.round(once / 5), at = (i) => [picture.x(r[0][i]), picture.y(r[1][i])]
      picture.arrow(at(k - 2), at(k + 2), "accent")
      picture.line([0, 0], [0, -charge * radius], "faint dashed").name(0.06, -charge * radius / 2, words.radius)
    }
    picture.arrow([width / 2 - scale / 2, height - 12], [width / 2 + scale / 2, height - 12], "faint").text(width / 2 + scale / 2 + 8, height - 8, words.unit)
    picture.end()
  }

  link() { return {sigma2: 0.01, rl_over_lc: 0.1, theta: 90, T: 3} }
}
