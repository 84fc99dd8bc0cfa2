// What tests and benchmarks ask of the page, and the only name of its own in the window. Nothing on the page needs it.

export class Probe {
  #page

  constructor(page) { this.#page = page }

  // whether the page is drawn and Bokeh has nothing more to do; the same with a sky, all as the session has it
  get idle() { return this.drawn > 0 && Bokeh.documents.every((each) => each.is_idle) }
  get complete() { return this.idle && Boolean(this.sky?.map) && !this.#page.standing }

  // whether the atlas is there, to stand in for what the session has not answered
  get atlas() { return Boolean(this.#page.meanwhile.atlas) }

  // how often something was drawn, and when last [ms, as performance.now()]
  get drawn() { return this.#page.drawings }
  get drawnAt() { return this.#page.drawnAt ?? -Infinity }

  // what is set, by the names of the parameters
  get values() { return this.#page.settings.values }

  // arrays of what is shown and of what is pinned; the time, and its index among the recorded ones
  get tensors() { return this.#page.tensors }
  get pinned() { return this.#page.pinned }
  get index() { return this.#page.index }
  get omegaT() { return this.#page.omegaT }
  get dark() { return this.#page.shell.dark }

  // a panel by its name; of the sky: map, limit, palette, id, times, shown, caption
  panel(name) { return this.#page.panels?.find((each) => each.name === name)?.panel }
  get sky() { return this.panel("sky") }
  // data of the component of the orbits
  get orbits() { return this.#page.components("OrbitsPlot")[0] }

  // a figure of Bokeh's, its view, and a model in it by its name
  figure(panel) { return this.#page.panels.find((each) => each.name === panel).figure.root }
  view(panel) { return Bokeh.index.find_one(this.figure(panel)) }
  model(panel, name) { return this.#page.panels.find((each) => each.name === panel).figure.model(name) }

  // those that no panel has: in the drawer "More"
  get otherFigures() {
    const own = new Set(this.#page.panels.map(({figure}) => figure?.root))
    const models = Bokeh.documents.flatMap((each) => [...each._all_models.values()])
    return models.filter((model) => model.type === "Figure" && !own.has(model))
  }

  // what the session was told last, and its models
  get session() { return {omegaT: this.#page.sessionTime, models: this.#page.document._all_models.size} }
}
