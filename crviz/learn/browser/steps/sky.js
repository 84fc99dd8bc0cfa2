// Step: the sky that all directions followed back make, and where one of them came from.

import {Drawing, inDigits} from "../drawing.js"
import {backThrough} from "../gyration.js"
import {Kernel} from "../../../dashboard/browser/kernel/pool.js"
import {pixelAt} from "../../../dashboard/browser/healpix.js"
import {relativeIntensity} from "../../../dashboard/panels/sky/sky.js"
import {SkyPicture} from "../sky_picture.js"

const SKY_FIELD = {sigma2: 1, rl_over_lc: 0.1, realization: 0}
const SKY_UNTIL = 42, BETWEEN = 0.2 // 1/Omega
const GRIDS = [4, 8, 16]
const ALONG_X = [1, 0, 0] // the gradient
const BY_ARROW = Math.PI / 36
const PATH_TIMES = Float64Array.from({length: SKY_UNTIL / BETWEEN}, (_, k) => (k + 1) * BETWEEN)

export class SkyStep {
  constructor({pictures, named}, {bytes, draws, times}, redraw) {
    Object.assign(this, {bytes, draws, redraw})
    this.times = times.filter((/** @type {number} */ time) => time < SKY_UNTIL)
    this.controls = [{key: "omega_t", values: this.times, value: this.times[35], say: (/** @type {number} */ value) => inDigits(value)}]
    this.picture = new SkyPicture(pictures, named)
    this.plane = new Drawing(pictures, {ratio: 0.95})
    this.#chooses(this.picture.frame)
  }

  /** @type {import("../../../dashboard/browser/kernel/pool.js").Sky | null} the finest there is */ sky = null
  chosen = {theta: 1.2, phi: 0.5} // where the followed particle comes from [rad]
  share = 0
  failed = ""

  #chooses(frame) {
    Object.assign(frame, {tabIndex: 0})
    frame.setAttribute("role", "application")
    const towards = (/** @type {PointerEvent} */ event) => {
      const there = this.picture.under(event)
      if (there) this.choose(there)
    }
    frame.addEventListener("pointerdown", (event) => { frame.setPointerCapture(event.pointerId); towards(event) })
    frame.addEventListener("pointermove", (event) => { if (frame.hasPointerCapture(event.pointerId)) towards(event) })
    frame.addEventListener("keydown", (event) => {
      const by = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, 1], ArrowRight: [0, -1]}[event.key]
      if (!by) return
      event.preventDefault()
      const theta = Math.min(Math.PI - 0.01, Math.max(0.01, this.chosen.theta + by[0] * BY_ARROW))
      this.choose({theta, phi: (this.chosen.phi + by[1] * BY_ARROW + 2 * Math.PI) % (2 * Math.PI)})
    })
  }

  /** @param {{theta: number, phi: number}} direction */
  choose(direction) {
    this.chosen = direction
    this.path = null
    this.redraw()
  }

  // workers follow the orbits once somebody looks at this step
  #begin() {
    this.kernel = new Kernel({draws: this.bytes, workers: Math.min(navigator.hardwareConcurrency || 1, 4)})
    const drawn = () => { if (!this.asked) this.asked = requestAnimationFrame(() => { this.asked = 0; this.redraw() }) }
    this.kernel.sky({...SKY_FIELD, omega_t: this.times}, {
      nsides: GRIDS,
      progress: (share) => { this.share = share; if (!this.sky) drawn() },
      done: (sky) => {
        this.sky = sky
        if (sky.nside === GRIDS[GRIDS.length - 1]) this.kernel.close()
        drawn()
      },
      failed: (reason) => { this.failed = reason; drawn() },
    })
  }

  draw({omega_t}, {colors, words}) {
    if (!this.kernel) this.#begin()
    const {picture, sky, chosen} = this, named = words.picture
    picture.frame.setAttribute("aria-label", named.sky)
    const at = this.times.indexOf(omega_t), value = this.#follow(omega_t)
    picture.colored(colors.diverging)
    if (sky) {
      const n = 12 * sky.nside ** 2
      this.map = relativeIntensity(sky.r.subarray(3 * at * n, 3 * (at + 1) * n), 1, ALONG_X)
      picture.draw(this.map, sky.nside)
    } else picture.clear()
    picture.marks([{towards: {theta: Math.PI / 2, phi: 0}, text: named.gradient, look: "full accent"}, {towards: chosen, text: named.chosen, look: "noise"}])
    this.#drawPlane(omega_t, colors, named)
    if (this.failed) return {numbers: {value}, said: {reason: this.failed}, as: "failed"}
    if (!sky) return {numbers: {}, said: {share: String(25 * Math.floor(4 * this.share))}, as: "waiting"} // said four times, not a hundred
    const place = inDigits(value, 2), pixel = pixelAt(sky.nside, -Math.cos(chosen.theta), chosen.phi + Math.PI)
    return {
      numbers: {value, limit: picture.limit, nside: sky.nside, pixel, there: this.map[pixel]},
      said: {time: inDigits(omega_t), pixels: String(12 * sky.nside ** 2), limit: inDigits(picture.limit, 2), place, value: place},
    }
  }

  // the chosen particle's way, and how far along the gradient it was
  #follow(omegaT) {
    const {theta, phi} = this.chosen
    this.path ??= backThrough(this.draws, SKY_FIELD, [-Math.sin(theta) * Math.cos(phi), -Math.sin(theta) * Math.sin(phi), -Math.cos(theta)], PATH_TIMES)
    this.reaches = Math.max(1, PATH_TIMES.filter((time) => time <= omegaT).length)
    const last = this.reaches - 1, ahead = Math.min(last + 1, PATH_TIMES.length - 1)
    const share = Math.max(0, Math.min(1, (omegaT - PATH_TIMES[last]) / BETWEEN))
    return this.path.r[0][last] + share * (this.path.r[0][ahead] - this.path.r[0][last])
  }

  // the plane of gradient and field, in the colours of the sky
  #drawPlane(omegaT, colors, named) {
    const {plane, picture} = this, [x, , z] = this.path.r.map((each) => each.subarray(0, this.reaches)), {limit} = picture
    let reach = Math.max(1.2 * limit, 1)
    for (let i = 0; i < x.length; i++) reach = Math.max(reach, 1.1 * Math.abs(x[i]), 1.1 * Math.abs(z[i]))
    plane.begin().axes({from: -reach, to: reach, label: named.along}, {from: -reach, to: reach, label: named.across})
    const {left, right, top, bottom} = plane.inside
    const stops = colors.diverging.map((color, i, all) => `<stop offset="${i / (all.length - 1)}" stop-color="${color}"/>`).join("")
    plane.parts.unshift(`<linearGradient id="density" gradientUnits="userSpaceOnUse" x1="${plane.x(-limit)}" x2="${plane.x(limit)}" y1="0" y2="0">${stops}</linearGradient><rect fill="url(#density)" opacity="0.75" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>`)
    plane.line([0, ...x], [0, ...z], "halo").line([0, ...x], [0, ...z], "ink").marks([0], [0], "open", 5).marks([x[x.length - 1]], [z[z.length - 1]], "noise", 7, "diamond")
    plane.arrow([right - 60, bottom - 12], [right - 12, bottom - 12], "ink").text(right - 84, bottom - 8, named.gradient, {look: "ink haloed"})
    plane.end()
  }

  link({omega_t}) { return {sigma2: 1, rl_over_lc: 0.1, theta: 90, phi: 0, T: omega_t, nside: 32} }
}
