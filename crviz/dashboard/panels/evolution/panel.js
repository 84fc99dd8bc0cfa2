// Figure 1, filled; a step in time moves its cursor only.

import {timeInWords} from "../../browser/numbers.js"
import {Contracted, FOUR_PI} from "../../browser/view.js"
import {digits} from "../../browser/digits.js"
import {evolution} from "./evolution.js"

export class EvolutionPanel {
  constructor({figure}) { this.figure = figure }

  draw({tensors, pinned, view, colors, analytic, omegaT}, changed) {
    if ([...changed].some((each) => each !== "omega_t"))
      this.figure.fill(evolution(tensors, pinned, view, colors, analytic.cl ?? [], this.figure.width))
    this.figure.model("cursor").setv({location: omegaT, line_color: colors.accent})
  }

  inWords({tensors, view}) {
    const c1 = Contracted.of(tensors, view.theta, view.phi).evolution(1), t = view.index, last = tensors.omega_t.length - 1
    const at = (index) => `${digits(c1[index] / FOUR_PI)} at ${index ? "" : "Ω T = "}${timeInWords(tensors.omega_t[index])}`
    return `Evolution of the multipoles: C₁/4π is ${at(0)}, ${at(t)} and ${at(last)}.`
  }
}
