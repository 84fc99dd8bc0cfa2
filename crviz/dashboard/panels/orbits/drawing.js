// The two pictures of the orbits on canvases, where Plotly is not there: the calls that component.js makes of it, for the traces of
// orbit_space.js and orbit_separation.js and no others. The one in space turns by pointer and by arrow keys.

const DASHED = {longdash: [9, 4], dash: [5, 3], dot: [2, 3]}
const LENS = 1.2 // a picture's height over twice the tangent of half its angle
const TURN = Math.PI / 18 // of a key
const STEEPEST = 0.97 // of the way to look from straight above
const KEYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

export const DRAWN = {
  async react(el, data, layout) {
    if (!el.data) begin(el)
    Object.assign(el, {data, layout})
    paint(el)
  },
  async restyle(el, values, traces) {
    for (const [name, each] of Object.entries(values)) traces.forEach((trace, i) => { el.data[trace][name] = each[i] })
    paint(el)
  },
  async relayout(el, {"scene.camera": seen}) {
    el.layout.scene.camera = seen
    paint(el)
  },
  async update(el, values, layout, traces) {
    Object.assign(el.layout, layout)
    return this.restyle(el, values, traces)
  },
  purge(el) { delete el.data },
  Plots: {async resize(el) { paint(el) }},
}

function begin(el) {
  if (el.querySelector("canvas")) return
  el.append(document.createElement("canvas"))
  if (!el.matches(".space")) return
  Object.assign(el, {tabIndex: 0, title: "Drag, or press arrow keys, to rotate"})
  el.style.touchAction = "pan-y"
  el.addEventListener("keydown", (event) => {
    const [aside, up] = KEYS[event.key] ?? []
    if (aside === undefined) return
    event.preventDefault() // the page's own keys step the time
    turn(el, aside * TURN, up * TURN)
  })
  el.addEventListener("pointerdown", (event) => el.setPointerCapture(event.pointerId))
  el.addEventListener("pointermove", ({buttons, movementX, movementY}) => {
    if (buttons & 1) turn(el, -movementX / 120, movementY / 120)
  })
}

function turn(el, aside, up) {
  const {x, y, z} = el.layout.scene.camera.eye, far = Math.hypot(x, y, z)
  const azimuth = Math.atan2(y, x) + aside, most = STEEPEST * Math.PI / 2
  const height = Math.min(Math.max(Math.asin(z / far) + up, -most), most), flat = far * Math.cos(height)
  el.layout.scene.camera = {...el.layout.scene.camera, eye: {x: flat * Math.cos(azimuth), y: flat * Math.sin(azimuth), z: far * Math.sin(height)}}
  paint(el)
}

function paint(el) {
  const canvas = el.querySelector("canvas"), {clientWidth: width, clientHeight: height} = el
  if (!canvas || !width || !height) return
  canvas.style.cssText = "width: 100%; height: 100%; display: block"
  Object.assign(canvas, {width: width * devicePixelRatio, height: height * devicePixelRatio})
  const pen = canvas.getContext("2d")
  pen.scale(devicePixelRatio, devicePixelRatio)
  Object.assign(pen, {lineJoin: "round", textBaseline: "middle"})
  if (el.layout.scene) space(pen, el, width, height)
  else plane(pen, el, width, height)
}

// --- in space

function space(pen, {data, layout}, width, height) {
  const {xaxis, yaxis, zaxis, aspectratio, camera: {eye}} = layout.scene, axes = [xaxis, yaxis, zaxis]
  const sides = [aspectratio.x, aspectratio.y, aspectratio.z], toEye = [eye.x, eye.y, eye.z], far = Math.hypot(...toEye)
  const towards = toEye.map((each) => each / far), flat = Math.hypot(towards[0], towards[1])
  const right = [-towards[1] / flat, towards[0] / flat, 0]
  const above = [-towards[2] * right[1], towards[2] * right[0], towards[0] * right[1] - towards[1] * right[0]]
  const at = (...place) => {
    const u = place.map((value, i) => sides[i] * ((value - axes[i].range[0]) / (axes[i].range[1] - axes[i].range[0]) - 0.5))
    const along = (v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2], lens = LENS * height / (far - along(towards))
    return [width / 2 + lens * along(right), height / 2 - lens * along(above)]
  }
  frame(pen, axes, towards, at)
  for (const trace of data) {
    const {x, y, z, u} = trace
    if (u) continue // the tip of B0's arrow: its name says which way
    const inside = (i) => [x[i], y[i], z[i]].every((value, axis) => axes[axis].range[0] <= value && value <= axes[axis].range[1])
    strokes(pen, trace, x.length, (i) => (inside(i) ? at(x[i], y[i], z[i]) : null))
  }
}

// the edges of the box; each axis has its numbers at the edge that is nearest to the eye below
function frame(pen, axes, towards, at) {
  const ends = axes.map(({range}) => range), near = towards.map((each) => Number(each > 0))
  pen.lineWidth = 1
  for (let i = 0; i < 3; i++) for (const a of [0, 1]) for (const b of [0, 1]) {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3], from = [], to = []
    Object.assign(from, {[i]: ends[i][0], [j]: ends[j][a], [k]: ends[k][b]})
    Object.assign(to, {[i]: ends[i][1], [j]: ends[j][a], [k]: ends[k][b]})
    pen.strokeStyle = axes[i].gridcolor
    path(pen, [at(...from), at(...to)])
  }
  axes.forEach(({range: [low, high], title, tickfont, color, nticks}, i) => {
    const corner = i === 2 ? [near[0], 1 - near[1]] : near, beside = [ends[0][corner[0]], ends[1][corner[1]], ends[2][0]]
    const place = (value) => at(...beside.map((each, j) => (j === i ? value : each)))
    const step = nice((high - low) / nticks)
    Object.assign(pen, {fillStyle: color, font: `${tickfont.size}px system-ui, sans-serif`, textAlign: "center"})
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
      const [x, y] = place(value)
      pen.fillText(String(Number(value.toPrecision(6))).replace("-", "−"), x, y + tickfont.size)
    }
    const [x, y] = place(i === 2 ? high : (low + high) / 2) // above the box, or below it
    written(pen, title.text, x, y + (i === 2 ? -1 : 2.4) * tickfont.size, title.font.size, "center")
  })
}

function nice(step) {
  const power = 10 ** Math.floor(Math.log10(step))
  return power * [1, 2, 5, 10].find((each) => each * power >= step)
}

// --- in the plane, on log axes

function plane(pen, {data, layout}, width, height) {
  const {xaxis, yaxis, margin: {l, r, t, b}, shapes, annotations} = layout
  const across = (log) => l + (width - l - r) * (log - xaxis.range[0]) / (xaxis.range[1] - xaxis.range[0])
  const up = (log) => height - b - (height - t - b) * (log - yaxis.range[0]) / (yaxis.range[1] - yaxis.range[0])
  const at = (x, y) => [across(Math.log10(x)), up(Math.log10(y))]
  decades(pen, xaxis, (x, text, {size}) => {
    path(pen, [[across(x), t], [across(x), height - b]])
    written(pen, text, across(x), height - b + 1.2 * size, size, "center")
  })
  decades(pen, yaxis, (y, text, {size}) => {
    path(pen, [[l, up(y)], [width - r, up(y)]])
    written(pen, text, l - 0.5 * size, up(y), size, "right")
  })
  written(pen, xaxis.title.text, (l + width - r) / 2, height - 0.8 * xaxis.title.font.size, xaxis.title.font.size, "center")
  pen.save()
  pen.translate(0.8 * yaxis.title.font.size, (t + height - b) / 2)
  pen.rotate(-Math.PI / 2)
  written(pen, yaxis.title.text, 0, 0, yaxis.title.font.size, "center")
  pen.restore()
  for (const {x0, line} of shapes) {
    Object.assign(pen, {strokeStyle: line.color, lineWidth: line.width})
    path(pen, [[at(x0, 1)[0], t], [at(x0, 1)[0], height - b]])
  }
  for (const trace of data) strokes(pen, trace, trace.x.length, (i) => at(trace.x[i], trace.y[i]))
  for (const {x, y, text, font, xshift, yshift} of annotations) {
    pen.fillStyle = font.color
    written(pen, text, across(x) + xshift, up(y) - yshift, font.size, "left")
  }
}

function decades(pen, {range: [low, high], gridcolor, color, tickfont}, draw) {
  for (let power = Math.ceil(low); power <= high; power++) {
    Object.assign(pen, {strokeStyle: gridcolor, fillStyle: color, lineWidth: 1})
    draw(power, `10${String(power).replace(/\d/g, (digit) => RAISED[digit]).replace("-", "⁻")}`, tickfont)
  }
}

// --- of both

function strokes(pen, {mode, line, marker, text, textfont, textposition = ""}, number, place) {
  const places = Array.from({length: number}, (_, i) => place(i))
  if (mode.includes("lines")) {
    Object.assign(pen, {strokeStyle: line.color, lineWidth: line.width})
    pen.setLineDash(DASHED[line.dash] ?? [])
    path(pen, places)
    pen.setLineDash([])
  }
  const there = places.flatMap((each, i) => (each ? [[...each, i]] : []))
  if (mode.includes("markers")) for (const [x, y, i] of there) {
    pen.fillStyle = [marker.color].flat()[i] ?? marker.color
    pen.beginPath()
    pen.arc(x, y, marker.size / 2 + 1, 0, 2 * Math.PI)
    pen.fill()
  }
  if (mode.includes("text")) for (const [x, y, i] of there) {
    pen.fillStyle = textfont.color
    written(pen, text[i] ?? "", x, y + (textposition.startsWith("bottom") ? 1 : -1) * textfont.size, textfont.size, "center")
  }
}

// null is where a line is not to be seen
function path(pen, places) {
  pen.beginPath()
  places.forEach((place, i) => { if (place) places[i - 1] ? pen.lineTo(...place) : pen.moveTo(...place) })
  pen.stroke()
}

// words with what stands between <sub> and </sub> below the line
function written(pen, words, x, y, size, side) {
  const parts = words.split(/<\/?sub>/), font = (i) => `${i % 2 ? 0.72 * size : size}px system-ui, sans-serif`
  const widths = parts.map((part, i) => { pen.font = font(i); return pen.measureText(part).width })
  const whole = widths.reduce((sum, each) => sum + each, 0)
  let from = x - {left: 0, center: whole / 2, right: whole}[side]
  pen.textAlign = "left"
  parts.forEach((part, i) => {
    pen.font = font(i)
    pen.fillText(part, from, y + (i % 2 ? 0.25 * size : 0))
    from += widths[i]
  })
}
