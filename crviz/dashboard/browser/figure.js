// A figure of Bokeh's in its place: made of its description, filled, and coloured.

import {withText} from "./png.js"

// above the frame, where they cover nothing that is drawn, a line for each point: Bokeh would put them beside it, row by row
const TOOLTIP = `:host { transform: translateY(-50%); font-size: 12px; max-width: min(100vw - 40px, 420px);
    --tooltip-color: var(--crviz-ground); --tooltip-text: var(--crviz-ink); --tooltip-border: var(--crviz-faint); }
  [style*="table-row"], [style*="table-cell"] { display: inline !important; margin-right: 3px; }
  :host .bk-tooltip-row-label { color: var(--crviz-accent) !important; }`
const GUESS = 360 // pixels, before a figure is laid out

export class Figure {
  static async made(description, place) {
    const figure = new Figure()
    figure.root = (await Bokeh.embed.embed_item(description, place)).roots[0].model
    figure.models = new Map([...figure.root.references()].filter(({name}) => name).map((model) => [model.name, model]))
    return figure
  }

  // a source, a range or an annotation by the name that its description gives it
  model(name) { return this.models.get(name) }

  get view() { return Bokeh.index.find_one(this.root) }

  // of the frame, in pixels
  get width() { return this.root.inner_width || GUESS }

  resized(call) { this.root.properties.inner_width.change.connect(call) }

  // what the pointer says of a field: words of Bokeh's special variables
  says(field, words) {
    for (const {formatters = {}} of this.root.toolbar.tools) {
      const found = formatters instanceof Map ? formatters.get(field) : formatters[field]
      if (found) found.format = (_, __, at) => words(at)
    }
  }

  // columns of sources by the sources' names; x, y: where the axes begin and end
  fill({x, y, ...content}) {
    for (const [name, columns] of Object.entries(content)) {
      const source = this.model(name), lacking = Object.keys(source.data).filter((column) => !(column in columns))
      if (lacking.length) throw new Error(`${name} lacks ${lacking.join(", ")}`)
      source.data = columns
    }
    for (const [name, [start, end]] of Object.entries({x, y})) this.model(name).setv({start, end})
  }

  // as `figures.colored` does it on the server
  color({ground, ink, analytic, faint}) {
    const {root} = this
    this.#wipe()
    root.setv({background_fill_color: ground, border_fill_color: ground})
    for (const axis of [...root.below, ...root.left])
      axis.setv({axis_label_text_color: ink, major_label_text_color: analytic})
    for (const grid of root.center) if ("grid_line_color" in grid.attributes) grid.grid_line_color = faint
    for (const {name, glyph} of root.renderers) // names are read over lines and marks
      if (name === "words") glyph.background_fill_color = {value: ground}
    this.tools()
  }

  // Bokeh's tooltips stay white on a dark page, and pictures that are saved would not say what they are, as about() does,
  // {keyword: text}; tools are made with the figure's view, which may not be there at first
  tools() {
    for (const tool of this.view?.tool_views.values() ?? []) {
      for (const tooltip of tool.ttmodels?.values() ?? []) {
        if (tooltip.stylesheets.includes(TOOLTIP)) continue
        tooltip.stylesheets = [...tooltip.stylesheets, TOOLTIP]
        tooltip.show = () => tooltip.setv({position: [0, this.view.frame.bbox.top], visible: true}, {check_eq: false})
      }
      if (!tool._export || Object.hasOwn(tool, "_export")) continue
      const plain = tool._export
      tool._export = async () => {
        const blob = await plain.call(tool), png = new Uint8Array(await blob.arrayBuffer())
        return new Blob([withText(png, this.about())], {type: blob.type})
      }
    }
  }

  // Bokeh draws half a pixel off, and would leave an edge in the other theme's colour
  #wipe() {
    const canvas = this.view?.canvas_view
    for (const layer of canvas ? [canvas.primary, canvas.overlays] : []) layer.canvas.width = layer.canvas.width
  }
}
