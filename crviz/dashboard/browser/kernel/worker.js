// What a worker of the kernel does: tasks, one after another, of which it looks every now and then whether they are still wanted.

import {Orbit, inTurns} from "./boris.js"
import {drawField, waveSpectrum} from "./field.js"
import {spectra} from "./harmonics.js"
import {fieldLine} from "./line.js"

/** @typedef {import("./field.js").Draws} Draws */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {{what: "orbits", place: Place, directions: Float64Array, steps: import("./boris.js").Steps}} OrbitsTask directions: x, then y, then z */
/** @typedef {{what: "spectra", nside: number, r: Float64Array, p: Float64Array}} SpectraTask */
/** @typedef {{what: "line", place: Place, length: number, points: number}} LineTask */
/** @typedef {OrbitsTask | SpectraTask | LineTask} Task */

const LOOK = 30 // ms between two looks
const MOST_AT_ONCE = 10_000 // steps, some 20 ms of them

/** @type {Draws} */
let draws
/** @type {{name: string, waves: Float64Array}} */
let field = {name: "", waves: new Float64Array(0)}
let dropped = -1 // the task that nobody wants any more, while it is under way
const nextTurn = new MessageChannel()

self.onmessage = async ({data}) => {
  if (data.draws) draws = data.draws
  else if (data.drop !== undefined) dropped = data.drop
  else {
    const {id, task} = data
    try {
      const done = await DONE[/** @type {Task} */ (task).what](task, () => dropped === id)
      self.postMessage({id, done}, {transfer: Object.values(done).map((array) => array.buffer)})
    } catch (error) {
      self.postMessage({id, failed: /** @type {Error} */ (error).message})
    }
  }
}

/** @type {Record<string, (task: any, over: () => boolean) => Record<string, Float64Array> | Promise<Record<string, Float64Array>>>} */
const DONE = {
  orbits: followed,
  spectra: ({nside, r, p}) => ({r, p, ...spectra(nside, r, p)}),
  line: ({place, length, points}) => {
    const shortest = waveSpectrum(draws, place).k.reduce((a, b) => Math.max(a, b))
    return {line: fieldLine(wavesOf(place), draws.cosine, shortest, length, points)}
  },
}

// positions and momenta (T, 3, n) of n orbits; of none where nobody wants them any more
/** @param {OrbitsTask} task @param {() => boolean} over whether nobody wants it any more @returns {Promise<Record<string, Float64Array>>} */
async function followed({place, directions, steps: {numbers, sizes}}, over) {
  const waves = wavesOf(place), n = directions.length / 3
  const r = new Float64Array(numbers.length * 3 * n), p = new Float64Array(r.length)
  let looked = performance.now()
  for (let k = 0; k < n; k++) {
    const orbit = new Orbit(directions[k], directions[n + k], directions[2 * n + k])
    for (let t = 0; t < numbers.length; t++) {
      for (let left = numbers[t]; left > 0; left -= MOST_AT_ONCE) {
        orbit.back(waves, draws.cosine, Math.min(left, MOST_AT_ONCE), sizes[t])
        if (performance.now() - looked < LOOK) continue
        await messagesReceived()
        if (over()) return {}
        looked = performance.now()
      }
      for (let i = 0; i < 3; i++) {
        r[(3 * t + i) * n + k] = orbit.r[i]
        p[(3 * t + i) * n + k] = orbit.p[i]
      }
    }
    if (![...orbit.r, ...orbit.p].every(Number.isFinite))
      throw new Error(`an orbit through realisation ${place.realization} did not stay finite.`)
  }
  return {r, p}
}

function messagesReceived() {
  return new Promise((resolve) => {
    nextTurn.port1.onmessage = resolve
    nextTurn.port2.postMessage(0)
  })
}

// those of the field that was wanted last are at hand
/** @param {Place} place */
function wavesOf(place) {
  const name = [place.sigma2, place.rl_over_lc, place.realization].join()
  if (field.name !== name) field = {name, waves: inTurns(drawField(draws, place))}
  return field.waves
}
