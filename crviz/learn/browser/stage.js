// A step of the course on its stage: controls, the picture, a sentence that says what it shows, and the way into the explorer.
//
// A step is a class with the name of its `controls`, and
//   constructor(place, held, redraw)   place: the element that it draws into, and the id of the sentence; held: what Python has worked out; redraw: draws it anew
//   draw(values, {colors, words})      draws what is set; returns {numbers, said, as}: what can be read off, by name; texts that its sentence
//                                      takes, {name} by name; and which of the sentences of the catalogue it is, "plain" unless said
//   limit(values, moved)               where it is there: keeps values within each other's bounds when one was moved
//   link(values)                       what the explorer has to set to show the same

import {typeset} from "../../dashboard/browser/typeset.js"

/** @typedef {{key: string, kind?: "range" | "switch" | "choice", from?: number, to?: number, step?: number, value: any, values?: any[], say?: (value: any) => string}} Control */

export class Stage {
  /** @param {HTMLElement} section @param {any} Step its class @param {any} words of the step @param {any} held */
  constructor(section, Step, words, held) {
    Object.assign(this, {section, words})
    this.id = section.id
    this.caption = section.querySelector("figcaption")
    const pictures = section.querySelector(".pictures")
    this.step = new Step({pictures, named: this.caption.id}, held, () => this.draw())
    this.values = {}
    this.inputs = {}
    for (const control of this.step.controls) this.#control(control, section.querySelector(".controls"))
    this.anchor = section.querySelector("a.explorer")
    // drawn as wide as there is room, once it is all but in sight
    const equation = section.querySelector(".paper")
    new ResizeObserver(() => {
      equation.tabIndex = equation.scrollWidth > equation.clientWidth ? 0 : -1 // who has no mouse moves it by arrows
      this.draw()
    }).observe(pictures)
    new IntersectionObserver((seen) => {
      this.near = seen[seen.length - 1].isIntersecting // the last of several: a busy browser tells them together
      this.draw()
    }, {rootMargin: "200px"}).observe(section)
  }

  near = false
  sentence = ""
  colors = null
  numbers = {}
  drawnIn = NaN // ms

  // put a control to a value, as a hand does
  set(key, value) {
    this.values[key] = value
    this.#show(key)
    this.draw()
  }

  draw() {
    if (!this.colors || !this.near) return
    const began = performance.now()
    const {numbers, said, as = "plain"} = this.step.draw(this.values, {colors: this.colors, words: this.words})
    this.numbers = numbers
    const sentence = filled(this.words.said[as], said)
    if (this.sentence !== sentence) this.caption.replaceChildren(...typeset(this.sentence = sentence))
    if (this.anchor) this.anchor[this.anchor.dataset.says] = new URLSearchParams(this.step.link(this.values)).toString()
    this.drawnIn = performance.now() - began
  }

  #control(control, place) {
    const {key, kind = "range", value} = control, {label, choices} = this.words.controls[key]
    const box = document.createElement("div"), name = document.createElement("label"), id = `${this.id}-${key}`
    const input = document.createElement(kind === "choice" ? "select" : "input")
    box.className = `control ${kind}`
    name.htmlFor = id
    name.append(...typeset(label))
    input.id = id
    if (kind === "range") {
      const {from = 0, step = 1} = control, to = control.values ? control.values.length - 1 : control.to
      Object.assign(input, {type: "range", min: from, max: to, step})
      const now = document.createElement("span")
      now.className = "now"
      now.setAttribute("aria-hidden", "true")
      box.append(name, now, input)
    } else if (kind === "switch") {
      input.type = "checkbox"
      box.append(input, name)
    } else {
      choices.forEach((each, i) => input.append(new Option(each, String(i))))
      box.append(name, input)
    }
    this.inputs[key] = {input, control}
    this.values[key] = value
    this.#show(key)
    input.addEventListener("input", () => {
      const {values} = control
      const taken = kind === "switch" ? input.checked : Number(input.value)
      this.values[key] = values ? values[taken] : taken
      this.step.limit?.(this.values, key)
      for (const each of Object.keys(this.inputs)) this.#show(each)
      this.draw()
    })
    place.append(box)
  }

  #show(key) {
    const {input, control: {kind = "range", values, say = String}} = this.inputs[key], value = this.values[key]
    if (kind === "switch") return void (input.checked = value)
    input.value = String(values ? nearestIndex(values, value) : value)
    if (kind !== "range") return
    const text = say(value)
    input.setAttribute("aria-valuetext", text)
    input.previousElementSibling.textContent = text
  }
}

/** @param {number[]} values @param {number} value */
function nearestIndex(values, value) {
  return values.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(values[best] - value) ? i : best), 0)
}

/** A sentence of the catalogue with what is said in it. @param {string} text @param {Record<string, string>} said */
export function filled(text, said) {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    if (said[name] === undefined) throw new Error(`"${text}" asks for ${name}, which the picture does not say`)
    return said[name]
  })
}
