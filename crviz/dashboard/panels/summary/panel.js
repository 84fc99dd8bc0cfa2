// The sentence and the table.

import {typeset} from "../../browser/typeset.js"
import {summary} from "./summary.js"

export class SummaryPanel {
  constructor({place}) {
    this.place = place
    Object.assign(place, {tabIndex: 0, role: "region", ariaLabel: "The result in words and numbers"}) // it scrolls where there is little room
  }

  draw({tensors, pinned, view}) {
    const {sentence, head, rows} = summary(tensors, pinned, view)
    const table = part("table")
    table.append(
      row(...head.map((name) => (name ? cell("th", name, "col") : cell("td", "")))),
      ...rows.map(([name, ...cells]) => row(cell("th", name, "row"), ...cells.map((each) => cell("td", each)))),
    )
    this.said = cell("p", sentence)
    this.said.className = "crviz-sentence"
    this.place.replaceChildren(this.said, table)
  }

  // what is read out once all rests
  get announced() { return this.said.textContent }
}

function part(tag) { return document.createElement(tag) }

function cell(tag, content, scope) {
  const out = part(tag)
  out.append(...typeset(content))
  if (scope) out.scope = scope
  return out
}

function row(...cells) {
  const out = part("tr")
  out.append(...cells)
  return out
}
