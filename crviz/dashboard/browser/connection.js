// The connection to the server: whether it is there, what is said while it is not, and the way back. A session does not outlive its
// connection for certain, so the page loads itself anew by its own link once the server answers; what a link does not hold is kept
// meanwhile (kept.js).

import {forget, keep, recalled} from "./kept.js"
import {Pulse, pause} from "./pulse.js"
import {WIRE} from "./wire.js"

const HEALTH = new URL("../../../health", import.meta.url) // beside static/, where this script is
const TICK = 1000 // ms
const TIMEOUT = 5000 // ms that the server may take to say that it is there
const OPENING = 30000 // ms that it may take to make a session for a page that has loaded itself anew
const YOUNG = 5000 // ms that a page stands before it loads itself anew
const AGAIN = 3000 // ms until a socket that was silent only is given up, as the server answers elsewhere
const SHOWN = 5000 // ms for which it is said that all is well
const LOST = "Connection lost. The plots still respond; runs and stored results need the connection."

export class Connection {
  lost = false
  closed = false // for good: a connection that is silent only may speak up again
  kept = recalled() // of the page before, to be put back; null where there is none
  #pulse = new Pulse()
  #opened = false
  #held = false // whether a hand is on the page: nothing is sent and nothing loaded under it
  #asking = false
  #answers = 0
  #tries = this.kept?.tries ?? 0
  #next = Infinity // when to try

  // changed(): it was lost, or is there again; send(message); state(): what to keep
  constructor({changed, send, state}) {
    Object.assign(this, {changed, send, state})
    const part = document.getElementById("connection")
    this.words = part.querySelector("p")
    this.trying = part.querySelector("span")
    this.button = part.querySelector("button")
    const now = () => { if (this.lost) this.#try() }
    this.button.addEventListener("click", now)
    window.addEventListener("online", now)
    document.addEventListener("visibilitychange", () => { if (!document.hidden) now() })
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
      window.addEventListener(kind, ({buttons}) => { this.#held = buttons > 0 }, {capture: true, passive: true})
    this.timer = setInterval(() => this.#tick(), TICK)
  }

  // the session has answered: the model that messages go through, and Bokeh's document
  opened(model, session) {
    this.#opened = true
    this.closed = false
    this.#tries = 0
    this.#heard()
    session.on_event("connection_lost", () => this.#lose(true))
    model.on([...WIRE.sent, "values", "texts", "msg:custom"], () => this.#heard())
    if (!this.kept) return
    forget()
    this.#back(this.kept.tooLarge ? "Connected again; what had been added to the plots was too large to keep." : "Connected again.")
  }

  stop() { clearInterval(this.timer) }

  #tick() {
    const now = performance.now()
    if (this.lost) {
      if (now >= this.#next) this.#try()
    } else if (!this.#opened) {
      if (this.kept && now > OPENING) this.#lose(true)
    } else if (this.#pulse.due(now) === "lost") {
      this.#lose(false)
    } else if (this.#pulse.due(now) === "ask" && !this.#held) {
      this.#pulse.asked(now)
      this.send({kind: WIRE.beat})
    }
  }

  #heard() {
    this.#pulse.heard(performance.now())
    if (!this.lost || this.closed) return
    this.lost = false // a silent socket speaks again
    this.#tries = 0
    this.#back("Connected again.")
    this.changed()
  }

  #back(words) {
    this.#show(words, "")
    setTimeout(() => { if (!this.lost) this.#show("", "") }, SHOWN)
  }

  #lose(closed) {
    this.closed ||= closed
    if (this.lost) return
    this.lost = true
    this.#answers = 0
    this.#wait(1000 * pause(this.#tries))
    this.changed()
  }

  #wait(ms) {
    this.#next = performance.now() + ms
    this.#show(LOST, `Trying again in ${Math.round(ms / 1000)} s.`)
  }

  // what stays is read out once; when it is tried again is for the eye
  #show(words, trying) {
    if (this.words.textContent !== words) this.words.textContent = words
    this.trying.textContent = trying
    this.button.hidden = !this.lost
  }

  async #try() {
    if (this.#asking) return
    this.#asking = true
    this.#show(LOST, "Trying …")
    const answers = await healthy()
    this.#asking = false
    if (!this.lost) return // it has spoken meanwhile
    if (!answers) {
      this.#tries += 1
      this.#wait(1000 * pause(this.#tries))
    } else if (!this.closed && !this.#answers++) this.#wait(AGAIN)
    else if (this.#held || performance.now() < YOUNG) this.#wait(TICK)
    else {
      this.#next = Infinity
      keep({...this.state(), tries: this.#tries + 1})
      location.reload()
    }
  }
}

// whether the server is there, and nobody else answers in its place
async function healthy() {
  try {
    const answer = await fetch(HEALTH, {cache: "no-store", signal: AbortSignal.timeout(TIMEOUT)})
    return answer.ok && (await answer.json()).status === "ok"
  } catch { // nobody answers, or not in time, or something else than the server
    return false
  }
}
