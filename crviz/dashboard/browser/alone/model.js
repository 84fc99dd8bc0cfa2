// In place of a session: answers what the page asks from what it holds, as crviz/dashboard/page.py and its feeds do.

import {energyInWords} from "../digits.js"
import {nearest} from "../view.js"
import {WIRE} from "../wire.js"
import {fine, positions} from "../../panels/sky/fine.js"
import {evolvedAt, heldIn} from "./held.js"
import {allowed, linkedValues} from "./link.js"

const RADIAN = Math.PI / 180
const ALIKE = Math.cos(2 * RADIAN) // of two directions
const OF_THE_CURVES = ["analytic", "p", "theta", "phi"]

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
    this.restore(location.hash)
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
  restore(fragment) {
    const {values, notices} = linkedValues(fragment, this.held.rules), said = new URLSearchParams(fragment.slice(1))
    const asked = Number(said.get("T") ?? NaN), pin = said.get("pin")
    this.#take(values)
    if (asked > 0) {
      const times = this.tensors.omega_t, taken = times[nearest(times, asked)]
      if (Math.abs(taken - asked) > 1e-4 * asked) notices.push(`The link asks for T = ${asked}; the nearest recorded time, ${Number(taken.toPrecision(5))}, is shown.`)
      this.put({time: at(taken)})
    }
    if (pin) {
      const [digest, , , estimator] = pin.split(",")
      if (digest === this.tensors.digest && this.held.rules.estimator.options.includes(estimator)) this.#pinAs(estimator)
      else notices.push("What the link has pinned is not in this page, so it is not pinned.")
    }
    this.#say({notice: notices.join(" ")})
  }

  #set(key, value) {
    const rule = this.held.rules[key], taken = rule && allowed(rule, value)
    this.#take(taken === undefined ? {} : {[key]: taken}, taken !== value)
  }

  // tell: whether the inputs show something else
  #take(values, tell = true) {
    const names = Object.keys(values)
    this.values = {...this.values, ...values}
    if (tell) this.#tell("values")
    if (names.includes("estimator")) this.#see(this.values.estimator)
    if (names.some((name) => OF_THE_CURVES.includes(name))) this.#evolve()
    if (names.includes("beside")) this.#besides()
    if (names.includes("b0") || names.includes("lc")) this.#say()
  }

  // what is not needed at first: arrays of other estimators, and the analytic evolution
  #further() { return this.furtherHeld ??= this.part("further").then(heldIn) }

  async #tensorsOf(estimator) { return this.held.tensors[estimator] ?? (await this.#further()).tensors[estimator] }

  async #see(estimator) {
    const tensors = await this.#tensorsOf(estimator)
    if (estimator === this.values.estimator) this.put({tensors})
  }

  async #evolve() {
    if (!this.values.analytic) return this.put({analytic: {}})
    const {evolved} = await this.#further(), {analytic, p, theta, phi} = this.values
    if (analytic) this.put({analytic: evolved ? {cl: evolvedAt(evolved, p, theta * RADIAN, phi * RADIAN)} : {none: WIRE.noRate}})
  }

  #pin() { this.#pinAs(this.pinned.omega_t ? null : this.values.estimator) }

  async #pinAs(estimator) {
    const {digest} = this.tensors, {sigma2, rl_over_lc: radius} = this.held.place
    this.put({pinned: estimator ? {...await this.#tensorsOf(estimator), link: [digest, sigma2, radius, estimator].join()} : {}})
    this.#besides()
    this.#say()
  }

  #besides() { this.put({second: this.values.beside === "pinned" && this.pinned.omega_t ? this.sky : {}}) }

  #say({notice = this.notice} = {}) {
    const {texts, place} = this.held, pinned = Boolean(this.pinned.omega_t)
    this.notice = notice
    this.put({texts: {
      ...texts, notice, downloads: true, help: true, pin: pinned ? {label: "Unpin"} : true,
      pinned_words: pinned ? `pinned: ${texts.what}` : "",
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
    this.kernel ??= Promise.all([this.module("kernel"), this.part("draws")]).then(([{Kernel}, draws]) => new Kernel({draws}))
    const kernel = await this.kernel
    this.asked?.cancel()
    this.asked = kernel.orbits({...held.place, ...held.followed, direction: {theta: theta / RADIAN, phi: phi / RADIAN}},
      {done: (bundle) => orbits.show(bundle, ""), failed: (reason) => orbits.show(orbits.bundle, reason)})
  }

  async #showHeld(theta, phi) {
    this.bundle ??= this.part("orbit").then((content) => heldIn(content))
    const bundle = await this.bundle, held = [bundle.theta * RADIAN, bundle.phi * RADIAN]
    const cosine = Math.cos(theta) * Math.cos(held[0]) + Math.sin(theta) * Math.sin(held[0]) * Math.cos(phi - held[1])
    this.put({direction: {theta: held[0], phi: held[1]}})
    await this.orbits.show(bundle, cosine > ALIKE ? "" : this.held.sentences.orbits)
  }

  async #handOut({id, index}) {
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

// a time that is set after all moves of it by hand
function at(omegaT) { return {omega_t: omegaT, after: Infinity} }
