// Figure 2, filled.

import {timeInWords} from "../../browser/numbers.js"
import {Contracted} from "../../browser/view.js"
import {digits} from "../../browser/digits.js"
import {spectra} from "./spectra.js"

export class SpectraPanel {
  constructor({figure, page}) {
    this.figure = figure
    this.observed = page.description.observed_spectra
  }

  draw({tensors, pinned, view, colors}) {
    const {label, ...content} = spectra(tensors, pinned, view, colors, this.observed, this.figure.width)
    this.figure.fill(content)
    this.figure.root.left[0].axis_label = label
  }

  inWords({tensors, view}) {
    const value = Contracted.of(tensors, view.theta, view.phi).estimate(view.index)
    const ratio = (l) => digits(value[l] / value[1], 2)
    return `Angular power spectra at Ω T = ${timeInWords(tensors.omega_t[view.index])}: C₂/C₁ is ${ratio(2)}, ` +
      `C₃/C₁ ${ratio(3)}, C₅/C₁ ${ratio(5)}, C₈/C₁ ${ratio(8)}.`
  }
}
