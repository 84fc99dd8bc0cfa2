// Figure 1, filled; a step in time moves its cursor only.

import {timeInWords} from "../../browser/numbers.js"
import {Contracted, FOUR_PI} from "../../browser/view.js"
import {digits, withError} from "../../browser/digits.js"
import {Legend} from "../../browser/legend.js"
import {evolution} from "./evolution.js"

export class EvolutionPanel {
  constructor({figure, page, place}) {
    this.figure = figure
    this.legend = new Legend(place, () => page.changed("theta"))
    this.why = document.createElement("p")
    this.why.className = "why"
    place.querySelector("[data-controls]").after(this.why)
    figure.says("$snap_y", ({snap_y: value, index, segment_index: at}) =>
      `${withError(value, figure.model("lines").data.errors[index][at])} (r_L |∇n|/n)²`)
  }

  draw({tensors, pinned, view, colors, analytic, omegaT}, changed) {
    if ([...changed].some((each) => each !== "omega_t")) {
      const {legend, ...content} = evolution(tensors, pinned, view, colors, analytic.cl ?? [], this.figure, this.legend.hidden)
      this.figure.fill(content)
      this.legend.show(legend)
    }
    this.why.textContent = view.analytic ? analytic.none ?? "" : ""
    this.figure.model("cursor").setv({location: omegaT, line_color: colors.accent})
  }

  inWords({tensors, view}) {
    const c1 = Contracted.of(tensors, view.theta, view.phi).evolution(1), t = view.index, last = tensors.omega_t.length - 1
    const at = (index) => `${digits(c1[index] / FOUR_PI)} at ${index ? "" : "Ω T = "}${timeInWords(tensors.omega_t[index])}`
    return `Evolution of the multipoles: C₁/4π is ${at(0)}, ${at(t)} and ${at(last)}.`
  }
}
