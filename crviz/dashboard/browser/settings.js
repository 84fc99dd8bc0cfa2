// What is set on the page, whoever set it: the one place that knows. Who wants to hear of it listens.

export class Settings {
  values = {}
  #listeners = new Set()

  get(key, otherwise) { return this.values[key] ?? otherwise }

  set(values) {
    this.values = {...this.values, ...values}
    for (const listener of this.#listeners) listener(Object.keys(values))
  }

  // call(keys) with what was set anew
  listen(call) { this.#listeners.add(call) }
}
