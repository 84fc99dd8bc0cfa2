// Whether K says how cosmic rays diffuse: the rule and the words of crviz/diffusion/settling.py, which is tested
// beside it.

import {withError} from "./digits.js"
import {WIRE} from "./wire.js"

/** @typedef {import("./view.js").Contracted} Contracted */

const {close, errors, errorsOfGyration, margin, gyrating, changing} = WIRE.settling

/**
 * Why K is no diffusion coefficient at a time, in words; "" where it may be one.
 * @param {Contracted} contracted @param {number} t
 */
export function unsettled(contracted, t) {
  if (isGyrating(contracted, t)) return gyrating
  const [ratio, error] = change(contracted, t)
  return Math.abs(ratio - 1) > Math.max(close, errors * error) ? changing.replace("{ratio}", withError(ratio, error)) : ""
}

/**
 * Whether K turns with the gyration, so that its value depends on the phase.
 * @param {Contracted} contracted @param {number} t
 */
export function isGyrating(contracted, t) {
  return turns(contracted, t) || (turns(contracted, t - 1) && turns(contracted, t + 1))
}

/** @param {Contracted} contracted @param {number} t */
function turns(contracted, t) {
  const times = contracted.tensors.omega_t
  /** @param {number} i */
  const running = (i) => contracted.number("running", i)[0]
  /** @param {number} i the mean of K over the interval that ends there @returns {number} */
  const mean = (i) => {
    if (i < 0) return 0
    if (i === times.length) return 2 * mean(i - 1) - mean(i - 2) // as it went until there
    const [from, grown] = i ? [times[i - 1], times[i - 1] * running(i - 1)] : [0, 0]
    return (times[i] * running(i) - grown) / (times[i] - from)
  }
  if (!(t in times)) return false
  const [k, error] = contracted.number("k", t), own = running(t), [low, high] = [mean(t), mean(t + 1)].sort((a, b) => a - b)
  const allowed = Math.max(margin * own, errorsOfGyration * error)
  const beyond = Math.max(low - k, k - high)
  const unseen = beyond > Math.max(close * Math.abs(low + high) / 2, errorsOfGyration * error)
  return k < -allowed || k > 2 * own + allowed || unseen
}

/**
 * K(T)/K(T/2), with lines between the times and from 0 at T = 0, and its error.
 * @param {Contracted} contracted @param {number} t @returns {[number, number]}
 */
export function change(contracted, t) {
  const times = contracted.tensors.omega_t, half = times[t] / 2
  let next = 0
  while (times[next] < half) next++
  const [from, before] = next ? [times[next - 1], contracted.number("k", next - 1)] : [0, [0, 0]]
  const share = (half - from) / (times[next] - from)
  const [earlier, earlierError] = contracted.number("k", next).map((after, i) => before[i] + share * (after - before[i]))
  const [k, error] = contracted.number("k", t), ratio = k / earlier
  return [ratio, Math.hypot(error, ratio * earlierError) / Math.abs(earlier)]
}
