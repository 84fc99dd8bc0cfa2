// The dipoles of single fields and what is left of them in the mean: C_1 / 4 pi = |d|^2 / 9 for delta I = d . p.

/** @typedef {{c1: Float64Array, mean: number, error: number, standard: number, vector: number[], scatter: number}} Averaged C_1 / 4 pi of each field, [r_L^2] */

/**
 * Of the first fields: <C_1> with its standard error, the standard dipole from pairs of different fields (Eq. 3), NaN of one field alone,
 * the mean vector, and the scatter of C_1 over its mean.
 * @param {ArrayLike<number>} values (fields, 3, 3): of each component of r(-T) the vector d @param {number} component the gradient's: 0, 1 or 2
 * @param {number} fields how many are taken @returns {Averaged}
 */
export function averaged(values, component, fields) {
  const c1 = new Float64Array(fields), vector = [0, 0, 0]
  for (let field = 0; field < fields; field++)
    for (let i = 0; i < 3; i++) {
      const d = values[(3 * field + component) * 3 + i]
      c1[field] += d * d / 9
      vector[i] += d
    }
  const mean = c1.reduce((a, b) => a + b, 0) / fields
  const deviation = Math.sqrt(c1.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (fields - 1))
  const square = vector.reduce((sum, each) => sum + each * each, 0) / 9
  return {
    c1, mean, vector: vector.map((each) => each / fields),
    error: deviation / Math.sqrt(fields), scatter: deviation / mean,
    standard: (square - mean * fields) / (fields * (fields - 1)),
  }
}
