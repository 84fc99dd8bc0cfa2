// In place of the component of the orbits on a server: what panels/orbits/ draws, made when it is first wanted.

const NAMES = ["bundle", "message", "omega_t", "dark", "scale"]

export class LocalOrbits {
  class_name = "OrbitsPlot" // by which its panel finds it among the document's roots
  plotly_url = "" // there is none
  #values = {bundle: null, message: "", omega_t: 1, dark: false, scale: 1}
  #calls = new Map()

  // place: of the card that it is drawn in; colors of both themes; drawn(): resolves to the module that draws
  constructor(place, colors, drawn) {
    Object.assign(this, {place, colors, drawn})
    for (const name of NAMES) Object.defineProperty(this, name, {get: () => this.#values[name], set: (value) => this.#set(name, value)})
  }

  get data() { return this }
  get properties() { return Object.fromEntries(NAMES.map((name) => [name, {change: {connect: (call) => this.on(name, call)}}])) }

  on(names, call) { for (const name of [names].flat()) this.#calls.set(name, [...this.#calls.get(name) ?? [], call]) }

  #set(name, value) {
    if (this.#values[name] === value) return
    this.#values[name] = value
    for (const call of this.#calls.get(name) ?? []) call()
  }

  // draw a bundle, and say something of it
  async show(bundle, message) {
    this.rendered ??= this.drawn().then(({render}) => this.place.attachShadow({mode: "open"}).append(render({model: this})))
    await this.rendered
    Object.assign(this, {bundle, message})
  }
}
