// What Figures 1 and 2 and the table hold, for arrays that are made by hand.

import assert from "node:assert/strict"
import {test} from "node:test"

import {Lines, steady} from "../browser/lines.js"
import {colorOf, seriesShown, worded} from "../browser/series.js"
import {WIRE} from "../browser/wire.js"
import {evolution} from "../panels/evolution/evolution.js"
import {axisOf, scatter} from "../panels/spectra/scatter.js"
import {Sight, Window} from "../panels/spectra/seeing.js"
import {sights, spectra} from "../panels/spectra/spectra.js"
import {summary} from "../panels/summary/summary.js"

const FOUR_PI = 4 * Math.PI
const COLORS = {ink: "#000000", ground: "#ffffff", multipoles: Array(8).fill("#00ff00"), accent: "#0000ff", noise: "red", windows: ["blue", "orange"]}
const VIEW = {theta: 0, phi: 0, index: 0, pinnedIndex: 0, p: 0.5, form: "printed", normalization: "fit", d_ell: false, observed: "none"}

// flat arrays of a result at one time whose component zz alone is not zero
function tensors({estimate, error, standard = 1, power = estimate}) {
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

const FRAME = {width: 400, height: 250}
const WHOLE = [new Sight("fit", false)]

const packed = (values) => Buffer.from(Float32Array.from(values).buffer).toString("base64")
// sees l = 1 and 2, the dipole leaking into the quadrupole; each scatters like as many numbers as its forms say
const WINDOW = new Window({
  ell: [1, 2], m0: false, matrix: packed([0, 0.5, 0, 0, 0.25, 1]), columns: 3,
  forms: packed([0, 1, 0, 0, 0, 1, 0, 0, 1]), counts: [1, 2], formColumns: 3, modes: [2, 4],
})
const SEEN = { energy: 1,
  key: "here-1", name: "Here 2030", label: "Here, 1 TeV", marker: "hex", window: 0, ell: [1, 2], cl: [4, 1], low: [-1, 0.1], high: [-1, -1],
  noise: [["here", 0.01]], level: 0.01, fitted: [2, 2],
}

const one = tensors({estimate: [FOUR_PI, 10 * FOUR_PI, 2 * FOUR_PI], error: [0.1 * FOUR_PI, FOUR_PI, 0], standard: 5 * FOUR_PI})
const row = ({rows}, name) => rows.find(([each]) => each.startsWith(name)).slice(1)

test("the table says value and error, and the sentence the excess over the standard dipole", () => {
  const said = summary(one, null, VIEW)
  assert.equal(row(said, "C₁ / 4π")[0], "10.0 ±\u00a01.0")
  assert.equal(row(said, "K")[0], "5.00 ±\u00a00.50")
  assert.equal(row(said, "C₂ / C₁")[0], "0.200")
  assert.match(said.sentence, /^At Ω T = 100, made by hand, ⟨C₁⟩\/4π is 10\.0 ±\u00a01\.0, 2\.00 ±\u00a00\.20 times the dipole of standard diffusion \(.*\)/)
})

test("a difference to what is pinned is said in percent, and in combined errors", () => {
  const pinned = tensors({estimate: [FOUR_PI, 8 * FOUR_PI, FOUR_PI], error: [0.1 * FOUR_PI, FOUR_PI, 0]})
  const said = summary(one, pinned, VIEW)
  assert.deepEqual(said.head.slice(1), ["chosen", "perpendicular", "pinned", "change"])
  assert.equal(row(said, "C₁ / 4π")[3], "+25.0 %, 1.4 σ") // 2 / sqrt(1 + 1)
})

test("marks stand at C_l over C_1 with their errors; what noise hides is a limit of two errors", () => {
  const {marks, bars} = spectra(tensors({estimate: [1, 1, 0.1, -0.01], error: [0, 0.2, 0.02, 0.03]}), null, VIEW, COLORS, WHOLE, FRAME)
  const chosen = marks.name.flatMap((name, i) => (name === "chosen gradient" ? [i] : []))
  assert.deepEqual(chosen.map((i) => [marks.x[i], marks.y[i]]), [[1, 1], [2, 0.1]])
  assert.ok(Math.abs(bars.high[1] - 0.12) < 1e-12 && Math.abs(bars.low[1] - 0.08) < 1e-12)
  const limit = marks.name.indexOf("chosen gradient, upper limit")
  assert.deepEqual([marks.x[limit], marks.y[limit], marks.marker[limit]], [3, 0.06, "inverted_triangle"])
})

test("the band of a Gaussian sky is between the quantiles of a chi^2 of 2l + 1 degrees of freedom", () => {
  const {bands} = spectra(tensors({estimate: [1, 1, 0.1], error: [0, 0, 0]}), null, VIEW, COLORS, WHOLE, FRAME)
  assert.deepEqual(bands.x, [[1, 2]])
  assert.ok(Math.abs(bands.low[0][1] / 0.1 - 0.4131) < 0.005 && Math.abs(bands.high[0][1] / 0.1 - 1.5865) < 0.005) // of 5, over 5
  assert.deepEqual([bands.xs[0], bands.ys[0].length], [[1, 2, 2, 1], 4])
})

test("where single skies are known, the band is between their quantiles, along B0 and across it", () => {
  // ends, gradients, times, multipoles 0 to 2
  const known = {scatter_times: [100], scatter_sky_shape: Int16Array.from([9, 1, 0.5, 9, 1, 0.25, 9, 1, 2, 9, 1, 4], (each) => Math.round(Math.log(each) * WIRE.scatter.steps))}
  const {bands} = spectra({...tensors({estimate: [1, 1, 0.1], error: [0, 0, 0]}), ...known}, null, VIEW, COLORS, WHOLE, FRAME)
  const near = (values) => values.map((each) => Number(each.toFixed(3)))
  assert.deepEqual([near(bands.low[0]), near(bands.high[0])], [[1, 0.05], [1, 0.2]])
  assert.deepEqual([axisOf(0), axisOf(Math.PI / 2), axisOf(1)], [0, 1, -1])
  assert.deepEqual(near(scatter(known, "sky_shape", 1, 110).map((end) => end[2])), [0.25, 4])
  assert.equal(scatter(known, "sky_shape", 0, 300), null) // long after the last time
  assert.equal(scatter(known, "sky_shape", -1, 100), null)
})

test("an evolution has a line a multipole for both gradients, over 4 pi, and leaves out what is not positive", () => {
  const {lines} = evolution(one, null, VIEW, COLORS, [], FRAME)
  const line = (name) => lines.ys[lines.name.indexOf(name)]
  assert.deepEqual(line("C₁"), [10])
  assert.deepEqual(line("standard C₁"), [5])
  assert.ok(Number.isNaN(line("C₁, perpendicular")[0])) // its components are zero
  assert.equal(new Set(lines.name).size, lines.name.length)
})

test("what is pinned is drawn at its own time, and what a switch shows while that is on", () => {
  const names = (pinned, view) => seriesShown(WIRE.figures.evolution, one, pinned, {...VIEW, pinnedIndex: 7, ...view}).map(([{name}, , t]) => [name, t])
  const bare = names(null, {}).map(([name]) => name)
  assert.ok(bare.includes("C₁") && !bare.some((name) => /pinned|analytic/.test(name)))
  assert.deepEqual(names(one, {}).filter(([name]) => /pinned/.test(name)), ["C₀", "standard C₁", "C₁"].map((name) => [`${name}, pinned`, 7]))
  assert.equal(names(null, {analytic: true}).length - bare.length, 5)
})

test("the analytic evolution is drawn where the session has sent it", () => {
  const {lines} = evolution(one, null, {...VIEW, analytic: true}, COLORS, [[1, [3]], [9, [0.5]]], FRAME)
  const drawn = lines.name.flatMap((name, i) => (name.startsWith("analytic") ? [[name, lines.ys[i]]] : []))
  assert.deepEqual(drawn, [["analytic C₁", [3]], ["analytic C₉", [0.5]]])
})

test("each line has its legend while it is drawn, and a point its error", () => {
  const said = (pinned, view, analytic = []) => evolution(one, pinned, {...VIEW, ...view}, COLORS, analytic, FRAME)
  const words = ({legend}) => legend.map((each) => each.words)
  const plain = ["standard error of C₁", "gradient perpendicular to B₀", "gradient parallel to B₀"]
  assert.deepEqual(words(said(null, {})), plain)
  assert.deepEqual(words(said(null, {analytic: true})), plain) // the session has not sent it
  const {legend} = said(one, {analytic: true, theta: Math.PI / 6, phi: Math.PI / 3}, [[1, [3]]])
  assert.deepEqual(legend.map(({words, dash}) => [words, dash]), [
    ["standard error of C₁", "solid"], ["gradient perpendicular to B₀", "dotted"], ["pinned", "dotdash"],
    ["gradient θ = 30°, φ = 60°", "solid"], ["analytic ℓ = 1, 2, 3, 5, 9, p = 0.50", "dashed"],
  ])
  const {lines} = said(null, {}), errors = (name) => lines.errors[lines.name.indexOf(name)].map((each) => Number(each.toFixed(12)))
  assert.deepEqual(["C₀", "C₁", "standard C₁", "noise"].map(errors), [[0.1], [1], [0.007957747155], []])
})

test("a legend of spectra names what is observed by its mark, and of several each by its colour", () => {
  const other = {...SEEN, key: "there-9", name: "There 2031", label: "There, 9 TeV", marker: "star", noise: []}
  const of = (observed) => spectra(one, null, VIEW, COLORS, sights({...VIEW, observed}, [SEEN, other], [WINDOW]), FRAME).legend
  const marks = (legend) => legend.filter(({words}) => /TeV/.test(words)).map(({words, marker, color}) => [words, marker, color])
  assert.deepEqual(marks(of("here-1")), [["Here, 1 TeV", "hex", "red"]])
  assert.deepEqual(marks(of("here-1,there-9")), [["Here, 1 TeV", "hex", "blue"], ["There, 9 TeV", "star", "orange"]])
  assert.ok(of("here-1,there-9").some(({words}) => words === "analytic, p = 0.50")) // which has no name at its end then
  assert.deepEqual(marks(of("none")), [])
  assert.ok(of("none").some(({words}) => words === "one Gaussian sky, 16 to 84 %"))
})

test("observed spectra have the names and marks of their files, and bars where errors are published", () => {
  const seeing = sights({...VIEW, normalization: "dipole", observed: "here-1"}, [SEEN], [WINDOW])
  const {marks, bars, lines} = spectra(one, null, {...VIEW, normalization: "dipole"}, COLORS, seeing, FRAME)
  assert.deepEqual(marks.name.flatMap((name, i) => (name === "Here 2030" ? [[marks.marker[i], marks.x[i], marks.y[i]]] : [])), [["hex", 1, 1], ["hex", 2, 0.25]])
  const bar = bars.name.indexOf("Here 2030")
  assert.deepEqual([bars.x[bar], bars.low[bar], bars.high[bar], bars.name.lastIndexOf("Here 2030")], [2, 0.225, 0.25, bar])
  const level = lines.name.indexOf("noise of here")
  assert.deepEqual([lines.xs[level], lines.ys[level]], [[1, 2], [0.0025, 0.0025]])
})

test("through a window multipoles are mixed and scatter as their forms say", () => {
  assert.deepEqual(WINDOW.coupled([7, 8, 3]), [4, 5])
  assert.deepEqual(WINDOW.coupled([7, 8]), [4]) // as far as a coarse grid reaches
  assert.deepEqual(WINDOW.spread([0, 2, 0]), [1, 0.5])
  assert.equal(WINDOW.modes(0, [0, 5, 1]), 2) // m = 1 and -1
  assert.equal(WINDOW.modes(1, [0, 5, 5]), 4)
})

test("a fit takes the noise off and the multipoles it is told, and normalises by nothing else", () => {
  const sight = new Sight("fit", false, SEEN, WINDOW)
  const {value, factor} = sight.see([0, 4, 1]) // seen as 2 and 2
  assert.ok(Math.abs(factor - 0.99 / 2) < 1e-12)
  assert.deepEqual(value.map((each) => Number(each.toFixed(12))), [0.99, 0.99])
  assert.deepEqual(sight.factors([0, 4, 1]), {dipole: 2, fit: factor})
  assert.deepEqual(new Sight("dipole", false, SEEN, WINDOW).see([0, 4, 1]).value, [1, 1])
  assert.ok(Number.isNaN(sight.see([0, 0, -1]).factor)) // no power to fit
})

test("D_l is l (l + 1) C_l / 2 pi, and unknown power is none", () => {
  const {value} = new Sight("absolute", true).see([0, 1, NaN, 1])
  assert.deepEqual(value.map((each) => Number((each * FOUR_PI * 2 * Math.PI).toFixed(9))), [0, 2, 0, 12])
})

test("several observed spectra have each their own simulation, in a colour of its own", () => {
  const other = {...SEEN, key: "there-9", name: "There 2031", label: "There, 9 TeV", cl: [40, 10]}
  const seeing = sights({...VIEW, observed: "here-1,there-9"}, [SEEN, other], [WINDOW])
  const {marks, lines} = spectra(one, null, VIEW, COLORS, seeing, FRAME)
  const colour = (name) => marks.color[marks.name.indexOf(name)]
  assert.deepEqual([colour("Here 2030"), colour("chosen gradient, Here, 1 TeV")], ["blue", "blue"])
  assert.deepEqual([colour("There 2031"), colour("chosen gradient, There, 9 TeV")], ["orange", "orange"])
  assert.ok(!lines.name.some((name) => name.startsWith("p = 1/3"))) // one theory each is enough
  assert.equal(sights({...VIEW, normalization: "absolute", observed: "here-1"}, [SEEN], [WINDOW])[0].observed, null)
})

test("a series has the colour of its role, or the shade of it; names take words", () => {
  assert.equal(colorOf({role: "ink", shade: null}, COLORS), "#000000")
  assert.equal(colorOf({role: "multipoles", shade: 3}, COLORS), "#00ff00")
  assert.equal(worded("noise of {whose}", {whose: "X"}), "noise of X")
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
