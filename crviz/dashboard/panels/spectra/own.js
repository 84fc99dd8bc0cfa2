// A spectrum of one's own, read in the browser: its numbers go nowhere. What files may hold is said in
// crviz/observations/spectrum_file.py and own_spectrum.py.

/** @typedef {import("./seeing.js").Observed} Observed */
/** @typedef {{ell: number[], declination: number[], smoothing: number, pseudo: boolean, m0: boolean}} Asked */

const CLEAR = 3 // times its noise, as observations.CLEAR
const OWN_MARKERS = ["star", "hex"]
const WHOLE = [-90, 90]

/**
 * The spectrum in a text, and the window that the session is asked for: no number of the spectrum is in that.
 * Throws an Error with a sentence for what is no such text.
 * @param {string} text @param {string} name of the file @param {number} number how many there were before
 * @returns {{observed: Observed, asked: Asked}}
 */
export function ownSpectrum(text, name, number) {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((each) => each.trim())
  const said = header(lines, name), [head, ...rows] = lines.filter((each) => !each.startsWith("#")).map((each) => each.split(",").map((cell) => cell.trim()))
  /** @param {string} what @returns {never} */
  const refuse = (what) => { throw new Error(`${name}: ${what}.`) }
  if (said.window) refuse("its mask is not a band of declination, which this page cannot show; crviz plot --observed can")
  if (/\{.*\}/.test(said.name ?? "")) refuse("it holds several spectra, but must hold one")
  const places = columns(head ?? [], said.columns)
  if (places.ell < 0 || places.cl < 0) refuse("it must have the columns ell and C_ell, with commas between them")
  /** @param {number} place */
  const column = (place) => rows.map((row) => {
    const cell = place < 0 ? "" : row[place] ?? ""
    return cell === "" ? NaN : Number.isNaN(Number(cell)) ? refuse(`${head[place]} = ${cell} must be a number`) : Number(cell)
  })
  const all = {ell: column(places.ell), cl: column(places.cl), low: column(places.low), high: column(places.high), noise: column(places.noise)}
  const kept = all.ell.flatMap((l, i) => (l === 0 ? [] : [i]))
  /** @param {number[]} values */
  const pick = (values) => kept.map((i) => values[i])
  const ell = pick(all.ell), cl = pick(all.cl), noise = pick(all.noise).filter(Number.isFinite).sort((a, b) => a - b)
  if (!ell.length) refuse("there must be rows below its header")
  ell.forEach((l, i) => { if (!(Number.isInteger(l) && l > (i ? ell[i - 1] : 0))) refuse(`ell = ${l} must be a whole number above the one before it`) })
  cl.forEach((each) => { if (!Number.isFinite(each)) refuse("C_ell must be a number in every row") })
  const declination = said.declination ? said.declination.split(/\s+/).map(Number) : WHOLE
  if (declination.length !== 2 || declination.some(Number.isNaN)) refuse(`declination = ${said.declination} must be two numbers`)
  const smoothing = Number(said.smoothing ?? 0), energy = Number(said.energy ?? NaN), level = noise.length ? noise[Math.floor(noise.length / 2)] : 0
  const known = said.declination !== undefined
  return {
    asked: {ell, declination, smoothing, pseudo: said.pseudo !== "no", m0: said.m0 !== "no"},
    observed: {
      key: `own ${number}`, name: said.name ?? name, label: said.name ?? name, marker: OWN_MARKERS[number % OWN_MARKERS.length], window: -1, ell, cl,
      low: pick(all.low).map(published), high: pick(all.high).map(published),
      noise: level > 0 ? [[said.name ?? name, level]] : [], level, fitted: [ell[0], clear(cl, ell, level)],
      energy,
      part: known ? `declination ${declination.join("° to ")}°`.replaceAll("-", "−") : "not given in the file: the whole sky is assumed",
      corrected: (said.pseudo === "no" ? "fraction of the sky seen" : "nothing (masked map)") +
        (smoothing ? `, smoothing over ${smoothing}°` : "") + (said.m0 === "no" ? "; m = 0 is missing" : ""),
    },
  }

  /** @param {number[]} power @param {number[]} multipoles @param {number} least */
  function clear(power, multipoles, least) {
    const lost = power.findIndex((each) => !(each > CLEAR * least))
    return multipoles[lost < 0 ? power.length - 1 : Math.max(lost - 1, 0)]
  }
}

/** @param {number} error */
function published(error) { return Number.isFinite(error) ? error : -1 }

/** @param {string[]} lines @param {string} name @returns {Record<string, string>} */
function header(lines, name) {
  /** @type {Record<string, string>} */
  const said = {}
  for (const line of lines) {
    const found = /^#:\s*(\w+)\s*:\s*(.*)$/.exec(line)
    if (!found) continue
    if (found[1] in said && found[1] !== "noise") throw new Error(`${name}: ${found[1]} must be in its header once.`)
    said[found[1]] = found[2].trim()
  }
  return said
}

/**
 * Where the columns are, -1 where there is none.
 * @param {string[]} head @param {string} [said] "cl = power, ..."
 */
function columns(head, said = "") {
  const named = Object.fromEntries(said.split(",").map((each) => each.split("=").map((part) => part.trim())))
  /** @param {string} name @param {string[]} others */
  const place = (name, ...others) => head.indexOf([named[name], name, ...others].find((each) => each !== undefined && head.includes(each)) ?? "")
  return {ell: place("ell"), cl: place("cl", "C_ell"), low: place("error_down", "error"), high: place("error_up", "error"), noise: place("noise")}
}
