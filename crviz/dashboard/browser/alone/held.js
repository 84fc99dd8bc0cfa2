// What a page without a server holds: words and numbers as crviz/dashboard/alone/contents.py has packed them.

import {COMPONENTS, gradientWeights} from "../tensor.js"

const NEWLINE = 10
/** @type {Record<string, any>} */
const KINDS = {f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array}

/**
 * A line of JSON, and the arrays that it speaks of as {array: [kind, byte, number]}, counted from its end.
 * @param {ArrayBuffer} content
 */
export function heldIn(content) {
  const end = new Uint8Array(content).indexOf(NEWLINE), line = new TextDecoder().decode(new Uint8Array(content, 0, end))
  return JSON.parse(line, (_, value) => {
    if (!Array.isArray(value?.array)) return value
    const [kind, byte, number] = value.array
    return new KINDS[kind](content, end + 1 + byte, number)
  })
}

/** @typedef {{nodes: ArrayLike<number>, ell: number[], table: ArrayLike<number>, omega_t: ArrayLike<number>}} Evolved */

/**
 * The analytic evolution over 4 pi, [multipole, values at the times] each: linear in g_i g_j, and in p between Chebyshev's nodes.
 * @param {Evolved} evolved table (nodes, 6 components, times, multipoles) @param {number} p @param {number} theta @param {number} phi
 * @returns {[number, number[]][]}
 */
export function evolvedAt({nodes, ell, table, omega_t: {length: times}}, p, theta, phi) {
  const shares = barycentric(nodes, p), weights = gradientWeights(theta, phi), size = times * ell.length
  const sum = new Float64Array(size)
  shares.forEach((share, k) => weights.forEach((weight, a) => {
    if (share * weight === 0) return
    const start = (k * COMPONENTS + a) * size
    for (let i = 0; i < size; i++) sum[i] += share * weight * table[start + i]
  }))
  return ell.map((l, j) => [l, Array.from({length: times}, (_, t) => sum[t * ell.length + j])])
}

/** @typedef {{nodes: ArrayLike<number>, ell: number[], decay: ArrayLike<number>, share: ArrayLike<number>}} HeldModes at each node */

/**
 * What the analytic evolution of a power is made of (growth.js), from those at Chebyshev's nodes.
 * @param {HeldModes} modes decay (nodes, M), share (nodes, multipoles, M) @param {number} p @returns {import("../growth.js").Modes}
 */
export function modesAt({nodes, ell, decay, share}, p) {
  const shares = barycentric(nodes, p)
  /** @param {ArrayLike<number>} values */
  const at = (values) => {
    const size = values.length / nodes.length
    return Float64Array.from({length: size}, (_, i) => shares.reduce((sum, each, k) => sum + each * values[k * size + i], 0))
  }
  return {p, ell, decay: at(decay), share: at(share)}
}

/**
 * How much each of Chebyshev's nodes (with both ends) counts at a place between them.
 * @param {ArrayLike<number>} nodes @param {number} place
 */
function barycentric(nodes, place) {
  const at = Array.from(nodes).indexOf(place), last = nodes.length - 1
  if (at >= 0) return Array.from(nodes, (_, k) => Number(k === at))
  const terms = Array.from(nodes, (node, k) => (k % 2 ? -1 : 1) * (k % last ? 1 : 0.5) / (place - node))
  const total = terms.reduce((sum, each) => sum + each)
  return terms.map((each) => each / total)
}
