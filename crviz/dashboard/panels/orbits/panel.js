// Hands the time of all panels to the component of the orbits, where it is drawn.

export class OrbitsPanel {
  constructor({page}) {
    this.component = page.components("OrbitsPlot")[0]
    this.component?.properties.bundle.change.connect(() => page.changed("omega_t"))
  }

  draw({omegaT}) {
    if (this.component) this.component.omega_t = omegaT
  }
}
