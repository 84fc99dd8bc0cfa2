// An orbit and its neighbours in 3D, and their separation against time. Moving T or the theme asks the
// server nothing.

import {typeset} from "../../browser/typeset.js"
import {DRAWN} from "./drawing.js"
import {Bundle} from "./orbit_paths.js"
import {cursor, cursorMarks, separationLayout, separationTraces} from "./orbit_separation.js"
import {camera, marks, spaceLayout, spaceTraces} from "./orbit_space.js"
import {SHEET} from "./orbit_sheet.js"
import {DASHES, ink} from "./orbit_style.js"
import {adoptStyles, hasWebGL, plotly} from "./plotly.js"

const OPTIONS = {displayModeBar: false, responsive: false, scrollZoom: false}
// where the eye goes: from where it is, and the box's sides in the picture's units
const VIEWS = {
  "From the side": () => ({x: 0.85, y: -1.75, z: 0.5}),
  // not quite along, so that it is clear where up is; as far above the box as shows it all
  "Along B₀": (_, [x, y, z]) => ({x: 0, y: -0.01, z: z / 2 + 1.5 * Math.max(x, y)}),
  "Rotate": ({x, y, z}) => {
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
    return {x: cos * x - sin * y, y: sin * x + cos * y, z}
  },
}

function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...content)
  return made
}

// an entry of the key: a piece of line and its name
function entry(name, color, width, pattern = "") {
  const item = element("li")
  item.innerHTML = `<svg width="34" height="8" aria-hidden="true"><line x1="0" x2="34" y1="4" y2="4"
    stroke="${color}" stroke-width="${width}" stroke-dasharray="${pattern}"/></svg>`
  item.append(name)
  return item
}

function key(bundle, colors) {
  return [
    entry("clicked direction", colors.ink, 3),
    ...bundle.angles.map((angle, k) => entry(`${angle}° away`, ink(colors, k + 1), 2, DASHES[k + 1][1])),
    entry("field line through the observer", colors.analytic, 2),
  ]
}

class View {
  constructor(model) {
    this.model = model
    this.message = element("p", {role: "status"})
    this.key = element("ul", {class: "key"})
    this.space = element("div", {class: "plot space", role: "img", title: "Drag to rotate"})
    this.separation = element("div", {class: "plot separation", role: "img"})
    this.summary = element("p", {class: "summary", "aria-live": "polite", tabindex: 0})
    this.caption = element("span")
    const panel = (plot, ...caption) => element("figure", {}, element("figcaption", {}, ...caption), plot)
    this.content = element("div", {class: "content"},
      this.key,
      element("div", {class: "panels"},
        panel(this.space, this.caption, ...this.#buttons()),
        panel(this.separation, "Rms separation from the clicked orbit (thin lines: straight flight)")),
      this.summary)
    this.root = element("div", {class: "orbits"}, element("style", {}, SHEET), this.message, this.content)
    // Plotly turns with a finger, but takes note of the new view only where a mouse button is let go
    this.space.addEventListener("touchend", (event) => event.target.dispatchEvent(new MouseEvent("mouseup")))
    this.drawn = Promise.resolve()
    this.resized = new ResizeObserver(() => this.#later(() => this.#fit()))
    this.resized.observe(this.root)
    this.show()
  }

  // what the model holds, drawn anew; it stays turned as it is unless the orbits are others
  show() {
    this.say()
    this.content.hidden = !this.model.bundle
    for (const name of ["ink", "faint", "analytic", "accent"])
      this.root.style.setProperty(`--${name}`, this.colors[name])
    if (!this.model.bundle) return
    this.#later(() => {
      if (this.sent === this.model.bundle) return this.#draw(this.eye)
      this.sent = this.model.bundle
      this.bundle = new Bundle(this.sent)
      return this.#draw()
    })
  }

  say() {
    this.message.textContent = this.model.message
    this.message.hidden = !this.model.message
  }

  // the newest T only: what comes while one is drawn waits for the next turn
  move() {
    if (this.moving) return
    this.moving = true
    this.#later(async () => {
      this.moving = false
      if (!this.bundle || !this.separation.data) return
      if (!this.root.clientWidth) this.stale = true
      else await this.#follow(this.model.omega_t)
    })
  }

  remove() {
    this.resized.disconnect()
    clearTimeout(this.telling)
    this.#later(() => this.plots.forEach((plot) => plot.data && this.plotly.purge(plot)))
  }

  get colors() { return {...this.model.colors[this.model.dark ? "dark" : "light"], scale: this.model.scale} }

  get plots() { return this.flat ? [this.separation] : [this.space, this.separation] }

  // where the eye is: Plotly keeps it up to date while the picture is turned
  get eye() { return this.space.layout?.scene.camera.eye }

  #buttons() {
    return Object.entries(VIEWS).map(([name, turned]) => {
      const button = element("button", {type: "button"}, name)
      button.addEventListener("click", () => this.#later(() => {
        const seen = this.eye && camera(turned(this.eye, this.box.aspect))
        return seen && this.plotly.relayout(this.space, {"scene.camera": seen})
      }))
      return button
    })
  }

  // one thing after the other: Plotly's calls are asynchronous
  #later(task) {
    this.drawn = this.drawn.then(task).catch((error) => {
      this.message.hidden = false
      this.message.textContent = `The orbits cannot be drawn: ${error.message}`
      console.error(error)
    })
  }

  async #draw(eye = VIEWS["From the side"]()) {
    this.stale = !this.root.clientWidth
    if (this.stale) return // hidden; drawn when there is room
    if (!this.plotly) {
      const url = this.model.plotly_url // none on a page without a server
      this.plotly = url ? await plotly(url) : DRAWN
      this.flat = Boolean(url) && !hasWebGL()
      if (url) adoptStyles(this.root)
    }
    const {bundle, colors} = this, t = this.model.omega_t
    this.key.replaceChildren(...key(bundle, colors))
    this.box = this.flat ? null : bundle.boxUntil(t)
    this.#caption()
    if (this.flat) {
      this.space.classList.add("nothing")
      this.space.textContent = "This browser has no WebGL, which the picture in space needs."
    } else {
      const layout = spaceLayout(this.box, colors, eye)
      await this.plotly.react(this.space, spaceTraces(bundle, this.box, colors, t, this.#sight(eye)), layout, OPTIONS)
    }
    const layout = separationLayout(bundle, colors, t)
    await this.plotly.react(this.separation, separationTraces(bundle, colors, t), layout, OPTIONS)
    this.size = this.#size()
    this.#tell()
  }

  #caption() {
    const {stretch = 1} = this.box ?? {}
    this.caption.textContent = "Orbits in space" + (stretch > 1 ? `, x and y × ${stretch}` : "")
  }

  // from where the picture is looked at, and how much of it a name takes
  #sight(eye) { return {eye: Object.values(eye), room: 60 * this.model.scale / this.space.clientHeight} }

  #size() { return `${this.root.clientWidth} ${this.separation.clientHeight}` }

  async #follow(t) {
    const {bundle, plotly} = this
    if (!this.flat && this.box !== bundle.boxUntil(t, this.box)) { // another box fits it
      const {eye} = this
      plotly.purge(this.space) // in a scene whose box is another one by now no mouse would turn the picture
      return this.#draw(eye)
    }
    if (!this.flat) {
      const now = marks(bundle, this.box, t, this.#sight(this.eye)), ways = bundle.paths.map((path) => path.until(t))
      const last = this.space.data.length - 1
      const traces = [...ways.map((_, k) => last - ways.length + k), last]
      const [x, y, z] = ["x", "y", "z"].map((name, i) => [...ways.map((way) => way[i]), now[name]])
      await plotly.restyle(this.space, {x, y, z, text: [...ways.map(() => null), now.text]}, traces)
    }
    const {x, y} = cursorMarks(bundle, t), shapes = cursor(bundle, this.colors, t)
    await plotly.update(this.separation, {x: [x], y: [y]}, {shapes}, [this.separation.data.length - 1])
    clearTimeout(this.telling) // words follow when the time rests
    this.telling = setTimeout(() => this.#tell(), 300)
  }

  #tell() {
    const said = this.bundle.summary(this.model.omega_t)
    this.summary.replaceChildren(...typeset(said))
    this.space.setAttribute("aria-label", `Orbits in space. ${said}`)
    this.separation.setAttribute("aria-label", `Separation against time. ${said}`)
  }

  async #fit() {
    if (!this.root.clientWidth || !this.bundle) return
    if (this.stale) return this.#draw(this.eye)
    if (!this.separation.data || this.size === this.#size()) return
    this.size = this.#size()
    for (const plot of this.plots) await this.plotly.Plots.resize(plot)
  }
}

export function render({model}) {
  const view = new View(model)
  model.on(["bundle", "dark", "scale"], () => view.show())
  model.on("message", () => view.say())
  model.on("omega_t", () => view.move())
  model.on("remove", () => view.remove())
  return view.root
}
