// The shell's two buttons: the sidebar, and the theme. What they set stands on the document's root, for style sheets.

const NARROW = "(max-width: 899px)" // as in shell.css: the sidebar lies over the plots, and is a dialogue

export class Shell {
  root = document.documentElement
  chosen = false // whether a hand has chosen the theme
  narrow = window.matchMedia(NARROW)

  // themed: called when the theme is another one
  constructor(themed) {
    const part = (id) => document.getElementById(id)
    this.menu = part("menu")
    this.sidebar = part("sidebar")
    this.others = [document.querySelector("header"), document.querySelector("main")]
    this.menu.addEventListener("click", () => this.open(!this.isOpen))
    part("behind").addEventListener("click", () => this.open(false))
    this.sidebar.addEventListener("keydown", ({key}) => { if (key === "Escape" && this.narrow.matches) this.open(false) })
    this.narrow.addEventListener("change", () => { delete this.root.dataset.sidebar; this.#arrange() })
    part("theme").addEventListener("click", () => {
      this.root.dataset.theme = this.dark ? "default" : "dark"
      this.chosen = true
      themed()
    })
    this.#arrange()
  }

  // what no link says, to be put back
  get kept() { return {theme: this.root.dataset.theme, sidebar: this.root.dataset.sidebar} }

  putBack({theme, sidebar}) {
    this.chosen = theme !== this.root.dataset.theme
    this.root.dataset.theme = theme
    if (sidebar) this.root.dataset.sidebar = sidebar
    this.#arrange()
  }

  get dark() { return this.root.dataset.theme === "dark" }

  // open where there is room, closed where there is none, unless a hand says otherwise
  get isOpen() { return (this.root.dataset.sidebar ?? (this.narrow.matches ? "closed" : "open")) === "open" }

  open(open) {
    this.root.dataset.sidebar = open ? "open" : "closed"
    this.#arrange()
    if (!this.narrow.matches) return
    if (open) this.sidebar.focus()
    else this.menu.focus()
  }

  #arrange() {
    const over = this.narrow.matches && this.isOpen
    this.menu.setAttribute("aria-label", this.isOpen ? "Close drawer" : "Open drawer")
    this.menu.setAttribute("aria-expanded", String(this.isOpen))
    for (const part of this.others) part.inert = over
    for (const [name, value] of [["role", "dialog"], ["aria-modal", "true"], ["tabindex", "-1"]])
      if (over) this.sidebar.setAttribute(name, value)
      else this.sidebar.removeAttribute(name)
  }
}
