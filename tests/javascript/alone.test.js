// A page without a server: what it holds is read, and what is set is taken, as Python does.

import assert from "node:assert/strict"
import {readFileSync} from "node:fs"
import {test} from "node:test"
import {gunzipSync} from "node:zlib"

import {evolvedAt, heldIn, modesAt} from "../browser/alone/held.js"
import {allowed, linkedValues} from "../browser/alone/link.js"
import {energyInWords} from "../browser/digits.js"
import {fine, positions} from "../panels/sky/fine.js"

const told = JSON.parse(readFileSync("alone.json", "utf8"))
const unpacked = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)

test("the analytic evolution is the one of Python, for any p and gradient", () => {
  const {evolved} = heldIn(unpacked(readFileSync("further.bin")))
  assert.ok(evolved.table instanceof Float32Array)
  for (const {p, theta, phi, curves} of told.curves) {
    const found = evolvedAt(evolved, p, theta, phi)
    assert.deepEqual(found.map(([l]) => l), curves.map(([l]) => l))
    curves.forEach(([l, values], j) => values.forEach((value, t) => {
      // 31 nodes miss by 3e-5 at most where p is small
      assert.ok(Math.abs(found[j][1][t] / value - 1) < 1e-4, `p = ${p}, l = ${l}, time ${t}: ${found[j][1][t]} is not ${value}`)
    }))
  }
})

test("what the evolution of other places grows from is what Python has, between the powers that are held", () => {
  const {modes} = heldIn(unpacked(readFileSync("further.bin")))
  for (const {p, ell, decay, share} of told.modes) {
    const found = modesAt(modes, p)
    assert.deepEqual([found.p, found.ell], [p, ell])
    // single precision of the nodes, and 1e-7 of what is between them
    decay.forEach((value, i) => assert.ok(Math.abs(found.decay[i] - value) <= 1e-6 * (1 + value), `p = ${p}, decay ${i}: ${found.decay[i]} is not ${value}`))
    share.forEach((value, i) => assert.ok(Math.abs(found.share[i] - value) < 1e-6, `p = ${p}, share ${i}: ${found.share[i]} is not ${value}`))
  }
})

test("a coarse sky is packed as the shipped ones are, and is right to half a step", async () => {
  const read = (index) => fine(unpacked(gunzipSync(readFileSync(`small-${index}.gz`))), 4, (offset) => read(index + offset))
  for (const [index, truth] of told.positions.entries()) {
    const {components, scale} = positions(await read(index)), n = truth.length / 3
    truth.forEach((value, i) => {
      const axis = Math.floor(i / n), unit = told.units[index][axis]
      assert.ok(Math.abs(components[i] * scale[axis] - value) < 0.501 * unit, `time ${index}, ${i}: ${components[i] * scale[axis]} is not ${value}`)
    })
  }
})

test("what is set is taken as a state takes it", () => {
  for (const [key, value, taken] of told.taken) {
    const rule = told.rules[key], found = allowed(rule, value)
    assert.equal(found ?? null, taken, `${key} = ${value}`)
  }
})

test("a link's values are set one by one, and what is wrong with one is said", () => {
  const {values, notices} = linkedValues("#theta=120&p=0.25&form=none&analytic=true&T=24&limit=&sigma2=3", told.rules)
  assert.deepEqual(values, {theta: 90, p: 0.25, analytic: true})
  assert.deepEqual(notices, [
    "The link has theta = 120, which is out of range; 90 is used.",
    "The link has form = 'none', which is not a valid value; it is ignored.",
    "The link has limit = '', which is not a valid value; it is ignored.",
  ])
})

test("energies, radii and times are said as Python says them", () => {
  for (const [radius, b0, lc, words] of told.energies) assert.equal(energyInWords(radius, b0, lc), words)
})
