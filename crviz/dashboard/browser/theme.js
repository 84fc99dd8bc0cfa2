// A figure in the colours of a theme, as `figures.colored` does it on the server.

export function themed(figure, {ground, ink, analytic, faint}) {
  wipe(Bokeh.index.find_one(figure)?.canvas_view)
  figure.setv({background_fill_color: ground, border_fill_color: ground})
  for (const axis of [...figure.below, ...figure.left])
    axis.setv({axis_label_text_color: ink, major_label_text_color: analytic})
  for (const grid of figure.center) if ("grid_line_color" in grid.attributes) grid.grid_line_color = faint
  // names are read over lines and marks
  figure.renderers.find((each) => each.name === "names").glyph.background_fill_color = {value: ground}
}

// Bokeh draws half a pixel off, and would leave an edge in the other theme's colour
function wipe(canvas) {
  for (const layer of canvas ? [canvas.primary, canvas.overlays] : []) layer.canvas.width = layer.canvas.width
}
