// A theory beside an observed spectrum: through the window of the experiment, or as if that saw the whole sky.

import {Sight, Window} from "../../dashboard/panels/spectra/seeing.js"

/** @typedef {import("../../dashboard/panels/spectra/seeing.js").Observed} Observed */
/** @typedef {import("../../dashboard/panels/spectra/seeing.js").Packed} Packed */

// What sees everything: its multipoles are those of the sky.
export class OpenWindow extends Window {
  /** @param {ArrayLike<number>} cl from l = 0 */
  coupled(cl) { return this.ell.map((l) => cl[l]) }

  /** @param {number} i */
  modes(i) { return 2 * this.ell[i] + 1 }

  /** @param {ArrayLike<number>} error */
  spread(error) { return this.ell.map((l) => error[l]) }
}

/**
 * A spectrum from l = 0 on as it should be measured, fitted to an observed one: values at its multipoles and the factor; and how far
 * the points lie off, as a factor: the root mean square of the logarithm of (observed less noise) / expected over the fitted multipoles.
 * @param {number[]} cl @param {Observed} observed @param {Packed} packed @param {boolean} through whether it is seen through the window
 */
export function compared(cl, observed, packed, through) {
  const window = through ? new Window(packed) : new OpenWindow(packed)
  const seen = new Sight("fit", false, observed, window).see(cl), [low, high] = observed.fitted
  let sum = 0, number = 0
  observed.ell.forEach((l, i) => {
    const left = observed.cl[i] - observed.level
    if (l < low || l > high || !(left > 0) || !(seen.value[i] > 0)) return
    sum += Math.log(left / seen.value[i]) ** 2
    number += 1
  })
  return {ell: seen.ell, value: seen.value, factor: seen.factor, off: Math.exp(Math.sqrt(sum / number))}
}
