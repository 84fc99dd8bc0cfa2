// The sky map: asks the server for the components at a time, and contracts and draws them here.

import {dipole, indexOf, painted, project, relativeIntensity, smoothed, unproject, withoutDipole} from "./sky.js"
import {digits} from "../../browser/digits.js"
import {timeInWords} from "../../browser/numbers.js"
import {nearest} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

const WIDTH = 448
const STEPS = 256 // of colour
const BAR = {x: [-1], y: [-1.3], dw: [2], dh: [0.07]}
const UNDER_BAR = -1.41
const NOTHING = 0.01 // of the largest value
const AHEAD = 2 // times fetched before they are wanted
const MOST_KEPT = 200

export class SkyPanel {
  skies = new Map()
  asked = new Set()
  id = null
  ready = false

  constructor({figure, page, place}) {
    this.figure = figure
    this.place = place
    this.note = document.createElement("p")
    this.note.className = "note"
    place.querySelector(".figure").before(this.note)
    this.page = page
    figure.name("x", "relative intensity δI [r_L |∇n|/n]")
    // the pointer's intensity comes from the map: the picture holds colours
    figure.says("$sx", ({x, y}) => this.valueAt(x, y)?.toFixed(3) ?? "-")
    figure.root.on_event("tap", ({x, y}) => {
      const direction = unproject(x, y)
      if (direction) page.send({kind: WIRE.direction, ...direction})
    })
    this.ndarray = Bokeh.require("core/util/ndarray").ndarray
    this.pixels = this.ndarray(new ArrayBuffer(2 * WIDTH * WIDTH), {dtype: "uint32", shape: [WIDTH / 2, WIDTH]})
  }

  // a series of skies of one realisation: {id, nside, times, caption, first: {index, scale, components}}
  series(series) {
    if (!series.id || series.id === this.id) return
    Object.assign(this, {id: series.id, nside: series.nside, times: series.times, caption: series.caption})
    this.asked.clear()
    if (series.first) this.arrived({...series.first, id: series.id, nside: series.nside})
  }

  // what the page asked for
  message(message) {
    if (message.kind !== WIRE.sky) return
    this.arrived(message)
    this.page.changed("sky")
  }

  arrived({id, index, scale, components, nside}) {
    if (components === undefined) return
    if (this.skies.size >= MOST_KEPT) this.skies.delete(this.skies.keys().next().value)
    this.skies.set(`${id} ${index}`, {scale, components, nside, omegaT: this.times[index]})
  }

  // while the times are played through, those to come are fetched too
  want(index, playing) {
    for (let ahead = 0; ahead <= (playing ? AHEAD : 0); ahead++) {
      const at = index + ahead, key = `${this.id} ${at}`
      if (at >= this.times.length || this.skies.has(key) || this.asked.has(key)) continue
      this.asked.add(key)
      this.page.send({kind: WIRE.sky, id: this.id, index: at})
    }
  }

  draw({view, omegaT, colors, sky, awaited, direction, lost}, changed) {
    if (changed.has("theme")) this.recolor(colors)
    this.series(sky)
    this.awaits(lost && awaited.lost ? {...awaited, words: awaited.lost} : awaited)
    if (!this.id) return
    const index = nearest(this.times, omegaT)
    if (!lost) this.want(index, view.playing)
    const at = this.skies.get(`${this.id} ${index}`)
    if (lost && !at) this.awaits({words: `the sky at Ω T = ${timeInWords(this.times[index])} will be shown when the connection is back`, old: true})
    this.ready = Boolean(at)
    if (at) this.shown = at // what was there stays until the new one is
    if (this.shown) this.contract(view)
    this.marks(view, colors, direction)
  }

  // a sky that is not there yet is named; what is not of it steps back
  awaits({words = "", old = false}) {
    this.awaited = words
    this.note.textContent = words
    this.place.classList.toggle("old", old)
  }

  contract(view) {
    const {scale, components, nside} = this.shown
    const {theta, phi} = view
    const gradient = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)]
    let map = relativeIntensity(components, scale, gradient)
    if (view.without_dipole) map = withoutDipole(map, nside)
    if (view.smooth) map = smoothed(map, nside, WIRE.smoothing)
    this.map = map
    this.limit = map.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1
    const [dx, dy, dz] = dipole(map, nside).map((each) => -each), across = Math.hypot(dx, dy)
    // what the pixels leave of a dipole that was removed is none
    this.excess = Math.hypot(across, dz) > NOTHING * this.limit ? {theta: Math.atan2(across, dz), phi: Math.atan2(dy, dx)} : null
    this.paint()
  }

  // Bokeh would take several times as long to colour the picture, and to lay out a colour bar of its own
  paint() {
    const source = this.figure.model("image")
    painted(this.map, this.limit, this.palette, indexOf(this.shown.nside, WIDTH), this.pixels)
    // the same array every time: comparing and copying hundreds of thousands of numbers would take longer
    if (!source.data.image?.length) source.data = {image: [this.pixels], x: [-2], y: [-1], dw: [4], dh: [2]}
    else source.change.emit()
  }

  // the poles, the gradient, the dipole and the direction whose orbit is followed; the numbers under the colour bar
  marks(view, colors, direction) {
    const [x, y] = project(view.theta, view.phi)
    const marks = {
      x: [0, 0, x], y: [1, -1, y], marker: ["circle", "circle", "star"], size: [6, 6, 15],
      color: [colors.ink, colors.ink, colors.accent], line: [colors.ground, colors.ground, colors.ground],
    }
    const hollow = "rgba(0,0,0,0)"
    if (direction.theta !== undefined) {
      const [u, v] = project(direction.theta, direction.phi)
      marks.x.push(u); marks.y.push(v); marks.marker.push("circle_cross"); marks.size.push(13)
      marks.color.push(hollow); marks.line.push(colors.ink)
    }
    const excess = this.excess && project(this.excess.theta, this.excess.phi)
    if (excess) {
      marks.x.push(excess[0]); marks.y.push(excess[1]); marks.marker.push("diamond"); marks.size.push(14)
      marks.color.push(hollow); marks.line.push(colors.ink)
    }
    const wide = 4 / Math.min(this.figure.width, 2 * this.figure.height) // of a pixel of letters
    const largest = this.map ? String(Number(this.limit.toPrecision(2))) : ""
    const names = [
      [0, 1 + 11 * wide, "B₀", colors.ink],
      [0, -1 - 10 * wide, "−B₀", colors.ink],
      [x + (x < 1.2 ? 20 : -20) * wide, y, "∇n", colors.accent],
      [-1, UNDER_BAR, `−${largest}`, colors.ink],
      [0, UNDER_BAR, "0", colors.ink],
      [1, UNDER_BAR, largest, colors.ink],
      ...(excess ? [[excess[0] + (excess[0] > -1.2 ? -32 : 32) * wide, excess[1], "dipole", colors.ink]] : []),
    ]
    this.figure.put("marks", marks)
    const column = (i) => names.map((name) => name[i])
    this.figure.put("names", {x: column(0), y: column(1), text: column(2), color: column(3)})
  }

  recolor(colors) {
    this.palette = interpolated(colors.diverging, STEPS)
    const image = this.ndarray(this.palette, {dtype: "uint32", shape: [1, STEPS]})
    this.figure.model("bar").data = {image: [image], ...BAR}
    const graticule = this.figure.root.renderers.find((r) => r.name === "graticule")
    graticule.glyph.line_color = {value: colors.ink}
  }

  // delta I that the picture shows at a place, or undefined outside
  valueAt(x, y) {
    if (!this.map || !unproject(x, y)) return undefined
    const column = Math.floor((x + 2) / 4 * WIDTH), row = Math.floor((y + 1) / 4 * WIDTH)
    return this.map[indexOf(this.shown.nside, WIDTH)[row * WIDTH + column]]
  }

  inWords() {
    if (this.place.classList.contains("old")) return `Sky map: ${this.awaited}.`
    if (!this.map) return ""
    const low = digits(this.map.reduce((a, b) => Math.min(a, b)))
    const dipole = this.excess ? `, its dipole ${Math.round(this.excess.theta * 180 / Math.PI)}° from B₀` : ""
    return `Sky map, ${this.caption}, Ω T = ${timeInWords(this.shown.omegaT)}: relative intensities from ${low} to ${digits(this.limit)}${dipole}.`
  }
}

// colours between those given, as bytes A, B, G, R of a number
function interpolated(colors, number) {
  const channels = colors.map((color) => [5, 3, 1].map((i) => parseInt(color.slice(i, i + 2), 16)))
  return Uint32Array.from({length: number}, (_, step) => {
    const position = step / (number - 1) * (channels.length - 1)
    const low = Math.min(Math.floor(position), channels.length - 2), share = position - low
    return channels[low].reduce((all, a, i) => all * 256 + Math.round(a + share * (channels[low + 1][i] - a)), 255)
  })
}
