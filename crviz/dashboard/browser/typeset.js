// Symbols as they are written by hand: r_L, C_ℓ, k^−γ and (1 − x)^p of plain strings with scripts below and above the line.

// one letter or a bracket, its script, and no more letters: names of parameters, omega_t_max or n_modes, are none
const SCRIPT = /((?<![\p{L}\p{N}_])\p{L}|\))([_^])([−-]?(?:\p{L}{1,3}|\p{N}+))(?![\p{L}\p{Nd}_])/u

/**
 * A text in parts: [text, "" | "_" | "^"], the last saying where it stands.
 * @param {string} text @returns {[string, string][]}
 */
export function parts(text) {
  const found = text.split(SCRIPT) // before, letter, mark, script, and so on
  /** @type {[string, string][]} */
  const out = []
  for (let i = 0; i + 3 < found.length; i += 4) out.push([found[i] + found[i + 1], ""], [found[i + 3], found[i + 2]])
  return [...out, [found[found.length - 1], ""]]
}

/**
 * The nodes of a text. Its marks stay in it, unseen, so that it is heard, found and copied as it is written in plain text.
 * @param {string} text @returns {(Node | string)[]}
 */
export function typeset(text) {
  return parts(text).filter(([part]) => part).map(([part, mark]) => {
    if (!mark) return part
    const script = document.createElement(mark === "_" ? "sub" : "sup"), unseen = document.createElement("i")
    unseen.append(mark)
    script.append(unseen, part)
    return script
  })
}
