// What the tour says, and how long it takes to read.

import assert from "node:assert/strict"
import {test} from "node:test"

import {TOUR} from "../browser/tour_steps.js"

test("six steps have forty words each at most, and every one sets all that the others set", () => {
  assert.equal(TOUR.steps.length, 6)
  const keys = Object.keys(TOUR.steps[0].set).sort()
  for (const {title, words, set} of TOUR.steps) {
    assert.ok(title)
    assert.ok(words.split(/\s+/).length <= 40, `${title}: ${words.split(/\s+/).length}`)
    assert.deepEqual(Object.keys(set).sort(), keys)
  }
})
