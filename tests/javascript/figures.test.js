// What Figures 1 and 2 and the table hold, for arrays that are made by hand.

import assert from "node:assert/strict"
import {test} from "node:test"

import {Lines, steady} from "../browser/lines.js"
import {WIRE} from "../browser/wire.js"
import {evolution} from "../panels/evolution/evolution.js"
import {spectra} from "../panels/spectra/spectra.js"
import {summary} from "../panels/summary/summary.js"

const FOUR_PI = 4 * Math.PI
const COLORS = {ink: "#000000", ground: "#ffffff", multipoles: Array(8).fill("#00ff00"), accent: "#0000ff", noise: "red"}
const VIEW = {theta: 0, phi: 0, index: 0, pinnedIndex: 0, p: 0.5, form: "printed", normalized: true, observed: false}

// flat arrays of a result at one time whose component zz alone is not zero
function held({estimate, error, standard = 1, power = estimate}) {
  const zz = (values) => WIRE.components.flatMap((name) => values.map((value) => (name === "zz" ? value : 0)))
  const pairs = WIRE.components.length * (WIRE.components.length - 1) / 2
  const quantity = (name, values, errors) => ({
    [name]: zz(values), [`${name}_error`]: zz(errors), [`${name}_correlation`]: Array(pairs * values.length).fill(0),
  })
  return {
    source: "made by hand", omega_t: [100], power: zz(power), noise: zz([0.1]),
    ...quantity("estimate", estimate, error), ...quantity("dipole", power.slice(0, 2), error.slice(0, 2)),
    ...quantity("standard", [standard], [0.1]), ...quantity("k", [5], [0.5]), ...quantity("running", [4], [0.4]),
  }
}

const one = held({estimate: [FOUR_PI, 10 * FOUR_PI, 2 * FOUR_PI], error: [0.1 * FOUR_PI, FOUR_PI, 0], standard: 5 * FOUR_PI})
const row = ({rows}, name) => rows.find(([each]) => each.startsWith(name)).slice(1)

test("the table says value and error, and the sentence the excess over the standard dipole", () => {
  const said = summary(one, null, VIEW)
  assert.equal(row(said, "C₁ / 4π")[0], "10.0 ±\u00a01.0")
  assert.equal(row(said, "K")[0], "5.00 ±\u00a00.50")
  assert.equal(row(said, "C₂ / C₁")[0], "0.200")
  assert.match(said.sentence, /^At Ω T = 100, made by hand, ⟨C₁⟩\/4π is 10\.0 ±\u00a01\.0, 2\.0 times the dipole/)
})

test("a difference to what is pinned is said in percent, and in combined errors", () => {
  const pinned = held({estimate: [FOUR_PI, 8 * FOUR_PI, FOUR_PI], error: [0.1 * FOUR_PI, FOUR_PI, 0]})
  const said = summary(one, pinned, VIEW)
  assert.deepEqual(said.head.slice(1), ["chosen", "perpendicular", "pinned", "change"])
  assert.equal(row(said, "C₁ / 4π")[3], "+25.0 %, 1.4 σ") // 2 / sqrt(1 + 1)
})

test("marks stand at C_l over C_1 with their errors; what noise hides is a limit of two errors", () => {
  const {marks, bars} = spectra(held({estimate: [1, 1, 0.1, -0.01], error: [0, 0.2, 0.02, 0.03]}), null, VIEW, COLORS, [], 400)
  const chosen = marks.name.flatMap((name, i) => (name === "chosen gradient" ? [i] : []))
  assert.deepEqual(chosen.map((i) => [marks.x[i], marks.y[i]]), [[1, 1], [2, 0.1]])
  assert.ok(Math.abs(bars.high[1] - 0.12) < 1e-12 && Math.abs(bars.low[1] - 0.08) < 1e-12)
  const limit = marks.name.indexOf("chosen gradient, upper limit")
  assert.deepEqual([marks.x[limit], marks.y[limit], marks.marker[limit]], [3, 0.06, "inverted_triangle"])
})

test("the band of cosmic variance is sqrt(2 / (2l + 1)) about the simulated mean", () => {
  const {band} = spectra(held({estimate: [1, 1, 0.1], error: [0, 0, 0]}), null, VIEW, COLORS, [], 400)
  assert.deepEqual(band.x, [1, 2])
  assert.ok(Math.abs(band.high[1] - 0.1 * (1 + Math.sqrt(0.4))) < 1e-12)
})

test("an evolution has a line a multipole for both gradients, over 4 pi, and leaves out what is not positive", () => {
  const {lines} = evolution(one, null, VIEW, COLORS, null, 400)
  const line = (name) => lines.ys[lines.name.indexOf(name)]
  assert.deepEqual(line("C₁"), [10])
  assert.deepEqual(line("standard C₁"), [5])
  assert.ok(Number.isNaN(line("C₁, perpendicular")[0])) // its components are zero
  assert.equal(new Set(lines.name).size, lines.name.length)
})

test("names at the ends of lines keep apart, and none goes below the floor", () => {
  const lines = new Lines()
  for (const [name, y] of [["a", 10], ["b", 9], ["c", 1e-9]]) lines.add(name, [1], [y], "black", {named: true})
  const {text, y} = lines.names(0.5, 1e-3)
  assert.deepEqual(text, ["a", "b"])
  assert.ok(Math.abs(Math.log10(y[0] / y[1]) - 0.5) < 1e-12)
})

test("an axis ends at half decades", () => {
  assert.ok(Math.abs(steady(4) - 10) < 1e-12 && Math.abs(steady(3) - Math.sqrt(10)) < 1e-12)
})
