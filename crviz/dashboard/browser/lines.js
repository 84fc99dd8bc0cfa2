// Columns of the figures' sources: lines on log axes, and their names at the right ends.

const LINE = 13 // pixels

export class Lines {
  /** @type {Record<"xs" | "ys" | "errors" | "color" | "dash" | "width" | "alpha" | "name", any[]>} */
  columns = {xs: [], ys: [], errors: [], color: [], dash: [], width: [], alpha: [], name: []}
  /** @type {{name: string, x: number, y: number, color: string}[]} */
  ends = []

  /**
   * What is not positive is left out; named: whether the line's name stands at its end.
   * @param {string} name @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {string} color
   * @param {{dash?: string, width?: number, alpha?: number, named?: boolean}} options @param {ArrayLike<number>} errors none where not known
   */
  add(name, x, y, color, {dash = "solid", width = 1.5, alpha = 1, named = false} = {}, errors = []) {
    const c = this.columns
    c.xs.push(Array.from(x))
    c.ys.push(Array.from(y, (v) => (v > 0 ? v : NaN)))
    c.errors.push(Array.from(errors))
    c.color.push(color); c.dash.push(DASHES[dash]); c.width.push(width); c.alpha.push(alpha); c.name.push(name)
    if (named) this.ends.push({name, x: x[x.length - 1], y: y[y.length - 1], color})
  }

  /**
   * Names moved down where they would overlap; a line of them in decades, none below the floor.
   * @param {number} apart @param {number} floor
   */
  names(apart, floor) {
    /** @type {Record<"x" | "y" | "text" | "color", any[]>} */
    const out = {x: [], y: [], text: [], color: []}
    let last = Infinity
    for (const end of this.ends.filter((e) => e.y > floor).sort((a, b) => b.y - a.y)) {
      const height = Math.min(Math.log10(end.y), last - apart)
      last = height
      if (height < Math.log10(floor)) break
      out.x.push(end.x); out.y.push(10 ** height); out.text.push(end.name); out.color.push(end.color)
    }
    return out
  }
}

/** @type {Record<string, number[]>} */
export const DASHES = {solid: [], dotted: [2, 4], dashed: [6, 4], dotdash: [2, 4, 6, 4]}

/**
 * Where a log axis ends that has room for names of so many pixels beyond the last value.
 * @param {number} first @param {number} last @param {number} pixels @param {number} width
 */
export function beyond(first, last, pixels, width) { return last * (last / first) ** (pixels / Math.max(width - pixels, pixels)) }

/**
 * How many decades a line of words takes on an axis of so many, in a frame of so many pixels.
 * @param {number} decades @param {number} pixels
 */
export function lineOf(decades, pixels) { return LINE * decades / pixels }

/**
 * The next half decade, so that an axis rests while a slider moves.
 * @param {number} value
 */
export function steady(value) { return 10 ** (Math.ceil(2 * Math.log10(value)) / 2) }
