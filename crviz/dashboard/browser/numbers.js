// Numbers in words that stand for what is set, and not for something near it.

/**
 * At least so many places, and as many as the number has.
 * @param {number} value
 */
export function exact(value, places = 0) {
  const short = value.toFixed(places)
  return Number(short) === value ? short : String(value)
}

/**
 * A recorded time: times lie further apart than its last digit.
 * @param {number} time
 */
export function timeInWords(time) { return String(Number(time.toPrecision(5))) }

/**
 * The number that a text is, or the fraction, as 11/3; null for what is neither.
 * @param {string} text @returns {number | null}
 */
export function quotient(text) {
  const [over, under = 1, ...more] = text.split("/").map((part) => (part.trim() === "" ? NaN : Number(part)))
  return more.length || !Number.isFinite(over / under) ? null : over / under
}
