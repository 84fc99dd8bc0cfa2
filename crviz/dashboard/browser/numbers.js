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
