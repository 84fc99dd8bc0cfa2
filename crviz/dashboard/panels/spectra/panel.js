// Figure 2, filled, and the table of what is observed.

import {digits, withError} from "../../browser/digits.js"
import {Legend} from "../../browser/legend.js"
import {WIRE} from "../../browser/wire.js"
import {timeInWords} from "../../browser/numbers.js"
import {Contracted} from "../../browser/view.js"
import {ownSpectrum} from "./own.js"
import {Window} from "./seeing.js"
import {sights, spectra} from "./spectra.js"
import {observedTable} from "./table.js"

export class SpectraPanel {
  constructor({figure, page, place}) {
    this.figure = figure
    this.observed = page.description.observed.spectra
    this.windows = page.description.observed.windows.map((each) => new Window(each))
    this.page = page
    this.own = []
    this.awaited = new Map() // own spectra whose windows are on their way, by number
    this.added = 0
    this.legend = new Legend(place, () => page.changed("theta"))
    figure.says("$snap_y", ({snap_y: value, index}) => this.#inNumbers(value, index))
    this.table = document.createElement("table")
    this.table.className = "observed"
    const folded = document.createElement("details"), head = document.createElement("summary")
    folded.className = "folded"
    folded.open = !window.matchMedia("(min-width: 900px)").matches // where nothing has to fit into a window
    this.folded = folded
    head.append("what is observed, and own spectra")
    folded.append(head, this.table, this.#row())
    place.append(folded)
  }

  // own spectra: a button for more, each with one that puts it away, and what went wrong
  #row() {
    const row = document.createElement("p"), label = document.createElement("label"), input = document.createElement("input")
    row.className = "own"
    input.type = "file"
    input.accept = ".csv,text/csv"
    input.addEventListener("change", async () => {
      for (const file of input.files) this.#add({text: await file.text(), name: file.name})
      input.value = ""
    })
    label.append("Add a spectrum", input)
    label.title = "A table with the columns ell and C_ell, as crviz observe writes it. It is read in your browser and not uploaded."
    this.names = document.createElement("span")
    this.trouble = document.createElement("span")
    this.trouble.setAttribute("aria-live", "assertive")
    row.append(label, this.names, this.trouble)
    return row
  }

  #add(file) {
    this.folded.open = true // what became of it stands there
    this.trouble.textContent = ""
    try {
      const {observed, asked} = ownSpectrum(file.text, file.name, this.added)
      this.awaited.set(this.added, {observed, file})
      this.page.send({kind: WIRE.window, id: this.added, ...asked})
      if (this.page.lost) this.trouble.textContent = later(observed)
      this.added += 1
    } catch (error) {
      this.trouble.textContent = error.message
    }
  }

  // the window of an own spectrum has come
  message({kind, id, window, first, error}) {
    if (kind !== WIRE.window || !this.awaited.has(id)) return
    const {observed, file} = this.awaited.get(id)
    this.awaited.delete(id)
    if (error) { this.trouble.textContent = `${observed.name}: ${error}`; return }
    const reach = window.ell.length, [, last] = observed.fitted
    const cut = Object.fromEntries(["ell", "cl", "low", "high"].map((each) => [each, observed[each].slice(0, reach)]))
    this.own.push({observed: {...observed, ...cut, fitted: [first, Math.max(first, last)]}, window: new Window(window), file})
    if (this.trouble.textContent === later(observed)) this.trouble.textContent = ""
    this.#listed()
  }

  // texts of own spectra, in their order
  get kept() { return [...this.own, ...this.awaited.values()].map(({file}) => file) }

  putBack(files) { for (const file of files) this.#add(file) }

  #listed() {
    this.names.replaceChildren(...this.own.map((one) => {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = `${one.observed.name} ×`
      button.title = "Remove this spectrum"
      button.addEventListener("click", () => {
        this.own = this.own.filter((each) => each !== one)
        this.#listed()
      })
      return button
    }))
    this.page.changed("omega_t")
  }

  draw({tensors, pinned, view, colors}) {
    this.sights = sights(view, this.observed, this.windows, this.own)
    const {label, legend, ...content} = spectra(tensors, pinned, view, colors, this.sights, this.figure, this.legend.hidden)
    this.figure.fill(content)
    this.legend.show(legend)
    this.figure.name("y", label)
    observedTable(this.table, this.sights, tensors, view)
  }

  // quantity, value, error and unit of a mark, as the axis has them; where the lower error is another one than the upper, both
  #inNumbers(value, index) {
    const {name, down, up} = this.figure.model("marks").data, low = down[index], high = up[index]
    const [quantity, unit = ""] = this.figure.names.y.replace(/ = .* 2π/, "").split("  ")
    const both = Math.abs(high - low) > 0.01 * high
    const said = name[index].endsWith("upper limit") ? `< ${digits(value)}`
      : both ? `${digits(value)} +${digits(high, 2)} −${digits(low, 2)}` : withError(value, high)
    return `${quantity}: ${said}${unit && ` ${unit.replace(/^\[|\]$/g, "")}`}`
  }

  inWords({tensors, view}) {
    const seen = this.sights[0].see(Contracted.of(tensors, view.theta, view.phi).estimate(view.index))
    const {observed} = this.sights[0]
    const ratio = (l) => digits(seen.value[seen.ell.indexOf(l)] / seen.value[seen.ell.indexOf(1)], 2)
    return `Angular power spectra at Ω T = ${timeInWords(tensors.omega_t[view.index])}` +
      `${observed ? `, as seen by ${observed.label}` : ""}: C₂/C₁ is ${ratio(2)}, C₃/C₁ ${ratio(3)}, C₄/C₁ ${ratio(4)}.`
  }
}

function later({name}) { return `${name} will be drawn when the connection is back.` }
