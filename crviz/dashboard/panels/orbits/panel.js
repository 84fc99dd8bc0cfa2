// Hands time and theme of all panels to the component of the orbits, where it is drawn.

const NOT_NOW = "Orbits can be followed again when the connection is back."

export class OrbitsPanel {
  constructor({page, place}) {
    this.page = page
    this.place = place
    this.component = page.components("OrbitsPlot")[0]
    const {bundle, message} = this.component?.properties ?? {}
    bundle?.change.connect(() => {
      page.changed("omega_t")
      this.#follow()
    })
    message?.change.connect(() => { if (this.component.message !== NOT_NOW && !this.restoring) this.#follow() })
    const away = document.createElement("button")
    Object.assign(away, {type: "button", className: "away", textContent: "×", title: "Put the orbits away"})
    away.setAttribute("aria-label", away.title)
    away.addEventListener("click", () => place.classList.remove("followed"))
    place.append(away)
  }

  // its card moves to where one looks: below the sky (page.css)
  #follow() {
    this.place.classList.add("followed")
    requestAnimationFrame(() => this.place.scrollIntoView({block: "nearest"}))
  }

  grow(scale) { if (this.component) this.component.scale = scale }

  draw({omegaT, lost}) {
    const {component} = this
    if (!component) return
    Object.assign(component, {omega_t: omegaT, dark: this.page.shell.dark})
    if (lost && component.message !== NOT_NOW) [this.said, component.message] = [component.message, NOT_NOW]
    else if (!lost && component.message === NOT_NOW) {
      this.restoring = true
      component.message = this.said
      this.restoring = false
    }
  }
}
