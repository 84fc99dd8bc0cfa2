// What Plotly draws of a bundle of orbits: traces and layouts of the picture in space and of the separations.

// of the orbits: the clicked one, then by angle
export const DASHES = [["solid", ""], ["solid", ""], ["longdash", "9 4"], ["dash", "5 3"], ["dot", "2 3"]] // Plotly, SVG
const SYMBOLS = ["circle", "diamond", "square", "cross", "x"]
const SHADES = [null, 5, 4, 2, 1] // of the palette's multipoles, which fade: the smaller the angle, the higher the multipoles it makes

export function ink(colors, k) { return k === 0 ? colors.ink : colors.multipoles[SHADES[k]] }

function marker(colors, ks, size) {
  return {color: ks.map((k) => ink(colors, k)), symbol: ks.map((k) => SYMBOLS[k]), size, opacity: 1, line: {color: colors.ground, width: 1}}
}

// a quarter of a colour on the ground: what is transparent has no place in a picture in depth
function faded(color, ground) {
  const mixed = [1, 3, 5].map((i) => [color, ground].map((c) => parseInt(c.slice(i, i + 2), 16))).map(([c, g]) => Math.round(0.25 * c + 0.75 * g))
  return `rgb(${mixed.join(",")})`
}

export function spaceTraces(bundle, colors, omegaT) {
  const line3d = (xyz, more) => ({type: "scatter3d", mode: "lines", hoverinfo: "skip", x: xyz[0], y: xyz[1], z: xyz[2], ...more})
  const [foot, tall] = [bundle.box.map((side) => side[0] + 0.03 * bundle.diagonal), 0.2 * bundle.diagonal]
  const arrow = [[foot[0], foot[0]], [foot[1], foot[1]], [foot[2], foot[2] + tall]]
  const ks = [...bundle.paths.keys()]
  return [
    ...bundle.paths.map((path, k) => line3d(path.fine, {line: {color: faded(ink(colors, k), colors.ground), width: 2}})),
    line3d(bundle.line, {line: {color: colors.analytic, width: 5}}),
    line3d(arrow, {mode: "lines+text", text: ["", "B₀"], textposition: "top center", textfont: {color: colors.ink, size: 13}, line: {color: colors.ink, width: 4}}),
    {type: "cone", hoverinfo: "skip", x: [foot[0]], y: [foot[1]], z: [foot[2] + tall], u: [0], v: [0], w: [1], anchor: "tail",
      sizemode: "raw", sizeref: 0.05 * bundle.diagonal, showscale: false, colorscale: [[0, colors.ink], [1, colors.ink]], lighting: {ambient: 1}},
    line3d([[0], [0], [0]], {mode: "markers+text", text: ["observer"], textposition: "bottom center", textfont: {color: colors.analytic, size: 11},
      marker: {color: colors.ink, size: 5, symbol: "cross"}}),
    ...bundle.paths.map((path, k) => line3d(path.until(omegaT), {line: {color: ink(colors, k), width: k ? 3 : 5}})),
    {type: "scatter3d", mode: "markers+text", hoverinfo: "skip", ...marks(bundle, omegaT), textposition: "top center", textfont: {color: colors.ink, size: 12},
      marker: {...marker(colors, ks, 4), symbol: "circle"}},
  ]
}

// places and names of the particles at a time, as attributes of a trace
export function marks(bundle, omegaT) {
  const places = bundle.paths.map((path) => path.at(omegaT))
  return {...columns(places), text: bundle.labels(places)}
}

function columns(places) { return {x: places.map((p) => p[0]), y: places.map((p) => p[1]), z: places.map((p) => p[2])} }

export function spaceLayout(bundle, colors, eye) {
  const axis = (name, i) => ({
    range: bundle.box[i], title: {text: `${name} / r<sub>L</sub>`, font: {size: 12}}, nticks: 2 + Math.round(5 * bundle.aspect[i]), color: colors.analytic,
    gridcolor: colors.faint, showbackground: false, zeroline: false, showspikes: false, tickfont: {size: 11},
  })
  const [x, y, z] = bundle.aspect
  return {
    ...plain(colors), margin: {l: 0, r: 0, t: 0, b: 0},
    scene: {
      xaxis: axis("x", 0), yaxis: axis("y", 1), zaxis: axis("z", 2), aspectmode: "manual", aspectratio: {x, y, z},
      camera: camera(eye), dragmode: "turntable",
    },
  }
}

export function camera(eye) { return {eye, up: {x: 0, y: 0, z: 1}, center: {x: 0, y: 0, z: 0}} }

function plain(colors) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, hovermode: "closest",
    font: {family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 12, color: colors.ink},
  }
}

export function partingTraces(bundle, colors, omegaT) {
  const times = bundle.separation_times
  return [
    ...bundle.angles.map((angle) => ({
      type: "scatter", mode: "lines", hoverinfo: "skip", x: [times[0], bundle.omega_t_max], line: {color: colors.faint, width: 1},
      y: [times[0], bundle.omega_t_max].map((t) => 2 * Math.sin(angle * Math.PI / 360) * t),
    })),
    ...bundle.parting.map((y, k) => ({
      type: "scatter", mode: "lines", name: `${bundle.angles[k]}°`, x: times, y, line: {color: ink(colors, k + 1), width: 2, dash: DASHES[k + 1][0]},
      hovertemplate: "Ω T = %{x:.3g}: %{y:.3g} r_L",
    })),
    {type: "scatter", mode: "markers", hoverinfo: "skip", ...cursorMarks(bundle, omegaT),
      marker: marker(colors, bundle.angles.map((_, k) => k + 1), 9)},
  ]
}

export function cursorMarks(bundle, omegaT) {
  const t = bundle.clamp(omegaT)
  return {x: bundle.angles.map(() => t), y: bundle.apart(t)}
}

export function cursor(bundle, colors, omegaT) {
  const t = bundle.clamp(omegaT)
  return [{type: "line", xref: "x", yref: "paper", x0: t, x1: t, y0: 0, y1: 1, line: {color: colors.analytic, width: 1}}]
}

export function partingLayout(bundle, colors, omegaT) {
  const first = bundle.separation_times[0]
  const all = bundle.parting.flatMap((values) => Array.from(values)).filter((value) => value > 0)
  const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b))
  const axis = (title, range) => ({
    type: "log", title: {text: title, font: {size: 12}, standoff: 8}, range: range.map(Math.log10), color: colors.analytic, gridcolor: colors.faint + "80",
    dtick: 1, exponentformat: "power", zeroline: false, tickfont: {size: 11}, showline: true, linecolor: colors.faint, ticks: "outside", tickcolor: colors.faint, fixedrange: true,
  })
  return {
    ...plain(colors), margin: {l: 62, r: 14, t: 8, b: 44}, dragmode: false,
    xaxis: axis("backtracking time Ω T", [first, 1.1 * bundle.omega_t_max]), yaxis: axis("separation / r<sub>L</sub>", [0.5 * low, 2 * high]),
    shapes: cursor(bundle, colors, omegaT),
    annotations: bundle.angles.map((angle, k) => ({
      x: Math.log10(first), y: Math.log10(bundle.parting[k][0]), text: `${angle}°`, showarrow: false, xanchor: "left", yanchor: "bottom", xshift: 3, yshift: 12,
      font: {color: ink(colors, k + 1), size: 12},
    })),
  }
}
