// Whether the other side of a connection is there, by when it was heard last, and how long to wait between tries.

const SILENT = 5000 // ms of silence after which it is asked
const PATIENCE = 10000 // ms that it may take to answer
const LONGEST = 15 // s between tries

export class Pulse {
  /** @type {number | null} when it was asked what it has not answered */
  #asked = null
  #heard = 0

  /** @param {number} now [ms] */
  heard(now) {
    this.#heard = now
    this.#asked = null
  }

  /** @param {number} now [ms] */
  asked(now) { this.#asked = now }

  /**
   * What there is to do: to ask, to give it up, or nothing.
   * @param {number} now [ms] @returns {"ask" | "lost" | ""}
   */
  due(now) {
    if (this.#asked !== null) return now - this.#asked >= PATIENCE ? "lost" : ""
    return now - this.#heard >= SILENT ? "ask" : ""
  }
}

/**
 * Seconds until the next try, after so many in vain.
 * @param {number} tries
 */
export function pause(tries) { return Math.min(2 ** tries, LONGEST) }
