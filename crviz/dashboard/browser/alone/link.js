// What a fragment says is set, value by value: the browser's counterpart of crviz/dashboard/address.py and State.set.

/** @typedef {{kind: "number" | "truth" | "choice", low?: number | null, high?: number | null, whole?: boolean, optional?: boolean, options?: string[]}} Rule */

/**
 * A value that came from outside, as far as its rule allows it; undefined where it is no value of that kind.
 * @param {Rule} rule @param {any} value
 */
export function allowed({kind, low, high, whole, optional, options = []}, value) {
  if (value === null) return optional ? null : undefined
  if (kind === "truth") return Boolean(value)
  if (kind === "choice") return options.includes(value) ? value : undefined
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined
  return Math.min(Math.max(whole ? Math.trunc(value) : value, low ?? -Infinity), high ?? Infinity)
}

/**
 * The settings in a fragment, and what was clamped or left out, in sentences; keys that are no setting here are for others.
 * @param {string} fragment @param {Record<string, Rule>} rules
 * @returns {{values: Record<string, any>, notices: string[]}}
 */
export function linkedValues(fragment, rules) {
  /** @type {Record<string, any>} */
  const values = {}
  /** @type {string[]} */
  const notices = []
  for (const [key, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    if (!Object.hasOwn(rules, key)) continue
    const meant = read(rules[key], text), taken = meant === undefined ? undefined : allowed(rules[key], meant)
    if (taken === undefined) notices.push(`The link has ${key} = '${text}', which is not a valid value; it is ignored.`)
    else {
      values[key] = taken
      if (taken !== meant) notices.push(`The link has ${key} = ${meant}, which is out of range; ${taken} is used.`)
    }
  }
  return {values, notices}
}

/** @param {Rule} rule @param {string} text */
function read({kind}, text) {
  if (kind === "truth") return {true: true, false: false}[text]
  return kind === "choice" ? text : text.trim() === "" ? undefined : Number(text)
}
