// Labelled native inputs, made from a list: what moves while dragging stays in the browser, and one message
// goes to the server when the hand is off.

import {exact, quotient} from "./numbers.js"
import {typeset} from "./typeset.js"
import {WIRE} from "./wire.js"

const kinds = {range, log, number: numeric, select, menu, choice, switch: toggle, button, deletion, share, text, notice, progress}
const PRESSED = ["button", "deletion", "menu"] // do something on the server

// the inputs of some groups in an element; the model holds values and words, and hands messages on
// changed({key: value}): what stands in an input; shared(): before the address is copied; touched(key): a hand is on a slider
export class Controls {
  fields = new Map()
  dependent = [] // rows that are there for some values of others only
  idle = [] // rows that do nothing for some values of another, with what then stands beside them
  asking = [] // rows that the server must answer, with what they say of themselves
  there = true // whether it can

  constructor(model, el, spec, {changed = () => {}, shared = () => {}, touched = () => {}} = {}) {
    Object.assign(this, {model, changed, shared, touched})
    for (const {legend, help, open, inline, explained, controls} of spec) {
      const group = document.createElement(open === undefined ? "fieldset" : "details")
      if (open === undefined) group.append(make("legend", legend))
      else { group.open = open; group.append(make("summary", legend)) }
      if (!legend || inline) group.className = legend ? "inline" : "bare"
      for (const control of controls) {
        const row = kinds[control.kind](this, control)
        if (control.help) describe(row, control.help, explained)
        if (control.needs) this.dependent.push([row, Object.entries(control.needs)])
        if (control.idle) this.idle.push([row, row.appendChild(make("p", "", {class: "idle"})), ...control.idle])
        if (control.asks || PRESSED.includes(control.kind)) this.asking.push([row, row.title])
        group.append(row)
      }
      if (help) group.append(make("p", help, {class: "help"}))
      el.append(group)
    }
    this.say()
    this.take()
    model.on("values", () => this.take())
    model.on("texts", () => this.say())
  }

  // words of the server, and what it has said for when it is not there
  say() {
    const texts = plain(this.model.texts)
    this.show(this.there ? texts : {...texts, ...texts.lost})
  }

  // whether the server can be asked: what it must answer cannot be had while it cannot
  reach(there) {
    this.there = there
    for (const [row, title] of this.asking) {
      for (const input of [row, ...row.querySelectorAll("input, select, button")]) if ("disabled" in input) input.disabled = !there
      row.title = there ? title : "Not available while the connection is lost."
    }
    this.say()
  }

  // what Python has set, in all inputs; its words leave them alone, whatever a hand is doing there
  take() {
    this.show(this.model.values)
    this.arrange()
    this.changed(this.live())
  }

  arrange() {
    for (const [row, needs] of this.dependent)
      row.hidden = !needs.every(([key, values]) => values.includes(this.fields.get(key).value()))
    for (const [row, why, key, value, words] of this.idle)
      row.title = why.textContent = this.fields.get(key).value() === value ? words : ""
  }

  show(said) {
    const values = plain(said)
    for (const [key, field] of this.fields) if (key in values) field.show(values[key])
  }

  live() { return Object.fromEntries([...this.fields].filter(([, f]) => f.value).map(([key, f]) => [key, f.value()])) }

  moved(key) {
    this.arrange()
    this.changed({[key]: this.fields.get(key).value()})
  }

  released(key) {
    this.moved(key)
    this.model.send_msg({kind: WIRE.set, key, value: this.fields.get(key).value()})
  }

  pressed(key) { this.model.send_msg({kind: WIRE.press, key}) }

  // another input of this group is set from here, as by the buttons "parallel" and "perpendicular"
  set(values) {
    for (const [key, value] of Object.entries(values)) {
      this.fields.get(key).show(value)
      this.released(key)
    }
  }
}

function make(tag, text, attributes = {}) {
  const out = document.createElement(tag)
  if (text !== undefined) out.append(...typeset(text))
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) out.setAttribute(name, value)
  return out
}

// words anew: those that stand there already would be read out again
function reword(part, words) {
  if (part.dataset.words === words) return
  part.dataset.words = words
  part.replaceChildren(...typeset(words))
}

// what a control means: for the pointer, for those who hear the page, and below it where there is room
function describe(row, help, seen) {
  row.title = help
  const input = row.getAttribute("role") ? row : row.querySelector("input, select, button") ?? row
  input.setAttribute("aria-description", help)
  if (seen) row.append(make("p", help, {class: "help", "aria-hidden": "true"}))
}

function labelled(control, input, ...beside) {
  const row = make("div", undefined, {class: `control ${control.kind}`})
  const label = make("label")
  label.append(make("span", control.label), input)
  row.append(label, ...beside)
  return row
}

// a slider's row: it, a field for its value, and what is said of a wrong one
// a slider keeps what it is given, though that lie between its marks; a hand and the keys go from mark to mark
// bounds: of values; valueAt, placeOf: from places of the slider to values and back; written: a value as it is said
function slider(controls, control, {min, max, step, bounds, valueAt, placeOf, written}) {
  const input = make("input", undefined, {type: "range", min, max, step})
  const field = make("input", undefined, {type: "text", inputmode: "decimal", class: "value", "aria-label": `${control.symbol} as a number`})
  const wrong = make("p", "", {class: "wrong", role: "alert"})
  let held
  const take = (value) => {
    held = value
    field.value = written(value)
    input.setAttribute("aria-valuetext", field.value)
    judge("")
  }
  const judge = (words) => {
    wrong.textContent = words
    field.setAttribute("aria-invalid", String(Boolean(words)))
  }
  field.addEventListener("change", () => {
    const value = quotient(field.value), [low, high] = bounds
    if (value !== null && low <= value && value <= high) controls.set({[control.key]: value})
    else judge(`${control.label} = ${field.value} must be a number from ${low} to ${high}.`)
  })
  input.addEventListener("keydown", ({key}) => { // from between two marks to the next of them
    const to = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[key]
    if (!to || input.step !== "any") return
    const place = Number(input.value)
    input.step = step
    if (to * (Number(input.value) - place) > 0) to > 0 ? input.stepDown() : input.stepUp()
  })
  input.addEventListener("input", () => {
    input.step = step
    take(valueAt(Number(input.value)))
    controls.moved(control.key)
  })
  input.addEventListener("change", () => controls.released(control.key))
  for (const kind of ["pointerdown", "focus", "input"]) input.addEventListener(kind, () => controls.touched(control.key))
  const show = (value) => {
    const place = placeOf(value)
    input.step = step
    input.value = place
    if (Number(input.value) !== place) { input.step = "any"; input.value = place }
    take(value)
  }
  controls.fields.set(control.key, {value: () => held, show})
  return labelled(control, input, field, wrong)
}

function range(controls, control) {
  const row = slider(controls, control, {
    min: control.min, max: control.max, step: control.step, bounds: [control.min, control.max],
    valueAt: (place) => place,
    placeOf: (value) => value,
    written: (value) => exact(value, control.places),
  })
  if (control.marks) {
    const marks = make("div", undefined, {class: "marks"})
    for (const [name, values] of control.marks) {
      const mark = make("button", name, {type: "button"})
      mark.addEventListener("click", () => controls.set(values))
      marks.append(mark)
    }
    row.append(marks)
  }
  return row
}

function log(controls, control) {
  const {values} = control
  return slider(controls, control, {
    min: 0, max: values.length - 1, step: 1, bounds: [values[0], values[values.length - 1]],
    valueAt: (place) => values[place],
    placeOf: (value) => {
      const above = Math.max(1, values.findIndex((other) => other >= value)), below = above - 1
      return below + Math.log(value / values[below]) / Math.log(values[above] / values[below])
    },
    written: String,
  })
}

function numeric(controls, control) {
  const {fractions = []} = control
  // a number's own input takes no fraction
  const kind = fractions.length ? {type: "text", inputmode: "text"} : {type: "number", step: control.step ?? "any", inputmode: "decimal", placeholder: control.placeholder}
  const input = make("input", undefined, kind)
  input.addEventListener("change", () => controls.released(control.key))
  controls.fields.set(control.key, {
    value: () => quotient(input.value),
    show: (v) => { input.value = fractions.find((each) => quotient(each) === v) ?? v ?? "" },
  })
  return labelled(control, input)
}

function select(controls, control) {
  const input = make("select")
  control.options.forEach(([name], i) => input.append(make("option", name, {value: i})))
  input.addEventListener("change", () => controls.released(control.key))
  controls.fields.set(control.key, {
    value: () => control.options[Number(input.value)][1],
    show: (v) => { input.value = control.options.findIndex(([, value]) => value === v) },
  })
  return labelled(control, input)
}

// a few named values side by side
function choice(controls, control) {
  const row = make("div", undefined, {class: "control choice", role: "radiogroup", "aria-label": control.label})
  row.append(make("span", control.label))
  const buttons = make("div")
  const inputs = control.options.map(([name, value]) => {
    const label = make("label"), input = make("input", undefined, {type: "radio", name: control.key})
    input.addEventListener("change", () => controls.released(control.key))
    label.append(input, make("span", name))
    buttons.append(label)
    return [input, value]
  })
  row.append(buttons)
  controls.fields.set(control.key, {
    value: () => inputs.find(([input]) => input.checked)?.[1],
    show: (v) => { for (const [input, value] of inputs) input.checked = value === v },
  })
  return row
}

function toggle(controls, control) {
  const input = make("input", undefined, {type: "checkbox", role: "switch"})
  input.addEventListener("change", () => controls.released(control.key))
  controls.fields.set(control.key, {value: () => input.checked, show: (v) => { input.checked = Boolean(v) }})
  const row = make("div", undefined, {class: "control switch"}), label = make("label")
  label.append(input, make("span", control.label))
  row.append(label)
  return row
}

function button(controls, control) {
  const out = make("button", control.label, {type: "button", class: control.look ?? "plain"})
  const reason = control.why ? make("p", "", {class: "idle"}) : null
  out.addEventListener("click", () => controls.pressed(control.key))
  controls.fields.set(control.key, {show: (said) => { // whether it can be pressed, what it is called now, or why it cannot be pressed
    const {label = control.label, why = ""} = Object(said)
    out.textContent = label
    out.disabled = !(said && !why && controls.there)
    out.hidden = Boolean(control.gone && !said)
    if (reason) reason.textContent = why
  }})
  if (!reason) return out
  const row = make("div", undefined, {class: "reasoned"})
  row.append(out, reason)
  return row
}

// a button that asks in its place before it is obeyed, and can take it back: Python says whether it was done
function deletion(controls, control) {
  const out = make("span", undefined, {class: "deletion", role: "group", "aria-label": control.label})
  const words = make("span", "", {role: "status", class: "words"})
  let asking = false, said = ""
  const part = (name, pressed) => {
    const one = make("button", name, {type: "button", class: "plain"})
    one.addEventListener("click", pressed)
    return one
  }
  const first = part(control.label, () => turn(true, keep))
  const yes = part("Delete", () => { controls.pressed(control.key); turn(false, first) })
  const keep = part("Keep", () => turn(false, first))
  const undo = part("Undo", () => controls.pressed(control.undo))
  const turn = (ask, focused) => {
    asking = ask
    words.textContent = asking ? "Delete this run?" : said
    first.hidden = asking || Boolean(said)
    yes.hidden = keep.hidden = !asking
    undo.hidden = asking || !said
    if (focused) focused.focus()
  }
  out.addEventListener("keydown", ({key}) => { if (asking && key === "Escape") turn(false, first) })
  out.append(words, first, yes, keep, undo)
  turn(false)
  controls.fields.set(control.key, {show: (done) => {
    if (done === said) return
    const here = out.contains(out.getRootNode().activeElement) // whoever pressed goes on from here
    said = done
    turn(false, here && (said ? undo : first))
  }})
  return out
}

function text(controls, control) {
  const out = make("p", "", {class: "words", "aria-live": "polite"})
  controls.fields.set(control.key, {show: (words) => { reword(out, words); out.hidden = !words }})
  return out
}

// choices that act at once, under a heading of their own
function menu(controls, control) {
  const input = make("select", undefined, {"aria-label": control.label, class: "menu"})
  input.append(make("option", control.label, {value: ""}))
  control.options.forEach(([name, value]) => input.append(make("option", name, {value})))
  input.addEventListener("change", () => {
    controls.pressed(input.value)
    input.value = ""
  })
  return input
}

// copies the address, which says what is on the screen
function share(controls, control) {
  const out = make("button", control.label, {type: "button", class: "plain"})
  out.addEventListener("click", async () => {
    controls.shared()
    try {
      await navigator.clipboard.writeText(location.href)
      out.textContent = "Copied"
    } catch { // the browser forbids it: the address bar has it all the same
      out.textContent = "See the address bar"
    }
    setTimeout(() => { out.textContent = control.label }, 2000)
  })
  return out
}

// what went wrong, until it is put away
function notice(controls, control) {
  const out = make("div", undefined, {class: "notice"}), words = make("p", "", {role: "alert"})
  const away = make("button", "×", {type: "button", "aria-label": "Dismiss the notice", title: "Dismiss"})
  away.addEventListener("click", () => {
    out.hidden = true
    controls.pressed(control.key)
  })
  out.append(words, away)
  controls.fields.set(control.key, {show: (said) => { reword(words, said); out.hidden = !said }})
  return out
}

function progress(controls, control) {
  const out = make("progress", undefined, {max: 1, "aria-label": control.label})
  controls.fields.set(control.key, {show: (share) => { out.hidden = share === null; out.value = share ?? 0 }})
  return out
}

function plain(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
  if (Array.isArray(value)) return value.map(plain)
  return value ?? {}
}

// where they are a component of their own
export function render({model}) {
  const el = make("div", undefined, {class: "controls"})
  new Controls(model, el, plain(model.spec))
  return el
}
