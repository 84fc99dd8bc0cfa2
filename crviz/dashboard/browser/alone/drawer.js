// Above the plots, what buttons of the toolbar open: files that the browser makes by itself, and help.

import {spectraTable} from "./csv.js"

const LASTING = 1000 // ms for which a file is there to be fetched

export class AloneDrawer {
  #shown = ""
  press = {downloads: () => this.#toggle("Download", () => this.#downloads()), help: () => this.#toggle("About this page", () => this.#help())}

  constructor(page, held) {
    Object.assign(this, {page, held})
    this.part = document.getElementById("drawer")
  }

  #toggle(heading, make) {
    this.#shown = this.#shown === heading ? "" : heading
    this.part.replaceChildren()
    if (!this.#shown) return
    const section = document.createElement("section"), title = document.createElement("h2"), away = pressable("Close", () => this.#toggle(heading))
    section.className = "drawer"
    title.textContent = heading
    section.append(title, away, ...make())
    this.part.append(section)
  }

  #help() {
    const out = document.createElement("div")
    out.innerHTML = this.held.help // written with the page
    return [out]
  }

  #downloads() {
    const {page} = this, row = document.createElement("p"), pictures = page.panels.filter(({figure}) => figure)
    row.className = "own"
    row.append(
      pressable("Spectra (CSV)", () => this.#save("spectra.csv", new Blob([this.#table()], {type: "text/csv"}))),
      ...pictures.map(({name, figure}) => pressable(`${this.held.figures[name]} (PNG)`, async () => this.#save(`${name}.png`, await figure.saved()))),
    )
    const words = document.createElement("p")
    words.textContent = this.held.sentences.downloads
    return [row, words]
  }

  #table() {
    const {page} = this, {tensors, pinned, view} = page.scene, {Description} = page.about
    const wanted = String(view.observed).split(","), observed = page.description.observed.spectra.filter(({key}) => wanted.includes(key))
    return spectraTable(tensors, pinned, view, observed, Description.split("\n"))
  }

  #save(ending, blob) {
    const {theta, phi} = this.page.settings.values, time = Number(this.page.omegaT.toPrecision(5))
    const link = document.createElement("a")
    link.href = URL.createObjectURL(blob)
    link.download = `${this.page.model.stem}_T${time}_th${theta}_ph${phi}_${ending}`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), LASTING)
  }
}

function pressable(words, pressed) {
  const out = document.createElement("button")
  Object.assign(out, {type: "button", textContent: words})
  out.addEventListener("click", pressed)
  return out
}
