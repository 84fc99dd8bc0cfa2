// Which parts of a plain text stand below and above the line.

import assert from "node:assert/strict"
import {test} from "node:test"

import {parts} from "../browser/typeset.js"

const scripts = (text) => parts(text).filter(([, mark]) => mark).map(([part, mark]) => mark + part)

test("symbols have their scripts, and all parts together are the text without its marks", () => {
  assert.deepEqual(scripts("Rigidity r_L / L_c"), ["_L", "_c"])
  assert.deepEqual(scripts("p in ν_r ∝ (1 − x)^p"), ["_r", "^p"])
  assert.deepEqual(scripts("K  [r_L² Ω]"), ["_L"])
  assert.deepEqual(scripts("P(k) ∝ k^−γ, λ_min, ⟨C_ℓ⟩ / 4π"), ["^−γ", "_min", "_ℓ"])
  assert.equal(parts("⟨C_ℓ⟩ / 4π").map(([part]) => part).join(""), "⟨Cℓ⟩ / 4π")
})

test("names of parameters and plain words stay as they are", () => {
  for (const text of ["omega_t_max = -5", "n_modes = 0 must be at least 1.", "rl_over_lc", "", "C₁ / 4π"]) assert.deepEqual(parts(text), [[text, ""]])
})
