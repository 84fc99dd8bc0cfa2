// Orbits followed back in time by Boris' scheme with the steps of crviz/kernels.py: half a drift, one sum of waves and a rotation, half a drift.
//
// In double precision throughout, one orbit after another: plain JavaScript has neither vectors nor fused multiply-adds, and
// single precision costs it more than it saves. So nothing has to be counted from anchors, and the compiled kernel's float32
// differs by its own rounding alone: both have the same cosine.

/** @typedef {import("./field.js").Field} Field */
/** @typedef {(waves: Float64Array, cosine: ArrayLike<number>, x: number, y: number, z: number, b: Float64Array) => void} Summing */
/** @typedef {{numbers: number[], sizes: number[]}} Steps equal steps of each interval between two times: how many, how long [1/Omega] */

const PER_WAVE = 7 // k_n / 2 pi, phase_n / 2 pi, a_n
const TO_WHOLE = 1.5 * 2 ** 52 // added and taken away again it leaves the nearest whole number, sooner than Math.floor does

// A field as sums of waves take it: with phases in turns, wave after wave.
/** @param {Field} field */
export function inTurns({wavevectors, amplitudes, phases}) {
  const waves = new Float64Array(PER_WAVE * phases.length), turns = 1 / (2 * Math.PI)
  phases.forEach((phase, n) => {
    waves[PER_WAVE * n + 3] = phase * turns
    for (let i = 0; i < 3; i++) {
      waves[PER_WAVE * n + i] = wavevectors[i][n] * turns
      waves[PER_WAVE * n + 4 + i] = amplitudes[i][n]
    }
  })
  return waves
}

// ceil(dT / step) equal steps in each interval dT, as crviz.orbits.intervals has them.
/** @param {ArrayLike<number>} omegaT @param {number} step @returns {Steps} */
export function intervals(omegaT, step) {
  const lengths = Array.from(omegaT, (time, t) => time - (t > 0 ? omegaT[t - 1] : 0))
  // an interval that is a whole number of steps but for rounding takes that number
  const numbers = lengths.map((length) => Math.max(1, Math.ceil(length / step * (1 - 1e-12))))
  return {numbers, sizes: lengths.map((length, t) => length / numbers[t])}
}

/**
 * The turbulent field at a place [B0], by a polynomial of degree 5 in the square of what is left of a turn.
 * @type {Summing}
 */
export function sumWaves(waves, cosine, x, y, z, b) {
  const c0 = cosine[0], c1 = cosine[1], c2 = cosine[2], c3 = cosine[3], c4 = cosine[4], c5 = cosine[5]
  let b0 = 0, b1 = 0, b2 = 0
  for (let i = 0; i < waves.length; i += PER_WAVE) {
    const turns = waves[i] * x + waves[i + 1] * y + (waves[i + 2] * z + waves[i + 3])
    const u = turns - (turns + TO_WHOLE - TO_WHOLE), s = u * u, q = s * s
    const c = c0 + c1 * s + q * (c2 + c3 * s + q * (c4 + c5 * s)) // in pairs: products that need not wait for each other
    b0 += waves[i + 4] * c
    b1 += waves[i + 5] * c
    b2 += waves[i + 6] * c
  }
  b[0] = b0
  b[1] = b1
  b[2] = b2
}

// One cosmic ray on its way back from the origin.
export class Orbit {
  /** @param {number} x @param {number} y @param {number} z the unit vector of its momentum at t = 0 */
  constructor(x, y, z) {
    this.r = new Float64Array(3)
    this.p = Float64Array.of(x, y, z)
    this.b = new Float64Array(3)
  }

  /**
   * Go back by some equal steps. B = e_z + b turns momenta; the rotation, with tan(|B| h/2) in place of |B| h/2, is exact in a uniform field.
   * @param {Float64Array} waves @param {ArrayLike<number>} cosine @param {number} number @param {number} h [1/Omega] @param {Summing} sum
   */
  back(waves, cosine, number, h, sum = sumWaves) {
    const {r, p, b} = this
    let x = r[0] - 0.5 * h * p[0], y = r[1] - 0.5 * h * p[1], z = r[2] - 0.5 * h * p[2]
    let px = p[0], py = p[1], pz = p[2]
    for (let step = 1; step <= number; step++) {
      sum(waves, cosine, x, y, z, b)
      const bx = b[0], by = b[1], bz = b[2] + 1
      const angle2 = (bx * bx + by * by + bz * bz) * (0.25 * h * h)
      // tan(a)/a to a^8, as the compiled kernel has it
      const ratio = 1 + angle2 * (1 / 3 + angle2 * (2 / 15 + angle2 * (17 / 315 + angle2 * (62 / 2835))))
      const scale = -0.5 * h * ratio, tx = scale * bx, ty = scale * by, tz = scale * bz
      const weight = 2 / (1 + tx * tx + ty * ty + tz * tz)
      const mx = px + py * tz - pz * ty, my = py + pz * tx - px * tz, mz = pz + px * ty - py * tx
      px += weight * (my * tz - mz * ty)
      py += weight * (mz * tx - mx * tz)
      pz += weight * (mx * ty - my * tx)
      const drift = step < number ? h : 0.5 * h
      x -= drift * px
      y -= drift * py
      z -= drift * pz
    }
    r[0] = x
    r[1] = y
    r[2] = z
    p[0] = px
    p[1] = py
    p[2] = pz
  }
}
