// The skies of one field at its times: asked for of the session, and of the server's files where there are finer ones.

import {fine, positions} from "./fine.js"
import {nearest} from "../../browser/view.js"
import {WIRE} from "../../browser/wire.js"

const MOST_KEPT = 200

export class Series {
  id = null
  skies = new Map() // of all series that were shown here, by id and index: what a gradient is contracted with
  asked = new Set()
  waiting = new Map()

  constructor(page) { this.page = page }

  // as the session tells it: {id, nside, times, field, physics, fine, first: {index, scale, components}}
  take(told) {
    if (told.id === this.id) return
    if (!told.id) { this.id = null; return }
    Object.assign(this, {fine: undefined, ...told})
    this.asked.clear()
    for (const done of this.waiting.values()) done()
    this.waiting.clear()
    if (told.first) this.arrived({...told.first, id: told.id, nside: told.nside})
  }

  index(omegaT) { return nearest(this.times, omegaT) }

  at(index) { return this.skies.get(`${this.id} ${index}`) }

  // a sky that has come; a better one is never replaced by a worse one
  arrived({id, index, scale, components, nside}) {
    const key = `${id} ${index}`
    if (components === undefined || this.skies.get(key)?.nside > nside) return
    if (this.skies.size >= MOST_KEPT) this.skies.delete(this.skies.keys().next().value)
    const {field, physics} = this
    this.skies.set(key, {scale, components, nside, field, physics, omegaT: this.times[index]})
    this.waiting.get(index)?.()
    this.waiting.delete(index)
  }

  // have a sky fetched, and where one is there a finer one; the picture is drawn again when it has come
  want(index) {
    const key = `${this.id} ${index}`
    if (!this.skies.has(key) && !this.asked.has(key)) {
      this.asked.add(key)
      this.page.send({kind: WIRE.sky, id: this.id, index})
    }
    if (this.skies.has(key) && this.#file(index) >= 0) this.#refine(index).then((better) => { if (better) this.page.changed("sky") })
  }

  // the best that there is of a time, once it is there; undefined where another field has taken its place
  async best(index) {
    if (this.#file(index) >= 0) await this.#refine(index)
    if (!this.at(index)) {
      const there = new Promise((done) => this.waiting.set(index, done))
      this.want(index)
      await there
    }
    return this.at(index)
  }

  #file(index) { return this.fine && typeof DecompressionStream === "function" ? this.fine.files[index] : -1 }

  // whether a finer sky has taken the place of that of a time
  async #refine(index) {
    const {id} = this, {nside} = this.fine
    if (this.at(index)?.nside === nside) return false
    try {
      const found = positions(await fetched(this.page.description.skies, nside, this.#file(index)))
      if (id !== this.id || this.at(index)?.nside === nside) return false
      this.arrived({id, index, nside, ...found})
      return true
    } catch { // the coarser one stays, and its caption says so; the finer is asked for again when it is wanted again
      return false
    }
  }
}

// files are the same for all series
const _fetched = new Map()
function fetched(place, nside, file) {
  if (!_fetched.has(file)) {
    const found = load(place, nside, file)
    _fetched.set(file, found)
    found.catch(() => _fetched.delete(file))
  }
  return _fetched.get(file)
}

async function load(place, nside, file) {
  const answer = await fetch(new URL(`${place}${String(file).padStart(2, "0")}.gz?v=1`, import.meta.url))
  if (!answer.ok) throw new Error(`the file of a sky: ${answer.status}`)
  const content = await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
  return fine(content, nside, (offset) => fetched(place, nside, file + offset))
}
