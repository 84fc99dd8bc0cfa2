// The address bar says what is on the screen, so that it can be copied: no message to the server.

const REST = 400 // ms without a change

export class AddressBar {
  timer = null

  // part: of the address, "search" or "hash"
  constructor(values, part) {
    this.values = values
    this.part = part
  }

  changed() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.write(), REST)
  }

  stop() { clearTimeout(this.timer) }

  write() {
    const query = new URLSearchParams(), address = new URL(location.href) // whole: within a frame of a notebook others mean the notebook's
    for (const [key, value] of Object.entries(this.values()))
      if (value !== null && value !== undefined) query.set(key, String(value))
    address[this.part] = query
    history.replaceState(history.state, "", address)
  }
}
