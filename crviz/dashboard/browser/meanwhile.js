// What the atlas has of the place that is set, while the server does not know of it: under a hand on its sliders, and until the answer
// is there. The atlas is fetched when a hand first touches one of them, so that opening the page costs nothing more.

import {grown} from "./growth.js"
import {WIRE} from "./wire.js"

const LATER = "The analytic evolution of this place follows when the slider is let go."
const UNWRITTEN = 1000 // ms until it is tried again where it could not be had: a server that has just started is writing it

export class Meanwhile {
  /** @type {import("./atlas/atlas.js").AtlasInBrowser | null} */
  atlas = null
  #next = 0 // when to try, in ms as performance.now()
  #known = null // what stood in last

  // loaded(): resolves to the atlas, or to null where it could not be had; there(): it is
  constructor(loaded, there) { Object.assign(this, {loaded, there}) }

  // a hand is on a slider
  async want() {
    if (performance.now() < this.#next) return
    this.#next = Infinity
    const atlas = await this.loaded()
    if (!atlas) {
      this.#next = performance.now() + UNWRITTEN // till then the page waits for the server's answer, as where there is no atlas
      return
    }
    atlas.at(...WIRE.place.map((key) => atlas.header[key][0])) // the first takes longer than a frame
    this.atlas = atlas
    this.there()
  }

  // what stands in for the session's answer, by the names of what it sends, once the atlas is there: null where the session knows of the
  // place that is set (texts.set) or shows it, and where the atlas does not have it; the same object for the same
  of(values, texts, {physics}, analytic) {
    const {atlas} = this, place = WIRE.place.map((key) => values[key])
    const shown = WIRE.place.map((name) => texts.shown.find(([other]) => other === name)[2][0])
    if ([texts.set, shown].some((other) => String(other) === String(place)) || !atlas.covers(values)) return null
    const {estimator, theta, phi, p, omega_t_max} = values, key = [...place, estimator, theta, phi, p, omega_t_max, analytic.p, physics].join()
    if (this.#known?.key !== key) {
      const tensors = atlas.at(...place, estimator)
      this.#known = {
        key, tensors, texts: atlas.words(...place, omega_t_max), fitted: "",
        analytic: analytic.p === p ? grown(tensors, values, analytic) : {none: LATER},
        awaited: physics ? {words: `the sky is that of ${physics}`, old: true, still: true} : {},
      }
    }
    return this.#known
  }
}

// the atlas from the server; script, file: where they are, relative to this script
export async function servedAtlas({script, file}) {
  if (typeof DecompressionStream !== "function") return null
  const [{AtlasInBrowser, opened}, {ok, body}] = await Promise.all([import(new URL(script, import.meta.url)), fetch(new URL(file, import.meta.url))].map(had))
  return AtlasInBrowser && ok ? new AtlasInBrowser(...opened(await new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer())) : null
}

// what could not be fetched is nothing
const had = (promise) => promise.catch((error) => { if (error instanceof TypeError) return {}; throw error })
