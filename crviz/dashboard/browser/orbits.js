// An orbit and its neighbours in 3D, and their separation against time. Plotly, which Panel brings along,
// draws both; it is fetched when the first bundle is there to draw. Moving T or the theme asks the server
// nothing.

const STYLE = `
  :host { display: block; }
  .orbits { font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
    font-variant-numeric: tabular-nums; }
  .orbits p { margin: 4px 12px; }
  .orbits [hidden] { display: none !important; }
  .panels { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
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
// of the orbits: the clicked one, then by angle
const DASHES = [["solid", ""], ["solid", ""], ["longdash", "9 4"], ["dash", "5 3"], ["dot", "2 3"]] // Plotly, SVG
const SYMBOLS = ["circle", "diamond", "square", "cross", "x"]
const SHADES = [null, 5, 4, 2, 1] // of the palette's multipoles, which are lighter at smaller angles
const FINER = 3 // points drawn for one that was sent
const VIEWS = {
  "From the side": () => ({x: 0.5, y: -1, z: 0.3}),
  "Along B₀": () => ({x: 0, y: -0.01, z: 1}), // not quite, so that it is clear where up is
  "Turn": ({x, y, z}) => {
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
    return {x: cos * x - sin * y, y: sin * x + cos * y, z}
  },
}

let arriving = null // the promise of Plotly, one for all views of a page

function plotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly)
  arriving ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = url
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      arriving = null
      reject(new Error(`${url} did not load`))
    }
    document.head.append(script)
  })
  return arriving
}

// Plotly styles the document, which a shadow root does not see
function adoptStyles(root) {
  const rules = document.getElementById("plotly.js-style-global")?.sheet?.cssRules ?? []
  const style = document.createElement("style")
  style.textContent = Array.from(rules, (rule) => rule.cssText).join("\n")
  root.prepend(style)
}

function hasWebGL() {
  const gl = document.createElement("canvas").getContext("webgl")
  gl?.getExtension("WEBGL_lose_context")?.loseContext()
  return Boolean(gl)
}

// Positions at equal steps of time, joined by the cubic through four neighbouring points.
export class Path {
  // positions: x, then y, then z, each `number` long, from T = 0 to omegaT
  constructor(positions, omegaT) {
    this.number = positions.length / 3
    this.omegaT = omegaT
    this.positions = positions
    const count = (this.number - 1) * FINER + 1
    this.fine = [0, 1, 2].map((i) => Float32Array.from({length: count}, (_, k) => this.coordinate(i, k / FINER)))
  }

  at(omegaT) {
    const u = (Math.min(Math.max(omegaT, 0), this.omegaT) / this.omegaT) * (this.number - 1)
    return [0, 1, 2].map((i) => this.coordinate(i, u))
  }

  // the way from T = 0 to omegaT: x, y, z
  until(omegaT) {
    const share = Math.min(Math.max(omegaT / this.omegaT, 0), 1)
    const passed = Math.floor(share * (this.fine[0].length - 1)) + 1
    return this.at(omegaT).map((last, i) => {
      const way = new Float32Array(passed + 1)
      way.set(this.fine[i].subarray(0, passed))
      way[passed] = last
      return way
    })
  }

  coordinate(i, u) {
    const k = Math.min(Math.floor(u), this.number - 2), s = u - k
    const value = (j) => this.positions[i * this.number + j]
    const [b, c] = [value(k), value(k + 1)]
    // beyond the ends, by the parabola
    const a = k > 0 ? value(k - 1) : 3 * b - 3 * c + value(k + 2)
    const d = k + 2 < this.number ? value(k + 2) : 3 * c - 3 * b + value(k - 1)
    return b + s * ((c - a) / 2 + s * (a - 2.5 * b + 2 * c - d / 2 + s * ((d - a) / 2 + 1.5 * (b - c))))
  }
}

// a value of a line over increasing x, both logarithmic
function interpolated(xs, ys, x) {
  let k = 0
  while (k < xs.length - 2 && xs[k + 1] < x) k++
  const s = Math.log(x / xs[k]) / Math.log(xs[k + 1] / xs[k])
  return ys[k] * (ys[k + 1] / ys[k]) ** Math.min(Math.max(s, 0), 1)
}

// one row of several: a plain array, which Bokeh's arrays with a shape are not
function row(values, k, rows) {
  const length = values.length / rows
  return new Float32Array(values.buffer, values.byteOffset + 4 * k * length, length)
}

function digits(value) {
  if (value === 0) return "0"
  return (Math.abs(value) < 100 ? Number(value.toPrecision(2)) : Math.round(value)).toString().replace("-", "−")
}

// What is drawn of one bundle, in numbers.
class Bundle {
  constructor(sent) {
    Object.assign(this, sent)
    const count = this.angles.length + 1
    this.paths = Array.from({length: count}, (_, k) => new Path(row(this.positions, k, count), this.omega_t_max))
    this.parting = this.angles.map((_, k) => row(this.separations, k, this.angles.length))
    this.line = [0, 1, 2].map((i) => row(this.field_line, i, 3))
    this.box = [0, 1, 2].map((i) => {
      const values = this.paths.flatMap((path) => Array.from(path.fine[i]))
      const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b))
      const pad = Math.max(0.04 * (high - low), 1.1 - (high - low) / 2)
      return [low - pad, high + pad]
    })
    const sides = this.box.map(([low, high]) => high - low)
    this.diagonal = Math.hypot(...sides)
    this.aspect = sides.map((side) => 1.4 * side / this.diagonal)
  }

  clamp(omegaT) { return Math.min(Math.max(omegaT, this.separation_times[0]), this.omega_t_max) }

  apart(omegaT) { return this.parting.map((values) => interpolated(this.separation_times, values, this.clamp(omegaT))) }

  // names of the neighbours for which there is room beside their marks
  labels(places) {
    const taken = [places[0]]
    return places.map((place, k) => {
      const free = k > 0 && taken.every((other) => Math.hypot(...place.map((v, i) => v - other[i])) > 0.06 * this.diagonal)
      if (free) taken.push(place)
      return free ? `${this.angles[k - 1]}°` : ""
    })
  }

  title() {
    return `Direction θ = ${this.theta.toFixed(0)}°, φ = ${this.phi.toFixed(0)}° in field ${this.realization + 1}`
  }

  summary(omegaT) {
    const t = this.clamp(omegaT)
    const place = this.paths[0].at(t).map(digits).join(", ")
    const apart = this.apart(t).map((value, k) => `${digits(value)} r_L at ${this.angles[k]}°`).join(", ")
    return `${this.title()}: followed back to Ω T = ${digits(t)}, the particle was at (x, y, z) = (${place}) r_L. ` +
      `Neighbours were away from it by ${apart} (rms of ${this.neighbours} each).`
  }
}

function ink(colors, k) { return k === 0 ? colors.ink : colors.multipoles[SHADES[k]] }

function marker(colors, ks, size) {
  return {color: ks.map((k) => ink(colors, k)), symbol: ks.map((k) => SYMBOLS[k]), size, opacity: 1, line: {color: colors.ground, width: 1}}
}

// a quarter of a colour on the ground: what is transparent has no place in a picture in depth
function faded(color, ground) {
  const mixed = [1, 3, 5].map((i) => [color, ground].map((c) => parseInt(c.slice(i, i + 2), 16))).map(([c, g]) => Math.round(0.25 * c + 0.75 * g))
  return `rgb(${mixed.join(",")})`
}

function spaceTraces(bundle, colors, omegaT) {
  const line3d = (xyz, more) => ({type: "scatter3d", mode: "lines", hoverinfo: "skip", x: xyz[0], y: xyz[1], z: xyz[2], ...more})
  const [foot, tall] = [bundle.box.map((side) => side[0]), 0.2 * bundle.diagonal]
  const arrow = [[foot[0], foot[0]], [foot[1], foot[1]], [foot[2], foot[2] + tall]]
  const ks = [...bundle.paths.keys()]
  return [
    ...bundle.paths.map((path, k) => line3d(path.fine, {line: {color: faded(ink(colors, k), colors.ground), width: 2}})),
    line3d(bundle.line, {line: {color: colors.analytic, width: 5}}),
    line3d(arrow, {mode: "lines+text", text: ["", "B₀"], textposition: "top center", textfont: {color: colors.ink, size: 13}, line: {color: colors.ink, width: 4}}),
    {type: "cone", hoverinfo: "skip", x: [foot[0]], y: [foot[1]], z: [foot[2] + tall], u: [0], v: [0], w: [1], anchor: "tail",
      sizemode: "raw", sizeref: 0.05 * bundle.diagonal, showscale: false, colorscale: [[0, colors.ink], [1, colors.ink]], lighting: {ambient: 1}},
    line3d([[0], [0], [0]], {mode: "markers+text", text: ["observer"], textposition: "bottom center", textfont: {color: colors.analytic, size: 11},
      marker: {color: colors.ink, size: 5, symbol: "cross"}}),
    ...bundle.paths.map((path, k) => line3d(path.until(omegaT), {line: {color: ink(colors, k), width: k ? 3 : 5}})),
    {type: "scatter3d", mode: "markers+text", hoverinfo: "skip", ...marks(bundle, omegaT), textposition: "top center", textfont: {color: colors.ink, size: 12},
      marker: marker(colors, ks, 6)},
  ]
}

// places and names of the particles at a time, as attributes of a trace
function marks(bundle, omegaT) {
  const places = bundle.paths.map((path) => path.at(omegaT))
  return {...columns(places), text: bundle.labels(places)}
}

function columns(places) { return {x: places.map((p) => p[0]), y: places.map((p) => p[1]), z: places.map((p) => p[2])} }

function spaceLayout(bundle, colors, eye) {
  const axis = (name, i) => ({
    range: bundle.box[i], title: {text: `${name} / r<sub>L</sub>`, font: {size: 12}}, nticks: 2 + Math.round(5 * bundle.aspect[i]), color: colors.analytic,
    gridcolor: colors.faint, showbackground: false, zeroline: false, showspikes: false, tickfont: {size: 11},
  })
  const [x, y, z] = bundle.aspect
  return {
    ...plain(colors), margin: {l: 0, r: 0, t: 0, b: 0},
    scene: {
      xaxis: axis("x", 0), yaxis: axis("y", 1), zaxis: axis("z", 2), aspectmode: "manual", aspectratio: {x, y, z},
      camera: camera(eye), dragmode: "turntable",
    },
  }
}

function camera(direction) {
  const scale = 2 / Math.hypot(direction.x, direction.y, direction.z)
  return {eye: {x: scale * direction.x, y: scale * direction.y, z: scale * direction.z}, up: {x: 0, y: 0, z: 1}, center: {x: 0, y: 0, z: 0}}
}

function plain(colors) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, hovermode: "closest",
    font: {family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 12, color: colors.ink},
  }
}

function partingTraces(bundle, colors, omegaT) {
  const times = bundle.separation_times
  return [
    ...bundle.angles.map((angle) => ({
      type: "scatter", mode: "lines", hoverinfo: "skip", x: [times[0], bundle.omega_t_max], line: {color: colors.faint, width: 1},
      y: [times[0], bundle.omega_t_max].map((t) => 2 * Math.sin(angle * Math.PI / 360) * t),
    })),
    ...bundle.parting.map((y, k) => ({
      type: "scatter", mode: "lines", name: `${bundle.angles[k]}°`, x: times, y, line: {color: ink(colors, k + 1), width: 2, dash: DASHES[k + 1][0]},
      hovertemplate: "Ω T = %{x:.3g}: %{y:.3g} r_L",
    })),
    {type: "scatter", mode: "markers", hoverinfo: "skip", ...cursorMarks(bundle, omegaT), 
      marker: marker(colors, bundle.angles.map((_, k) => k + 1), 9)},
  ]
}

function cursorMarks(bundle, omegaT) {
  const t = bundle.clamp(omegaT)
  return {x: bundle.angles.map(() => t), y: bundle.apart(t)}
}

function cursor(bundle, colors, omegaT) {
  const t = bundle.clamp(omegaT)
  return [{type: "line", xref: "x", yref: "paper", x0: t, x1: t, y0: 0, y1: 1, line: {color: colors.analytic, width: 1}}]
}

function partingLayout(bundle, colors, omegaT) {
  const first = bundle.separation_times[0]
  const all = bundle.parting.flatMap((values) => Array.from(values)).filter((value) => value > 0)
  const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b))
  const axis = (title, range) => ({
    type: "log", title: {text: title, font: {size: 12}, standoff: 8}, range: range.map(Math.log10), color: colors.analytic, gridcolor: colors.faint + "80",
    dtick: 1, exponentformat: "power", zeroline: false, tickfont: {size: 11}, showline: true, linecolor: colors.faint, ticks: "outside", tickcolor: colors.faint, fixedrange: true,
  })
  return {
    ...plain(colors), margin: {l: 62, r: 14, t: 8, b: 44}, dragmode: false,
    xaxis: axis("backtracking time Ω T", [first, 1.1 * bundle.omega_t_max]), yaxis: axis("separation / r<sub>L</sub>", [0.5 * low, 2 * high]),
    shapes: cursor(bundle, colors, omegaT),
    annotations: bundle.angles.map((angle, k) => ({
      x: Math.log10(first), y: Math.log10(bundle.parting[k][0]), text: `${angle}°`, showarrow: false, xanchor: "left", yanchor: "bottom", xshift: 3, yshift: 8,
      font: {color: ink(colors, k + 1), size: 12},
    })),
  }
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
      if (this.sent !== this.model.bundle) {
        this.sent = this.model.bundle
        this.bundle = new Bundle(this.sent)
      }
      await this.draw()
    })
  }

  say() {
    this.message.textContent = this.model.message
    this.message.hidden = !this.model.message
  }

  async draw() {
    if (!this.root.clientWidth) return // hidden; drawn when there is room
    const {Plotly, bundle, colors, model} = {Plotly: await plotly(this.model.plotly_url), ...this, colors: this.colors, model: this.model}
    this.plotly = Plotly
    const options = {displayModeBar: false, responsive: false, scrollZoom: false}
    this.key.replaceChildren(...key(bundle, colors))
    if (!this.styled) adoptStyles(this.root)
    this.flat ??= !hasWebGL()
    if (this.flat) {
      this.space.classList.add("nothing")
      this.space.textContent = "This browser has no WebGL, which the picture in space needs."
    } else {
      await Plotly.react(this.space, spaceTraces(bundle, colors, model.omega_t), spaceLayout(bundle, colors, this.eye()), options)
    }
    await Plotly.react(this.parting, partingTraces(bundle, colors, model.omega_t), partingLayout(bundle, colors, model.omega_t), options)
    if (!this.styled) {
      adoptStyles(this.root)
      this.styled = true
    }
    this.tell()
  }

  eye() { return this.space.layout ? this.space.layout.scene.camera.eye : VIEWS["From the side"]() }

  look(turned) {
    this.later(() => !this.flat && this.plotly.relayout(this.space, {"scene.camera": camera(turned(this.eye()))}))
  }

  // the newest T only: what comes while one is drawn waits for the next turn
  move() {
    if (this.moving) return
    this.moving = true
    this.later(async () => {
      this.moving = false
      if (!this.plotly || !this.bundle || !this.parting.data) return
      const {bundle, plotly} = this, t = this.model.omega_t, n = bundle.paths.length
      const ways = bundle.paths.map((path) => path.until(t))
      if (!this.flat) {
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
    for (const plot of [this.parting, ...(this.flat ? [] : [this.space])])
      if (Math.abs(plot.clientWidth - plot._fullLayout.width) > 1) await this.plotly.relayout(plot, {width: plot.clientWidth, height: plot.clientHeight})
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
