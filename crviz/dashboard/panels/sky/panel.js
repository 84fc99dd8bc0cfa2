// The sky map, and another one beside it: which skies are wanted, and the figure that both are drawn into.

import {painted, unproject} from "./sky.js"
import {Animation} from "./animation.js"
import {across, OneSky, WIDTH} from "./one_sky.js"
import {Series} from "./series.js"
import {digits} from "../../browser/digits.js"
import {timeInWords} from "../../browser/numbers.js"
import {WIRE} from "../../browser/wire.js"

const STEPS = 256 // of colour
const BAR = [-1, -1.3, 2, 0.07] // x, y, width, height
const AHEAD = 2 // times fetched before they are wanted
const ASIDE = 4.75, BELOW = -2.95 // to where a second sky is moved
const SPAN = [4.42, 2.66] // of one with its words, in radii
const CORNERED = 0.0155 // of a pixel of letters: the corners hold words
const SIDE_BY_SIDE = 640 // pixels in which two skies stand below each other

export class SkyPanel {
  skies = []
  offsets = []
  ready = false

  constructor({figure, page, place}) {
    this.figure = figure
    this.place = place
    this.page = page
    this.series = new Series(page)
    this.other = new Series(page)
    this.note = document.createElement("p")
    this.note.className = "note"
    place.querySelector(".figure").before(this.note)
    figure.name("x", "relative intensity δI [r_L |∇n|/n]")
    this.animation = new Animation(this, place)
    // the pointer's intensity comes from the map: the picture holds colours
    figure.says("$sx", ({x, y}) => this.valueAt(x, y)?.toFixed(3) ?? "-")
    for (const [axis, name] of [["$x", "theta"], ["$y", "phi"]]) { // where no text may be run as a script, too
      figure.says(axis, ({x, y}) => {
        const direction = unproject(...this.within(x, y))
        return direction ? (direction[name] * 180 / Math.PI).toFixed(1) : "-"
      })
    }
    figure.root.on_event("tap", ({x, y}) => {
      const direction = unproject(...this.within(x, y))
      if (direction) page.send({kind: WIRE.direction, ...direction})
    })
    this.ndarray = Bokeh.require("core/util/ndarray").ndarray
    this.pixels = [0, 1].map(() => this.ndarray(new ArrayBuffer(2 * WIDTH * WIDTH), {dtype: "uint32", shape: [WIDTH / 2, WIDTH]}))
    this.graticule = figure.root.renderers.find((r) => r.name === "graticule")
    this.lines = this.graticule.data_source.data
    this.angles = figure.model("angles").data
  }

  // what the page asked for
  message(message) {
    if (message.kind !== WIRE.sky) return
    for (const series of [this.series, this.other]) if (series.id === message.id) series.arrived(message)
    this.page.changed("sky")
  }

  draw({view, omegaT, colors, sky, second, awaited, direction, lost, pinned}, changed) {
    if (changed.has("theme")) this.recolor(colors)
    this.series.take(sky)
    this.other.take(second)
    this.colors = colors
    const wanted = this.wanted(view, omegaT)
    this.awaits(lost && awaited.lost ? {...awaited, words: awaited.lost} : awaited, view.beside === "pinned" && !pinned)
    if (!this.series.id) return
    for (const [i, {series, index, gradient}] of wanted.entries()) {
      const reached = view.playing ? series.index(view.reached) : index
      if (!lost && !awaited.still) for (const each of ahead(series, index, reached, view.playing)) series.want(each)
      const at = series.at(index)
      if (!i) this.ready = Boolean(at)
      if (lost && !at && !i) this.awaits({words: `the sky at Ω T = ${timeInWords(series.times[index])} will be shown when the connection is back`, old: true})
      const one = this.skies[i] ??= new OneSky()
      const shown = at ?? one.shown // what was there stays until the new one is
      if (shown) one.see(shown, view, gradient, series.at(reached))
    }
    this.skies = this.skies.slice(0, wanted.length).filter(({shown}) => shown)
    if (!this.skies.length) return
    this.arrange()
    this.paint()
    this.marks(direction)
  }

  // of which series, at which time and in which gradient skies are to be seen
  wanted({beside, beside_time, theta, phi}, omegaT) {
    const {series, other} = this, gradient = {theta, phi}
    const at = (of, time, seen = gradient) => ({series: of, index: of.index(time), gradient: seen})
    if (!series.id) return []
    const first = at(series, omegaT)
    if (beside === "across") return [first, at(series, omegaT, across(gradient))]
    if (beside === "time") return [first, at(series, beside_time)]
    return beside === "nothing" || !other.id ? [first] : [first, at(other, omegaT)]
  }

  // a sky that is not there yet is named; what is not of it steps back; aside: what goes for all skies here
  awaits({words = "", old = false, second = "", aside = ""}, unpinned = false) {
    this.awaited = words
    const said = words || (unpinned ? "nothing is pinned: press Pin, and it will stand here" : second)
    this.note.textContent = [said, aside].filter(Boolean).join(" · ")
    this.place.classList.toggle("old", old)
  }

  // two skies have all columns, and stand below each other where that is not much
  arrange() {
    const two = this.skies.length > 1
    this.place.classList.toggle("wide", two)
    const stacked = two && this.figure.width < SIDE_BY_SIDE
    this.place.querySelector(".figure").style.minHeight = stacked ? `${Math.round(1.3 * this.place.clientWidth)}px` : ""
    const offsets = two ? [[0, 0], stacked ? [0, BELOW] : [ASIDE, 0]] : [[0, 0]]
    if (String(offsets) === String(this.offsets)) return
    this.offsets = offsets
    const moved = (columns, axis) => offsets.flatMap((offset) => columns.map((line) => line.map?.((each) => each + offset[axis]) ?? line + offset[axis]))
    this.graticule.data_source.data = {xs: moved(this.lines.xs, 0), ys: moved(this.lines.ys, 1)}
    const {x, y, text} = this.angles
    this.figure.model("angles").data = {x: moved([...x], 0), y: moved([...y], 1), text: offsets.flatMap(() => text)}
    this.bars()
    this.figure.model("image").data = {...this.boxes(this.pixels, [-2, -1, 4, 2])}
  }

  // a pixel of letters, in radii of the sky
  get unit() {
    const [aside, below] = this.offsets.at(-1), {width, height} = this.figure
    return Math.max((SPAN[0] + aside) / width, (SPAN[1] - below) / height)
  }

  // pictures at x, y, of a width and a height, one a sky
  boxes(images, [x, y, dw, dh]) {
    const {offsets} = this, of = (call) => offsets.map(call)
    return {image: of((_, i) => images[i]), x: of(([dx]) => x + dx), y: of(([, dy]) => y + dy), dw: of(() => dw), dh: of(() => dh)}
  }

  // Bokeh would take several times as long to colour the picture, and to lay out a colour bar of its own
  paint() {
    this.skies.forEach(({picture, limit}, i) => painted(picture, limit, this.palette, this.pixels[i]))
    // the same arrays every time: comparing and copying hundreds of thousands of numbers would take longer
    this.figure.model("image").change.emit()
  }

  // the skies' marks and words; those of the first come first
  marks(direction) {
    const {colors} = this
    const fill = (name, columns, rows) => {
      const placed = this.skies.flatMap((one, i) => rows(one, i).map(([x, y, ...rest]) => [x + this.offsets[i][0], y + this.offsets[i][1], ...rest]))
      this.figure.put(name, Object.fromEntries(columns.map((column, k) => [column, placed.map((row) => row[k])])))
    }
    fill("marks", ["x", "y", "marker", "size", "color", "line"], (one) => one.marks(colors, direction.theta === undefined ? null : direction))
    fill("names", ["x", "y", "text", "color"], (one) => one.names(colors, this.unit))
    // what a small picture, or one with large letters, has no room for
    const room = this.unit < CORNERED
    this.figure.root.renderers.find(({name}) => name === "angles").visible = room
    fill("captions", ["x", "y", "text", "align"], (one) => (room ? one.captions(this.unit) : []))
  }

  recolor(colors) {
    this.palette = interpolated(colors.diverging, STEPS)
    this.bars()
    this.graticule.glyph.line_color = {value: colors.ink}
    for (const {name, glyph} of this.figure.root.renderers)
      if (name === "captions" || name === "angles") Object.assign(glyph, {text_color: {value: colors.ink}, background_fill_color: {value: colors.ground}})
  }

  bars() {
    const image = this.ndarray(this.palette, {dtype: "uint32", shape: [1, STEPS]})
    this.figure.model("bar").data = this.boxes([image, image], BAR)
  }

  // a place of the figure as one of the sky that is nearest to it, and which that is
  within(x, y) {
    const away = this.offsets.map(([dx, dy]) => Math.hypot((x - dx) / 2, y - dy)), nearest = away.indexOf(Math.min(...away))
    const [dx, dy] = this.offsets[nearest] ?? [0, 0]
    return [x - dx, y - dy, Math.max(nearest, 0)]
  }

  valueAt(x, y) {
    const [u, v, which] = this.within(x, y)
    return this.skies[which]?.valueAt(u, v)
  }

  // of the first sky, for who asks (browser/probe.js)
  get map() { return this.skies[0]?.map }
  get limit() { return this.skies[0]?.limit }
  get shown() { return this.skies[0]?.shown }
  get id() { return this.series.id }
  get nside() { return this.shown?.nside }
  get times() { return this.series.times }
  get caption() { return `field ${this.shown?.field}, nside ${this.nside}` }

  inWords() {
    if (this.place.classList.contains("old")) return `Sky map: ${this.awaited}.`
    return this.skies.map(({map, shown, excess}, i) => {
      const [low, high] = map.reduce(([a, b], each) => [Math.min(a, each), Math.max(b, each)], [0, 0])
      const dipole = excess ? `, its dipole ${Math.round(excess.theta * 180 / Math.PI)}° from B₀` : ""
      return `${i ? "Beside it" : "Sky map"}, field ${shown.field}, nside ${shown.nside}, Ω T = ${timeInWords(shown.omegaT)}: relative intensities from ${digits(low)} to ${digits(high)}${dipole}.`
    }).join(" ")
  }
}

// what is fetched for a time; while the times are played, those to come and the one as far as whose picture colours reach
function ahead({times}, index, reached, playing) {
  if (!playing) return [index]
  const next = Array.from({length: AHEAD + 1}, (_, i) => index + i).filter((each) => each < times.length)
  return [reached, ...next]
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
