// Connects what the browser holds with sliders, figures, time bar and summary: one instance a page.

import {AddressBar} from "./address.js"
import {Controls} from "./controls.js"
import {evolution} from "./evolution.js"
import {Shell} from "./shell.js"
import {SkyPicture} from "./sky_picture.js"
import {spectra} from "./spectra.js"
import {plotsInWords, summary} from "./summary.js"
import {themed} from "./theme.js"
import {TimeBar} from "./time_bar.js"
import {nearest} from "./view.js"

const RADIANS = Math.PI / 180
const TOOLTIP = `:host { --tooltip-color: var(--crviz-ground); --tooltip-text: var(--crviz-ink); --tooltip-border: var(--crviz-faint); }
  :host .bk-tooltip-row-label { color: var(--crviz-accent) !important; }`

class Hub {
  dirty = new Set()

  // description: what all visitors' pages are made of; the figures are made while the session is on its way
  constructor(description) {
    this.description = description
    this.shell = new Shell(() => this.themeChanged())
    this.made = Promise.all(Object.entries(description.figures).map(([name, figure]) => embedded(figure, `figure-${name}`)))
  }

  // the session has answered
  async connect(model, view) {
    this.model = model
    this.document = view.model.document
    this.named = Object.assign({}, ...await this.made)
    for (const root of this.document.roots()) if (root.class_name === "OrbitsPlot") this.orbits = root.data
    for (const place of document.querySelectorAll("[data-controls]")) this.inputs(place)
    const el = document.getElementById("hub")
    this.bar = new TimeBar(el, (index, released) => this.moveTo(index, released))
    this.text = document.createElement("div")
    this.text.className = "summary"
    this.words = document.createElement("section")
    this.words.className = "unseen"
    this.words.setAttribute("aria-label", "The plots in words")
    this.status = document.createElement("p") // for those who hear the page: the sentence, once all rests
    this.status.className = "unseen"
    this.status.setAttribute("role", "status")
    el.append(this.text, this.words, this.status)
    this.sky = new SkyPicture(this.named, (request) => model.send_msg(request))
    this.address = new AddressBar(() => this.linkValues())
    this.omegaT = model.omega_t
    this.listen()
    this.take()
    this.refresh("colors", "sky", "evolution", "spectra", "summary")
  }

  // the controls that stand at a place, apart from the styles around them
  inputs(place) {
    const {controls, stylesheets} = this.description, root = place.attachShadow({mode: "open"})
    const style = document.createElement("style"), el = document.createElement("div")
    style.textContent = stylesheets.controls
    el.className = "controls"
    root.append(style, el)
    new Controls(this.model, el, controls[place.dataset.controls])
  }

  themeChanged() {
    if (!this.named) return
    this.model.send_msg({kind: "theme", dark: this.shell.dark})
    this.refresh("colors", "sky", "evolution", "spectra")
  }

  listen() {
    const moves = {
      theta: ["sky", "evolution", "spectra", "summary"],
      phi: ["sky", "evolution", "spectra", "summary"],
      p: ["spectra"],
      form: ["spectra"],
      normalized: ["spectra"],
      observed: ["spectra"],
      without_dipole: ["sky"],
      smooth: ["sky"],
    }
    this.moved = ({detail}) => {
      for (const key of Object.keys(detail)) this.refresh(...(moves[key] ?? []))
      this.address.changed()
    }
    window.addEventListener("crviz:values", this.moved)
    const {model} = this
    model.on("held", () => { this.take(); this.refresh("sky", "evolution", "spectra", "summary") })
    model.on("pinned", () => { this.take(); this.refresh("evolution", "spectra", "summary") })
    model.on("analytic", () => this.refresh("evolution"))
    model.on("fitted", () => this.refresh("summary"))
    model.on("sky", () => { this.sky.series(unpacked(model.sky)); this.refresh("sky") })
    model.on("omega_t", () => { // set by the server, as with a preset
      if (model.omega_t === this.omegaT) return
      this.omegaT = model.omega_t
      this.take()
      this.refresh("sky", "evolution", "spectra", "summary")
    })
    model.on("msg:custom", (message) => { this.sky.arrived(unpacked(message)); this.refresh("sky") })
    this.named["crviz-sky"].on_event("tap", (event) => {
      const direction = this.sky.directionAt(event.x, event.y)
      if (direction) model.send_msg({kind: "direction", ...direction})
    })
    model.on("direction", () => this.refresh("sky"))
    for (const figure of ["evolution", "spectra"]) // resized
      this.named[`crviz-${figure}`].properties.inner_width.change.connect(() => this.refresh(figure))
    this.orbits?.properties.bundle.change.connect(() => { this.orbits.omega_t = this.omegaT })
    model.on("remove", () => {
      this.bar.remove()
      this.address.stop()
      window.removeEventListener("crviz:values", this.moved)
    })
  }

  // new arrays from the server: the time stays where it is as far as they reach
  take() {
    this.held = unpacked(this.model.held)
    const pinned = unpacked(this.model.pinned)
    this.pinned = pinned.omega_t ? pinned : null
    this.sky.series(unpacked(this.model.sky))
    this.index = nearest(this.held.omega_t, this.omegaT)
    this.bar.show(this.held.omega_t, this.index)
  }

  moveTo(index, released) {
    this.index = index
    this.omegaT = this.held.omega_t[index]
    this.refresh("sky", "cursor", "spectra", "summary")
    if (this.orbits) this.orbits.omega_t = this.omegaT
    if (released) this.model.omega_t = this.omegaT
    this.address.changed()
  }

  // of the frame of a figure, in pixels: a guess before it is laid out
  width(figure) { return this.named[`crviz-${figure}`].inner_width || 360 }

  value(key, otherwise) { return window.crvizValues?.[key] ?? otherwise }

  view() {
    return {
      theta: this.value("theta", 0) * RADIANS,
      phi: this.value("phi", 0) * RADIANS,
      index: this.index,
      pinnedIndex: this.pinned ? nearest(this.pinned.omega_t, this.omegaT) : 0,
      p: this.value("p", 0.5),
      form: this.value("form", "printed"),
      normalized: this.value("normalized", true),
      observed: this.value("observed", true),
      withoutDipole: this.value("without_dipole", false),
      smooth: this.value("smooth", false),
      fitted: this.model.fitted,
      playing: Boolean(this.bar.timer),
      widths: {evolution: this.width("evolution"), spectra: this.width("spectra")},
    }
  }

  // draw what is named, once, when the present event is over: Bokeh paints with the next frame
  refresh(...parts) {
    if (!this.dirty.size && parts.length) queueMicrotask(() => this.draw())
    for (const part of parts) this.dirty.add(part)
  }

  draw() {
    const dirty = this.dirty, view = this.view()
    this.dirty = new Set()
    const colors = this.description.palettes[this.shell.dark ? "dark" : "light"]
    if (dirty.has("colors")) this.recolor(colors)
    if (dirty.has("sky")) this.sky.draw(view, this.omegaT, colors, unpacked(this.model.direction))
    if (dirty.has("evolution")) {
      const analytic = unpacked(this.model.analytic)
      this.fill("crviz-evolution", evolution(this.held, this.pinned, view, colors, analytic.cl ? analytic : null))
    }
    if (dirty.has("evolution") || dirty.has("cursor"))
      this.named["crviz-evolution-cursor"].setv({location: this.omegaT, line_color: colors.accent})
    if (dirty.has("spectra"))
      this.fill("crviz-spectra", spectra(this.held, this.pinned, view, colors, this.description.observed_spectra))
    if (dirty.has("summary")) this.say(summary(this.held, this.pinned, view))
    clearTimeout(this.telling) // words follow when all rests, and no sooner on a slow machine
    if (!view.playing) this.telling = setTimeout(() => this.tell(), 500)
    window.crvizDrawn = (window.crvizDrawn ?? 0) + 1 // what benchmarks and tests wait for
  }

  fill(name, content) {
    for (const part of ["band", "lines", "bars", "marks", "names"])
      if (content[part]) this.named[`${name}-${part}`].data = content[part]
    for (const axis of ["x", "y"])
      this.named[`${name}-${axis}`].setv({start: content[axis][0], end: content[axis][1]})
    if (content.label) this.named[name].left[0].axis_label = content.label
  }

  recolor(colors) {
    this.sky.recolor(colors)
    this.tooltips()
    for (const figure of ["sky", "evolution", "spectra"]) themed(this.named[`crviz-${figure}`], colors)
  }

  // Bokeh's stay white on a dark page; they are made with the figures' views, which may not be there at first
  tooltips() {
    for (const figure of ["sky", "evolution", "spectra"])
      for (const view of Bokeh.index.find_one(this.named[`crviz-${figure}`])?.tool_views.values() ?? [])
        for (const tooltip of view.ttmodels?.values() ?? [])
          if (!tooltip.stylesheets.includes(TOOLTIP)) tooltip.stylesheets = [...tooltip.stylesheets, TOOLTIP]
  }

  say({sentence, head, rows}) {
    const cell = (tag, content, scope) => {
      const out = document.createElement(tag)
      out.textContent = content
      if (scope) out.scope = scope
      return out
    }
    const row = (...cells) => { const tr = document.createElement("tr"); tr.append(...cells); return tr }
    const table = document.createElement("table")
    table.append(
      row(...head.map((name) => (name ? cell("th", name, "col") : cell("td", "")))),
      ...rows.map(([name, ...cells]) => row(cell("th", name, "row"), ...cells.map((c) => cell("td", c)))),
    )
    const words = cell("p", sentence)
    words.className = "crviz-sentence"
    this.text.replaceChildren(words, table)
  }

  tell() {
    this.tooltips()
    const said = this.text.querySelector(".crviz-sentence").textContent
    if (this.status.textContent !== said) this.status.textContent = said
    this.words.replaceChildren(...plotsInWords(this.held, this.view(), this.sky).map((sentence) => {
      const out = document.createElement("p")
      out.textContent = sentence
      return out
    }))
  }

  linkValues() {
    return {...window.crvizValues, T: this.omegaT}
  }
}

// what Python sends as a dict arrives as a Map
function unpacked(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, unpacked(v)]))
  if (Array.isArray(value)) return value.map(unpacked)
  return value ?? {}
}

// a figure in its place: its models by name
async function embedded(figure, place) {
  const views = await Bokeh.embed.embed_item(figure, place)
  const models = [...views.roots[0].model.references()]
  return Object.fromEntries(models.filter(({name}) => name?.startsWith?.("crviz-")).map((model) => [model.name, model]))
}

// the page of this document; the session makes itself known when it is there
export function open(description) {
  window.crviz = new Hub(description)
  document.addEventListener("crviz:bridge", ({detail: {model, view}}) => window.crviz.connect(model, view))
}
