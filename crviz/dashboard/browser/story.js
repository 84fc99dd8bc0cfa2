// The story: a sentence above the plots and a large Play, where no link says what to show. It plays once by itself, unless a hand was
// quicker or little motion is wanted.

import {nearest} from "./view.js"
import {WIRE} from "./wire.js"

const SLOWLY = 150 // ms
const LINGER = 6 // frames on the first picture, and half as many on the last
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"]

export class Story {
  #touched = false

  // kept: whether the page has loaded itself anew
  constructor(kept) {
    this.part = document.getElementById("story") // null where a link says what is shown
    if (!this.part) return
    const touched = () => { this.#touched = true }
    for (const kind of TOUCHES) window.addEventListener(kind, touched, {capture: true, once: true, passive: true})
    this.part.querySelector(".away").addEventListener("click", () => this.part.remove())
    this.still = kept || matchMedia("(prefers-reduced-motion: reduce)").matches
  }

  // whether it is about to play by itself
  get begins() { return Boolean(this.part) && !this.still && !this.#touched && !document.hidden }

  // the session is there: bar plays, times() are those recorded, ready() says whether the picture of the present one is there
  connect(bar, times, ready) {
    if (!this.part) return
    const play = this.part.querySelector(".play")
    // colours that reached as far as at the end would show a pale dipole
    const start = () => bar.play({path: playedIndices(times()), frame: SLOWLY, ready, reached: nearest(times(), WIRE.story.colors)})
    bar.player(play, ["▶ Play", "❚❚ Pause"], start)
    play.disabled = false
    if (!this.begins) return
    start()
    const {timer} = bar
    // whoever takes hold of the page has it
    const hold = (event) => { if (bar.timer === timer && !event.composedPath().includes(play)) bar.stop() }
    for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, hold, {capture: true, once: true})
  }
}

// indices of times: from the whole dipole on, and back to where it rests
function playedIndices(times) {
  const [from, to, rest] = ["from", "to", "rest"].map((name) => nearest(times, WIRE.story[name]))
  const on = Array.from({length: to - from + 1}, (_, i) => from + i), back = Array.from({length: to - rest}, (_, i) => to - 1 - i)
  return [...Array(LINGER).fill(from), ...on, ...Array(LINGER / 2).fill(to), ...back]
}
