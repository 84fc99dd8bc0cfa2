// A kernel in the browser: skies and orbits of fields that Python has drawn, followed by workers without a server. All that a page
// without one needs:
//
//   const kernel = new Kernel({draws})                        // the bytes of crviz.dashboard.draws
//   const asked = kernel.sky({sigma2: 1, rl_over_lc: 0.1, realization: 0, omega_t: [1, 10, 100]}, {done, progress, failed})
//   asked.cancel()                                            // nothing more is heard of it, and soon nothing more is done
//   kernel.orbits({..., direction: {theta: 90, phi: 0}}, {done, failed})
//   kernel.close()
//
// sky: `done` is called for each nside, the coarsest first, with a `Sky`; `progress` with the share of all work that is done, 0 to 1.
// orbits: `done` gets what panels/orbits/content.py gives, flat; it goes before skies that are under way.
// A wrong parameter throws one sentence at once; `failed` gets one where the browser has no workers or an orbit did not stay finite.
//
// Workers come of a Blob, whose text are modules of this folder (program.js): so it works in a file that is opened from the disk and
// under a content policy of `script-src 'self'; worker-src blob:`.

import {pixelVectors} from "../healpix.js"
import {intervals} from "./boris.js"
import {bundleOf, cone, lineBeside, stops, within} from "./bundle.js"
import {defaultStep, readDraws} from "./field.js"
import {PROGRAM} from "./program.js"

/** @typedef {import("./field.js").Place} Place sigma2, rl_over_lc and realization */
/** @typedef {import("./worker.js").Task} Task */
/**
 * @typedef {object} Sky of one field, what a result of crviz holds of it; with T times, n = 12 nside^2 pixels in ring order, which are the
 *   directions of momenta, L = 2 nside + 1, and 6 components xx, yy, zz, xy, xz, yz
 * @property {number} nside
 * @property {number[]} omega_t T [1/Omega]
 * @property {Float64Array} r (T, 3, n) [r_L] positions r(-T)
 * @property {Float64Array} p (T, 3, n) momenta p(-T)
 * @property {Float64Array} cl (T, 6, L) [r_L^2]
 * @property {Float64Array} rr (T, 6) [r_L^2] means of r_i r_j
 * @property {Float64Array} rp (T, 3, 3) [r_L] means of r_i p_j: K_ij = -rp_ij
 * @property {Float64Array} dipole (T, 3, 3) [r_L] of each component the real coefficients with l = 1, m = -1, 0, 1
 */
/** @typedef {{cancel: () => void}} Asked */
/** @typedef {(reason: string) => void} Failed */
/** @typedef {Record<string, Float64Array>} Arrays */
/** @typedef {{wanted: boolean, failed: Failed}} Job */
/** @typedef {{id: number, job: Job, task: Task, transfer: Transferable[], done: (found: any) => void}} Waiting */

const MOST_WORKERS = 4
const WORK = 5e6 // waves summed in a task: some 50 ms
const LARGEST_NSIDE = 32

export class Kernel {
  /** @type {Waiting[]} */ #queue = []
  /** @type {{worker: Worker, busy: Waiting | null}[]} */ #workers = []
  #broken = ""
  #tasks = 0

  /** @param {{draws: ArrayBuffer, workers?: number}} given the bytes of crviz.dashboard.draws, and how many workers at most */
  constructor({draws, workers = Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS)}) {
    checkWhole("workers", workers)
    this.draws = readDraws(draws)
    this.size = workers
    this.url = URL.createObjectURL(new Blob([PROGRAM], {type: "text/javascript"}))
  }

  /**
   * Follow the orbits of whole skies.
   * @param {Place & {omega_t: number[]}} place
   * @param {{nsides?: number[], done: (sky: Sky) => void, progress?: (share: number) => void, failed?: Failed}} options
   * @returns {Asked}
   */
  sky({omega_t, ...asked}, {nsides = [4, 8, 16], done, progress = () => {}, failed = thrown}) {
    const place = this.#checked(asked, omega_t)
    for (const nside of nsides)
      if (!(nside >= 1 && nside <= LARGEST_NSIDE && Number.isInteger(Math.log2(nside))))
        refuse("nside", nside, `must be a power of 2 from 1 to ${LARGEST_NSIDE}`)
    const steps = intervals(omega_t, this.#step(place, "omega_t", omega_t[omega_t.length - 1])), job = {wanted: true, failed}
    const all = nsides.reduce((sum, nside) => sum + 12 * nside * nside, 0)
    let followed = 0
    for (const nside of nsides) {
      const {x, y, z} = pixelVectors(nside), directions = Float64Array.from([...x, ...y, ...z])
      const more = (/** @type {number} */ number) => progress((followed += number) / all)
      this.#follow(job, false, place, directions, steps, more, (r, p) => {
        const task = /** @type {Task} */ ({what: "spectra", nside, r, p})
        this.#put(job, true, task, [r.buffer, p.buffer], (found) => done({nside, omega_t, ...found}))
      })
    }
    return this.#asked(job)
  }

  /**
   * Follow an orbit and its neighbours.
   * @param {Place & {omega_t: number[], direction: import("./bundle.js").Direction, omega_t_max?: number, angles?: number[], neighbours?: number}} place
   *   omega_t: times of the sky whose steps they take; angles: increasing [deg]
   * @param {{done: (bundle: object) => void, failed?: Failed}} options
   * @returns {Asked}
   */
  orbits({omega_t, direction, omega_t_max = omega_t[omega_t.length - 1], angles = [0.1, 1, 5, 20], neighbours = 15, ...asked}, {done, failed = thrown}) {
    const place = this.#checked(asked, omega_t)
    for (const angle of [direction.theta, direction.phi]) checkNumber("direction", angle)
    checkNumber("omega_t_max", omega_t_max, {above: 0})
    for (const angle of angles) checkNumber("angles", angle, {above: 0})
    checkWhole("neighbours", neighbours)
    const step = this.#step(place, "omega_t_max", omega_t_max), known = stops(omega_t, omega_t_max, step), job = {wanted: true, failed}
    const directions = cone(direction, angles, neighbours)
    this.#follow(job, true, place, directions, intervals(known, step), () => {}, (r, p) => {
      const {realization} = place, rows = angles.length + 1
      const bundle = bundleOf({realization, direction, angles, neighbours}, known, directions, r, p)
      const task = /** @type {Task} */ ({what: "line", place, ...lineBeside(bundle.positions, rows, place.rl_over_lc)})
      this.#put(job, true, task, [], ({line}) => done({...bundle, field_line: within(line, bundle.positions, rows)}))
    })
    return this.#asked(job)
  }

  /** End the workers; nothing more is heard of what was asked. */
  close() {
    this.#queue = []
    for (const {worker} of this.#workers) worker.terminate()
    this.#workers = []
    URL.revokeObjectURL(this.url)
  }

  /** @param {Place} place @param {number[]} omegaT @returns {Place} */
  #checked({sigma2, rl_over_lc, realization}, omegaT) {
    checkNumber("sigma2", sigma2, {least: 0})
    checkNumber("rl_over_lc", rl_over_lc, {above: 0})
    const {realizations} = this.draws
    if (!realizations.includes(realization)) refuse("realization", realization, `must be one of those that were drawn, ${realizations.join(", ")}`)
    if (!omegaT.length || !omegaT.every((time, t) => Number.isFinite(time) && time > (t > 0 ? omegaT[t - 1] : 0)))
      refuse("omega_t", omegaT.join(", "), "must be increasing times above 0")
    return {sigma2, rl_over_lc, realization} // and nothing else that a page may have beside them
  }

  /** @param {Place} place @param {string} name @param {number} last @returns {number} */
  #step(place, name, last) {
    const step = defaultStep(this.draws, place), most = this.draws.mostSteps
    if (!(last / step < most)) refuse(name, last, `would take more than ${most} steps of ${step} /Omega, the limit`)
    return step
  }

  // orbits in tasks of some 50 ms, whose positions and momenta (T, 3, n) are put together
  /**
   * @param {Job} job @param {boolean} soon @param {Place} place @param {Float64Array} directions @param {import("./boris.js").Steps} steps
   * @param {(orbits: number) => void} more @param {(r: Float64Array, p: Float64Array) => void} done
   */
  #follow(job, soon, place, directions, steps, more, done) {
    const n = directions.length / 3, rows = 3 * steps.numbers.length
    const r = new Float64Array(rows * n), p = new Float64Array(rows * n)
    const number = Math.max(1, Math.floor(WORK / this.draws.waves / steps.numbers.reduce((a, b) => a + b)))
    let left = n
    for (let start = 0; start < n; start += number) {
      const size = Math.min(number, n - start), part = new Float64Array(3 * size)
      for (let i = 0; i < 3; i++) part.set(directions.subarray(i * n + start, i * n + start + size), i * size)
      this.#put(job, soon, {what: "orbits", place, directions: part, steps}, [part.buffer], (found) => {
        for (let row = 0; row < rows; row++) {
          r.set(found.r.subarray(row * size, (row + 1) * size), row * n + start)
          p.set(found.p.subarray(row * size, (row + 1) * size), row * n + start)
        }
        more(size)
        if ((left -= size) === 0 && job.wanted) done(r, p)
      })
    }
  }

  /** @param {Job} job @param {boolean} soon before all others @param {Task} task @param {Transferable[]} transfer @param {(found: any) => void} done */
  #put(job, soon, task, transfer, done) {
    const waiting = {id: this.#tasks++, job, task, transfer, done}
    if (soon) this.#queue.unshift(waiting)
    else this.#queue.push(waiting)
  }

  // begin with what was put into the queue, once whoever asks has what cancels it
  /** @param {Job} job @returns {Asked} */
  #asked(job) {
    queueMicrotask(() => this.#begin())
    return {cancel: () => this.#drop(job)}
  }

  /** @param {Job} job */
  #drop(job) {
    job.wanted = false
    this.#queue = this.#queue.filter((waiting) => waiting.job !== job)
    for (const {worker, busy} of this.#workers) if (busy?.job === job) worker.postMessage({drop: busy.id})
  }

  #begin() {
    if (this.#broken) return this.#fail(this.#broken)
    while (this.#queue.length) {
      const free = this.#workers.find(({busy}) => !busy) ?? (this.#workers.length < this.size ? this.#hired() : null)
      if (!free) return
      const first = /** @type {Waiting} */ (this.#queue.shift())
      free.busy = first
      free.worker.postMessage({id: first.id, task: first.task}, first.transfer)
    }
  }

  #hired() {
    const hired = {worker: new Worker(this.url), busy: /** @type {Waiting | null} */ (null)}
    hired.worker.onmessage = ({data}) => {
      const {job, done} = /** @type {Waiting} */ (hired.busy)
      hired.busy = null
      try {
        if (job.wanted && data.failed) {
          this.#drop(job)
          job.failed(data.failed)
        } else if (job.wanted) done(data.done)
      } finally { // whatever those who asked do with it
        this.#begin()
      }
    }
    hired.worker.onerror = (event) => this.#fail(`this browser does not let the page follow orbits in workers${event.message ? ` (${event.message})` : ""}.`)
    hired.worker.postMessage({draws: this.draws})
    this.#workers.push(hired)
    return hired
  }

  // there are no workers, and there will be none
  /** @param {string} reason */
  #fail(reason) {
    this.#broken = reason
    const jobs = new Set([...this.#queue, ...this.#workers.flatMap(({busy}) => busy ?? [])].map(({job}) => job))
    this.#queue = []
    for (const each of this.#workers) {
      each.worker.terminate()
      each.busy = null
    }
    for (const job of jobs) if (job.wanted) job.failed(reason)
  }
}

// where nobody listens, what failed is an error of the page's
/** @param {string} reason */
function thrown(reason) { setTimeout(() => { throw new Error(reason) }) }

/** @param {string} name @param {unknown} value @param {string} rule @returns {never} */
function refuse(name, value, rule) { throw new RangeError(`${name} = ${value} ${rule}.`) }

/** @param {string} name @param {number} value @param {{above?: number, least?: number}} bounds */
function checkNumber(name, value, {above = -Infinity, least = -Infinity} = {}) {
  const bound = above > -Infinity ? ` above ${above}` : least > -Infinity ? ` at least ${least}` : ""
  if (!Number.isFinite(value) || value <= above || value < least) refuse(name, value, `must be a finite number${bound}`)
}

/** @param {string} name @param {number} value */
function checkWhole(name, value) {
  if (!Number.isInteger(value) || value < 1) refuse(name, value, "must be a whole number of at least 1")
}
