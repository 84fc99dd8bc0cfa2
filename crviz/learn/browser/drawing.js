// Pictures in SVG that fill the width they have: plots with axes, and orbits in space. Colours are classes of course.css.

import {parts} from "../../dashboard/browser/typeset.js"

const SVG_NAME = "http://www.w3.org/2000/svg"
const AROUND = {left: 58, right: 14, top: 14, bottom: 44}
const LETTER = 0.55 // widths of a letter in its height
const TEXT = 13, LECTURED = 1.5

/** @typedef {{from: number, to: number, log?: boolean, label?: string, ticks?: number[]}} Axis */
/** @typedef {ArrayLike<number>} Numbers */

/** @param {string} text */
export function escaped(text) { return text.replace(/&/g, "&amp;").replace(/</g, "&lt;") }

// scripts below and above the line, as typeset.js has them
/** @param {string} text */
function scripted(text) {
  return parts(text).map(([part, mark]) => {
    if (!mark) return escaped(part)
    return `<tspan dy="${mark === "_" ? 3 : -5}" font-size="75%">${escaped(part)}</tspan><tspan dy="${mark === "_" ? -3 : 5}">​</tspan>`
  }).join("")
}

export class Drawing {
  /** @param {HTMLElement} place @param {{ratio?: number, least?: number, named?: string}} options height over width; least height [px]; id of what says what it shows */
  constructor(place, {ratio = 0.72, least = 0, named} = {}) {
    Object.assign(this, {ratio, least})
    this.svg = document.createElementNS(SVG_NAME, "svg")
    if (named) {
      this.svg.setAttribute("role", "img")
      this.svg.setAttribute("aria-labelledby", named)
    } else this.svg.setAttribute("aria-hidden", "true")
    this.drawn = document.createElementNS(SVG_NAME, "g")
    this.svg.append(this.drawn)
    place.append(this.svg)
  }

  width = 0
  height = 0
  /** @type {string[]} */ parts = []
  /** @type {{left: number, top: number, right: number, bottom: number} | undefined} the frame of the axes [px] */ inside = undefined
  /** @type {(x: number) => number} */ x = (x) => x
  /** @type {(y: number) => number} */ y = (y) => y

  begin() {
    const enlarged = "lecture" in document.documentElement.dataset ? LECTURED : 1 // letters and lines are, with all that is drawn
    this.width = Math.max(220, this.svg.getBoundingClientRect().width / enlarged)
    this.height = Math.round(Math.max(this.width * this.ratio, Math.min(this.least, this.width)))
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`)
    this.parts = []
    this.inside = undefined
    return this
  }

  end() { this.drawn.innerHTML = this.parts.join("") }

  /** A frame with ticks. @param {Axis} x @param {Axis} y */
  axes(x, y) {
    const {left, right, top, bottom} = AROUND, w = this.width, h = this.height
    this.x = scaleOf(x, left, w - right)
    this.y = scaleOf(y, h - bottom, top)
    this.parts.push(`<rect class="frame" x="${left}" y="${top}" width="${w - left - right}" height="${h - top - bottom}"/>`)
    for (const tick of x.ticks ?? ticksOf(x, (w - left - right) / 60)) {
      const at = this.x(tick)
      this.parts.push(`<path class="grid" d="M${at} ${top}V${h - bottom}"/>`)
      this.text(at, h - bottom + 17, tickText(tick, x), {anchor: "middle"})
    }
    for (const tick of y.ticks ?? ticksOf(y, (h - top - bottom) / 40)) {
      const at = this.y(tick)
      this.parts.push(`<path class="grid" d="M${left} ${at}H${w - right}"/>`)
      this.text(left - 6, at + 4, tickText(tick, y), {anchor: "end"})
    }
    if (x.label) this.text((left + w - right) / 2, h - 8, x.label, {anchor: "middle"})
    if (y.label) this.parts.push(`<text class="ink" transform="translate(14 ${(top + h - bottom) / 2}) rotate(-90)" text-anchor="middle">${scripted(y.label)}</text>`)
    this.inside = {left, top, right: w - right, bottom: h - bottom}
    return this
  }

  /** Points in the coordinates of the axes; what is no number breaks the line. @param {Numbers} xs @param {Numbers} ys @param {string} look */
  line(xs, ys, look) {
    const {top, bottom} = this.inside ?? {top: -1e4, bottom: 1e4}
    let d = "", pen = false
    for (let i = 0; i < xs.length; i++) {
      const px = this.x(xs[i]), py = this.y(ys[i])
      if (!Number.isFinite(px + py)) { pen = false; continue }
      d += `${pen ? "L" : "M"}${px.toFixed(1)} ${Math.min(bottom + 500, Math.max(top - 500, py)).toFixed(1)}`
      pen = true
    }
    const line = `<path class="line ${look}" d="${d}"/>`
    this.parts.push(this.inside ? this.#clipped(line) : line)
    return this
  }

  // a picture in the picture shows nothing beyond its own frame
  /** @param {string} line */
  #clipped(line) {
    const {left, top, right, bottom} = /** @type {{left: number, top: number, right: number, bottom: number}} */ (this.inside)
    const [w, h] = [right - left, bottom - top]
    return `<svg x="${left}" y="${top}" width="${w}" height="${h}" viewBox="${left} ${top} ${w} ${h}">${line}</svg>`
  }

  /** @param {Numbers} xs @param {Numbers} ys @param {string} look @param {number} size @param {string} shape circle or diamond */
  marks(xs, ys, look, size = 4, shape = "circle") {
    for (let i = 0; i < xs.length; i++) {
      const px = this.x(xs[i]), py = this.y(ys[i])
      if (!Number.isFinite(px + py) || (this.inside && (py < this.inside.top - 1 || py > this.inside.bottom + 1))) continue
      this.parts.push(shape === "circle" ? `<circle class="mark ${look}" cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="${size}"/>`
        : `<path class="mark ${look}" d="M${px} ${py - size - 1}l${size + 1} ${size + 1}l${-size - 1} ${size + 1}l${-size - 1} ${-size - 1}z"/>`)
    }
    return this
  }

  /** From low to high at each x. @param {Numbers} xs @param {Numbers} low @param {Numbers} high @param {string} look */
  bars(xs, low, high, look) {
    const {top, bottom} = this.inside ?? {top: 0, bottom: this.height}
    for (let i = 0; i < xs.length; i++) {
      const px = this.x(xs[i]), ends = [low[i], high[i]].map((y) => Math.max(top, Math.min(bottom, this.y(y))))
      if (ends.every(Number.isFinite)) this.parts.push(`<path class="line ${look}" d="M${px} ${ends[0]}V${ends[1]}"/>`)
    }
    return this
  }

  /** @param {number} x [px] @param {number} y [px] @param {string} text @param {{anchor?: string, look?: string}} options */
  text(x, y, text, {anchor = "start", look = "ink"} = {}) {
    this.parts.push(`<text class="${look}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${scripted(text)}</text>`)
    return this
  }

  /** Words at a point of the axes, kept within the picture. @param {number} x @param {number} y @param {string} text @param {string} look */
  name(x, y, text, look = "ink") {
    const wide = text.length * TEXT * LETTER, px = this.x(x), py = Math.max(TEXT, Math.min(this.height - 4, this.y(y)))
    return this.text(Math.max(2, Math.min(this.width - wide - 2, px)), py, text, {look})
  }

  /** An arrow between two points [px]. @param {number[]} from @param {number[]} to @param {string} look */
  arrow(from, to, look) {
    const dx = to[0] - from[0], dy = to[1] - from[1], long = Math.hypot(dx, dy) || 1
    const [ux, uy] = [dx / long, dy / long], head = Math.min(9, long)
    const [bx, by] = [to[0] - head * ux, to[1] - head * uy]
    this.parts.push(`<path class="line ${look}" d="M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}"/>`)
    this.parts.push(`<path class="mark full ${look}" d="M${to[0].toFixed(1)} ${to[1].toFixed(1)}L${(bx - 0.45 * head * uy).toFixed(1)} ${(by + 0.45 * head * ux).toFixed(1)}L${(bx + 0.45 * head * uy).toFixed(1)} ${(by - 0.45 * head * ux).toFixed(1)}z"/>`)
    return this
  }
}

/** @param {Axis} axis @param {number} low [px] @param {number} high [px] */
function scaleOf({from, to, log}, low, high) {
  if (!log) return (/** @type {number} */ value) => low + (value - from) / (to - from) * (high - low)
  const begin = Math.log(from), whole = Math.log(to) - begin
  return (/** @type {number} */ value) => (value > 0 ? low + (Math.log(value) - begin) / whole * (high - low) : NaN)
}

/** @param {Axis} axis @param {number} most */
function ticksOf({from, to, log}, most) {
  const out = []
  if (log) {
    const low = Math.ceil(Math.log10(from) - 1e-9), high = Math.floor(Math.log10(to) + 1e-9), every = Math.ceil((high - low) / Math.max(2, most))
    for (let power = low; power <= high; power += every) out.push(10 ** power)
    return out
  }
  const rough = (to - from) / Math.max(2, most), base = 10 ** Math.floor(Math.log10(rough))
  const step = base * /** @type {number} */ ([1, 2, 5, 10].find((each) => each * base >= rough))
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9 * step; k++) out.push(k * step)
  return out
}

/** @param {number} tick @param {Axis} axis */
function tickText(tick, {log}) {
  if (log && (tick >= 1e4 || tick <= 1e-3)) return `10${raised(Math.round(Math.log10(tick)))}`
  return String(Number(tick.toPrecision(6))).replace("-", "−")
}

/** A number for people: so many digits, a real minus, powers of ten. @param {number} value @param {number} digits */
export function inDigits(value, digits = 3) {
  if (!Number.isFinite(value)) return "–"
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e")
    return `${mantissa.replace("-", "−")} · 10${raised(Number(power))}`
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−")
}

/** @param {number} power */
function raised(power) { return [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("") }
