// Numbers in words that stand for what is set, and not for something near it.

// at least so many places, and as many as the number has
export function exact(value, places = 0) {
  const short = value.toFixed(places)
  return Number(short) === value ? short : String(value)
}

// a recorded time: times lie further apart than its last digit
export function timeInWords(time) { return String(Number(time.toPrecision(5))) }
