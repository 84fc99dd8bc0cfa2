// Whether K is a diffusion coefficient; `tests/browser/test_numbers.py` holds it beside Python's judgement.

import assert from "node:assert/strict"
import {test} from "node:test"

import {change, isGyrating, unsettled} from "../browser/settling.js"

const TIMES = Array.from({length: 32}, (_, i) => 900 ** (i / 31) / 3)
// what is read of tensors along a gradient
const along = (k, running) => ({
  tensors: {omega_t: TIMES},
  number: (name, i) => (name === "k" ? [k(TIMES[i]), 0.01] : [running(TIMES[i]), NaN]),
})
const LAST = TIMES.length - 1

test("without turbulence K turns with the gyration, and is said to", () => {
  const free = along((t) => Math.sin(t) / 3, (t) => (1 - Math.cos(t)) / (3 * t))
  assert.equal(unsettled(free, LAST), "gyrating, not yet diffusive")
  assert.deepEqual([0, 5].map((i) => isGyrating(free, i)), [false, false]) // straight still
  const late = TIMES.flatMap((t, i) => (t > 2 * Math.PI && Math.abs(Math.sin(t)) > 0.2 ? [i] : []))
  assert.ok(late.length > 10 && late.every((i) => isGyrating(free, i)))
})

test("K that does not change is nothing to speak of; K that doubles is no diffusion yet", () => {
  assert.equal(unsettled(along(() => 1, () => 1), LAST), "")
  const growing = along((t) => t / 30, (t) => t / 60)
  assert.match(unsettled(growing, LAST), /^not yet diffusive: K\(T\)\/K\(T\/2\) = 2\.0+ ±/)
  assert.ok([0, 1, 20, LAST].every((i) => Math.abs(change(growing, i)[0] - 2) < 1e-12))
})

test("what is within two errors is not claimed, nor what has none", () => {
  const noisy = (error) => ({...along(() => 1, () => 1), number: (name, i) => [name === "k" && i === LAST ? 1.3 : 1, error]})
  assert.deepEqual([0.11, NaN].map((error) => unsettled(noisy(error), LAST)), ["", ""])
})
