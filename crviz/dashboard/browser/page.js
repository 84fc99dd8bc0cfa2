// The page of one visitor: what the session sends and what is set, handed to all panels. It names none of them.
//
// A panel is a class, made of {page, place, figure}: the page, the element of its card, and its figure where it has one.
//   draw(scene, changed)   draws; changed holds the names of what is new, of those that its description depends on
//   message(message)       takes what the session sends for it (optional)
//   inWords(scene)         says for those who hear the page what it shows, in a sentence (optional)
//   ready                  whether what is drawn is of the present time (optional)
//   announced              what is read out once all rests (optional)
//   grow(scale)            draws letters and lines so many times as large from now on; its figure does so by itself (optional)
//   kept, putBack(kept)    what a link does not hold, as JSON has it, and how it is put back when the page has loaded itself anew (optional)
// A scene is what there is to draw: tensors, pinned, analytic, fitted, sky, awaited and direction from the session, the view with all
// that is set (angles in radians), omegaT, colors of the theme, and whether the connection is lost.

import {AddressBar} from "./address.js"
import {Chip} from "./chip.js"
import {Controls} from "./controls.js"
import {yearsInWords} from "./digits.js"
import {Figure} from "./figure.js"
import {Lecture} from "./lecture.js"
import {Meanwhile, servedAtlas} from "./meanwhile.js"
import {Settings} from "./settings.js"
import {Shell} from "./shell.js"
import {Story} from "./story.js"
import {TimeBar} from "./time_bar.js"
import {Tour} from "./tour.js"
import {nearest} from "./view.js"
import {WIRE} from "./wire.js"

const RADIANS = Math.PI / 180
const QUIET = 500 // ms until words follow
const ASKED_DARK = new URLSearchParams(location.search).get("theme") === "dark"
const DERIVED = ["theta", "phi", "p", "form"] // of these the session works out curves and fits

export class Page {
  settings = new Settings()
  drawings = 0
  moves = 0 // of the time, that the session was told
  #dirty = new Set()

  // description: what all pages are made of, panels: their classes by name; figures are made while the session is on its way
  // connected: makes the connection of what it calls; linked: the part of the address that says what is on the screen
  // atlas(): resolves to the atlas, or to null where it could not be had
  constructor(description, panels, {connected, linked = "search", atlas = () => servedAtlas(description.atlas)}) {
    this.description = description
    this.classes = panels
    this.linkedBy = linked
    this.shell = new Shell(() => this.#themeChosen())
    this.connection = connected({
      changed: () => this.#connected(),
      send: (message) => this.send(message),
      state: () => this.#beyondLink(),
    })
    if (this.connection.kept) this.shell.putBack(this.connection.kept.shell)
    this.story = new Story(Boolean(this.connection.kept))
    this.meanwhile = new Meanwhile(atlas, () => { this.#follow(); this.#say() })
    this.figures = Promise.all(description.panels.filter(({figure}) => figure).map(async ({name, figure}) => {
      const made = await Figure.made(figure, `figure-${name}`)
      made.color(this.colors)
      return [name, made]
    }))
  }

  // the session has answered
  async connect(model, view) {
    this.model = model
    this.document = view.model.document
    this.connection.opened(model, this.document)
    const figures = Object.fromEntries(await this.figures)
    this.sessionTime = unpacked(model.time).omega_t
    this.omegaT = this.story.begins ? WIRE.story.from : this.sessionTime
    const places = document.querySelectorAll("[data-controls]")
    this.bar = new TimeBar(document.getElementById("time"), (index, released) => this.#moveTo(index, released),
      (time) => yearsInWords(time, this.tensors.rl_over_lc, this.settings.values.lc))
    this.lecture = new Lecture(this.bar, (scale) => this.#grow(scale))
    this.chip = new Chip({press: (key) => this.press(key), changed: () => this.#rest()})
    this.tour = new Tour(this, {began: () => this.press("tour"), ended: () => this.press("after_tour")})
    this.words = document.getElementById("words")
    this.status = document.getElementById("status")
    this.address = new AddressBar(() => ({...this.linked, pin: this.pinned?.link}), this.linkedBy)
    this.panels = this.description.panels.map(({name, depends}) => {
      const place = document.querySelector(`[data-panel="${name}"]`), figure = figures[name]
      const panel = new this.classes[name]({page: this, place, figure})
      figure?.resized(() => this.#draw([name]))
      if (figure) figure.about = () => this.about
      return {name, place, figure, panel, depends: new Set([...depends, "theme", "lost"])}
    })
    this.#take(...WIRE.sent)
    this.#listen()
    this.inputs = [...places].map((place) => this.#inputs(place))
    this.bar.label()
    if (this.shell.dark !== ASKED_DARK) this.#themeChosen() // the session knows what the link said
    this.changed("theme", "omega_t", ...WIRE.sent)
    this.story.connect(this.bar, () => this.tensors.omega_t, () => this.panels.every(({panel}) => panel.ready ?? true))
    if (this.connection.kept) this.#putBack(this.connection.kept)
    if (this.lost) this.#connected() // meanwhile
  }

  // --- what panels ask for

  get lost() { return this.connection.lost }

  send(message) { if (!this.connection.closed) this.model?.send_msg(message) }

  // what is set, as a link has it; and set as by a hand, at the recorded time that is nearest, or at the time that was recorded before
  get linked() { return {...this.settings.values, T: this.omegaT} }

  set({T, ...values}, before = false) {
    this.omegaT = before ? T : this.tensors.omega_t[nearest(this.tensors.omega_t, T)]
    this.#find()
    this.#tellTime() // first: what comes of the others has its nearest time
    const other = Object.entries(values).filter(([key, value]) => this.settings.values[key] !== value)
    for (const inputs of this.inputs) inputs.set(Object.fromEntries(other.filter(([key]) => inputs.fields.has(key))))
    this.changed("omega_t")
    this.address.changed()
  }

  press(key) { this.send({kind: WIRE.press, key}) }

  // models of the components of a class that Panel has in the document
  components(name) { return this.document.roots().filter((root) => root.class_name === name).map((root) => root.data) }

  // draw what depends on some names, once, when the present event is over: Bokeh paints with the next frame
  changed(...names) {
    if (!this.panels) return
    if (!this.#dirty.size && names.length) queueMicrotask(() => this.#drawDirty())
    for (const name of names) this.#dirty.add(name)
  }

  // what a picture says of itself that is saved
  get about() {
    this.address.write()
    const {theta, phi, p, form} = this.settings.values
    const seen = {gradient: `θ = ${theta}°, φ = ${phi}°`, "Omega T": this.omegaT, p, form, link: location.href}
    const lines = [this.tensors.about, ...Object.entries(seen).map(([word, value]) => `${word}: ${value}`)]
    return {Title: this.texts.what, Description: lines.join("\n")}
  }

  // --- within

  // words of the session, but for those of what stands in for its answer
  get texts() { return {...unpacked(this.model.texts), ...this.standing?.texts} }

  #themeChosen() {
    this.send({kind: WIRE.theme, dark: this.shell.dark})
    if (!this.panels) this.figures.then((figures) => { for (const [, figure] of figures) figure.color(this.colors) })
    this.changed("theme")
  }

  // the controls that stand at a place, apart from the styles around them
  #inputs(place) {
    const {controls, stylesheets} = this.description, root = place.attachShadow({mode: "open"})
    const style = document.createElement("style"), el = document.createElement("div")
    style.textContent = stylesheets.controls
    el.className = "controls"
    root.append(style, el)
    return new Controls(this.model, el, controls[place.dataset.controls], {
      changed: (values) => this.settings.set(values),
      shared: () => this.address.write(),
      touched: (key) => { if (WIRE.place.includes(key)) this.meanwhile.want() },
    })
  }

  #listen() {
    const {model} = this
    this.settings.listen((keys) => {
      if (this.lost && keys.some((key) => DERIVED.includes(key))) Object.assign(this, {analytic: {}, fitted: ""}) // of other values
      this.changed(...keys)
      this.address.changed()
      if (keys.includes("lc")) this.bar.label()
      this.#follow()
      this.#say()
    })
    model.on("texts", () => {
      this.#follow()
      this.#say()
    })
    for (const name of WIRE.sent) model.on(name, () => {
      this.#take(name)
      if (name === "tensors") this.#settle()
      this.changed(name)
      if (name === "awaited") this.#say()
      if (name === "pinned") this.address.changed()
    })
    model.on("time", () => { // set by the server, as with a preset, unless a hand has moved it meanwhile
      const {omega_t, after} = unpacked(model.time)
      if (after < this.moves) return
      this.sessionTime = omega_t
      if (omega_t === this.omegaT) return
      this.omegaT = omega_t
      this.#find()
      this.changed("omega_t")
    })
    model.on("msg:custom", (message) => { for (const {panel} of this.panels) panel.message?.(unpacked(message)) })
    model.on("remove", () => {
      this.bar.remove()
      this.lecture.remove()
      this.address.stop()
      this.connection.stop()
    })
  }

  // the connection was lost, or is there again: what cannot be had says so
  #connected() {
    if (!this.inputs) return
    const {lost} = this
    document.getElementById("drawer").inert = lost
    for (const inputs of this.inputs) inputs.reach(!lost)
    this.#follow()
    this.#say()
    if (!lost) this.#take(...WIRE.sent)
    this.changed("lost")
  }

  // what a link does not hold; where the session has never answered, it is that of the page before
  #beyondLink() {
    if (!this.inputs) return this.connection.kept
    this.address.write()
    const panels = Object.fromEntries(this.panels.map(({name, panel}) => [name, panel.kept]).filter(([, kept]) => kept))
    return {shell: this.shell.kept, direction: this.direction, panels, scroll: scrollY}
  }

  #putBack({panels = {}, direction, scroll}) {
    for (const {name, panel} of this.panels) if (panels[name]) panel.putBack(panels[name])
    if (direction?.theta !== undefined) this.send({kind: WIRE.direction, ...direction})
    scrolledTo(scroll)
  }

  // what the session has sent
  #take(...names) {
    for (const name of names) this[name] = this.standing?.[name] ?? unpacked(this.model[name])
    if (!this.pinned?.omega_t) this.pinned = null
    if (names.includes("tensors")) this.#find()
  }

  // the atlas stands in for the session until that knows of the place that is set; the sky waits for it
  #follow() {
    const {model, meanwhile, standing = null} = this, there = meanwhile.atlas && !this.lost
    const found = there ? meanwhile.of(this.settings.values, unpacked(model.texts), this.sky, unpacked(model.analytic)) : null
    if (found === standing) return
    this.standing = found
    const names = found && standing ? ["tensors", "analytic"] : ["tensors", "analytic", "fitted", "awaited"]
    this.#take(...names)
    if (!found && this.omegaT === this.followed) this.omegaT = this.sessionTime // nobody has moved the time meanwhile
    this.#settle()
    this.followed = this.omegaT
    this.changed(...names)
  }

  // at the recorded time that is nearest, as the session has it
  #settle() {
    this.#find()
    const before = this.omegaT
    this.omegaT = this.tensors.omega_t[this.index]
    if (this.omegaT !== before) this.changed("omega_t")
  }

  // the time stays where it is as far as the recorded ones reach
  #find() {
    this.index = nearest(this.tensors.omega_t, this.omegaT)
    this.bar.show(this.tensors.omega_t, this.index)
  }

  #moveTo(index, released) {
    this.index = index
    this.omegaT = this.tensors.omega_t[index]
    this.changed("omega_t")
    if (released) this.#tellTime()
    this.address.changed()
  }

  #tellTime() {
    if (this.omegaT === this.sessionTime) return
    this.moves += 1
    this.sessionTime = this.omegaT
    this.send({kind: WIRE.time, omega_t: this.omegaT, move: this.moves})
  }

  #grow(scale) {
    for (const {figure, panel} of this.panels) {
      figure?.grow(scale)
      panel.grow?.(scale)
    }
    this.#draw(this.panels.map(({name}) => name))
  }

  get colors() { return this.description.palettes[this.shell.dark ? "dark" : "light"] }

  get scene() {
    const {values} = this.settings
    const view = {
      ...values,
      theta: values.theta * RADIANS,
      phi: values.phi * RADIANS,
      index: this.index,
      pinnedIndex: this.pinned ? nearest(this.pinned.omega_t, this.omegaT) : 0,
      fitted: this.fitted,
      playing: Boolean(this.bar.timer),
      reached: this.bar.reached,
    }
    const {omegaT, colors, lost} = this
    return {...Object.fromEntries(WIRE.sent.map((name) => [name, this[name]])), view, omegaT, colors, lost}
  }

  #drawDirty() {
    const dirty = this.#dirty
    this.#dirty = new Set()
    const wanted = this.panels.filter(({depends}) => [...dirty].some((name) => depends.has(name)))
    this.#draw(wanted.map(({name}) => name), dirty)
  }

  #draw(names, dirty = new Set(["size"])) {
    const {scene} = this
    for (const {name, place, figure, panel, depends} of this.panels) {
      if (!names.includes(name)) continue
      const changed = new Set([...dirty].filter((each) => depends.has(each) || each === "size"))
      if (changed.has("theme")) figure?.color(this.colors)
      panel.draw?.(scene, changed)
      place.querySelector(".coming")?.remove()
    }
    this.#rest()
    this.drawings += 1
    this.drawnAt = performance.now()
  }

  // what is shown, set and under way, above all else
  #say() {
    const {texts} = this
    this.chip.show(texts, this.settings.values, this.awaited, this.lost)
    this.tour.allow(!this.lost, texts.cancel)
  }

  // words follow when all rests, and no sooner on a slow machine
  #rest() {
    clearTimeout(this.telling)
    if (!this.bar.timer) this.telling = setTimeout(() => this.#tell(), QUIET)
  }

  #tell() {
    for (const {figure} of this.panels) figure?.tools()
    const {announced} = this.chip, news = announced === this.toldOfChip ? "" : announced
    this.toldOfChip = announced
    const said = [...this.panels.map(({panel}) => panel.announced), news].filter(Boolean).join(" ")
    if (this.status.textContent !== said) this.status.textContent = said
    const {scene} = this
    this.words.replaceChildren(...this.panels.map(({panel}) => panel.inWords?.(scene)).filter(Boolean).map((sentence) => {
      const out = document.createElement("p")
      out.textContent = sentence
      return out
    }))
  }
}

// what Python sends as a dict arrives as a Map
function unpacked(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, unpacked(v)]))
  if (Array.isArray(value)) return value.map(unpacked)
  return value ?? {}
}

// scroll to where the page before was as soon as this one is long enough, unless a hand scrolls elsewhere
function scrolledTo(place) {
  const growing = new ResizeObserver(() => {
    window.scrollTo(0, place)
    if (scrollY >= place - 1) growing.disconnect()
  })
  growing.observe(document.body)
  for (const kind of ["wheel", "pointerdown", "keydown"]) window.addEventListener(kind, () => growing.disconnect(), {capture: true, once: true})
}
