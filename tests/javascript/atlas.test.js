// The atlas by itself in the browser, beside what Python has of the same places.

import assert from "node:assert/strict"
import {readFileSync} from "node:fs"
import {test} from "node:test"

import {AtlasInBrowser, opened} from "../browser/atlas/atlas.js"
import {grown} from "../browser/growth.js"
import {WIRE} from "../browser/wire.js"

const KINDS = {f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array}
const CLOSE = 1e-6 // single precision is 1.2e-7, of what is sent and of what Python writes

function bufferOf(name) {
  const bytes = readFileSync(name)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
}

const atlas = new AtlasInBrowser(...opened(bufferOf("atlas.file")))
const arrays = bufferOf("places.arrays")
const places = JSON.parse(readFileSync("places.json", "utf8")).map(({place, what, agreeing, analytic, digest, ...truth}) => ({place, what, agreeing, analytic, truth}))

function arrayOf([kind, offset, length]) { return new KINDS[kind](arrays, offset, length) }

// the largest distance of two arrays in units of what is allowed: of the value itself, or of bytes
function apart(found, truth) {
  assert.equal(found.constructor, truth.constructor)
  assert.equal(found.length, truth.length)
  let most = 0
  truth.forEach((value, i) => {
    if (Number.isNaN(value) || Number.isNaN(found[i])) return assert.ok(Number.isNaN(value) && Number.isNaN(found[i]), `${i}: ${found[i]}, not ${value}`)
    const allowed = truth instanceof Float32Array || truth instanceof Float64Array ? CLOSE * Math.abs(value) : 1
    if (found[i] !== value) most = Math.max(most, Math.abs(found[i] - value) / allowed)
  })
  return most
}

for (const {place, truth} of places) test(`at ${place} it has the numbers of Python`, () => {
  const found = atlas.at(...place, "eq9") // which a place does not offer
  const {about, ...other} = truth
  assert.deepEqual(Object.keys(found).sort(), Object.keys(truth).sort())
  for (const [name, value] of Object.entries(other)) {
    if (Array.isArray(value)) {
      const most = apart(found[name], arrayOf(value))
      assert.ok(most <= 1, `${name} is ${most} times what is allowed away`)
    } else assert.equal(found[name], value)
  }
  assert.equal(found.about, about.replace(/^result: .*\n/m, ""))
})

test("bytes are the same nearly everywhere", () => {
  let different = 0, all = 0
  for (const {place, truth} of places) {
    const found = atlas.at(...place)
    for (const [name, value] of Object.entries(truth)) {
      if (!Array.isArray(value) || value[0][0] !== "i") continue
      const bytes = arrayOf(value)
      all += bytes.length
      bytes.forEach((each, i) => { different += each === found[name][i] ? 0 : 1 })
    }
  }
  assert.ok(different <= all / 1000, `${different} of ${all}`) // only where rounding is a matter of the last digit
})

test("it says of a place what the header of the page says", () => {
  for (const {place, what, agreeing} of places) assert.deepEqual(atlas.words(...place, 100), {what, shown: agreeing})
})

// <(r.g)^2> is in single precision, and what it grows by between two times is a share of it: 1e-5; a multipole is a sum over modes of
// which early on nothing is left
test("analytic curves grow from its K as Python's do", () => {
  const modes = JSON.parse(readFileSync("modes.json", "utf8")), seen = {theta: 0.6 * 180 / Math.PI, phi: 0.9 * 180 / Math.PI}
  for (const {place, analytic} of places) {
    const {cl} = grown(atlas.at(...place), seen, modes)
    assert.deepEqual(cl.map(([ell]) => ell), analytic.map(([ell]) => ell))
    cl.forEach(([ell, values], i) => values.forEach((value, t) => {
      const truth = analytic[i][1][t], dipole = Math.abs(analytic[0][1][t])
      assert.ok(Math.abs(value - truth) <= 1e-5 * Math.abs(truth) + 1e-9 * dipole, `${ell} at ${place}, ${t}: ${value}, not ${truth}`)
    }))
  }
})

test("there are no analytic curves where K along B0 is not above 0", () => {
  const tensors = atlas.at(...places[0].place), modes = JSON.parse(readFileSync("modes.json", "utf8"))
  assert.deepEqual(grown({...tensors, k: tensors.k.map((each) => -each)}, {theta: 0, phi: 0}, modes), {none: WIRE.noRate})
})

test("what is beyond its range or of other turbulence is not covered", () => {
  const set = {sigma2: 0.05, rl_over_lc: 5, gamma: 11 / 3, lambda_min: 0.01, n_modes: 200, theta: 30}
  assert.ok(atlas.covers(set))
  for (const [key, value] of Object.entries({sigma2: 0.049, rl_over_lc: 5.01, gamma: 3.7, n_modes: 201, turbulence: "slab"}))
    assert.ok(!atlas.covers({...set, [key]: value}), key)
})
