// How the orbits of a bundle are told apart: number 0 is the clicked one, the others follow by angle.

// in Plotly, and in SVG
export const DASHES = [["solid", ""], ["solid", ""], ["longdash", "9 4"], ["dash", "5 3"], ["dot", "2 3"]]
const SYMBOLS = ["circle", "diamond", "square", "cross", "x"]
// of the palette's multipoles, which fade: the smaller the angle, the higher the multipoles it makes
const SHADES = [null, 5, 4, 2, 1]

export function ink(colors, k) { return k === 0 ? colors.ink : colors.multipoles[SHADES[k]] }

export function markers(colors, ks, size) {
  return {
    color: ks.map((k) => ink(colors, k)),
    symbol: ks.map((k) => SYMBOLS[k]),
    size,
    opacity: 1,
    line: {color: colors.ground, width: 1},
  }
}

// what both figures have in common
export function plain(colors) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: "closest",
    font: {
      family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
      size: 12 * colors.scale,
      color: colors.ink,
    },
  }
}
