// Figure 2, filled, and the table of what is observed.

import {digits} from "../../browser/digits.js"
import {timeInWords} from "../../browser/numbers.js"
import {Contracted} from "../../browser/view.js"
import {Window} from "./seeing.js"
import {sights, spectra} from "./spectra.js"
import {observedTable} from "./table.js"

export class SpectraPanel {
  constructor({figure, page, place}) {
    this.figure = figure
    this.observed = page.description.observed.spectra
    this.windows = page.description.observed.windows.map((each) => new Window(each))
    this.table = document.createElement("table")
    this.table.className = "observed"
    place.append(this.table)
  }

  draw({tensors, pinned, view, colors}) {
    this.sights = sights(view, this.observed, this.windows)
    const {label, ...content} = spectra(tensors, pinned, view, colors, this.sights, this.figure.width)
    this.figure.fill(content)
    this.figure.root.left[0].axis_label = label
    observedTable(this.table, this.sights, tensors, view)
  }

  inWords({tensors, view}) {
    const seen = this.sights[0].see(Contracted.of(tensors, view.theta, view.phi).estimate(view.index))
    const {observed} = this.sights[0]
    const ratio = (l) => digits(seen.value[seen.ell.indexOf(l)] / seen.value[seen.ell.indexOf(1)], 2)
    return `Angular power spectra at Ω T = ${timeInWords(tensors.omega_t[view.index])}` +
      `${observed ? `, seen like ${observed.label}` : ""}: C₂/C₁ is ${ratio(2)}, C₃/C₁ ${ratio(3)}, C₄/C₁ ${ratio(4)}.`
  }
}
