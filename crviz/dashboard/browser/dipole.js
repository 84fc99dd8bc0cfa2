// Where the dipole's excess comes from in the single fields of a result: the browser's counterpart of
// crviz/result/dipole.py.

/** @typedef {import("./view.js").Tensors} Tensors */

const DEGREES = 180 / Math.PI

/**
 * Angles [°], sorted, of what observers of some gradients see, all together; none where no fields are kept.
 * @param {Tensors} tensors @param {number} t index of one of dipole_times
 * @param {number[][]} gradients unit vectors @param {number[]} [to] the direction, else each one's gradient
 */
export function dipoleAngles(tensors, t, gradients, to) {
  const all = tensors.dipole_vectors ?? [], fields = all.length / (9 * tensors.dipole_times?.length)
  const angles = gradients.flatMap((gradient) => Array.from({length: fields || 0}, (_, r) => {
    // minus: a map of momenta has its excess at p, which comes from -p; a byte holds the root of a value
    const excess = [0, 1, 2].map((axis) => -gradient.reduce((sum, g, i) => {
      const root = all[((t * fields + r) * 3 + i) * 3 + axis]
      return sum + g * root * Math.abs(root)
    }, 0))
    return angle(excess, to ?? gradient)
  }))
  return Float64Array.from(angles).sort()
}

/** @param {number[]} a @param {number[]} b */
function angle(a, b) {
  const across = Math.hypot(...a.map((_, i) => a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3]))
  return DEGREES * Math.atan2(across, a.reduce((sum, each, i) => sum + each * b[i], 0))
}

/**
 * The median, and between what two of three lie where there are several.
 * @param {Float64Array} sorted
 */
export function scatterInWords(sorted) {
  if (!sorted.length) return "–"
  const [low, middle, high] = [0.16, 0.5, 0.84].map((share) => Math.round(quantile(sorted, share)))
  return sorted.length > 1 ? `${middle}° (${low}–${high})` : `${middle}°`
}

/** @param {Float64Array} sorted @param {number} share */
function quantile(sorted, share) {
  const at = share * (sorted.length - 1), below = Math.floor(at)
  return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below])
}
