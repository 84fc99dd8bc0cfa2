// In place of a session: answers what the page asks from what it holds, as crviz/dashboard/page.py and its feeds do.

import {energyInWords} from "../digits.js"
import {grown} from "../growth.js"
import {nearest} from "../view.js"
import {WIRE} from "../wire.js"
import {fine, positions} from "../../panels/sky/fine.js"
import {evolvedAt, heldIn, modesAt} from "./held.js"
import {allowed, linkedValues} from "./link.js"
import {FollowedSkies, stemOf} from "./skies.js"

const RADIAN = Math.PI / 180
const ALIKE = Math.cos(2 * RADIAN) // of two directions
const OF_THE_CURVES = ["analytic", "p", "theta", "phi"]
const OF_WHAT_IS_SHOWN = [...WIRE.place, "estimator"]
const ATLAS = "atlas" // in place of the digest of a result, in a link's pin
const MEAN = "the sky is one field's, the spectra are the atlas's mean over fields"

export class LocalModel {
  #calls = new Map()
  #skies = new Map() // decoded, by index
  notice = ""
  pinned = {}
  fitted = ""
  second = {}
  awaited = {}
  direction = {}

  // held: words and numbers (held.js); part(name), module(name): one of its other parts; press: what else buttons do, by their keys
  // orbits: where they are drawn, or null
  constructor(held, {part, module}, press = {}, orbits = null) {
    Object.assign(this, {held, part, module, orbits, values: held.values, time: at(held.omega_t), sky: held.sky})
    this.press = {pin: () => this.#pin(), orbit: () => this.#follow(this.values.theta * RADIAN, this.values.phi * RADIAN), notice: () => this.#say({notice: ""}), ...press}
    this.tensors = held.tensors[this.values.estimator]
    this.analytic = {}
    this.place = held.place // of what is shown
    this.followed = new FollowedSkies(() => this.#kernel(), {send: (message) => this.#tell("msg:custom", message), changed: () => this.#await()})
    this.ready = this.restore(location.hash).then(() => this.#look()) // what a link says is shown first
    window.addEventListener("hashchange", () => this.restore(location.hash))
  }

  on(names, call) { for (const name of [names].flat()) this.#calls.set(name, [...this.#calls.get(name) ?? [], call]) }

  // have something, and tell who listens
  put(values) {
    Object.assign(this, values)
    for (const name of Object.keys(values)) this.#tell(name)
  }

  #tell(name, message) { for (const call of this.#calls.get(name) ?? []) call(message) }

  send_msg({kind, ...message}) {
    if (kind === WIRE.press) this.press[message.key]?.()
    else if (kind === WIRE.set) this.#set(message.key, message.value)
    else if (kind === WIRE.sky) this.#handOut(message)
    else if (kind === WIRE.direction) this.#follow(message.theta, message.phi)
    else if (kind === WIRE.window) this.#tell("msg:custom", {kind, id: message.id, error: this.held.sentences.window})
  }

  // what a link says, its time and its pin
  async restore(fragment) {
    const {values, notices} = linkedValues(fragment, this.held.rules), said = new URLSearchParams(fragment.slice(1))
    const asked = Number(said.get("T") ?? NaN), pin = said.get("pin")
    this.notice = ""
    await this.#take(values)
    if (asked > 0) {
      const times = this.tensors.omega_t, taken = times[nearest(times, asked)]
      if (Math.abs(taken - asked) > 1e-4 * asked) notices.push(`The link asks for T = ${asked}; the nearest recorded time, ${Number(taken.toPrecision(5))}, is shown.`)
      this.put({time: at(taken)})
    }
    if (pin) {
      const [digest, sigma2, radius, estimator] = pin.split(","), {held} = this, [own] = Object.values(held.tensors)
      const place = digest === own.digest ? held.place : {sigma2: Number(sigma2), rl_over_lc: Number(radius)}
      const there = digest === own.digest || digest === ATLAS && held.atlas && (await this.atlas())?.covers(place)
      if (there && held.rules.estimator.options.includes(estimator)) await this.#pinAs(estimator, place)
      else notices.push("What the link has pinned is not in this page, so it is not pinned.")
    }
    this.#say({notice: [this.notice, ...notices].filter(Boolean).join(" ")})
  }

  #set(key, value) {
    const rule = this.held.rules[key], taken = rule && allowed(rule, value)
    this.#take(taken === undefined ? {} : {[key]: taken}, taken !== value)
  }

  // tell: whether the inputs show something else
  async #take(values, tell = true) {
    const names = Object.keys(values)
    this.values = {...this.values, ...values}
    if (tell) this.#tell("values")
    if (names.includes("beside")) this.#look()
    if (names.includes("realization")) this.#turn()
    if (names.includes("b0") || names.includes("lc")) this.#say()
    if (names.some((name) => OF_WHAT_IS_SHOWN.includes(name))) await this.#see()
    else if (names.some((name) => OF_THE_CURVES.includes(name))) await this.#evolve()
  }

  // the place that is set
  get #wanted() { return this.held.atlas ? Object.fromEntries(WIRE.place.map((key) => [key, this.values[key]])) : this.held.place }
  get #field() { return this.values.realization ?? this.held.followed?.realization }
  get stem() { return this.#isOwn(this.place) ? this.held.stem : stemOf(this.place) }

  // whether it is that of the result, or of the atlas, that this page holds whole
  #isOwn(place) { return alike(place, this.held.place) }

  // resolves to the atlas, or to null where it could not be had, which is said
  atlas() {
    return this.atlasHeld ??= Promise.all([this.module("atlas"), this.part("places")])
      .then(([{AtlasInBrowser, opened}, file]) => this.places = new AtlasInBrowser(...opened(file)))
      .catch(({message}) => {
        this.atlasHeld = undefined // it is asked for again when it is wanted again
        this.#say({notice: `The atlas could not be fetched: ${message}.`})
        return null
      })
  }

  // what is not needed at first: arrays of other estimators, and the analytic evolution
  #further() { return this.furtherHeld ??= this.part("further").then(heldIn) }

  // null where there is no atlas to have them of
  async #tensorsOf(place, estimator) {
    if (this.#isOwn(place)) return this.held.tensors[estimator] ?? (await this.#further()).tensors[estimator]
    const atlas = await this.atlas()
    return atlas && atlas.at(...WIRE.place.map((key) => place[key]), estimator)
  }

  // show what is set
  async #see() {
    const place = this.#wanted, {estimator} = this.values, tensors = await this.#tensorsOf(place, estimator)
    if (estimator !== this.values.estimator || !alike(place, this.#wanted)) return // another is wanted by now
    if (!tensors) { // what is shown is what is set again
      this.values = {...this.values, ...this.place}
      return this.#tell("values")
    }
    const moved = !alike(place, this.place)
    this.place = place
    this.put({tensors})
    await this.#evolve()
    if (!moved) return
    this.#say() // after the arrays: by it the page knows that these are there
    this.#turn()
  }

  // to another field, or another place's
  #turn() {
    this.#look()
    const {theta, phi} = this.direction
    if (theta !== undefined) this.#follow(theta, phi)
  }

  // with what others grow of it, where there are other places
  async #evolve() {
    if (!this.values.analytic) return this.put({analytic: {}})
    const {evolved, modes} = await this.#further(), {values, tensors, place} = this, {analytic, p, theta, phi} = values
    if (!analytic) return
    const grow = modes && modesAt(modes, p)
    const own = evolved ? {cl: evolvedAt(evolved, p, theta * RADIAN, phi * RADIAN)} : {none: WIRE.noRate}
    this.put({analytic: {...(this.#isOwn(place) ? own : grown(tensors, values, grow)), ...grow}})
  }

  #pin() { this.#pinAs(this.pinned.omega_t ? null : this.values.estimator, this.place) }

  async #pinAs(estimator, place) {
    const tensors = estimator && await this.#tensorsOf(place, estimator), at = WIRE.place.map((key) => place[key])
    this.put({pinned: tensors ? {...tensors, link: [tensors.digest ?? ATLAS, ...at, estimator].join(), place} : {}})
    this.#look()
    this.#say()
  }

  // the series of skies of what is shown, and of what stands beside it
  #look() {
    const {beside} = this.values, {place} = this.pinned
    this.put({sky: this.#skyOf(this.place), second: beside === "pinned" && place ? this.#skyOf(place) : {}})
    this.followed.only([this.sky.id, this.second.id])
    this.#await()
  }

  #skyOf(place) {
    const {held, places} = this, own = this.#isOwn(place)
    if (!held.atlas || own && held.sky.field === this.#field) return held.sky
    return this.followed.of(place, this.#field, own ? held.followed.omega_t : places.header.omega_t)
  }

  // what is said of skies that come
  #await() {
    const of = ({id}) => (this.followed.has(id) ? this.followed.state(id) : {}), {words, old = false} = of(this.sky)
    const said = words || of(this.second).words, mean = this.held.of_atlas || !this.#isOwn(this.place)
    this.put({awaited: {...(said && {words: said, old}), ...(mean && {aside: MEAN})}})
  }

  // of a place, as a session says them
  #words(place) { return this.#isOwn(place) ? this.held.texts : this.places.words(...WIRE.place.map((key) => place[key]), Infinity) }

  #say({notice = this.notice} = {}) {
    const {place} = this, {texts} = this.held, pinned = this.pinned.place, {what, shown} = this.#words(place)
    this.notice = notice
    this.put({texts: {
      ...texts, what, shown, set: WIRE.place.map((key) => place[key]), notice, downloads: true, help: true, pin: pinned ? {label: "Unpin"} : true,
      pinned_words: pinned ? `pinned: ${this.#words(pinned).what}` : "",
      energy: energyInWords(place.rl_over_lc, this.values.b0, this.values.lc),
    }})
  }

  // the orbits of a direction: followed here, or else the one that this page holds
  async #follow(theta, phi) {
    const {orbits, held} = this
    if (!orbits) return
    if (!held.followed) return this.#showHeld(theta, phi)
    this.put({direction: {theta, phi}})
    orbits.message = "Following the orbits back …"
    const kernel = await this.#kernel(), omegaT = this.#isOwn(this.place) ? held.followed.omega_t : this.places.header.omega_t
    this.asked?.cancel()
    this.asked = kernel.orbits({...this.place, realization: this.#field, omega_t: omegaT, direction: {theta: theta / RADIAN, phi: phi / RADIAN}},
      {done: (bundle) => orbits.show(bundle, ""), failed: (reason) => orbits.show(orbits.bundle, reason)})
  }

  #kernel() {
    this.kernel ??= Promise.all([this.module("kernel"), this.part("draws")]).then(([{Kernel}, draws]) => new Kernel({draws}))
    this.kernel.catch(() => { this.kernel = undefined }) // it is asked for again when it is wanted again
    return this.kernel
  }

  async #showHeld(theta, phi) {
    this.bundle ??= this.part("orbit").then((content) => heldIn(content))
    const bundle = await this.bundle, held = [bundle.theta * RADIAN, bundle.phi * RADIAN]
    const cosine = Math.cos(theta) * Math.cos(held[0]) + Math.sin(theta) * Math.sin(held[0]) * Math.cos(phi - held[1])
    this.put({direction: {theta: held[0], phi: held[1]}})
    await this.orbits.show(bundle, cosine > ALIKE ? "" : this.held.sentences.orbits)
  }

  async #handOut({id, index}) {
    if (this.followed.has(id)) return this.followed.handOut(id, index)
    const {nside} = this.held.skies[index]
    try {
      this.#tell("msg:custom", {kind: WIRE.sky, id, index, nside, ...positions(await this.#decoded(index))})
      if (this.awaited.words) this.put({awaited: {}})
    } catch ({message}) { // of a file that a server should have
      this.put({awaited: {words: `a sky could not be fetched: ${message}`, old: true}})
    }
  }

  #decoded(index) {
    const {name, nside} = this.held.skies[index]
    if (!this.#skies.has(index)) {
      const found = this.part(name).then((content) => fine(content, nside, (offset) => this.#decoded(index + offset)))
      this.#skies.set(index, found)
      found.catch(() => this.#skies.delete(index)) // it is asked for again when it is wanted again
    }
    return this.#skies.get(index)
  }
}

function alike(place, other) { return WIRE.place.every((key) => place[key] === other[key]) }

// a time that is set after all moves of it by hand
function at(omegaT) { return {omega_t: omegaT, after: Infinity} }
