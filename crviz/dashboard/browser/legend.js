// What the lines, marks and bands of a figure are, in words below it.

import {DASHES} from "./lines.js"
import {keyOf, worded} from "./series.js"
import {typeset} from "./typeset.js"

const WIDE = {line: 24, mark: 10, band: 16}, TALL = 10 // pixels, of a sign
/** @type {Record<string, string>} */
const SHAPES = {
  diamond: "M5 0 9 5 5 10 1 5Z",
  triangle: "M5 1 9.5 9H.5Z",
  inverted_triangle: "M5 9 9.5 1H.5Z",
  circle: "M9 5A4 4 0 1 1 1 5 4 4 0 1 1 9 5Z",
  square: "M1 1H9V9H1Z",
  hex: "M7 1 9.5 5 7 9H3L.5 5 3 1Z",
  star: "M5 0 6.5 3.6 10 3.8 7.2 6.2 8.1 10 5 7.8 1.9 10 2.8 6.2 0 3.8 3.5 3.6Z",
}

/** @typedef {import("./series.js").Series} Series */
/** @typedef {{key: string, words: string, color: string, dash: string, width: number, alpha: number, marker: string, filled: boolean, area: boolean}} Entry */

// Entries in the order in which they come, one for each wording.
export class Entries {
  /** @type {Map<string, Entry>} */
  #found = new Map()

  /**
   * @param {Series} one @param {string} color @param {Record<string, string>} words for the keys in its legend
   * @param {Partial<Entry>} [look] where it is another one than its own
   */
  add(one, color, words, look = {}) {
    const {legend, dash, width, alpha, marker, filled, role} = one
    const entry = {key: keyOf(one), words: worded(legend, words), color, dash, width, alpha, marker, filled, area: role === "band", ...look}
    if (entry.words && !this.#found.has(entry.words)) this.#found.set(entry.words, entry)
  }

  get all() { return [...this.#found.values()] }
}

// The list of them below a figure; what one of them stands for is hidden and shown again by pressing it.
export class Legend {
  #list = document.createElement("ul")
  #shown = ""
  /** @type {Set<string>} keys of what is hidden */
  hidden = new Set()

  /** @param {Element} place of the card @param {() => void} changed draws the figure anew */
  constructor(place, changed) {
    this.changed = changed
    this.#list.className = "legend"
    this.#list.setAttribute("aria-label", "Legend")
    place.querySelector(".figure")?.after(this.#list)
  }

  /** @param {Entry[]} entries */
  show(entries) {
    const wanted = JSON.stringify(entries)
    if (wanted === this.#shown) return
    this.#shown = wanted
    this.#list.replaceChildren(...entries.map((entry) => {
      const item = document.createElement("li"), button = document.createElement("button")
      button.type = "button"
      button.title = "Hide or show"
      button.setAttribute("aria-pressed", String(!this.hidden.has(entry.key)))
      button.addEventListener("click", () => this.#toggle(button, entry.key))
      button.append(sign(entry), ...typeset(entry.words))
      item.append(button)
      return item
    }))
  }

  /** @param {Element} button @param {string} key */
  #toggle(button, key) {
    const hide = !this.hidden.delete(key)
    if (hide) this.hidden.add(key)
    button.setAttribute("aria-pressed", String(!hide))
    this.changed()
  }
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function svg(tag, attributes) {
  const out = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, String(value))
  return out
}

/** @param {Entry} entry */
function sign({color, dash, width, alpha, marker, filled, area}) {
  const wide = WIDE[area ? "band" : marker ? "mark" : "line"]
  const out = svg("svg", {width: wide, height: TALL, viewBox: `0 0 ${wide} ${TALL}`, "aria-hidden": "true"})
  const stroke = {stroke: color, "stroke-opacity": alpha, fill: "none"}
  out.append(area ? svg("rect", {width: wide, height: TALL, fill: color, "fill-opacity": alpha})
    : marker ? svg("path", {d: SHAPES[marker] ?? SHAPES.circle, ...stroke, ...(filled ? {fill: color, "fill-opacity": alpha} : {})})
      : svg("path", {d: `M0 5H${wide}`, ...stroke, "stroke-width": width, "stroke-dasharray": DASHES[dash].join(" ")}))
  return out
}
