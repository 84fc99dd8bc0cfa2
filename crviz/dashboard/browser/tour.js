// The tour: a caption beside the panel that it speaks of, each step setting what a link would; its end gives back what was set before.

import {TOUR} from "./tour_steps.js"

const ROOM = 330 // pixels that the caption takes beside a panel

export class Tour {
  #step = -1 // of none
  #before = null
  #growing = new ResizeObserver(([{target}]) => {
    this.#stand(target) // it may have another column now
    target.scrollIntoView({block: "start", behavior: this.#motion})
  })

  // page: what is set, `set` and `press`; began, ended: called as it begins, and once it has given back what was set
  constructor(page, {began, ended}) {
    Object.assign(this, {page, began, ended})
    this.button = document.getElementById("tour")
    this.offer = document.querySelector("#story .offer")
    for (const each of this.#starts) each.addEventListener("click", () => this.begin(each))
    this.part = document.createElement("section")
    this.part.id = "caption"
    this.part.innerHTML = `<h2 id="caption-title"></h2><p id="caption-words"></p>
      <div><span></span><button type="button" class="skip"></button><button type="button"></button><button type="button" class="main"></button></div>`
    for (const [name, value] of [["role", "dialog"], ["aria-labelledby", "caption-title"], ["aria-describedby", "caption-words"]])
      this.part.setAttribute(name, value)
    const [skip, back, next] = this.part.querySelectorAll("button")
    Object.assign(this, {back, next, skip})
    skip.textContent = TOUR.skip
    back.textContent = TOUR.back
    skip.addEventListener("click", () => this.end())
    back.addEventListener("click", () => this.#show(this.#step - 1))
    next.addEventListener("click", () => this.#show(this.#step + 1))
    this.part.addEventListener("keydown", ({key}) => {
      const to = this.#step + ({ArrowRight: 1, ArrowLeft: -1}[key] ?? 0)
      if (to !== this.#step && to >= 0 && to < TOUR.steps.length) this.#show(to)
    })
    document.addEventListener("keydown", ({key}) => { if (key === "Escape" && this.goes) this.end() })
  }

  get #starts() { return [this.button, this.offer].filter(Boolean) }
  get #motion() { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" }
  get goes() { return this.#step >= 0 }

  // whether it may begin: it would end a run under way
  allow(there, busy) {
    for (const each of this.#starts) {
      each.disabled = !there || busy
      each.title = busy ? TOUR.busy : ""
    }
    if (!there && this.goes) this.end()
  }

  begin(from = this.button) {
    if (this.goes) return
    this.#before = {set: this.page.linked, scroll: scrollY, from}
    document.documentElement.dataset.tour = ""
    this.began()
    this.#show(0)
  }

  end() {
    const {set, scroll, from} = this.#before
    this.#step = -1
    this.#outline(null)
    this.part.remove()
    delete document.documentElement.dataset.tour
    this.page.set(set, true)
    this.ended()
    window.scrollTo(0, scroll)
    const focused = from.isConnected ? from : this.button
    focused.focus({preventScroll: true})
  }

  #show(number) {
    const step = TOUR.steps[number]
    if (!step) return this.end()
    this.#step = number
    this.page.set(step.set)
    if (step.press) this.page.press(step.press)
    this.part.querySelector("h2").textContent = step.title
    this.part.querySelector("p").textContent = step.words
    this.part.querySelector("span").textContent = `${number + 1} / ${TOUR.steps.length}`
    this.back.disabled = !number
    this.next.textContent = number + 1 < TOUR.steps.length ? TOUR.next : TOUR.end
    this.#outline(step.panel)
    this.next.focus({preventScroll: true})
  }

  // the caption stands beside a panel where there is room, else at the top of it
  #outline(panel) {
    document.querySelector(".card.spoken-of")?.classList.remove("spoken-of")
    this.#growing.disconnect()
    if (!panel) return
    const card = document.querySelector(`.card[data-panel="${panel}"]`)
    card.classList.add("spoken-of")
    card.append(this.part)
    this.#stand(card)
    this.#growing.observe(card) // which brings it into sight, and again when it has grown
  }

  #stand(card) {
    const {left, right} = card.getBoundingClientRect()
    this.part.dataset.side = innerWidth - right > ROOM ? "right" : left > ROOM ? "left" : "within"
  }
}
