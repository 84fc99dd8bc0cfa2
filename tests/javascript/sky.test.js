// Pixels, the projection, and what is done to a map.

import assert from "node:assert/strict"
import {test} from "node:test"

import {pixelAt, pixelVectors} from "../browser/healpix.js"
import {painted, picture, pictureTable, project, reached, relativeIntensity, smoothed, unproject, withoutDipole} from "../panels/sky/sky.js"

for (const nside of [1, 2, 4, 16])
  test(`every centre lies in its own pixel, nside ${nside}`, () => {
    const {x, y, z} = pixelVectors(nside)
    assert.equal(z.length, 12 * nside ** 2)
    z.forEach((height, i) => assert.equal(pixelAt(nside, height, Math.atan2(y[i], x[i])), i))
  })

test("a direction is found again from its place in the picture", () => {
  for (const [theta, phi] of [[0.4, 1], [1.5, 3], [2.8, 6]]) {
    const there = unproject(...project(theta, phi))
    assert.ok(Math.abs(there.theta - theta) < 1e-9 && Math.abs(there.phi - phi) < 1e-9)
  }
  assert.equal(unproject(1.9, 0.9), null)
})

test("the poles lie above one another, and the azimuth grows to the left", () => {
  assert.ok(Math.abs(project(0, 0)[1] - 1) < 1e-5) // Newton's method halves the distance only there
  assert.ok(project(Math.PI / 2, 1)[0] < 0)
})

test("a map is positions times gradient", () => {
  assert.deepEqual([...relativeIntensity([1, 2, 10, 20, 100, 200], 0.5, [1, 0, 2])], [100.5, 201])
})

test("less its dipole a dipole is nothing, and a constant stays", () => {
  const {x, z} = pixelVectors(8)
  const left = withoutDipole(Float64Array.from(z, (height, i) => 5 + 3 * height - x[i]), 8)
  // the mean of n_i n_j over the pixels misses 1/3 by up to 0.05/64
  for (const value of left) assert.ok(Math.abs(value - 5) < 3 * 4 * 0.05 / 64)
})

test("smoothing is a mean", () => {
  assert.ok(smoothed(new Float32Array(768).fill(2), 8, 0.3).every((value) => Math.abs(value - 2) < 1e-6))
})

test("colours are symmetric about zero, beyond the limit the last ones, and outside there are none", () => {
  const palette = Uint32Array.from([1, 2, 3, 4]), out = new Uint32Array(6)
  painted(Float32Array.from([-9, -0.6, -0.1, 0.1, 9, NaN]), 1, palette, out)
  assert.deepEqual([...out], [1, 1, 2, 3, 4, 0])
})

test("colours reach what 99 of 100 pixels do not exceed, and 1 where there is nothing", () => {
  assert.ok(Math.abs(reached(Float32Array.from({length: 101}, (_, i) => (i % 2 ? 1 : -1) * i), 0.99) - 99) < 1e-5)
  assert.equal(reached(new Float32Array(12), 0.99), 1)
})

for (const nside of [1, 2, 32])
  test(`between pixels weights are none below zero and make one, and a constant stays, nside ${nside}`, () => {
    const {points, weights} = pictureTable(nside, 64)
    points.forEach((_, i) => assert.ok(Math.abs(weights.subarray(4 * i, 4 * i + 4).reduce((a, b) => a + b) - 1) < 1e-6))
    assert.ok(weights.every((weight) => weight > -1e-6))
    const shown = picture(new Float32Array(12 * nside ** 2).fill(3), nside, 64, "bilinear")
    assert.equal(shown.filter((value) => !Number.isNaN(value)).length, points.length)
    assert.ok(shown.every((value) => Number.isNaN(value) || Math.abs(value - 3) < 1e-5))
  })
