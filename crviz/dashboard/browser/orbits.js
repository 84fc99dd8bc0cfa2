// An orbit and its neighbours in 3D, and their separation against time. Moving T or the theme asks the
// server nothing.

import {DASHES, camera, cursor, cursorMarks, ink, marks, partingLayout, partingTraces, spaceLayout, spaceTraces} from "./orbit_figures.js"
import {Bundle} from "./orbit_paths.js"
import {adoptStyles, hasWebGL, plotly} from "./plotly.js"

const STYLE = `
  :host { display: block; }
  .orbits { container-type: inline-size; font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
    font-variant-numeric: tabular-nums; }
  .orbits p { margin: 4px 12px; }
  .orbits [hidden] { display: none !important; }
  .panels { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
  @container (min-width: 760px) { .panels { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
  figure { margin: 0; min-width: 0; }
  figcaption { margin: 4px 12px; display: flex; flex-wrap: wrap; gap: 6px; align-items: center;
    min-height: 30px; color: var(--analytic); font-size: 12px; }
  figcaption span { flex: 1; }
  .plot { height: 430px; overflow: hidden; }
  .nothing { height: auto; }
  button { font: inherit; color: var(--ink); background: transparent; border: 1px solid var(--faint);
    border-radius: 4px; padding: 3px 8px; min-height: 28px; cursor: pointer; }
  button:hover { border-color: var(--accent); }
  button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  .key { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 12px; padding: 0; list-style: none;
    font-size: 12px; }
  .key svg { vertical-align: middle; margin-right: 6px; }
`

// where the eye goes: from where it is, and the box's sides in the picture's units
const VIEWS = {
  "From the side": () => ({x: 0.85, y: -1.75, z: 0.5}),
  // not quite along, so that it is clear where up is; as far above the box as shows it all
  "Along B₀": (_, [x, y, z]) => ({x: 0, y: -0.01, z: z / 2 + 1.5 * Math.max(x, y)}),
  "Turn": ({x, y, z}) => {
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

function sample(color, pattern, width) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("width", "34")
  svg.setAttribute("height", "8")
  svg.setAttribute("aria-hidden", "true")
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line")
  for (const [name, value] of Object.entries({x1: 0, x2: 34, y1: 4, y2: 4, stroke: color, "stroke-width": width, "stroke-dasharray": pattern}))
    line.setAttribute(name, value)
  svg.append(line)
  return svg
}

function key(bundle, colors) {
  return [
    element("li", {}, sample(colors.ink, "", 3), "clicked direction"),
    ...bundle.angles.map((angle, k) => element("li", {}, sample(ink(colors, k + 1), DASHES[k + 1][1], 2), `${angle}° beside it`)),
    element("li", {}, sample(colors.analytic, "", 2), "field line through the observer"),
  ]
}

class View {
  constructor(model) {
    this.model = model
    this.message = element("p", {class: "message", role: "status"})
    this.space = element("div", {class: "plot space", role: "img"})
    this.parting = element("div", {class: "plot parting", role: "img"})
    // Plotly turns with a finger, but takes note of the new view only where a mouse button is let go
    this.space.addEventListener("touchend", (event) => event.target.dispatchEvent(new MouseEvent("mouseup")))
    this.key = element("ul", {class: "key"})
    this.summary = element("p", {class: "summary", "aria-live": "polite"})
    this.buttons = Object.keys(VIEWS).map((name) => element("button", {type: "button"}, name))
    this.buttons.forEach((button) => button.addEventListener("click", () => this.look(VIEWS[button.textContent])))
    this.content = element("div", {},
      this.key,
      element("div", {class: "panels"},
        element("figure", {}, element("figcaption", {}, element("span", {}, "Where they came from; drag to turn"), ...this.buttons), this.space),
        element("figure", {}, element("figcaption", {}, element("span", {}, "Separation from the clicked orbit, rms; thin: straight lines")), this.parting)),
      this.summary)
    this.root = element("div", {class: "orbits"}, element("style", {}, STYLE), this.message, this.content)
    this.drawn = Promise.resolve()
    this.resized = new ResizeObserver(() => this.later(() => this.fit()))
    this.resized.observe(this.root)
    this.show()
  }

  get colors() { return this.model.colors[this.model.dark ? "dark" : "light"] }

  // one thing after the other: Plotly's calls are asynchronous
  later(task) { this.drawn = this.drawn.then(task).catch((error) => this.fail(error)) }

  fail(error) {
    this.message.hidden = false
    this.message.textContent = `The orbits cannot be drawn: ${error.message}`
    console.error(error)
  }

  show() {
    this.say()
    this.content.hidden = !this.model.bundle
    for (const [name, color] of Object.entries(this.colors)) if (typeof color === "string") this.root.style.setProperty(`--${name}`, color)
    if (!this.model.bundle) return
    this.later(async () => {
      const fresh = this.sent !== this.model.bundle
      this.sent = this.model.bundle
      if (fresh) this.bundle = new Bundle(this.sent)
      await this.draw(fresh ? undefined : this.eye)
    })
  }

  say() {
    this.message.textContent = this.model.message
    this.message.hidden = !this.model.message
  }

  async draw(eye = VIEWS["From the side"]()) {
    if (!this.root.clientWidth) return // hidden; drawn when there is room
    const Plotly = await plotly(this.model.plotly_url)
    const {bundle, colors} = this, omegaT = this.model.omega_t
    const options = {displayModeBar: false, responsive: false, scrollZoom: false}
    this.key.replaceChildren(...key(bundle, colors))
    if (!this.plotly) adoptStyles(this.root)
    this.plotly = Plotly
    this.flat ??= !hasWebGL()
    if (this.flat) {
      this.space.classList.add("nothing")
      this.space.textContent = "This browser has no WebGL, which the picture in space needs."
    } else {
      await Plotly.react(this.space, spaceTraces(bundle, colors, omegaT), spaceLayout(bundle, colors, eye), options)
    }
    await Plotly.react(this.parting, partingTraces(bundle, colors, omegaT), partingLayout(bundle, colors, omegaT), options)
    this.width = this.root.clientWidth
    this.tell()
  }

  // where the eye is: Plotly keeps it up to date while the picture is turned
  get eye() { return this.space.layout?.scene.camera.eye }

  look(turned) {
    this.later(() => !this.flat && this.plotly.relayout(this.space, {"scene.camera": camera(turned(this.eye, this.bundle.aspect))}))
  }

  // the newest T only: what comes while one is drawn waits for the next turn
  move() {
    if (this.moving) return
    this.moving = true
    this.later(async () => {
      this.moving = false
      if (!this.plotly || !this.bundle || !this.parting.data) return
      const {bundle, plotly} = this, t = this.model.omega_t, n = bundle.paths.length
      if (!this.flat) {
        const ways = bundle.paths.map((path) => path.until(t))
        const now = marks(bundle, t), traces = [...ways.map((_, k) => n + 4 + k), 2 * n + 4]
        const every = (name, i) => [...ways.map((way) => way[i]), now[name]]
        await plotly.restyle(this.space, {x: every("x", 0), y: every("y", 1), z: every("z", 2), text: [...ways.map(() => null), now.text]}, traces)
      }
      const {x, y} = cursorMarks(bundle, t)
      await plotly.update(this.parting, {x: [x], y: [y]}, {shapes: cursor(bundle, this.colors, t)}, [2 * bundle.angles.length])
      clearTimeout(this.telling)
      this.telling = setTimeout(() => this.tell(), 300)
    })
  }

  tell() {
    const said = this.bundle.summary(this.model.omega_t)
    this.summary.textContent = said
    this.space.setAttribute("aria-label", `Orbits in space. ${said}`)
    this.parting.setAttribute("aria-label", `Separation against time. ${said}`)
  }

  async fit() {
    if (!this.root.clientWidth || !this.bundle) return
    if (!this.parting.data) return this.draw()
    if (this.width === this.root.clientWidth) return
    this.width = this.root.clientWidth
    for (const plot of [this.parting, ...(this.flat ? [] : [this.space])]) await this.plotly.Plots.resize(plot)
  }

  remove() {
    this.resized.disconnect()
    clearTimeout(this.telling)
    this.later(() => [this.space, this.parting].forEach((plot) => plot.data && this.plotly.purge(plot)))
  }
}

export function render({model}) {
  const view = new View(model)
  model.on(["bundle", "dark"], () => view.show())
  model.on("message", () => view.say())
  model.on("omega_t", () => view.move())
  model.on("remove", () => view.remove())
  return view.root
}
