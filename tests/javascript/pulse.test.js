// When the page asks whether its server is there, when it gives it up, and how often it tries again.

import assert from "node:assert/strict"
import {test} from "node:test"

import {Pulse, pause} from "../browser/pulse.js"

test("who is heard is not asked", () => {
  const pulse = new Pulse()
  for (let now = 0; now < 60_000; now += 1000) {
    if (now % 4000 === 0) pulse.heard(now)
    assert.equal(pulse.due(now), "")
  }
})

test("who rests is asked once in five seconds", () => {
  const pulse = new Pulse(), asked = []
  for (let now = 0; now <= 60_000; now += 1000) {
    if (pulse.due(now) !== "ask") continue
    asked.push(now)
    pulse.asked(now)
    pulse.heard(now + 20)
  }
  assert.ok(asked.length > 8 && asked.every((now, i) => !i || now - asked[i - 1] >= 5000), String(asked))
})

test("who does not answer is lost fifteen seconds after it was heard, and there again once it is heard", () => {
  const pulse = new Pulse()
  pulse.heard(1000)
  assert.equal(pulse.due(6000), "ask")
  pulse.asked(6000)
  assert.equal(pulse.due(15_999), "")
  assert.equal(pulse.due(16_000), "lost")
  pulse.heard(17_000)
  assert.equal(pulse.due(17_000), "")
})

test("pauses grow from one second to fifteen", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 100].map(pause), [1, 2, 4, 8, 15, 15, 15])
})
