// Symmetric tensors over the components xx, yy, zz, xy, xz, yz, contracted with the gradient.
// The browser's counterpart of crviz/spectra.py, which stays the truth: a test compares the two.

// what each component counts in g_i g_j X_ij; a cosine that is 0 but for rounding is 0, so that at right angles
// to the field the parallel component does not count, though it may be NaN
export function gradientWeights(theta, phi) {
  const cosine = (angle) => (Math.abs(Math.cos(angle)) < 1e-12 ? 0 : Math.cos(angle))
  const x = Math.sin(theta) * cosine(phi), y = Math.sin(theta) * Math.sin(phi), z = cosine(theta)
  return [x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z]
}

// the mean over the azimuth at right angles to the regular field
export const PERPENDICULAR = [0.5, 0.5, 0, 0, 0, 0]

// sum_a w_a X[row, a, l] for l = 0..size-1; X is flat with the shape (rows, 6, size)
export function contract(values, row, size, weights) {
  const out = new Float64Array(size)
  for (let a = 0; a < 6; a++) {
    const weight = weights[a]
    if (weight === 0) continue
    const start = (row * 6 + a) * size
    for (let l = 0; l < size; l++) out[l] += weight * values[start + l]
  }
  return out
}

// sqrt(sum_ab w_a w_b C_ab): deviations (rows, 6, size), correlations in 1/127 (rows, 15, size), pairs a < b
export function contractError(deviations, correlations, row, size, weights) {
  const variance = new Float64Array(size)
  let pair = 0
  for (let a = 0; a < 6; a++) {
    const first = (row * 6 + a) * size
    if (weights[a] !== 0) for (let l = 0; l < size; l++) variance[l] += (weights[a] * deviations[first + l]) ** 2
    for (let b = a + 1; b < 6; b++, pair++) {
      const weight = 2 * weights[a] * weights[b] / 127
      if (weight === 0) continue
      const second = (row * 6 + b) * size, at = (row * 15 + pair) * size
      for (let l = 0; l < size; l++)
        variance[l] += weight * deviations[first + l] * deviations[second + l] * correlations[at + l]
    }
  }
  return variance.map((v) => Math.sqrt(Math.max(v, 0)))
}
