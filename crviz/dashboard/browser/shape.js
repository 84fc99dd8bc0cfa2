// The analytic spectrum C_l / C_1 for nu_r = nu_0 (1 - x)^p, l = 1..lmax, by the recurrence of its
// gamma functions: Gamma(l + p) / Gamma(l - p + 4) = (l + p - 1)/(l - p + 3) times the one before.

/** @param {number} p @param {string} form @param {number} lmax */
export function shape(p, form, lmax) {
  const out = new Float64Array(lmax)
  let gammas = 1
  for (let l = 1; l <= lmax; l++) {
    // Eq. 16 as printed has a factor beside the gamma functions, the self-consistent form has none
    const front = form === "printed" ? (1 - p * (1 - p) / (l * (l + 1))) / (1 - p * (1 - p) / 2) : 1
    out[l - 1] = front * gammas
    gammas *= (l + p - 1) / (l - p + 3)
  }
  return out
}

/**
 * d ln C_l / d ln(l + 1/2) between two multipoles, all weighed alike; NaN where a value is not positive.
 * @param {ArrayLike<number>} cl @param {number} low @param {number} high
 */
export function slope(cl, low, high) {
  let n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0
  for (let l = low; l <= Math.min(high, cl.length - 1); l++) {
    const x = Math.log(l + 0.5), y = Math.log(cl[l])
    n += 1; sx += x; sy += y; sxx += x * x; sxy += x * y
  }
  return n > 1 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) : NaN
}
