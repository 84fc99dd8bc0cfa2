// The result in words and numbers, for the chosen gradient and at right angles to the regular field.

import {minus, significant, withError} from "../../browser/digits.js"
import {timeInWords} from "../../browser/numbers.js"
import {slope} from "../../browser/shape.js"
import {Contracted, FOUR_PI} from "../../browser/view.js"

const SLOPE = [2, 12] // multipoles between which the slope is read, against l + 1/2

// {sentence, head: [..], rows: [[name, cell, cell, ..], ..]}
export function summary(held, pinned, view) {
  const columns = [
    ["chosen", numbers(Contracted.of(held, view.theta, view.phi), view.index)],
    ["perpendicular", numbers(Contracted.perpendicular(held), view.index)],
  ]
  if (pinned) {
    const own = columns[0][1], other = numbers(Contracted.of(pinned, view.theta, view.phi), view.pinnedIndex)
    columns.push(["pinned", other])
    columns.push(["change", difference(own, other)])
  }
  const rows = [...columns[0][1].keys()].map((name) => [
    name, ...columns.map(([, cells]) => (cells.get(name).text ?? withError(...cells.get(name)))),
  ])
  return {sentence: sentence(held, columns[0][1], view), head: ["C_ℓ in (r_L |∇n|/n)²", ...columns.map(([name]) => name)], rows}
}

function numbers(contracted, t) {
  const value = contracted.estimate(t), error = contracted.estimateError(t)
  const [standard, standardError] = contracted.number("standard", t)
  const at = (l) => [value[l] / FOUR_PI, error[l] / FOUR_PI]
  return new Map([
    ["K  [r_L² Ω]", contracted.number("k", t)],
    ["⟨r r⟩ / 2T  [r_L² Ω]", contracted.number("running", t)],
    ["C₀ / 4π", at(0)],
    ["C₁ / 4π", at(1)],
    ["standard C₁ / 4π", [standard / FOUR_PI, standardError / FOUR_PI]],
    ["C₂ / C₁", [value[2] / value[1], NaN]],
    [`slope, ℓ = ${SLOPE[0]}–${SLOPE[1]}`, [slope(value, ...SLOPE), NaN]],
    ["noise / 4π", [contracted.noise(t) / FOUR_PI, NaN]],
  ])
}

function difference(own, other) {
  return new Map([...own].map(([name, [a, da]]) => {
    const [b, db] = other.get(name)
    const error = Math.hypot(da, db)
    const percent = b ? 100 * (a - b) / Math.abs(b) : NaN
    if (!Number.isFinite(percent)) return [name, {text: "–"}]
    const sigmas = error > 0 ? `, ${(Math.abs(a - b) / error).toFixed(1)} σ` : ""
    return [name, {text: `${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(percent > 100 ? 0 : 1)} %${sigmas}`}]
  }))
}

function sentence(held, own, view) {
  const [dipole, error] = own.get("C₁ / 4π"), [standard] = own.get("standard C₁ / 4π")
  const steep = own.get(`slope, ℓ = ${SLOPE[0]}–${SLOPE[1]}`)[0]
  let words = `At Ω T = ${timeInWords(held.omega_t[view.index])}, ${held.source}, ⟨C₁⟩/4π is ${withError(dipole, error)}`
  if (standard > 0) words += `, ${significant(dipole / standard, 2)} times the dipole of standard diffusion`
  if (Number.isFinite(steep)) words += `; the slope over ℓ = ${SLOPE[0]}–${SLOPE[1]} is ${minus(steep.toFixed(2))}`
  return words + "." + (view.fitted ? ` ${view.fitted}` : "")
}
