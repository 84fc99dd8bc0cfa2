// To lecture with: large type on the whole screen, one card alone, and keys for the time.

const LARGE = 1.6 // times as large as otherwise, as in shell.css
const ICON = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 3h20v2h-1v11h-7.500l3 5h-2.300l-3-5h-.4l-3 5H5.500l3-5H3V5H2zm3 2v9h14V5z"/></svg>`
const TYPING = "input, select, textarea, [contenteditable]" // have keys of their own
const PRESSING = "button, a, summary, [role=button]" // the space bar presses these
const WORKING = `${TYPING}, ${PRESSING}, label, table, details[open]` // where a double click means something else

export class Lecture {
  root = document.documentElement

  // bar: of the time; grown(scale): draws the figures in letters, lines and marks so many times as large
  constructor(bar, grown) {
    this.bar = bar
    this.grown = grown
    this.button = document.createElement("button")
    Object.assign(this.button, {type: "button", className: "lecture", innerHTML: ICON, title: "Large type on the whole screen: F"})
    this.button.setAttribute("aria-label", "Lecture mode")
    this.button.addEventListener("click", () => this.turn(!this.on))
    bar.button.after(this.button)
    this.turn(false)
    const {signal} = this.listening
    document.addEventListener("keydown", (event) => this.#key(event), {signal})
    document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) this.turn(false) }, {signal})
    document.addEventListener("dblclick", (event) => {
      const path = event.composedPath().filter((part) => part instanceof Element)
      if (!path.some((part) => part.matches(WORKING))) this.enlarge(path.find((part) => part.matches(".card")))
    }, {signal})
    for (const each of document.querySelectorAll(".enlarge")) each.addEventListener("click", () => this.enlarge(each.closest(".card")))
  }

  listening = new AbortController()

  remove() { this.listening.abort() }

  get on() { return "lecture" in this.root.dataset }

  turn(on) {
    this.button.setAttribute("aria-pressed", String(on))
    if (this.on === on) return
    this.root.toggleAttribute("data-lecture", on)
    if (on) this.root.requestFullscreen?.().catch(() => {}) // where the browser forbids it, type is large all the same
    else if (document.fullscreenElement) document.exitFullscreen()
    this.grown(on ? LARGE : 1)
  }

  // one card takes the place of all, and gives it back
  enlarge(card) {
    if (!card?.querySelector(".enlarge")) return
    const alone = card.classList.toggle("alone")
    for (const other of document.querySelectorAll(".card.alone")) if (other !== card) other.classList.remove("alone")
    for (const button of document.querySelectorAll(".enlarge")) button.setAttribute("aria-pressed", String(alone && card.contains(button)))
    window.getSelection()?.removeAllRanges() // of the double click
    if (alone) card.scrollIntoView({block: "nearest"})
  }

  #key(event) {
    const at = event.composedPath()[0]
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || at.closest?.(TYPING)) return
    const alone = document.querySelector(".card.alone")
    const does = {
      f: () => this.turn(!this.on),
      ArrowRight: () => this.bar.step(1),
      ArrowLeft: () => this.bar.step(-1),
      " ": at.closest?.(PRESSING) ? null : () => this.bar.turn(),
      Escape: alone ? () => this.enlarge(alone) : this.on ? () => this.turn(false) : null,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!does) return
    event.preventDefault()
    does()
  }
}
