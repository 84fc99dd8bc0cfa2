// Hands time and theme of all panels to the component of the orbits, where it is drawn.

const NOT_NOW = "Orbits can be followed again when the connection is back."

export class OrbitsPanel {
  constructor({page}) {
    this.page = page
    this.component = page.components("OrbitsPlot")[0]
    this.component?.properties.bundle.change.connect(() => page.changed("omega_t"))
  }

  draw({omegaT, lost}) {
    const {component} = this
    if (!component) return
    Object.assign(component, {omega_t: omegaT, dark: this.page.shell.dark})
    if (lost && component.message !== NOT_NOW) [this.said, component.message] = [component.message, NOT_NOW]
    else if (!lost && component.message === NOT_NOW) component.message = this.said
  }
}
