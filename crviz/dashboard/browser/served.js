// The page of this document, where a server answers: the session is asked for, and makes itself known when it is there.

import {Connection} from "./connection.js"
import {Page} from "./page.js"
import {Probe} from "./probe.js"

export function open(description, panels) {
  const page = new Page(description, panels, {connected: (does) => new Connection(does)})
  document.addEventListener("crviz:bridge", ({detail: {model, view}}) => page.connect(model, view))
  window.crviz = new Probe(page)
  Bokeh.embed.embed_items({}, [JSON.parse(document.getElementById("session").textContent)])
}
