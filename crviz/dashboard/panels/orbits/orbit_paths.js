// A bundle of orbits in numbers: places and separations at any time, and what is said of them.

import {timeInWords} from "../../browser/numbers.js"

const FINER = 3 // points drawn for one that was sent
const ROOMY = 1.5 // as many times as long as what is in it a box may be, so that few steps of T change it

// Positions at equal steps of time, joined by the cubic through four neighbouring points.
class Path {
  // positions: x, then y, then z, each `number` long, from T = 0 to omegaT
  constructor(positions, omegaT) {
    this.number = positions.length / 3
    this.omegaT = omegaT
    this.positions = positions
    const count = (this.number - 1) * FINER + 1
    this.fine = [0, 1, 2].map((i) => Float32Array.from({length: count}, (_, k) => this.#coordinate(i, k / FINER)))
  }

  at(omegaT) { return [0, 1, 2].map((i) => this.#coordinate(i, this.#share(omegaT) * (this.number - 1))) }

  // the way from T = 0 to omegaT: x, y, z
  until(omegaT) {
    const passed = Math.floor(this.#share(omegaT) * (this.fine[0].length - 1)) + 1
    return this.at(omegaT).map((last, i) => {
      const way = new Float32Array(passed + 1)
      way.set(this.fine[i].subarray(0, passed))
      way[passed] = last
      return way
    })
  }

  #share(omegaT) { return Math.min(Math.max(omegaT / this.omegaT, 0), 1) }

  #coordinate(i, u) {
    const k = Math.min(Math.floor(u), this.number - 2), s = u - k
    const value = (j) => this.positions[i * this.number + j]
    const [b, c] = [value(k), value(k + 1)]
    // beyond the ends, by the parabola
    const a = k > 0 ? value(k - 1) : 3 * b - 3 * c + value(k + 2)
    const d = k + 2 < this.number ? value(k + 2) : 3 * c - 3 * b + value(k - 1)
    return b + s * ((c - a) / 2 + s * (a - 2.5 * b + 2 * c - d / 2 + s * ((d - a) / 2 + 1.5 * (b - c))))
  }
}

// A part of space, and the sides that it is drawn with.
class Box {
  // tight: [low, high] of x, y and z
  constructor(tight) {
    this.ends = tight.map(([low, high]) => {
      const pad = Math.max(0.06 * (high - low), 1.1 - (high - low) / 2)
      return [low - pad, high + pad]
    })
    const [x, y, z] = this.ends.map(([low, high]) => high - low)
    this.longest = Math.max(x, y, z)
    // orbits follow B0: x and y are drawn as much larger as makes a picture of a needle
    this.stretch = Math.round(10 * Math.min(Math.max((0.5 * z) / Math.max(x, y), 1), 5)) / 10
    const sides = [this.stretch * x, this.stretch * y, z]
    this.aspect = sides.map((side) => (1.5 * side) / Math.hypot(...sides)) // fills the picture from the side
  }
}

// What the server sent of a bundle, and what is drawn of it.
export class Bundle {
  constructor(sent) {
    Object.assign(this, sent)
    const count = this.angles.length + 1
    const path = (_, k) => new Path(row(this.positions, k, count), this.omega_t_max)
    this.paths = Array.from({length: count}, path)
    this.apart = this.angles.map((_, k) => row(this.separations, k, this.angles.length))
    this.apartRange = extent(this.apart)
    this.line = [0, 1, 2].map((i) => row(this.field_line, i, 3))
  }

  // the box that the ways to a time fill; the one before stays while they fit into it and fill it well
  boxUntil(omegaT, before = null) {
    const ways = this.paths.map((path) => path.until(omegaT))
    const tight = [0, 1, 2].map((i) => extent(ways.map((way) => way[i])))
    const fits = (box) => tight.every(([low, high], i) => box.ends[i][0] <= low && high <= box.ends[i][1])
    const box = new Box(tight)
    return before && fits(before) && before.longest < ROOMY * box.longest ? before : box
  }

  clamp(omegaT) { return Math.min(Math.max(omegaT, this.separation_times[0]), this.omega_t_max) }

  // rms separation of the neighbours at each angle at one time
  apartAt(omegaT) {
    return this.apart.map((values) => interpolated(this.separation_times, values, this.clamp(omegaT)))
  }

  // names of the neighbours for which there is room beside their marks, as they are seen; the observer has a name too
  labels(places, box, {eye, room}) {
    const taken = [places[0], [0, 0, 0]], length = Math.hypot(...eye)
    const scale = box.ends.map(([low, high], i) => box.aspect[i] / (high - low))
    const distance = (a, b) => {
      const apart = a.map((value, i) => scale[i] * (value - b[i]))
      const along = apart.reduce((sum, value, i) => sum + value * eye[i] / length, 0)
      return Math.sqrt(Math.max(Math.hypot(...apart) ** 2 - along ** 2, 0))
    }
    return places.map((place, k) => {
      if (k === 0 || taken.some((other) => distance(place, other) < room)) return ""
      taken.push(place)
      return `${this.angles[k - 1]}°`
    })
  }

  summary(omegaT) {
    const t = this.clamp(omegaT)
    const place = this.paths[0].at(t).map(digits).join(", ")
    const apart = this.apartAt(t).map((value, k) => `${digits(value)} r_L at ${this.angles[k]}°`).join(", ")
    return `Direction θ = ${Number(this.theta.toFixed(2))}°, φ = ${Number(this.phi.toFixed(2))}° in field ` +
      `${this.realization}: followed back to Ω T = ${timeInWords(t)}, the particle was at (x, y, z) = ` +
      `(${place}) r_L. Its neighbours were away by ${apart} (rms, ${this.neighbours} orbits each).`
  }
}

// one row of several: a plain array, which Bokeh's arrays with a shape are not
function row(values, k, rows) {
  const length = values.length / rows
  return new Float32Array(values.buffer, values.byteOffset + 4 * k * length, length)
}

function extent(arrays) {
  let [low, high] = [Infinity, -Infinity]
  for (const values of arrays)
    for (const value of values) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  return [low, high]
}

// a value of a line over increasing x, both logarithmic
function interpolated(xs, ys, x) {
  let k = 0
  while (k < xs.length - 2 && xs[k + 1] < x) k++
  const s = Math.log(x / xs[k]) / Math.log(xs[k + 1] / xs[k])
  return ys[k] * (ys[k + 1] / ys[k]) ** Math.min(Math.max(s, 0), 1)
}

// two digits, or all before the point
function digits(value) {
  const rounded = Math.abs(value) < 100 ? Number(value.toPrecision(2)) : Math.round(value)
  return rounded.toString().replace("-", "−")
}
