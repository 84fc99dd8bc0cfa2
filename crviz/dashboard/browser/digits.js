// Numbers in so many digits, with their errors, and times with their units.

import {WIRE} from "./wire.js"

/** @param {string} text */
export const minus = (text) => text.replace("-", "−")

/** @param {number} value */
export function digits(value, number = 3) {
  if (!Number.isFinite(value)) return "–"
  const text = Number(value.toPrecision(number))
  return minus(Math.abs(text) >= 1e5 || (text !== 0 && Math.abs(text) < 1e-4) ? text.toExponential(number - 1) : String(text))
}

/**
 * So many digits, zeros at the end among them.
 * @param {number} value
 */
export function significant(value, number = 3) {
  const short = digits(value, number)
  if (!Number.isFinite(value) || value === 0 || short.includes("e")) return short
  const rounded = Number(value.toPrecision(number))
  return minus(rounded.toFixed(Math.max(0, number - 1 - Math.floor(Math.log10(Math.abs(rounded))))))
}

/**
 * Two digits of the error, three of the value without one.
 * @param {number} value @param {number} error
 */
export function withError(value, error) {
  if (!Number.isFinite(value)) return "–"
  if (!(error > 0)) return significant(value)
  const places = Math.max(0, 1 - Math.floor(Math.log10(error)))
  if (places > 6) return `${digits(value)} ±\u00a0${digits(error, 2)}`
  return minus(`${value.toFixed(places)} ±\u00a0${error.toFixed(places)}`)
}

/**
 * A backtracking time of particles as fast as light, three digits; L_c in parsec.
 * @param {number} omegaT @param {number} rlOverLc @param {number} lc
 */
export function yearsInWords(omegaT, rlOverLc, lc) {
  const years = omegaT * rlOverLc * lc * WIRE.yearsPerParsec
  const [size, unit] = years < 0.5 ? [1 / 365.25, "d"] : years < 1e4 ? [1, "yr"] : years < 1e7 ? [1e3, "kyr"] : [1e6, "Myr"]
  return `${digits(years / size)} ${unit}`
}

/**
 * Which protons a rigidity stands for in a field [microgauss] with turbulence of a scale [pc], how large their Larmor radius is, and how
 * long 1/Omega: crviz/dashboard/page.py says so in Python.
 * @param {number} rlOverLc @param {number} b0 @param {number} lc
 */
export function energyInWords(rlOverLc, b0, lc) {
  const tev = rlOverLc * b0 * lc / WIRE.rigidityPerTeV, parsec = rlOverLc * lc, years = parsec * WIRE.yearsPerParsec
  const energy = tev >= 1000 ? `${digits(tev / 1000)} PeV` : `${digits(tev)} TeV`
  const radius = parsec >= 0.01 ? `${digits(parsec)} pc` : `${digits(parsec * WIRE.auPerParsec)} AU`
  const time = years >= 0.5 ? `${digits(years)} yr` : `${digits(365.25 * years)} d`
  return `Protons of ${energy}, r_L = ${radius}, 1/Ω = ${time}, for B₀ = ${b0} μG and L_c = ${lc} pc`
}
