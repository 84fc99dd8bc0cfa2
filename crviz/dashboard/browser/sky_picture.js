// The sky map: asks the server for the components at a time, and contracts and draws them here.

import {indexOf, picture, project, relativeIntensity, smoothed, unproject, withoutDipole} from "./sky.js"
import {nearest} from "./view.js"

const WIDTH = 448
const SMOOTHING = 10 * Math.PI / 180
const AHEAD = 2 // times fetched before they are wanted
const MOST_KEPT = 200

export class SkyPicture {
  skies = new Map()
  asked = new Set()
  id = null

  constructor(named, ask) {
    this.named = named
    this.ask = ask
    const {ndarray} = Bokeh.require("core/util/ndarray")
    this.pixels = ndarray(new ArrayBuffer(2 * WIDTH * WIDTH), {dtype: "float32", shape: [WIDTH / 2, WIDTH]})
  }

  // a series of skies of one realisation: {id, nside, times, caption, first: {index, scale, components}}
  series(series) {
    if (!series.id || series.id === this.id) return
    Object.assign(this, {id: series.id, nside: series.nside, times: series.times, caption: series.caption})
    this.asked.clear()
    if (series.first) this.arrived({...series.first, id: series.id, nside: series.nside})
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
      this.ask({kind: "sky", id: this.id, index: at})
    }
  }

  draw(view, omegaT, colors, direction) {
    if (!this.id) return
    const index = nearest(this.times, omegaT)
    this.want(index, view.playing)
    const sky = this.skies.get(`${this.id} ${index}`)
    if (sky) this.shown = sky // what was there stays until the new one is
    this.marks(view, colors, direction)
    if (!this.shown) return
    const {scale, components, nside} = this.shown
    const {theta, phi} = view
    const gradient = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)]
    let map = relativeIntensity(components, scale, gradient)
    if (view.withoutDipole) map = withoutDipole(map, nside)
    if (view.smooth) map = smoothed(map, nside, SMOOTHING)
    this.map = map
    const limit = map.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1
    this.limit = limit
    picture(map, indexOf(nside, WIDTH), this.pixels)
    const mapper = this.named["crviz-sky-colors"], source = this.named["crviz-sky-image"]
    // the same array every time: comparing and copying hundreds of thousands of numbers would take longer
    if (!source.data.image?.length) source.data = {image: [this.pixels], x: [-2], y: [-1], dw: [4], dh: [2]}
    else if (mapper.high === limit) source.change.emit()
    if (mapper.high !== limit) { // which colours the picture anew, too
      mapper.setv({low: -limit, high: limit})
      this.named["crviz-sky-bar"].ticker.ticks = [-limit, -limit / 2, 0, limit / 2, limit].map((v) => Number(v.toPrecision(2)))
    }
  }

  // the poles, the gradient and the direction whose orbit is followed
  marks(view, colors, direction) {
    const [x, y] = project(view.theta, view.phi)
    const marks = {
      x: [0, 0, x], y: [1, -1, y], marker: ["circle", "circle", "star"], size: [6, 6, 15],
      color: [colors.ink, colors.ink, colors.accent], line: [colors.ground, colors.ground, colors.ground],
    }
    if (direction.theta !== undefined) {
      const [u, v] = project(direction.theta, direction.phi)
      marks.x.push(u); marks.y.push(v); marks.marker.push("circle_cross"); marks.size.push(13)
      marks.color.push("rgba(0,0,0,0)"); marks.line.push(colors.ink)
    }
    const beside = x < 1.2 ? 0.1 : -0.1
    const names = {
      x: [0, 0, x + beside], y: [1.08, -1.07, y - 0.1],
      text: ["B₀", "−B₀", "∇n"], color: [colors.ink, colors.ink, colors.accent],
    }
    this.named["crviz-sky-marks"].data = marks
    this.named["crviz-sky-names"].data = names
  }

  recolor(colors) {
    this.named["crviz-sky-colors"].palette = interpolated(colors.diverging, 256)
    this.named["crviz-sky-bar"].setv({title_text_color: colors.ink, major_label_text_color: colors.ink})
    const graticule = this.named["crviz-sky"].renderers.find((r) => r.name === "graticule")
    graticule.glyph.line_color = {value: colors.ink}
  }

  directionAt(x, y) { return unproject(x, y) }
}

function interpolated(colors, number) {
  const channels = colors.map((color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)))
  return Array.from({length: number}, (_, step) => {
    const position = step / (number - 1) * (channels.length - 1)
    const low = Math.min(Math.floor(position), channels.length - 2), share = position - low
    const mixed = channels[low].map((a, i) => Math.round(a + share * (channels[low + 1][i] - a)))
    return "#" + mixed.map((v) => v.toString(16).padStart(2, "0")).join("")
  })
}
