// The shell's buttons: the sidebar, and the theme. What they set stands on the document's root, for style sheets.

const NARROW = "(max-width: 899px)" // as in shell.css: the sidebar is a sheet at the bottom of the window, below the plots in sight

export class Shell {
  root = document.documentElement
  narrow = window.matchMedia(NARROW)

  // themed: called when the theme is another one
  constructor(themed) {
    const part = (id) => document.getElementById(id)
    this.menu = part("menu")
    this.sidebar = part("sidebar")
    this.menu.addEventListener("click", () => this.open(!this.isOpen))
    part("away").addEventListener("click", () => this.open(false))
    this.sidebar.addEventListener("keydown", ({key}) => { if (key === "Escape" && this.narrow.matches) this.open(false) })
    this.narrow.addEventListener("change", () => { delete this.root.dataset.sidebar; this.#arrange() })
    // the system's theme until a link or a hand says another one (shell.html)
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({matches}) => {
      if (!this.follows || this.dark === matches) return
      this.root.dataset.theme = matches ? "dark" : "default"
      themed()
    })
    part("theme").addEventListener("click", () => {
      this.#choose(this.dark ? "default" : "dark")
      remember(this.root.dataset.theme)
      themed()
    })
    // Panel hears the link in a button for a file, which keys do not press
    document.addEventListener("click", (event) => {
      const [at] = event.composedPath(), link = at.localName === "button" ? at.firstElementChild : null
      if (link?.localName === "a") link.click()
    })
    this.#arrange()
    // how much of the window's height the rows of cards do not have, for style sheets
    const measured = {
      "--head": [...document.querySelectorAll("header")], "--bar": [part("time")],
      "--above": [...document.querySelectorAll("#connection, #story, .toolbar")],
    }
    const measuring = new ResizeObserver(() => {
      for (const [name, parts] of Object.entries(measured))
        this.root.style.setProperty(name, `${parts.reduce((sum, each) => sum + each.offsetHeight, 0)}px`)
    })
    for (const each of Object.values(measured).flat()) measuring.observe(each)
  }

  // what no link says, to be put back
  get kept() { return {theme: this.follows ? undefined : this.root.dataset.theme, sidebar: this.root.dataset.sidebar} }

  putBack({theme, sidebar}) {
    if (theme) this.#choose(theme)
    if (sidebar) this.root.dataset.sidebar = sidebar
    this.#arrange()
  }

  get dark() { return this.root.dataset.theme === "dark" }

  // whether the theme is the system's
  get follows() { return "follows" in this.root.dataset }

  #choose(theme) {
    this.root.dataset.theme = theme
    delete this.root.dataset.follows
  }

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
    for (const [name, value] of [["role", "dialog"], ["tabindex", "-1"]])
      if (over) this.sidebar.setAttribute(name, value)
      else this.sidebar.removeAttribute(name)
  }
}

// for later visits
function remember(theme) {
  try {
    localStorage.setItem("crviz-theme", theme)
  } catch {} // some browsers forbid it: it is the theme of this page alone
}
