// The picture in space: orbits, as far as T and, faint, beyond; the field line; B0; the observer.

import {ink, markers, plain} from "./orbit_style.js"

// a quarter of a colour on the ground: transparent lines do not mix well in a picture in depth
function faded(color, ground) {
  const channel = (text, i) => parseInt(text.slice(i, i + 2), 16)
  const mixed = [1, 3, 5].map((i) => Math.round(0.25 * channel(color, i) + 0.75 * channel(ground, i)))
  return `rgb(${mixed.join(",")})`
}

function trace([x, y, z], more) {
  return {type: "scatter3d", mode: "lines", hoverinfo: "skip", x, y, z, ...more}
}

// the traces that follow T come last: the ways, then the marks
export function spaceTraces(bundle, box, colors, omegaT, sight) {
  const beyond = bundle.paths.map((path, k) =>
    trace(path.fine, {line: {color: faded(ink(colors, k), colors.ground), width: 2}}))
  const ways = bundle.paths.map((path, k) =>
    trace(path.until(omegaT), {line: {color: ink(colors, k), width: k ? 3 : 5}}))
  const {x, y, z, text} = marks(bundle, box, omegaT, sight)
  return [
    ...beyond,
    trace(bundle.line, {line: {color: colors.analytic, width: 5}}),
    ...arrow(box, colors),
    trace([[0], [0], [0]], {
      mode: "markers+text",
      marker: {color: colors.ink, size: 5, symbol: "cross"},
      text: ["observer"],
      textposition: "bottom center",
      textfont: {color: colors.analytic, size: 11 * colors.scale},
    }),
    ...ways,
    trace([x, y, z], {
      mode: "markers+text",
      marker: {...markers(colors, [...bundle.paths.keys()], 4), symbol: "circle"},
      text,
      textposition: "top center",
      textfont: {color: colors.ink, size: 12 * colors.scale},
    }),
  ]
}

// B0, in a corner of the box
function arrow({ends}, colors) {
  const [x, y, z] = ends.map(([low, high]) => low + 0.06 * (high - low))
  const length = 0.25 * Math.max(...ends.map(([low, high]) => high - low)), tip = z + length
  const shaft = trace([[x, x], [y, y], [z, tip]], {
    mode: "lines+text",
    line: {color: colors.ink, width: 4},
    text: ["", "B₀"],
    textposition: "top center",
    textfont: {color: colors.ink, size: 13 * colors.scale},
  })
  const head = {
    type: "cone",
    hoverinfo: "skip",
    ...{x: [x], y: [y], z: [tip], u: [0], v: [0], w: [1]},
    anchor: "tail",
    sizemode: "raw",
    sizeref: 0.25 * length,
    showscale: false,
    colorscale: [[0, colors.ink], [1, colors.ink]],
    lighting: {ambient: 1},
  }
  return [shaft, head]
}

// where the particles were at a time, and the names for which there is room
export function marks(bundle, box, omegaT, sight) {
  const places = bundle.paths.map((path) => path.at(omegaT))
  const [x, y, z] = [0, 1, 2].map((i) => places.map((place) => place[i]))
  return {x, y, z, text: bundle.labels(places, box, sight)}
}

export function spaceLayout(box, colors, eye) {
  const axis = (name, i) => ({
    range: box.ends[i],
    title: {text: `${name} / r<sub>L</sub>`, font: {size: 12 * colors.scale}},
    nticks: 2 + Math.round(5 * box.aspect[i]),
    tickfont: {size: 11 * colors.scale},
    color: colors.analytic,
    gridcolor: colors.faint,
    showbackground: false,
    zeroline: false,
    showspikes: false,
  })
  const [x, y, z] = box.aspect
  return {
    ...plain(colors),
    margin: {l: 0, r: 0, t: 0, b: 0},
    scene: {
      xaxis: axis("x", 0),
      yaxis: axis("y", 1),
      zaxis: axis("z", 2),
      aspectmode: "manual",
      aspectratio: {x, y, z},
      camera: camera(eye),
      dragmode: "turntable",
    },
  }
}

export function camera(eye) { return {eye, up: {x: 0, y: 0, z: 1}, center: {x: 0, y: 0, z: 0}} }
