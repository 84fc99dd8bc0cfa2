// The address bar says what is on the screen, so that it can be copied: no message to the server.

const REST = 400 // ms without a change

export class AddressBar {
  timer = null

  constructor(values) { this.values = values }

  changed() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.write(), REST)
  }

  stop() { clearTimeout(this.timer) }

  write() {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(this.values()))
      if (value !== null && value !== undefined) query.set(key, String(value))
    history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`)
  }
}
