// Turbulent fields out of what Python has drawn (crviz/dashboard/draws.py), at any strength and rigidity, and the step they ask for.

/**
 * @typedef {object} Draws
 * @property {number[]} realizations which fields
 * @property {number} waves N, plane waves in each
 * @property {number[]} cosine coefficients in u^2 of cos(2 pi u), |u| <= 1/2, the lowest first: the compiled kernel's
 * @property {number} turnPerStep largest step times (1 + sigma)
 * @property {number} excessScattering scattering that waves shorter than a step may add, as a share of all
 * @property {number} mostSteps that an orbit may take
 * @property {Float64Array} numbers what follows: wave numbers, amplitudes, and four angles a wave of each field
 */
/** @typedef {{sigma2: number, rl_over_lc: number, realization: number}} Place whose field */
/**
 * @typedef {object} Field B = e_z + sum_n a_n cos(k_n . r + phase_n), in units of B0
 * @property {Float64Array[]} wavevectors three of N [1/r_L]
 * @property {Float64Array[]} amplitudes three of N [B0]
 * @property {Float64Array} phases N [rad]
 */

/** @param {ArrayBuffer} bytes @returns {Draws} */
export function readDraws(bytes) {
  try {
    const start = 4 + new DataView(bytes).getUint32(0, true)
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, start - 4)))
    const numbers = new Float64Array(bytes, start), many = head.waves * (2 + 4 * head.realizations.length)
    if (numbers.length !== many) throw new Error(`${numbers.length} numbers for ${many}`)
    return {...head, numbers}
  } catch (error) {
    throw new Error(`The drawn fields are broken (${/** @type {Error} */ (error).message}): fetch their file anew.`)
  }
}

// wave numbers [1/r_L] and amplitudes [B0] of the waves of every field
/** @param {Draws} draws @param {{sigma2: number, rl_over_lc: number}} place */
export function waveSpectrum({waves, numbers}, {sigma2, rl_over_lc}) {
  const root = Math.sqrt(sigma2)
  return {
    k: numbers.subarray(0, waves).map((each) => each * rl_over_lc),
    amplitude: numbers.subarray(waves, 2 * waves).map((each) => each * root),
  }
}

// What crviz.draw_field draws: rounded to single precision as it is.
/** @param {Draws} draws @param {Place} place @returns {Field} */
export function drawField(draws, place) {
  const {waves, numbers, realizations} = draws, {k, amplitude} = waveSpectrum(draws, place)
  const begin = 2 * waves + 4 * waves * realizations.indexOf(place.realization)
  const [z, phi, angle, phase] = [0, 1, 2, 3].map((i) => numbers.subarray(begin + i * waves, begin + (i + 1) * waves))
  const wavevectors = [0, 1, 2].map(() => new Float64Array(waves)), amplitudes = [0, 1, 2].map(() => new Float64Array(waves))
  for (let n = 0; n < waves; n++) {
    const sin = Math.sqrt(1 - z[n] * z[n]), x = Math.cos(phi[n]), y = Math.sin(phi[n])
    const along = Math.cos(angle[n]), across = Math.sin(angle[n]) // of e_theta and of e_phi
    const direction = [sin * x, sin * y, z[n]]
    const polarization = [along * z[n] * x - across * y, along * z[n] * y + across * x, -along * sin]
    for (let i = 0; i < 3; i++) {
      wavevectors[i][n] = Math.fround(k[n] * direction[i])
      amplitudes[i][n] = Math.fround(amplitude[n] * polarization[i])
    }
  }
  return {wavevectors, amplitudes, phases: phase.map(Math.fround)}
}

// The step that crviz.waves.default_step chooses [1/Omega].
/** @param {Draws} draws @param {{sigma2: number, rl_over_lc: number}} place */
export function defaultStep(draws, place) {
  const {k, amplitude} = waveSpectrum(draws, place)
  const sigma = Math.sqrt(amplitude.reduce((sum, each) => sum + each * each, 0) / 2)
  let step = twoDigits(draws.turnPerStep / (1 + sigma))
  while (excess(k, amplitude, step) > draws.excessScattering) step = twoDigits(step / 1.2)
  return step
}

// scattering that a finite step adds, as a share of the true one
/** @param {Float64Array} k @param {Float64Array} amplitude @param {number} step */
function excess(k, amplitude, step) {
  let total = 0, added = 0
  k.forEach((each, n) => {
    const scattered = amplitude[n] ** 2 / each
    total += scattered
    added += scattered * Math.floor(each * step / (2 * Math.PI))
  })
  return total > 0 ? 2 * added / total : 0
}

/** @param {number} value */
function twoDigits(value) { return Number(value.toExponential(1)) }
