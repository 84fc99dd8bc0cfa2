// A figure of Bokeh's in its place: made of its description, filled, and coloured.

import {withText} from "./png.js"
import {parts, typeset} from "./typeset.js"

// above the frame, where they cover nothing that is drawn, a line for each point: Bokeh would put them beside it, row by row
const TOOLTIP = `:host { transform: translateY(-50%); font-size: 0.75rem; max-width: min(100vw - 40px, 420px);
    --tooltip-color: var(--crviz-ground); --tooltip-text: var(--crviz-ink); --tooltip-border: var(--crviz-faint); }
  [style*="table-row"], [style*="table-cell"] { display: inline !important; margin-right: 3px; }
  sub, sup { font-size: 0.74em; line-height: 0; } sub > i, sup > i { font-size: 0; }
  :host .bk-tooltip-row-label { color: var(--crviz-accent) !important; }`
const SAID = ".bk-tooltip-row-label, .bk-tooltip-row-value" // parts of what a tooltip says
const GUESS = [360, 200] // pixels, before a figure is laid out
const WORDS = 12 // pixels, of what stands on the canvas
const SIZES = ["line_width", "size", "x_offset", "y_offset"] // that grow with what is drawn

export class Figure {
  scale = 1 // of letters, lines and marks
  names = {} // of the axes, in plain text: the page has them beside the canvas, which could not set them

  static async made(description, place) {
    const figure = new Figure()
    figure.place = document.getElementById(place).closest(".figure")
    figure.root = (await Bokeh.embed.embed_item(description, place)).roots[0].model
    figure.models = new Map([...figure.root.references()].filter(({name}) => name).map((model) => [model.name, model]))
    for (const [side, [axis]] of [["x", figure.root.below], ["y", figure.root.left]]) {
      if (!axis?.axis_label) continue
      figure.name(side, axis.axis_label)
      axis.axis_label = null
    }
    return figure
  }

  // what an axis shows
  name(side, text) {
    if (this.names[side] === text) return
    this.names[side] = text
    this.place.querySelector(`.axis.${side}`).replaceChildren(...typeset(text))
  }

  // a source, a range or an annotation by the name that its description gives it
  model(name) { return this.models.get(name) }

  get view() { return Bokeh.index.find_one(this.root) }

  // of the frame, in letters' pixels
  get width() { return (this.root.inner_width || GUESS[0]) / this.scale }
  get height() { return (this.root.inner_height || GUESS[1]) / this.scale }

  resized(call) { for (const side of ["inner_width", "inner_height"]) this.root.properties[side].change.connect(call) }

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
      this.put(name, columns)
    }
    for (const [name, [start, end]] of Object.entries({x, y})) this.model(name).setv({start, end})
  }

  // columns of a source; widths and sizes as they are drawn
  put(name, columns) {
    const source = this.model(name), grown = {...columns}
    for (const each of ["width", "size"]) if (columns[each] && this.scale !== 1) grown[each] = columns[each].map((value) => value * this.scale)
    if (grown.text) { // Bokeh looks for the colours of as many words as there were
      const {length} = grown.text
      for (const each of Object.keys(grown)) grown[each] = [...grown[each], ...source.data[each].slice(length).map((was) => (each === "text" ? "" : was))]
    }
    source.data = grown
  }

  // letters, lines and marks so many times as large; what is in columns comes with the next filling
  grow(scale) {
    const by = scale / this.scale, {root} = this
    if (by === 1) return
    this.scale = scale
    const words = `${WORDS * scale}px`
    for (const axis of [...root.below, ...root.left]) axis.setv({major_label_text_font_size: words, major_label_standoff: 5 * scale})
    for (const {glyph} of root.renderers.filter((each) => each.glyph))
      for (const name of [...SIZES, "text_font_size"]) {
        const value = glyph[name]?.value ?? (typeof glyph[name] === "number" ? glyph[name] : undefined)
        if (value !== undefined) glyph[name] = {value: name === "text_font_size" ? words : value * by}
      }
    for (const each of root.center) if (each.type === "Span") each.line_width *= by
  }

  // as `figures.colored` does it on the server
  color({ground, ink, analytic, faint}) {
    const {root} = this
    this.#wipe()
    root.setv({background_fill_color: ground, border_fill_color: ground})
    for (const axis of [...root.below, ...root.left]) axis.major_label_text_color = analytic
    for (const grid of root.center) if ("grid_line_color" in grid.attributes) grid.grid_line_color = faint
    for (const {name, glyph} of root.renderers) // names are read over lines and marks; Bokeh must not look at those that are just coming
      if (name === "words" && glyph.background_fill_color.value !== ground) glyph.background_fill_color = {value: ground}
    this.tools()
  }

  // Bokeh's tooltips stay white on a dark page, and pictures that are saved would not say what they are, as about() does,
  // {keyword: text}; tools are made with the figure's view, which may not be there at first
  tools() {
    for (const tool of this.view?.tool_views.values() ?? []) {
      for (const tooltip of tool.ttmodels?.values() ?? []) {
        if (tooltip.stylesheets.includes(TOOLTIP)) continue
        tooltip.stylesheets = [...tooltip.stylesheets, TOOLTIP]
        tooltip.show = () => {
          for (const part of tooltip.content.querySelectorAll?.(SAID) ?? [])
            if (parts(part.textContent).length > 1) part.replaceChildren(...typeset(part.textContent))
          tooltip.setv({position: [0, this.view.frame.bbox.top], visible: true}, {check_eq: false})
        }
      }
      if (!tool._export || Object.hasOwn(tool, "_export")) continue
      const plain = tool._export
      tool._export = async () => this.#told(await plain.call(tool))
    }
  }

  // as its tool saves it, which not all figures have
  async saved() { return this.#told(await this.view.export("png").to_blob()) }

  async #told(picture) {
    const blob = await this.#named(picture), png = new Uint8Array(await blob.arrayBuffer())
    return new Blob([withText(png, this.about())], {type: blob.type})
  }

  // a picture with the names of the axes, which the page has beside the canvas
  async #named(blob) {
    const picture = await createImageBitmap(blob), unit = WORDS * this.scale * devicePixelRatio, line = 2 * unit
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d")
    canvas.width = picture.width
    canvas.height = picture.height + 2 * line
    pen.fillStyle = this.root.background_fill_color
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(picture, 0, line)
    const {color, fontFamily} = getComputedStyle(this.place)
    pen.fillStyle = color
    const write = (text, x, y) => {
      for (const [part, mark] of parts(text)) {
        pen.font = `${mark ? 0.72 * unit : unit}px ${fontFamily}`
        pen.fillText(part, x, y + {"": 0, _: 0.22, "^": -0.38}[mark] * unit)
        x += pen.measureText(part).width
      }
      return x
    }
    const {x = "", y = ""} = this.names
    write(y, unit, 1.4 * unit)
    write(x, (canvas.width - write(x, 0, -line)) / 2, canvas.height - 0.8 * unit)
    return new Promise((done) => canvas.toBlob(done, blob.type))
  }

  // Bokeh draws half a pixel off, and would leave an edge in the other theme's colour
  #wipe() {
    const canvas = this.view?.canvas_view
    for (const layer of canvas ? [canvas.primary, canvas.overlays] : []) layer.canvas.width = layer.canvas.width
  }
}
