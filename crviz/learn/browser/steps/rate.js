// Step: a rate of relative scattering, drawn by hand, and the spectrum that Eq. 15 makes of it.

import {Drawing, inDigits} from "../drawing.js"
import {rateThrough, spectrumOfRate} from "../scattering.js"
import {filled} from "../stage.js"

const AT = [-1, -0.4, 0.1, 0.3, 0.7] // cosines at which the rate is moved
const LEAST = 0.05, MOST = 2.5, BY_KEY = 0.05
const LAST_L = 30
const CURVE = 300

export class RateStep {
  controls = [{key: "p", from: 0.05, to: 0.95, step: 0.01, value: 0.5, say: (/** @type {number} */ value) => value.toFixed(2)}]

  constructor({pictures, named}, _held, redraw) {
    this.redraw = redraw
    this.rate = new Drawing(pictures, {ratio: 0.85})
    this.spectrum = new Drawing(pictures, {ratio: 0.85, named})
    this.rates = AT.map((x) => Math.sqrt(1 - x))
    this.#handles()
  }

  points() { return AT.map((x, i) => ({x, rate: this.rates[i]})) }

  // put a point somewhere, as a hand does
  move(index, rate) {
    this.rates[index] = Math.min(MOST, Math.max(LEAST, rate))
    this.redraw()
  }

  #handles() {
    const {svg} = this.rate
    svg.removeAttribute("aria-hidden")
    svg.setAttribute("role", "group")
    this.handles = AT.map((_, i) => {
      const handle = document.createElementNS(svg.namespaceURI, "g")
      handle.innerHTML = '<circle class="reach" r="20"/><circle r="8"/>'
      for (const [name, value] of Object.entries({class: "handle", role: "slider", tabindex: "0", "aria-valuemin": LEAST, "aria-valuemax": MOST, "aria-orientation": "vertical"})) handle.setAttribute(name, value)
      handle.addEventListener("pointerdown", (event) => {
        handle.setPointerCapture(event.pointerId)
        handle.focus()
        event.preventDefault()
      })
      handle.addEventListener("pointermove", (event) => {
        if (handle.hasPointerCapture(event.pointerId)) this.move(i, this.#rateAt(event.clientY))
      })
      handle.addEventListener("keydown", (event) => {
        const by = {ArrowUp: BY_KEY, ArrowRight: BY_KEY, ArrowDown: -BY_KEY, ArrowLeft: -BY_KEY, Home: -MOST, End: MOST}[event.key]
        if (!by) return
        event.preventDefault()
        this.move(i, this.rates[i] + by)
      })
      svg.append(handle)
      return handle
    })
  }

  #rateAt(clientY) {
    const box = this.rate.svg.getBoundingClientRect(), {top, bottom} = this.rate.inside
    const y = (clientY - box.top) / box.height * this.rate.height
    return MOST * (bottom - y) / (bottom - top)
  }

  draw({p}, {words}) {
    const points = this.points(), rate = rateThrough(points, p), cl = spectrumOfRate(points, p, LAST_L)
    this.#drawRate(points, rate, words.picture)
    const over = cl.map((each) => each / cl[0]), negative = Array.from(over, (each, i) => (each < 0 ? i + 1 : 0)).filter(Boolean)
    this.#drawSpectrum(over, words.picture)
    const said = {p: p.toFixed(2), fall: inDigits(2 * p - 4), c2: inDigits(over[1], 2), c10: inDigits(over[9], 2), lmax: String(LAST_L), negative: negative.join(", ")}
    return {numbers: {p, cl: Array.from(cl), negative}, said, as: negative.length ? "negative" : "plain"}
  }

  #drawRate(points, rate, words) {
    const picture = this.rate, from = points[points.length - 1].x
    picture.begin().axes({from: -1, to: 1, label: words.x}, {from: 0, to: MOST, label: words.rate})
    // dense towards x = 1, where the rate falls steeply
    const xs = Float64Array.from({length: CURVE + 1}, (_, k) => 1 - 2 * (1 - k / CURVE) ** 2)
    const ys = xs.map((x) => (x < 1 ? rate(x) : 0))
    picture.line(xs, ys, "accent")
    const last = xs.findIndex((x) => x >= from)
    picture.line(xs.subarray(last), ys.subarray(last), "noise thick")
    const over = (from + 1) / 2
    picture.name(from - 0.3, 0.3 * rate(over), words.last, "noise haloed")
    picture.end()
    picture.svg.setAttribute("aria-label", words.drawing)
    this.handles.forEach((handle, i) => {
      handle.setAttribute("transform", `translate(${picture.x(points[i].x)} ${picture.y(points[i].rate)})`)
      handle.setAttribute("aria-label", filled(words.point, {x: inDigits(points[i].x)}))
      handle.setAttribute("aria-valuenow", points[i].rate.toFixed(2))
    })
  }

  #drawSpectrum(over, words) {
    const picture = this.spectrum, ell = Array.from(over, (_, i) => i + 1)
    picture.begin().axes({from: 1, to: LAST_L, log: true, label: words.ell, ticks: [1, 2, 3, 5, 10, 20, 30]}, {from: 1e-6, to: 2, log: true, label: words.power})
    picture.line(ell, over.map((each) => (each > 0 ? each : NaN)), "accent").marks(ell, over, "full accent")
    const below = ell.filter((l) => over[l - 1] < 0)
    picture.marks(below, below.map((l) => -over[l - 1]), "noise", 5, "diamond")
    if (below.length) picture.name(below[0] * 1.1, Math.min(1, -over[below[0] - 1] * 2.2), words.negative, "noise haloed")
    picture.end()
  }

  link({p}) { return {p: p.toFixed(2), T: 100, theta: 0, normalization: "dipole"} }
}
