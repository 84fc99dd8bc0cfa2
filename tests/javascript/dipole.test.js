// Where dipoles point.

import assert from "node:assert/strict"
import {test} from "node:test"

import {dipoleAngles, scatterInWords} from "../browser/dipole.js"
import {dipole} from "../panels/sky/sky.js"
import {pixelVectors} from "../browser/healpix.js"

// one time, two fields; rows: components of r, columns: axes
const tensors = {omega_t: [1], dipole_times: [1], dipole_vectors: Int8Array.from([
  -127, 0, 0, 0, -127, 0, 0, 0, -127, // r = -p T
  0, 0, 127, 0, 0, 0, 0, 0, 127, // the other way, along B0 for a gradient along x too
])}

test("straight orbits have their excess towards the gradient", () => {
  assert.deepEqual([...dipoleAngles(tensors, 0, [[0, 0, 1]], [0, 0, 1])], [0, 180])
  assert.deepEqual([...dipoleAngles(tensors, 0, [[1, 0, 0]])], [0, 90])
  assert.deepEqual([...dipoleAngles(tensors, 0, [[1, 0, 0]], [0, 0, 1])], [90, 180])
})

test("observers of several gradients are pooled, and nothing is kept of the atlas", () => {
  assert.equal(dipoleAngles(tensors, 0, [[1, 0, 0], [0, 1, 0]]).length, 4)
  assert.equal(scatterInWords(dipoleAngles({omega_t: [1]}, 0, [[0, 0, 1]])), "–")
})

test("the median is said, and between what two of three lie", () => {
  assert.equal(scatterInWords(Float64Array.from([0, 10, 20, 30, 100])), "20° (6–55)") // 0.64 of a step
  assert.equal(scatterInWords(Float64Array.from([33.4])), "33°")
})

test("the dipole of a map is what stands before p", () => {
  const {x, z} = pixelVectors(8)
  const [dx, dy, dz] = dipole(Float64Array.from(z, (height, i) => 5 + 3 * height - x[i]), 8)
  // the mean of n_i n_j over the pixels misses 1/3 by up to 0.05/64
  assert.ok(Math.abs(dx + 1) < 0.01 && Math.abs(dy) < 0.01 && Math.abs(dz - 3) < 0.01)
})
