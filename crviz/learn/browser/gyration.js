// Orbits: the helix in a uniform field, and the way back through a drawn one.

import {Orbit, inTurns, intervals} from "../../dashboard/browser/kernel/boris.js"
import {defaultStep, drawField} from "../../dashboard/browser/kernel/field.js"

/** @typedef {import("../../dashboard/browser/kernel/field.js").Draws} Draws */
/** @typedef {import("../../dashboard/browser/kernel/field.js").Place} Place */
/** @typedef {{r: Float64Array[], p: Float64Array[]}} Path at some times: positions [r_L] and unit momenta, three each */

/**
 * The unit momentum at a pitch angle, in the plane of x and z.
 * @param {number} pitch [rad]
 */
export function momentumAt(pitch) { return [Math.sin(pitch), 0, Math.cos(pitch)] }

/**
 * A helix about B0 = e_z from the origin on; negative times are those before.
 * @param {number} pitch between momentum and field [rad] @param {number} charge its sign @param {ArrayLike<number>} times [1/Omega] @returns {Path}
 */
export function helix(pitch, charge, times) {
  const across = Math.sin(pitch), along = Math.cos(pitch), all = Array.from(times)
  return {
    r: [all.map((t) => across * Math.sin(t)), all.map((t) => charge * across * (Math.cos(t) - 1)), all.map((t) => along * t)].map((each) => Float64Array.from(each)),
    p: [all.map((t) => across * Math.cos(t)), all.map((t) => -charge * across * Math.sin(t)), all.map(() => along)].map((each) => Float64Array.from(each)),
  }
}

/**
 * A cosmic ray followed back through a field, as crviz.backtrack does with the default step.
 * @param {Draws} draws @param {Place} place @param {ArrayLike<number>} direction of its momentum at t = 0 @param {ArrayLike<number>} omegaT increasing [1/Omega]
 * @returns {Path}
 */
export function backThrough(draws, place, direction, omegaT) {
  const {numbers, sizes} = intervals(omegaT, defaultStep(draws, place)), waves = wavesAt(draws, place)
  const orbit = new Orbit(direction[0], direction[1], direction[2])
  const r = [0, 1, 2].map(() => new Float64Array(omegaT.length)), p = [0, 1, 2].map(() => new Float64Array(omegaT.length))
  for (let t = 0; t < omegaT.length; t++) {
    orbit.back(waves, draws.cosine, numbers[t], sizes[t])
    for (let i = 0; i < 3; i++) {
      r[i][t] = orbit.r[i]
      p[i][t] = orbit.p[i]
    }
  }
  return {r, p}
}

// those of the field that was wanted last are at hand
let lastField = {name: "", waves: new Float64Array(0)}
/** @param {Draws} draws @param {Place} place */
function wavesAt(draws, place) {
  const name = [place.sigma2, place.rl_over_lc, place.realization].join()
  if (lastField.name !== name) lastField = {name, waves: inTurns(drawField(draws, place))}
  return lastField.waves
}

/**
 * How far two orbits are apart [r_L].
 * @param {Path} one @param {Path} other
 */
export function apart(one, other) {
  return one.r[0].map((_, t) => Math.hypot(...[0, 1, 2].map((i) => one.r[i][t] - other.r[i][t])))
}
