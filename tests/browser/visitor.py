"""What a test does with a page and reads off it; all numbers come from what the browser draws."""

import re

import numpy as np

from crviz.dashboard.state import State, choices, on_page

_READ = """([panel, source, columns]) => {
  const flat = (v) => ArrayBuffer.isView(v) || Array.isArray(v) ? Array.from(v, flat) : v
  const data = crviz.model(panel, source).data
  return Object.fromEntries(columns.map((name) => [name, flat(data[name])]))
}"""
#: The link of the paper's view.
PAPER = "?theta=0&nside=32"
_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def opened(context, address, width=1280, height=900, before=lambda page: None):
    """A page on the dashboard, complete, that keeps what it asked for, heard and met; `before` is done to it
    first.

    Where the address says nothing it has the paper's view: a page without a link plays by itself.
    """
    page = context.new_page()
    before(page)
    page.set_viewport_size({"width": width, "height": height})
    page.set_default_timeout(60_000)
    page.requested, page.errors, page.sent, page.received = [], [], [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("websocket", lambda socket: _listen(page, socket))
    page.goto(address if "?" in address else f"{address}/{PAPER}")
    page.wait_for_function("() => window.crviz?.idle")
    page.evaluate(  # as somebody does who goes on to set what is in it
        """() => {
          const controls = document.querySelector('[data-controls="sky"]').shadowRoot
          controls.querySelector("details").open = true
        }"""
    )
    return page


def wait_for_further_plots(page):
    """Wait for the plots of the drawer "More", each at its height."""
    page.wait_for_function(
        """() => {
          const drawn = crviz.otherFigures
          return drawn.length >= 4 && drawn.every((figure) => figure.inner_height > 150)
        }"""
    )


def _listen(page, socket):
    socket.on("framesent", lambda frame: page.sent.append(frame))
    socket.on("framereceived", lambda frame: page.received.append(frame))


class Visitor:
    """A page and a hand on it."""

    def __init__(self, page):
        self.page = page

    def label(self, key):
        """The control of a parameter."""
        # beside a slider's words stands its value
        return self.page.get_by_label(re.compile(f"^{re.escape(State.param[key].label)}"))

    def settle(self):
        """Wait until everything asked for is drawn: drawing is done with the next frame."""
        self.page.evaluate(_FRAMES)

    def slide(self, **values):
        """Put sliders to values, as a hand does that lets go there."""
        for key, value in values.items():
            self.label(key).fill(str(value))
        self.settle()

    def switch(self, **values):
        for key, value in values.items():
            self.label(key).set_checked(value)
        self.settle()

    def choose(self, key, value):
        """Choose in a list, and wait for the arrays that the server sends for it."""
        if self.page.evaluate("key => crviz.values[key]", key) == value:
            return
        self.page.evaluate("() => { window.tensorsBefore = crviz.tensors }")
        self.choose_setting(key, value)
        self.page.wait_for_function("() => crviz.tensors !== window.tensorsBefore")
        self.settle()

    def choose_setting(self, key, value):
        """Choose in a list, by the value that its words stand for."""
        (parameter,) = (each for each in on_page() if each.name == key)
        words = {each: words for words, each in choices(parameter)}
        self.label(key).select_option(label=words[value])

    def type(self, key, value):
        """Type into a field, as a person does: mark what is there, and write over it."""
        field = self.label(key)
        field.click(click_count=3)
        field.press_sequentially(str(value))
        field.press("Enter")

    def time_slider(self):
        return self.page.get_by_role("slider", name="Backtracking time", exact=True)

    def typed_time(self):
        """The field that holds Omega T."""
        return self.page.get_by_label("Ω T as a number", exact=True)

    def move_to(self, index):
        """Put the time slider to the index of a time; the time [1/Omega] that is shown then."""
        self.time_slider().fill(str(index))
        self.settle()
        return self.page.evaluate("crviz.tensors.omega_t[crviz.index]")

    def wait_for_sky(self):
        """Wait for all times of the field shown, and the picture of the one that the slider stands at."""
        self.page.wait_for_function("() => crviz.sky.times.length == crviz.tensors.omega_t.length")
        self.wait_for_picture()

    def wait_for_picture(self):
        """Wait for the picture of the time that is nearest among those of the sky."""
        self.page.wait_for_function(
            """() => {
              const away = (time) => Math.abs(time - crviz.omegaT)
              const {shown, times} = crviz.sky
              return shown && away(shown.omegaT) === Math.min(...times.map(away))
            }"""
        )
        self.settle()

    # --- what is drawn

    def read(self, panel, source, *columns):
        """Columns of a source of a panel's figure, lists."""
        return self.page.evaluate(_READ, [panel, source, list(columns)])

    def marks(self, name):
        """Multipoles and heights of the marks of one name, and their colour."""
        data = self.read("spectra", "marks", "x", "y", "name", "color")
        chosen = [i for i, each in enumerate(data["name"]) if each == name]
        colors = {data["color"][i] for i in chosen}
        assert len(colors) <= 1
        ell = np.array([data["x"][i] for i in chosen], int)
        return ell, np.array([data["y"][i] for i in chosen]), next(iter(colors), None)

    def bars(self, color):
        """{l: (low, high)} of the bars of a colour."""
        data = self.read("spectra", "bars", "x", "low", "high", "color")
        return {
            int(x): (low, high)
            for x, low, high, own in zip(data["x"], data["low"], data["high"], data["color"], strict=True)
            if own == color
        }

    def lines(self, figure):
        """{name: (x, y)} of the lines of "evolution" or "spectra"."""
        data = self.read(figure, "lines", "xs", "ys", "name")
        assert len(set(data["name"])) == len(data["name"])
        return {
            name: (np.array(x, float), np.array(y, float))
            for name, x, y in zip(data["name"], data["xs"], data["ys"], strict=True)
        }

    def axis(self, panel, name):
        """Where an axis begins and ends."""
        return self.page.evaluate(
            "names => [crviz.model(...names).start, crviz.model(...names).end]", [panel, name]
        )

    def table(self):
        """{row: {column: text}} of the table below the plots."""
        cells = self.page.locator(".summary tr").evaluate_all(
            "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
        )
        head, *rows = cells
        return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}

    def sentence(self):
        return self.page.locator(".crviz-sentence").inner_text()

    def map(self):
        """The map behind the picture, in ring order of the momenta."""
        return np.array(self.page.evaluate("Array.from(crviz.sky.map)"))

    def picture(self):
        """What the colours say, (rows from the bottom, columns), and half of what a colour spans."""
        shape, colors, palette, limit = self.page.evaluate(
            """(({image: [a]}) => [a.shape, Array.from(a), Array.from(crviz.sky.palette), crviz.sky.limit])
            (crviz.model('sky', 'image').data)"""
        )
        half = limit / len(palette)
        middle = {color: (2 * step + 1) * half - limit for step, color in enumerate(palette)}
        assert len(middle) == len(palette)
        middle[0] = np.nan  # transparent
        return np.array([middle[color] for color in colors]).reshape(shape), half


def number(text):
    """Value, error (NaN where there is none) and half a unit of the last place, as a number is written."""
    found = re.fullmatch(r"([-\d.e+]+)(?:\s±\s([-\d.e+]+))?", text.replace("−", "-"))
    assert found, text
    value, error = (float(part) if part else np.nan for part in found.groups())
    mantissa, _, power = found[1].partition("e")
    places = len(mantissa.partition(".")[2]) - int(power or 0)
    return value, error, 0.5 * 10.0**-places
