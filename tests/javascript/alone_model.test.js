// What stands in a session's place where the atlas is there: arrays, words and skies are of one place, whatever is set meanwhile.

import assert from "node:assert/strict"
import {readFileSync} from "node:fs"
import {test} from "node:test"

import {AtlasInBrowser, opened} from "../browser/atlas/atlas.js"
import {WIRE} from "../browser/wire.js"

Object.assign(globalThis, {location: {hash: ""}, window: {addEventListener() {}}})
const {LocalModel} = await import("../browser/alone/model.js")

const file = readFileSync("atlas.file"), content = file.buffer.slice(file.byteOffset, file.byteOffset + file.length)
const HOME = {sigma2: 1, rl_over_lc: 0.1}
const log = (low, high) => ({kind: "number", low, high, whole: false, optional: false})

// a page's stand-in on the paper's place, with an atlas that is there when it is told to be, or at once for a link, and a kernel that remembers what it was asked
async function made(hash = "") {
  const asked = [], waiting = []
  class Kernel {
    sky(place, {done}) {
      const one = {place, done, cancelled: false}
      asked.push(one)
      return {cancel() { one.cancelled = true }}
    }
  }
  const held = {
    values: {...HOME, realization: 0, estimator: "cross", beside: "nothing", analytic: false, b0: 6, lc: 100}, omega_t: 10, place: HOME, atlas: true, of_atlas: false,
    rules: {sigma2: log(0.05, 10), rl_over_lc: log(0.02, 5), realization: log(0, 9), estimator: {kind: "choice", options: ["cross"]}},
    texts: {what: "home", shown: []}, followed: {realization: 0, omega_t: [1, 10]}, stem: "home",
    tensors: {cross: {digest: "abc", omega_t: [1, 10]}}, sky: {id: "held", field: 0, times: [1, 10]}, skies: [], sentences: {},
  }
  const had = (value) => new Promise((resolve, reject) => waiting.push({resolve: () => resolve(value), reject}))
  const atlas = {AtlasInBrowser, opened}
  const module = (name) => (name === "atlas" ? hash ? Promise.resolve(atlas) : had(atlas) : Promise.resolve({Kernel}))
  location.hash = hash
  const model = new LocalModel(held, {module, part: async () => content})
  await model.ready
  const set = (key, value) => model.send_msg({kind: WIRE.set, key, value})
  return {model, asked, waiting, set}
}

const settled = () => new Promise((resolve) => setTimeout(resolve))
const at = ({values}) => WIRE.place.map((key) => values[key])

test("of places that are set one after the other the last is shown, with its words, its stem and its sky", async () => {
  const {model, asked, waiting, set} = await made(), told = []
  model.on("texts", () => told.push([model.texts.set, model.tensors.rl_over_lc]))
  set("sigma2", 2)
  set("rl_over_lc", 0.5)
  await settled()
  assert.deepEqual([model.tensors.digest, model.texts.set], ["abc", [1, 0.1]]) // nothing is said before it is there
  waiting[0].resolve()
  await settled()
  assert.equal(waiting.length, 1)
  assert.deepEqual([model.texts.set, model.tensors.rl_over_lc, model.stem], [[2, 0.5], 0.5, "crviz_s2-2_rl-0.5"])
  assert.ok(model.texts.what.startsWith("σ² = 2, r_L = 0.5 L_c: from the atlas"))
  assert.deepEqual(told.map(([, radius]) => radius), told.map(([[, radius]]) => radius))
  assert.deepEqual([asked.length, asked[0].place.sigma2, asked[0].place.rl_over_lc], [1, 2, 0.5])
  assert.equal(model.sky.physics, "σ² = 2, r_L = 0.5 L_c")
  assert.ok(model.awaited.old && model.awaited.words.startsWith("following the sky of field 0 at nside 4"))
})

test("skies come from coarse to fine to who asked, and are cancelled when another place or field is set", async () => {
  const {model, asked, waiting, set} = await made(), come = []
  model.on("msg:custom", ({id, index, nside, components}) => come.push([id, index, nside, components[0]]))
  set("sigma2", 2)
  await settled()
  waiting[0].resolve()
  await settled()
  const {id, times} = model.sky, sky = (nside) => ({nside, r: Float64Array.from({length: times.length * 36 * nside * nside}, (_, i) => Math.floor(i / (36 * nside * nside)))})
  model.send_msg({kind: WIRE.sky, id, index: 3})
  assert.deepEqual(come, [])
  asked[0].done(sky(4))
  model.send_msg({kind: WIRE.sky, id, index: 5})
  asked[0].done(sky(8)) // at all times: who comes back has coarse ones that it does not ask for again
  const all = (nside) => times.map((_, t) => [id, t, nside, t])
  assert.deepEqual(come, [...all(4), [id, 5, 4, 5], ...all(8)])
  assert.ok(!model.awaited.old && model.awaited.aside.includes("mean over fields"))
  set("realization", 4)
  await settled()
  assert.deepEqual([asked[0].cancelled, asked[1].place.realization, asked[1].cancelled], [true, 4, false])
  set("realization", 0)
  for (const [key, value] of Object.entries(HOME)) set(key, value)
  await settled()
  assert.deepEqual([model.sky.id, model.texts.what, model.stem, model.awaited], ["held", "home", "home", {}])
  assert.ok(asked.every(({cancelled}) => cancelled))
})

test("where the atlas cannot be had that is said, and what is shown is what is set; it is asked for again", async () => {
  const {model, waiting, set} = await made()
  set("sigma2", 2)
  await settled()
  waiting[0].reject(new Error("no line"))
  await settled()
  assert.deepEqual([at(model), model.texts.notice, model.texts.set], [[1, 0.1], "The atlas could not be fetched: no line.", [1, 0.1]])
  set("sigma2", 3)
  await settled()
  waiting[1].resolve()
  await settled()
  assert.deepEqual(model.texts.set, [3, 0.1])
})

test("a link's place, its time and its pin are those of the atlas", async () => {
  const {model} = await made("#sigma2=0.5&rl_over_lc=0.2&T=300&pin=atlas,2,0.5,cross")
  assert.deepEqual([at(model), model.texts.set, model.time.omega_t], [[0.5, 0.2], [0.5, 0.2], 300])
  assert.deepEqual([model.pinned.rl_over_lc, model.pinned.link], [0.5, "atlas,2,0.5,cross"])
  assert.equal(model.texts.notice, "")
  const {model: other} = await made("#sigma2=0.02&pin=atlas,20,0.5,cross")
  assert.deepEqual([other.texts.set, other.pinned], [[0.05, 0.1], {}])
  assert.equal(other.texts.notice, "The link has sigma2 = 0.02, which is out of range; 0.05 is used. What the link has pinned is not in this page, so it is not pinned.")
})
