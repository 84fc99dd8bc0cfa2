// The analytic shapes, and slopes.

import assert from "node:assert/strict"
import {test} from "node:test"

import {shape, slope} from "../browser/shape.js"

const near = (a, b) => assert.ok(Math.abs(a / b - 1) < 1e-12, `${a} is not ${b}`)

test("C_2 / C_1 for p = 1/2 is 23/147 as printed, 1/7 in the self-consistent form", () => {
  // Gamma(3/2) Gamma(7/2) / (Gamma(1/2) Gamma(9/2)) = (1/2) / (7/2); in front (1 - 1/24) / (1 - 1/8) = 23/21
  near(shape(0.5, "printed", 2)[1], 23 / 147)
  near(shape(0.5, "self-consistent", 2)[1], 1 / 7)
})

test("spectra begin at the dipole with 1 and fall like l^(2p - 4)", () => {
  const cl = shape(0.4, "printed", 4000)
  assert.equal(cl[0], 1)
  // corrections are of the order 1/l^2
  assert.ok(Math.abs(Math.log(cl[3999] / cl[1999]) / Math.log(4000.5 / 2000.5) - (2 * 0.4 - 4)) < 1e-3)
})

test("the slope of a power of l + 1/2 is its power; there is none where a value is not positive", () => {
  const power = Array.from({length: 20}, (_, l) => (l + 0.5) ** -2.5)
  near(slope(power, 2, 12), -2.5)
  assert.ok(Number.isNaN(slope([1, 1, 1, -1, 1], 2, 4)))
})
