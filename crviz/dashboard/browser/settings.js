// What is set on the page, whoever set it: the one place that knows. Who wants to hear of it listens.

export class Settings {
  /** @type {Record<string, any>} */
  values = {}
  /** @type {Set<(keys: string[]) => void>} */
  #listeners = new Set()

  /** @param {Record<string, any>} values */
  set(values) {
    this.values = {...this.values, ...values}
    for (const listener of this.#listeners) listener(Object.keys(values))
  }

  /** @param {(keys: string[]) => void} call with what was set anew */
  listen(call) { this.#listeners.add(call) }
}
