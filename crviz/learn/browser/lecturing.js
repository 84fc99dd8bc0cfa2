// To lecture with: a step alone on the whole screen (F), notes (N), and the keys of a clicker; links to a step; colours of day and night.

const TYPES = "input[type=range], select, textarea, [role=slider], [role=application]" // have arrow keys of their own
const KEPT = "crviz-theme" // the explorer's

export class Lecturing {
  root = document.documentElement

  /** @param {import("./stage.js").Stage[]} stages @param {(dark: boolean) => void} colored */
  constructor(stages, colored) {
    Object.assign(this, {stages, colored})
    document.addEventListener("keydown", (event) => this.#key(event))
    document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) this.turn(false) })
    addEventListener("hashchange", () => this.#fromLink())
    for (const [id, does] of Object.entries({lecture: () => this.turn(!this.on), notes: () => this.note(), theme: () => this.#theme(), back: () => this.go(-1), next: () => this.go(1)}))
      document.getElementById(id)?.addEventListener("click", does)
    const watching = new IntersectionObserver((seen) => this.#seen(seen), {rootMargin: "-45% 0px -45% 0px"})
    for (const {section} of stages) watching.observe(section)
    this.system = matchMedia("(prefers-color-scheme: dark)")
    this.system.addEventListener("change", () => this.#color())
    this.#color()
    this.#fromLink()
  }

  at = 0 // index of the step that is looked at

  get on() { return "lecture" in this.root.dataset }

  get dark() { return this.root.dataset.theme ? this.root.dataset.theme === "dark" : this.system.matches }

  turn(on) {
    if (this.on === on) return
    this.root.toggleAttribute("data-lecture", on)
    document.getElementById("lecture").setAttribute("aria-pressed", String(on))
    if (on) this.root.requestFullscreen?.().catch(() => {}) // where the browser forbids it, a step is alone all the same
    else if (document.fullscreenElement) document.exitFullscreen()
    this.show(this.at)
  }

  note() {
    const on = this.root.toggleAttribute("data-notes")
    document.getElementById("notes").setAttribute("aria-pressed", String(on))
  }

  go(by) { this.show(Math.max(0, Math.min(this.stages.length - 1, this.at + by))) }

  show(index) {
    this.#mark(index)
    const {section} = this.stages[index]
    section.scrollIntoView({block: "start", behavior: "instant"})
    section.querySelector("h2").focus({preventScroll: true})
    for (const stage of this.stages) stage.draw()
  }

  #mark(index) {
    this.at = index
    this.stages.forEach(({section, id}, i) => {
      section.toggleAttribute("data-current", i === index)
      const link = document.querySelector(`nav a[href="#${id}"]`), list = link.closest("ol")
      if (i !== index) return link.removeAttribute("aria-current")
      link.setAttribute("aria-current", "step")
      list.scrollLeft = link.offsetLeft - list.clientWidth / 2 // in sight, where not all are
    })
    // a link to what is looked at
    if (location.hash !== `#${this.stages[index].id}`) history.replaceState(null, "", `#${this.stages[index].id}`)
  }

  #seen(seen) {
    const entry = seen.findLast(({isIntersecting}) => isIntersecting)
    if (entry && !this.on) this.#mark(this.stages.findIndex(({section}) => section === entry.target))
  }

  #fromLink() {
    const index = this.stages.findIndex(({id}) => `#${id}` === location.hash)
    if (index >= 0) this.show(index)
    else this.stages.forEach(({section}, i) => section.toggleAttribute("data-current", i === 0))
  }

  #theme() {
    this.root.dataset.theme = this.dark ? "default" : "dark"
    try { localStorage.setItem(KEPT, this.root.dataset.theme) } catch {} // some browsers forbid it: it is not kept
    this.#color()
  }

  #color() { this.colored(this.dark) }

  #key(event) {
    const at = event.composedPath()[0]
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const arrows = !at.closest?.(TYPES)
    const does = {
      f: () => this.turn(!this.on),
      n: () => this.note(),
      Escape: this.on ? () => this.turn(false) : null,
      ...(this.on ? {PageDown: () => this.go(1), PageUp: () => this.go(-1)} : {}), // a clicker's, wherever the focus is
      ...(arrows && this.on ? {ArrowRight: () => this.go(1), ArrowLeft: () => this.go(-1), Home: () => this.show(0), End: () => this.show(this.stages.length - 1)} : {}),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!does || (at.closest?.("select") && event.key.length === 1)) return
    event.preventDefault()
    does()
  }
}
