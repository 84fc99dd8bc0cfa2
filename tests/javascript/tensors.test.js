// Contractions of tensors with the gradient, and their errors.

import assert from "node:assert/strict"
import {test} from "node:test"

import {PERPENDICULAR, contract, contractError, gradientWeights} from "../browser/tensor.js"
import {nearest} from "../browser/view.js"
import {WIRE} from "../browser/wire.js"

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`)
const component = (name) => WIRE.components.indexOf(name)
const only = (values) => WIRE.components.map((name) => values[name] ?? 0)

test("along the field the component zz counts alone, though the others be NaN", () => {
  const tensor = only({zz: 3}).map((value, a) => (a === component("zz") ? value : NaN))
  near(contract(tensor, 0, 1, gradientWeights(0, 1))[0], 3)
})

test("between x and y each of the two counts a half, and xy, which stands twice in the sum, one", () => {
  const weights = gradientWeights(Math.PI / 2, Math.PI / 4)
  near(weights[component("xx")], 0.5)
  near(weights[component("yy")], 0.5)
  near(weights[component("xy")], 1)
  near(weights[component("zz")], 0)
})

test("the weights of any direction sum to 1 over the diagonal", () => {
  for (const [theta, phi] of [[0.3, 2], [1.2, 5], [2.9, 0.1]]) {
    const weights = gradientWeights(theta, phi)
    near(["xx", "yy", "zz"].reduce((sum, name) => sum + weights[component(name)], 0), 1)
  }
})

test("at right angles to the field is the mean over the azimuth", () => {
  const tensor = only({xx: 2, yy: 4, zz: 100, xy: 7})
  near(contract(tensor, 0, 1, PERPENDICULAR)[0], 3)
})

test("a row and a multipole are found in a flat array", () => {
  const size = 3, values = Array.from({length: 2 * WIRE.components.length * size}, (_, i) => i)
  const row = 1, l = 2, a = component("yy")
  assert.equal(contract(values, row, size, only({yy: 1}))[l], (row * WIRE.components.length + a) * size + l)
})

test("errors add up where they go together, and cancel where they go against each other", () => {
  const pairs = WIRE.components.length * (WIRE.components.length - 1) / 2, weights = only({xx: 1, yy: 1})
  const error = (steps) => contractError(only({xx: 3, yy: 4}), [steps, ...Array(pairs - 1).fill(0)], 0, 1, weights)[0]
  near(error(WIRE.correlationSteps), 7)
  near(error(0), 5)
  near(error(-WIRE.correlationSteps), 1)
})

test("the nearest of the recorded times is taken", () => {
  const times = [0.3, 1, 10, 100]
  assert.deepEqual([0.1, 0.66, 5.4, 5.6, 1e9].map((time) => nearest(times, time)), [0, 1, 1, 2, 3])
})
