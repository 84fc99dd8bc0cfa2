// The page of this document, where no server answers.

import {Page} from "../page.js"
import {Probe} from "../probe.js"
import {AloneDrawer} from "./drawer.js"
import {heldIn} from "./held.js"
import {LocalModel} from "./model.js"
import {LocalOrbits} from "./orbits.js"

const NEVER_LOST = {kept: null, lost: false, closed: false, opened() {}, stop() {}} // in place of a Connection

// content: packed as in held.js; part(name), module(name): another part of the document
export async function openAlone(description, panels, content, part, module) {
  const held = heldIn(content), place = document.querySelector('[data-component="orbits"]')
  const orbits = place && new LocalOrbits(place, description.palettes, () => module("orbits"))
  if (location.hash.length > 1) document.getElementById("story")?.remove() // a link says what is shown
  const page = new Page(description, panels, {connected: () => NEVER_LOST, linked: "hash", atlas: () => model.atlas()})
  const drawer = new AloneDrawer(page, held), model = new LocalModel(held, {part, module}, drawer.press, orbits)
  window.crviz = new Probe(page)
  await model.ready
  await page.connect(model, {model: {document: {roots: () => [orbits].filter(Boolean)}}})
}
