// Skies that the browser follows itself, coarse first, each as long as it is looked at; a series of them is told of as a session does.

import {WIRE} from "../wire.js"

const NSIDES = [4, 8, 16]

export class FollowedSkies {
  #all = new Map() // by id: {told, sky: the finest so far, words: what is under way, asked}

  // kernel(): resolves to it; send(message): a sky has come; changed(): there is something else to say
  constructor(kernel, {send, changed}) { Object.assign(this, {kernel, send, changed}) }

  // the series of a field at a place, which is begun with
  of(place, realization, omegaT) {
    const id = [...WIRE.place.map((key) => place[key]), realization].join()
    if (!this.#all.has(id)) {
      const [sigma2, radius] = WIRE.place.map((key) => String(Number(place[key].toPrecision(12))))
      const told = {id, nside: NSIDES.at(-1), times: [...omegaT], field: realization, stem: stemOf(place), physics: `σ² = ${sigma2}, r_L = ${radius} L_c`}
      const one = {told, words: under(realization, NSIDES[0])}
      this.#all.set(id, one)
      this.#follow(one, {...place, realization, omega_t: told.times})
    }
    return this.#all.get(id).told
  }

  // all others are looked at no more
  only(ids) {
    for (const [id, {asked}] of this.#all) {
      if (ids.includes(id)) continue
      asked?.cancel()
      this.#all.delete(id)
    }
  }

  has(id) { return this.#all.has(id) }

  // what is under way, and whether nothing of it is there yet
  state(id) {
    const {words, sky} = this.#all.get(id)
    return {words, old: !sky}
  }

  // the sky of a time where it is there: one that comes is sent at all times, to whoever had a coarser one
  handOut(id, index) {
    const one = this.#all.get(id)
    if (one.sky) this.#send(one, index)
  }

  async #follow(one, place) {
    const failed = (reason) => this.#say(one, `no sky can be followed: ${reason}`)
    try {
      const kernel = await this.kernel()
      if (this.#all.get(one.told.id) !== one) return
      one.asked = kernel.sky(place, {nsides: NSIDES, failed, done: (sky) => this.#come(one, sky)})
    } catch ({message}) {
      failed(message)
    }
  }

  #come(one, {nside, r}) {
    one.sky = {nside, r}
    for (const index of one.told.times.keys()) this.#send(one, index)
    const next = NSIDES[NSIDES.indexOf(nside) + 1]
    this.#say(one, next ? under(one.told.field, next) : "")
  }

  #say(one, words) {
    one.words = words
    this.changed()
  }

  #send({told: {id}, sky: {nside, r}}, index) {
    const size = 3 * 12 * nside * nside
    this.send({kind: WIRE.sky, id, index, nside, scale: 1, components: r.subarray(index * size, (index + 1) * size)})
  }
}

function under(field, nside) { return `following the sky of field ${field} at nside ${nside} …` }

// how names of files begin: crviz/plots/content/about.py, `stem`
export function stemOf(place) {
  const [sigma2, radius] = WIRE.place.map((key) => Number(place[key].toPrecision(6)))
  return `crviz_s2-${sigma2}_rl-${radius}`
}
