// The sky through its times as a film: each time drawn on a canvas, with caption and colour bar, which the browser records.

import {painted, picture, reached} from "./sky.js"
import {intensity, OneSky} from "./one_sky.js"
import {WIRE} from "../../browser/wire.js"

const KIND = "video/webm"
const EACH = 100 // ms
const LAST = 1000 // ms for which the last time stays
const FINE_WIDTH = 896 // of the sky's picture
const [ACROSS, DOWN, UNIT] = [1280, 720, 262] // of the film; of a unit of the picture [pixels]
const LETTERS = 1.9 // times those of the page
const RATE = 8e6 // bits a second: noise at the last times takes most of it

export class Animation {
  constructor(panel, place) {
    this.panel = panel
    const row = document.createElement("p")
    this.button = document.createElement("button")
    this.words = document.createElement("span")
    row.className = "own"
    this.button.type = "button"
    this.button.textContent = "Animated sky (WebM)"
    row.append(this.button, this.words)
    place.append(row)
    const can = typeof MediaRecorder === "function" && MediaRecorder.isTypeSupported(KIND) && HTMLCanvasElement.prototype.captureStream
    if (!can) Object.assign(this.button, {disabled: true, textContent: "Animated sky (WebM): this browser cannot record one"})
    this.button.addEventListener("click", async () => {
      this.button.disabled = true
      this.words.removeAttribute("role")
      const said = await this.made()
      this.words.setAttribute("role", "status") // the end is read out, and not every step to it
      this.words.textContent = said
      this.button.disabled = false
    })
  }

  // record and save it; what there is to say in the end
  async made() {
    const {panel} = this, {series} = panel, [seen] = panel.skies
    if (!seen) return "there is no sky yet"
    const {view, gradient} = seen, told = {...series}, shown = []
    for (const [index] of told.times.entries()) {
      this.words.textContent = `fetching the sky ${index + 1} of ${told.times.length} …`
      const sky = await series.best(index)
      if (!sky || series.id !== told.id) return "another field is shown by now: press again for its film"
      shown.push(sky)
    }
    const still = {...view, playing: true} // colours stay
    const limit = view.limit ?? Math.max(...[seen.shown, shown.at(-1)].map((each) => reached(intensity(each, view, gradient), WIRE.reached)))
    const film = new Film({...still, limit}, panel)
    const recorded = await film.recorded(shown.length, (index) => {
      this.words.textContent = `recording ${index + 1} of ${shown.length} …`
      film.draw(shown[index], gradient)
    })
    const link = document.createElement("a")
    link.href = URL.createObjectURL(recorded)
    link.download = `${told.stem}_th${degrees(view.theta)}_ph${degrees(view.phi)}_field-${told.field}_sky.webm`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), LAST)
    return `saved, ${(recorded.size / 1e6).toFixed(1)} MB`
  }
}

class Film {
  constructor(view, panel) {
    const {colors, palette, lines, angles} = panel
    Object.assign(this, {view, colors, palette, lines, angles, one: new OneSky()})
    this.canvas = Object.assign(document.createElement("canvas"), {width: ACROSS, height: DOWN})
    this.context = this.canvas.getContext("2d", {alpha: false})
    this.small = Object.assign(document.createElement("canvas"), {width: FINE_WIDTH, height: FINE_WIDTH / 2})
  }

  // the film of so many pictures, each drawn when its turn has come
  async recorded(number, draw) {
    const stream = this.canvas.captureStream(0), [track] = stream.getVideoTracks(), parts = []
    const recorder = new MediaRecorder(stream, {mimeType: KIND, videoBitsPerSecond: RATE})
    const ended = new Promise((done, fail) => Object.assign(recorder, {onstop: done, onerror: ({error}) => fail(error)}))
    recorder.ondataavailable = ({data}) => parts.push(data)
    draw(0) // tables are worked out before the clock runs
    recorder.start()
    const began = performance.now()
    for (let index = 0; index < number; index++) {
      draw(index)
      track.requestFrame()
      await rest(began + (index + 1) * EACH - performance.now())
    }
    await rest(LAST)
    track.requestFrame() // so that the last one lasts
    await rest(EACH)
    recorder.stop()
    await ended
    track.stop()
    return new Blob(parts, {type: KIND})
  }

  draw(shown, gradient) {
    const {context: c, colors, one, view} = this, at = (x, y) => [ACROSS / 2 + UNIT * x, DOWN / 2 - 42 - UNIT * y]
    one.see(shown, view, gradient)
    c.fillStyle = colors.ground
    c.fillRect(0, 0, ACROSS, DOWN)
    this.#image(painted(picture(one.map, shown.nside, FINE_WIDTH, view.drawn), one.limit, this.palette, new Uint32Array(FINE_WIDTH * FINE_WIDTH / 2)), FINE_WIDTH, ...at(-2, 1), 4 * UNIT, 2 * UNIT)
    c.strokeStyle = colors.ink
    c.globalAlpha = 0.3
    c.lineWidth = 1.2
    this.lines.xs.forEach((xs, i) => {
      c.beginPath()
      Array.from(xs).forEach((x, k) => c.lineTo(...at(x, this.lines.ys[i][k])))
      c.stroke()
    })
    c.globalAlpha = 1
    this.#image(this.palette, this.palette.length, ...at(-1, -1.21), 2 * UNIT, 0.06 * UNIT)
    const words = [...one.names(colors, LETTERS / UNIT), [1.65, -1.35, "δI [r_L |∇n|/n]", colors.ink]]
    for (const [x, y, text, color] of words) this.#text(text, at(x, Math.max(y, -1.35)), color, "center")
    Array.from(this.angles.text).forEach((text, i) => this.#text(text, at(this.angles.x[i], this.angles.y[i]), colors.analytic, "center", 15))
    for (const [x, y, text, side] of one.captions(LETTERS / UNIT)) this.#text(text, at(x, y), colors.ink, side)
    for (const [x, y, kind, size, color, line] of one.marks(colors, null)) this.#mark(kind, at(x, y), size, color, line)
  }

  // colours as a picture, rows from the bottom to the top
  #image(colors, width, x, y, across, down) {
    const {context: c, small} = this, height = colors.length / width
    Object.assign(small, {width, height})
    small.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(Uint32Array.from(colors).buffer), width, height), 0, 0)
    c.save()
    c.translate(x, y + down)
    c.scale(1, -1)
    c.drawImage(small, 0, 0, across, down)
    c.restore()
  }

  #text(text, [x, y], color, side, size = 20) {
    const {context: c} = this
    Object.assign(c, {font: `${size}px system-ui, sans-serif`, textAlign: side, textBaseline: "middle", lineWidth: 5, strokeStyle: this.colors.ground, fillStyle: color})
    c.strokeText(text, x, y)
    c.fillText(text, x, y)
  }

  #mark(kind, [x, y], size, color, line) {
    const {context: c} = this, radius = size * 0.8, corners = {star: 10, diamond: 4}[kind] ?? 40
    c.beginPath()
    for (let k = 0; k < corners; k++) {
      const angle = 2 * Math.PI * k / corners, out = kind === "star" && k % 2 ? 0.45 * radius : radius
      c.lineTo(x + out * Math.sin(angle), y - out * Math.cos(angle))
    }
    c.closePath()
    Object.assign(c, {fillStyle: color, strokeStyle: line, lineWidth: 2})
    c.fill()
    c.stroke()
  }
}

function degrees(angle) { return Number((angle * 180 / Math.PI).toFixed(6)) }

function rest(ms) { return new Promise((done) => setTimeout(done, Math.max(0, ms))) }
