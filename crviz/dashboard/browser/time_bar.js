// One backtracking time for all panels: a slider over the recorded times, its number to be typed, and play.

import {quotient, timeInWords} from "./numbers.js"
import {nearest} from "./view.js"

const FRAME = 100 // ms
const MOST_WAITED = 10 // frames that a picture may keep the others waiting

export class TimeBar {
  timer = null

  // moved(index, released): released where the hand is off, and not while dragging or playing
  // long(time): how long that is, in words
  constructor(el, moved, long) {
    this.moved = moved
    this.long = long
    const bar = document.createElement("div")
    bar.className = "time-bar"
    bar.innerHTML = `
      <button type="button" aria-label="Play through the times" aria-pressed="false">▶</button>
      <label><span>Backtracking time</span> Ω T = <input type="text" inputmode="decimal" class="typed" aria-label="Ω T as a number"></label>
      <span class="long"></span>
      <input type="range" min="0" step="1" aria-label="Backtracking time"><p class="wrong" role="alert"></p>`
    el.append(bar)
    this.players = []
    this.button = bar.querySelector("button")
    this.player(this.button, ["▶", "❚❚"], () => this.play())
    this.slider = bar.querySelector("[type=range]")
    this.typed = bar.querySelector(".typed")
    this.words = bar.querySelector(".long")
    this.wrong = bar.querySelector(".wrong")
    this.typed.addEventListener("change", () => this.#take())
    this.slider.addEventListener("input", () => this.#moved(false))
    this.slider.addEventListener("change", () => this.#moved(true))
    window.addEventListener("click", this.#pressed, true)
  }

  // a press on another button ends playing: what it asks for, a file or a fit, is meant for the time seen
  #pressed = (event) => {
    const button = event.composedPath().find((part) => part.matches?.("button"))
    if (button && !this.players.some((each) => each.button === button)) this.stop()
  }

  // a button that starts and stops, with what it says in either case
  player(button, faces, start) {
    this.players.push({button, faces})
    button.addEventListener("click", () => (this.timer ? this.stop() : start()))
  }

  // the recorded time that is nearest to the number typed
  #take() {
    this.stop()
    const time = quotient(this.typed.value)
    if (time === null || time <= 0) return this.#judge(`Ω T = ${this.typed.value} must be a number above 0.`)
    this.slider.value = nearest(this.times, time)
    this.#moved(true)
  }

  #judge(words) {
    this.wrong.textContent = words
    this.typed.setAttribute("aria-invalid", String(Boolean(words)))
  }

  remove() {
    this.stop()
    window.removeEventListener("click", this.#pressed, true)
  }

  show(times, index) {
    this.times = times
    this.slider.max = times.length - 1
    this.slider.value = index
    this.label()
  }

  turn() {
    if (this.timer) this.stop()
    else this.play()
  }

  // so many recorded times on
  step(by) {
    this.slider.value = Number(this.slider.value) + by // the slider ends where the times do
    this.#moved(true)
  }

  // through all times and around again, or along a path of their indices to its end; a picture that is not ready is waited for, a while
  // reached: index of the time as far as whose picture colours reach meanwhile
  play({path = null, frame = FRAME, ready = () => true, reached = this.times.length - 1} = {}) {
    this.reached = this.times[reached]
    const steps = path?.values()
    let waited = 0
    this.#face(true)
    this.timer = setInterval(() => {
      if (!ready() && waited++ < MOST_WAITED) return
      waited = 0
      const next = steps ? steps.next().value : (Number(this.slider.value) + 1) % this.times.length
      if (next === undefined) return this.stop()
      this.slider.value = next
      this.#moved(false)
    }, frame)
  }

  #face(playing) {
    for (const {button, faces} of this.players) {
      button.textContent = faces[Number(playing)]
      button.setAttribute("aria-pressed", String(playing))
    }
  }

  stop() {
    if (!this.timer) return
    clearInterval(this.timer)
    this.timer = null
    this.#face(false)
    this.#moved(true)
  }

  #moved(released) {
    this.label()
    this.moved(Number(this.slider.value), released)
  }

  label() {
    const time = this.times[Number(this.slider.value)], long = this.long(time)
    this.typed.value = timeInWords(time)
    this.#judge("")
    this.words.textContent = `· ${long}`
    this.slider.setAttribute("aria-valuetext", `Omega T = ${timeInWords(time)}, ${long}`)
  }
}
