// One sky as it is seen: a gradient contracted with positions, treated, with its colours' limit, and what stands around it.

import {dipole, picture, project, reached, relativeIntensity, smoothed, unproject, withoutDipole} from "./sky.js"
import {timeInWords} from "../../browser/numbers.js"
import {WIRE} from "../../browser/wire.js"

export const WIDTH = 448
const UNDER_BAR = -1.41
const NOTHING = 0.01 // of the largest value
const PER_RADIAN = 180 / Math.PI
const LINE_APART = 13 // pixels from one to the next
const LOW = 0.0135 // of a pixel of letters: above the pole there is no room for its name
const HOLLOW = "rgba(0,0,0,0)"

/** @typedef {import("../../browser/view.js").View} View */
/** @typedef {import("../../browser/view.js").Colors} Colors */
/** @typedef {{components: ArrayLike<number>, scale: number | number[], nside: number, omegaT: number, field: number, physics: string}} Positions */
/** @typedef {{theta: number, phi: number}} Direction */

/**
 * Delta I at the pixels, as it is shown.
 * @param {Positions} positions @param {View} view @param {Direction} gradient
 */
export function intensity({components, scale, nside}, view, {theta, phi}) {
  const gradient = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)]
  let map = relativeIntensity(components, scale, gradient)
  if (view.without_dipole) map = withoutDipole(map, nside)
  return view.smooth ? smoothed(map, nside, view.smooth / PER_RADIAN) : map
}

/**
 * The direction at right angles to one, in the plane of it and the field: parallel to it and perpendicular are each other's.
 * @param {Direction} gradient @returns {Direction}
 */
export function across({theta, phi}) {
  return theta <= Math.PI / 4 ? {theta: Math.PI / 2 + theta, phi} : {theta: Math.PI / 2 - theta, phi: (phi + Math.PI) % (2 * Math.PI)}
}

export class OneSky {
  map = new Float32Array()
  picture = new Float32Array()
  limit = 1
  /** @type {Direction | null} where the excess of the dipole comes from */
  excess = null
  gradient = {theta: 0, phi: 0}
  /** @type {Positions | undefined} */
  shown = undefined
  /** @type {View} */
  view = {theta: 0, phi: 0, index: 0, pinnedIndex: 0}
  held = 0 // what the colours reach while the times are played
  treated = "" // for what that is
  reaches = false // whether it is of the time that is meant

  /**
   * What is shown: positions in a gradient; meant: those of the time as far as whose picture colours reach while times are played, where they are there.
   * @param {Positions} shown @param {View} view @param {Direction} gradient @param {Positions} [meant]
   */
  see(shown, view, gradient, meant) {
    Object.assign(this, {shown, gradient, view})
    const map = this.map = intensity(shown, view, gradient)
    this.#color(view, meant)
    this.picture = picture(map, shown.nside, WIDTH, view.drawn)
    const [dx, dy, dz] = dipole(map, shown.nside).map((each) => -each), beside = Math.hypot(dx, dy)
    const largest = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    // what the pixels leave of a dipole that was removed is none
    this.excess = Math.hypot(beside, dz) > NOTHING * largest ? {theta: Math.atan2(beside, dz), phi: Math.atan2(dy, dx)} : null
  }

  // colours reach the limit that is set, or as far as most pixels do; while the times are played as far as they do at the one time that
  // is meant, or when that begins until its picture is there
  /** @param {View} view @param {Positions} [meant] */
  #color(view, meant) {
    const treated = [view.playing, view.without_dipole, view.smooth, this.gradient.theta, this.gradient.phi].join()
    if (treated !== this.treated || !view.playing) Object.assign(this, {treated, held: 0, reaches: false})
    this.held ||= reached(this.map, WIRE.reached)
    if (view.playing && meant && !this.reaches) {
      this.held = reached(intensity(meant, view, this.gradient), WIRE.reached)
      this.reaches = true
    }
    this.limit = view.limit ?? this.held
  }

  /**
   * Delta I that the picture shows at a place, or undefined outside.
   * @param {number} x @param {number} y
   */
  valueAt(x, y) {
    if (!unproject(x, y)) return undefined
    return this.picture[Math.floor((y + 1) / 4 * WIDTH) * WIDTH + Math.floor((x + 2) / 4 * WIDTH)]
  }

  /**
   * The poles, the gradient, the dipole and a direction whose orbit is followed.
   * @param {Colors} colors @param {Direction | null} followed
   */
  marks({ink, ground, accent}, followed) {
    const [x, y] = project(this.gradient.theta, this.gradient.phi)
    const marks = [[0, 1, "circle", 6, ink, ground], [0, -1, "circle", 6, ink, ground], [x, y, "star", 15, accent, ground]]
    if (followed) marks.push([...project(followed.theta, followed.phi), "circle_cross", 13, HOLLOW, ink])
    if (this.excess) marks.push([...project(this.excess.theta, this.excess.phi), "diamond", 14, HOLLOW, ink])
    return marks
  }

  /**
   * Words in the picture: x, y, text, colour. Those under the colour bar stand fourth to sixth.
   * @param {Colors} colors @param {number} unit a pixel of letters, in radii of the sky
   */
  names({ink, accent}, unit) {
    const [x, y] = project(this.gradient.theta, this.gradient.phi)
    const largest = String(Number(this.limit.toPrecision(2)))
    const excess = this.excess && project(this.excess.theta, this.excess.phi)
    const aside = unit > LOW && (excess && excess[0] < 0 && y < 0.9 ? 1 : -1) // to the side where nothing else has its name
    return [
      aside ? [14 * aside * unit, 1, "B₀", ink] : [0, 1 + 11 * unit, "B₀", ink],
      aside ? [17 * aside * unit, -1, "−B₀", ink] : [0, -1 - 10 * unit, "−B₀", ink],
      [x + (x < 1.2 ? 20 : -20) * unit, y, "∇n", accent],
      [-1, UNDER_BAR, `−${largest}`, ink],
      [0, UNDER_BAR, "0", ink],
      [1, UNDER_BAR, largest, ink],
      ...(excess ? [[excess[0] + (excess[0] > -1.2 ? -32 : 32) * unit, excess[1], "dipole", ink]] : []),
    ]
  }

  /**
   * What is shown, in the corners: x, y, text, where it begins.
   * @param {number} unit a pixel of letters, in radii of the sky
   */
  captions(unit) {
    const {view, gradient, shown} = this
    if (!shown) return []
    const [sigma2, radius] = shown.physics.split(", ")
    const angles = [gradient.theta, gradient.phi].map((angle) => `${Number((angle * PER_RADIAN).toFixed(1))}°`).join(", ")
    const done = [view.smooth ? `smoothed ${view.smooth}°` : "", view.without_dipole ? "no dipole" : ""].filter(Boolean)
    return [
      [-2.2, 1.06, sigma2, "left"], ...(view.beside === "pinned" ? [[-2.2, 1.06 - LINE_APART * unit, radius, "left"]] : []),
      [2.1, 1.06, `Ω T = ${timeInWords(shown.omegaT)}`, "right"], [2.1, 1.06 - LINE_APART * unit, `field ${shown.field}, nside ${shown.nside}`, "right"],
      [2.1, -0.98, `∇n ${angles}`, "right"],
      ...done.map((words, i) => [-2.2, -0.98 + LINE_APART * unit * i, words, "left"]),
    ]
  }
}
