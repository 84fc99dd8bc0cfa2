// The chip in the header: what is shown, what of what is set differs from it, and what is under way. What is set is compared here, so
// that it is true while a slider is dragged.

import {exact} from "./numbers.js"
import {typeset} from "./typeset.js"

const NO_LINE = "connection lost"

export class Chip {
  #said = ""

  // press(key): a button of the session's; changed(): it has something else to say
  constructor({press, changed}) {
    const part = document.getElementById("chip"), find = (what) => part.querySelector(what)
    this.part = part
    this.changed = changed
    Object.assign(this, {what: find(".what"), differs: find(".differs"), job: find(".job"), progress: find("progress")})
    this.buttons = [...part.querySelectorAll("button")]
    this.buttons.forEach((button, i) => button.addEventListener("click", () => press(["run", "back"][i])))
  }

  // texts of the session, values that are set, the sky awaited, and whether the connection is lost
  show(texts, values, awaited, lost) {
    const {what, shown, job, progress, cancel: busy} = {...texts, ...(lost ? texts.lost : {})}
    const other = shown.filter(([key, , allowed]) => key in values && !allowed.includes(values[key]))
    const words = other.map(([key, name]) => `${name} = ${typeof values[key] === "number" ? exact(values[key]) : values[key]}`)
    this.what.replaceChildren(...typeset(what))
    this.part.classList.toggle("differs", other.length > 0)
    this.differs.replaceChildren(...typeset(other.length ? `Not what the sliders say (${words.join(", ")})${busy ? " yet" : ":"}` : ""))
    for (const button of this.buttons) {
      button.hidden = !other.length || busy
      button.disabled = lost
    }
    this.job.textContent = [lost && NO_LINE, job, lost ? awaited.lost ?? awaited.words : awaited.words].filter(Boolean).join(" · ")
    this.progress.hidden = typeof progress !== "number"
    this.progress.value = progress ?? 0
    const said = this.announced
    if (said !== this.#said) this.changed()
    this.#said = said
  }

  // what is read out once all rests: not every field of a run
  get announced() {
    return [this.differs.textContent.replace(/:$/, "."), this.progress.hidden ? this.job.textContent : ""].filter(Boolean).join(" ")
  }
}
