// The course: reads what the document holds, and puts each step on its stage.
//
// `course` is the only name of its own in the window, for tests: course.steps.NAME has `values`, `set(key, value)`, `numbers` that the
// picture shows, and `drawnIn`, what drawing it took last [ms]; course.drawn says whether all that is seen is drawn.

import {readDraws} from "../../dashboard/browser/kernel/field.js"
import {Lecturing} from "./lecturing.js"
import {Stage} from "./stage.js"
import {BentStep} from "./steps/bent.js"
import {EnsembleStep} from "./steps/ensemble.js"
import {HelixStep} from "./steps/helix.js"
import {MultipolesStep} from "./steps/multipoles.js"
import {ObservedStep} from "./steps/observed.js"
import {PairStep} from "./steps/pair.js"
import {RateStep} from "./steps/rate.js"
import {SkyStep} from "./steps/sky.js"

const {words, held} = JSON.parse(document.getElementById("told").textContent)
const STEPS = {
  helix: HelixStep, bent: BentStep, pair: PairStep, sky: SkyStep, multipoles: MultipolesStep, ensemble: EnsembleStep, rate: RateStep, observed: ObservedStep,
}

/** @param {string} text base64 */
function bytesOf(text) { return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer }
/** @param {string} text base64 of single precision */
function floatsOf(text) { return new Float32Array(bytesOf(text)) }

const arrays = {
  ...held,
  bytes: bytesOf(held.draws),
  draws: readDraws(bytesOf(held.draws)),
  sky: {...held.sky, alm: floatsOf(held.sky.alm), other: floatsOf(held.sky.other)},
  dipoles: {...held.dipoles, values: floatsOf(held.dipoles.values)},
}
const stages = words.steps.map((said) => new Stage(document.getElementById(said.id), STEPS[said.id], said, arrays))
const lecturing = new Lecturing(stages, (dark) => {
  for (const stage of stages) {
    stage.colors = held.palettes[dark ? "dark" : "light"]
    stage.draw()
  }
})

window.course = {
  steps: Object.fromEntries(stages.map((stage) => [stage.id, stage])),
  lecturing,
  get drawn() { return stages.some(({near}) => near) && stages.every(({near, numbers}) => !near || Object.keys(numbers).length > 0) },
}
