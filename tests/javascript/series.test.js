// The skies of a field: which are asked for and fetched, and that a better one stays.

import assert from "node:assert/strict"
import {test} from "node:test"

import {Series} from "../panels/sky/series.js"

const first = {index: 1, scale: 0.5, components: [1, 2, 3]}
const told = {id: "a", nside: 32, times: [1, 2, 3], field: 0, physics: "σ² = 1, r_L = 0.1 L_c", first}

// a page that keeps what is sent, and files that never come
function opened() {
  const sent = [], fetched = []
  globalThis.fetch = async (url) => { fetched.push(String(url)); throw new Error("no file") }
  const series = new Series({description: {skies: "../skies/"}, send: (message) => sent.push(message), changed() {}})
  return {series, sent, fetched}
}

test("a sky is asked for once, and the first is there", () => {
  const {series, sent} = opened()
  series.take(told)
  for (const index of [1, 2, 2]) series.want(index)
  assert.deepEqual(sent, [{kind: "sky", id: "a", index: 2}])
  assert.deepEqual(series.at(1), {scale: 0.5, components: [1, 2, 3], nside: 32, field: 0, physics: told.physics, omegaT: 2})
})

test("a finer sky takes the place of a coarser one, and never the other way round", () => {
  const {series} = opened()
  series.take(told)
  series.arrived({id: "a", index: 1, scale: [1, 1, 1], components: [7, 8, 9], nside: 64})
  series.arrived({id: "a", index: 1, scale: 0.5, components: [1, 2, 3], nside: 32})
  assert.deepEqual(series.at(1).components, [7, 8, 9])
})

test("files are fetched of the field that has them, where a coarser sky is there, and of no other", async () => {
  const {series, fetched} = opened()
  series.take({...told, fine: {nside: 64, files: [-1, 20, 21]}})
  for (const index of [0, 1, 2]) series.want(index) // the first has none, of the last no sky is there yet
  assert.deepEqual(fetched.map((url) => url.split("/").at(-1)), ["20.gz?v=1"])
  await new Promise((done) => setTimeout(done))
  assert.equal(series.at(1).nside, 32) // it has not come
  series.take({...told, id: "b", field: 1})
  series.want(1)
  assert.equal(fetched.length, 1)
})

test("who waits for a sky of a field is told that another one has taken its place", async () => {
  const {series} = opened()
  series.take(told)
  const waiting = series.best(2)
  series.take({...told, id: "b", first: undefined})
  assert.equal(await waiting, undefined)
  const there = series.best(0)
  series.arrived({id: "b", index: 0, scale: 1, components: [4, 5, 6], nside: 32})
  assert.deepEqual((await there).components, [4, 5, 6])
})
