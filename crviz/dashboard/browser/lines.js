// Columns of the figures' sources: lines on log axes, and their names at the right ends.

export class Lines {
  columns = {xs: [], ys: [], color: [], dash: [], width: [], alpha: [], name: []}
  ends = []

  // what is not positive is left out; named: whether the line's name stands at its end
  add(name, x, y, color, {dash = "solid", width = 1.5, alpha = 1, named = false} = {}) {
    const c = this.columns
    c.xs.push(Array.from(x))
    c.ys.push(Array.from(y, (v) => (v > 0 ? v : NaN)))
    c.color.push(color); c.dash.push(DASHES[dash]); c.width.push(width); c.alpha.push(alpha); c.name.push(name)
    if (named) this.ends.push({name, x: x[x.length - 1], y: y[y.length - 1], color})
  }

  // names moved down where they would overlap; apart in decades, none below the floor
  names(apart, floor) {
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

const DASHES = {solid: [], dotted: [2, 4], dashed: [6, 4], dotdash: [2, 4, 6, 4]}

export function subscript(number) {
  return String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit])
}

// where a log axis ends that has room for names of so many pixels beyond the last value
export function beyond(first, last, pixels, width) { return last * (last / first) ** (pixels / Math.max(width - pixels, pixels)) }

// the next half decade, so that an axis rests while a slider moves
export function steady(value) { return 10 ** (Math.ceil(2 * Math.log10(value)) / 2) }
