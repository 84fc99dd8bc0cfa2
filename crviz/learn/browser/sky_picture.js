// A sky on a canvas, with marks over it in SVG; colours to the limit that most pixels stay below, as in the explorer.

import {painted, picture, project, reached, unproject} from "../../dashboard/panels/sky/sky.js"
import {Drawing} from "./drawing.js"

const ACROSS = 400 // points
const STEPS_OF_COLOR = 256
const COLORED = 0.99 // share of the pixels that colours reach

/** @typedef {{theta: number, phi: number}} Towards [rad], where it comes from */

export class SkyPicture {
  /** @param {HTMLElement} place @param {string} named */
  constructor(place, named) {
    this.frame = document.createElement("div")
    this.frame.className = "sky"
    this.canvas = document.createElement("canvas")
    Object.assign(this.canvas, {width: ACROSS, height: ACROSS / 2})
    this.canvas.setAttribute("aria-hidden", "true")
    this.frame.append(this.canvas)
    place.append(this.frame)
    this.over = new Drawing(this.frame, {ratio: 0.5, named})
    this.pixels = new Uint32Array(ACROSS * ACROSS / 2)
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"))
  }

  limit = 1

  /** @param {string[]} diverging colours from below to above */
  colored(diverging) {
    const [names, channels] = [diverging, diverging.map((each) => [1, 3, 5].map((i) => parseInt(each.slice(i, i + 2), 16)))]
    this.palette = Uint32Array.from({length: STEPS_OF_COLOR}, (_, step) => {
      const at = step / (STEPS_OF_COLOR - 1) * (names.length - 1), low = Math.min(Math.floor(at), names.length - 2)
      const [r, g, b] = channels[low].map((from, i) => Math.round(from + (at - low) * (channels[low + 1][i] - from)))
      return (255 << 24 | b << 16 | g << 8 | r) >>> 0
    })
  }

  /**
   * Draw a map of momenta in ring order.
   * @param {Float32Array} map @param {number} nside
   */
  draw(map, nside) {
    this.limit = reached(map, COLORED)
    painted(picture(map, nside, ACROSS, "smooth"), this.limit, this.palette, this.pixels)
    const image = this.context.createImageData(ACROSS, ACROSS / 2), out = new Uint32Array(image.data.buffer)
    for (let row = 0; row < ACROSS / 2; row++) out.set(this.pixels.subarray(row * ACROSS, (row + 1) * ACROSS), (ACROSS / 2 - 1 - row) * ACROSS)
    this.context.putImageData(image, 0, 0)
  }

  clear() { this.context.clearRect(0, 0, ACROSS, ACROSS / 2) }

  // the rim of the sky, its poles along B0, and what is marked in it
  /** @param {{towards: Towards, text: string, look: string}[]} marks */
  marks(marks) {
    const {over} = this
    over.begin()
    over.x = (x) => (x + 2) / 4 * over.width
    over.y = (y) => (1 - y) / 2 * over.height
    over.parts.push(`<ellipse class="rim" cx="${over.width / 2}" cy="${over.height / 2}" rx="${over.width / 2 - 1}" ry="${over.height / 2 - 1}"/>`)
    for (const {towards, text, look} of marks) {
      const [x, y] = project(towards.theta, towards.phi)
      over.marks([x], [y], look, 6, "diamond")
      if (text) over.text(over.x(x) + (x > 1.4 ? -10 : 10), over.y(y) - 8, text, {anchor: x > 1.4 ? "end" : "start", look: "ink haloed"})
    }
    over.end()
  }

  /** The direction under the pointer, or null outside. @param {PointerEvent} event @returns {Towards | null} */
  under(event) {
    const box = this.frame.getBoundingClientRect()
    return unproject((event.clientX - box.left) / box.width * 4 - 2, 1 - (event.clientY - box.top) / box.height * 2)
  }
}
