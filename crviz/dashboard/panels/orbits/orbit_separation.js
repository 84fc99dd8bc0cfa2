// The separation from the clicked orbit against time, on log axes, with a cursor at T.

import {DASHES, ink, markers, plain} from "./orbit_style.js"

// the trace that follows T comes last
export function separationTraces(bundle, colors, omegaT) {
  const ends = [bundle.separation_times[0], bundle.omega_t_max]
  const straight = bundle.angles.map((angle) => ({
    mode: "lines",
    hoverinfo: "skip",
    x: ends,
    y: ends.map((t) => 2 * Math.sin((angle * Math.PI) / 360) * t),
    line: {color: colors.faint, width: 1},
  }))
  const simulated = bundle.apart.map((y, k) => ({
    mode: "lines",
    name: `${bundle.angles[k]}°`,
    x: bundle.separation_times,
    y,
    line: {color: ink(colors, k + 1), width: 2, dash: DASHES[k + 1][0]},
    hovertemplate: "Ω T = %{x:.3g}: %{y:.3g} r_L",
  }))
  const now = {
    mode: "markers",
    hoverinfo: "skip",
    ...cursorMarks(bundle, omegaT),
    marker: markers(colors, bundle.angles.map((_, k) => k + 1), 9),
  }
  return [...straight, ...simulated, now].map((trace) => ({type: "scatter", ...trace}))
}

export function cursorMarks(bundle, omegaT) {
  return {x: bundle.angles.map(() => bundle.clamp(omegaT)), y: bundle.apartAt(omegaT)}
}

export function cursor(bundle, colors, omegaT) {
  const x = bundle.clamp(omegaT)
  const line = {color: colors.analytic, width: 1}
  return [{type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line}]
}

export function separationLayout(bundle, colors, omegaT) {
  const first = bundle.separation_times[0]
  const [low, high] = bundle.apartRange
  return {
    ...plain(colors),
    margin: {l: 62 * colors.scale, r: 14, t: 8, b: 44 * colors.scale},
    dragmode: false,
    xaxis: axis(colors, "backtracking time Ω T", first, 1.1 * bundle.omega_t_max),
    yaxis: axis(colors, "separation / r<sub>L</sub>", 0.5 * low, 2 * high),
    shapes: cursor(bundle, colors, omegaT),
    annotations: bundle.angles.map((angle, k) => ({
      x: Math.log10(first),
      y: Math.log10(bundle.apart[k][0]),
      text: `${angle}°`,
      font: {color: ink(colors, k + 1), size: 12 * colors.scale},
      showarrow: false,
      xanchor: "left",
      yanchor: "bottom",
      xshift: 3,
      yshift: 12,
    })),
  }
}

function axis(colors, title, low, high) {
  return {
    type: "log",
    range: [Math.log10(low), Math.log10(high)],
    title: {text: title, font: {size: 12 * colors.scale}, standoff: 8},
    dtick: 1,
    exponentformat: "power",
    tickfont: {size: 11 * colors.scale},
    ticks: "outside",
    tickcolor: colors.faint,
    color: colors.analytic,
    gridcolor: colors.faint + "80",
    showline: true,
    linecolor: colors.faint,
    zeroline: false,
    fixedrange: true,
  }
}
