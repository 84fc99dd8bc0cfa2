"""Somebody does anything in any order; what is set, shown, said, linked and written stays one thing.

A machine of hypothesis on a page in a real browser: `machine` is one for a browser's context and a server.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import numpy as np
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from visitor import PAPER, Visitor, number, opened

from crviz.dashboard import presets
from crviz.dashboard.state import State
from crviz.parameters import RL_OVER_LC, SIGMA2

FOUR_PI = 4 * np.pi
OPTIONS = {
    "stateful_step_count": 6,
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],  # a shorter sequence would take minutes to be found
    "suppress_health_check": list(HealthCheck),
}
#: So small that all of it is there in a second or two.
SMALL = {"omega_t_max": 3, "seed": 5}
PLACES = {key: len(each.control.values) - 1 for key, each in (("sigma2", SIGMA2), ("rl_over_lc", RL_OVER_LC))}
AT_REST = """() => {
  const chip = document.querySelector("#chip")
  return crviz.idle && chip.querySelector("progress").hidden && !chip.innerText.includes("computing")
    && document.querySelector("#words").textContent.length > 0
}"""
#: What there is to see at one moment.
SEEN = """() => {
  const marks = crviz.model("spectra", "marks").data
  const first = marks.x.findIndex((ell, i) => ell === 1 && marks.name[i] === "chosen gradient")
  return {
    time: crviz.omegaT, recorded: crviz.tensors.omega_t[crviz.index], about: crviz.tensors.about,
    cursor: crviz.model("evolution", "cursor").location, dipole: marks.y[first], values: crviz.values,
    sentence: document.querySelector(".crviz-sentence").textContent,
    chip: document.querySelector("#chip").innerText, caption: crviz.sky.caption,
  }
}"""
#: What the header of the table of spectra says, by its words.
SAID = re.compile(r"^# ([\w ]+): (.*)$", re.MULTILINE)


def machine(context, address):
    """The class of the machine, whose pages are opened in a context."""

    class Sequence(RuleBasedStateMachine):
        done: ClassVar = Counter()

        def __init__(self):
            super().__init__()
            self.page = opened(context, f"{address}{PAPER}&normalization=absolute")
            self.visitor = Visitor(self.page)

        def teardown(self):
            try:
                self.linked_and_written()
                assert self.page.errors == []
                self.done["sequences"] += 1
            finally:
                self.page.close()

        # --- what somebody does

        @rule(key=st.sampled_from(sorted(PLACES)), share=st.floats(0, 1))
        def another_place(self, key, share):
            self.visitor.slide(**{key: round(share * PLACES[key])})

        @rule(theta=st.integers(0, 90), phi=st.integers(0, 359))
        def another_direction(self, theta, phi):
            self.visitor.slide(theta=theta, phi=phi)

        @rule(p=st.integers(2, 98))
        def another_power(self, p):
            self.visitor.slide(p=p / 100)

        @rule(share=st.floats(0, 1))
        def another_time(self, share):
            self.visitor.move_to(round(share * (len(self.page.evaluate("crviz.tensors.omega_t")) - 1)))

        @rule(normalization=st.sampled_from(["absolute", "by a fit", "to the dipole"]))
        def another_scale(self, normalization):
            self.page.get_by_role("radio", name=normalization).check()

        @rule(key=st.sampled_from(["without_dipole", "d_ell", "analytic"]), on=st.booleans())
        def a_switch(self, key, on):
            self.visitor.switch(**{key: on})

        @rule(estimator=st.sampled_from(State.param.estimator.objects))
        def another_estimator(self, estimator):
            self.visitor.choose_setting("estimator", estimator)

        @rule(nside=st.sampled_from([4, 8]), fields=st.integers(1, 3))
        def a_small_run(self, nside, fields):
            for key, value in {**SMALL, "realizations": fields}.items():
                self.visitor.type(key, value)
            self.visitor.choose_setting("nside", nside)
            self.press("Run")

        @rule()
        def cancel(self):
            button = self.page.get_by_role("button", name="Cancel", exact=True)
            if button.is_enabled():
                button.click(force=True)  # it may go while the hand is on its way

        @rule(name=st.sampled_from(sorted(presets.PRESETS)))
        def a_preset(self, name):
            self.page.get_by_label("Presets").select_option(label=name)

        @rule()
        def pin(self):
            self.page.get_by_role("button", name=re.compile("^(Pin|Unpin)$")).click()

        @rule()
        def swap(self):
            if self.page.evaluate("Boolean(crviz.pinned)"):
                self.press("Swap")

        @rule()
        def back(self):
            button = self.page.locator("#chip").get_by_role("button", name="Back to what is shown")
            if button.is_visible():
                button.click()

        def press(self, name):
            self.page.get_by_role("button", name=name, exact=True).click()

        # --- what must be so

        @invariant()
        def one_thing(self):
            """At every moment, also while a run or an answer is on its way; but arrays and words cross in two
            messages, and one may be looked at between them."""
            try:
                self.looked_at()
            except AssertionError:
                self.page.wait_for_timeout(300)
                self.looked_at()
            self.done["moments looked at"] += 1

        def looked_at(self):
            self.visitor.settle()
            seen = self.page.evaluate(SEEN)
            self.said_is_drawn(seen)
            self.shown_is_set_or_marked(seen)

        def said_is_drawn(self, seen):
            time, sentence = seen["time"], seen["sentence"]
            assert time == seen["recorded"] == seen["cursor"]
            assert sentence.startswith(f"At Ω T = {time:.5g}"), (sentence, time)
            values = seen["values"]
            if values["normalization"] == "absolute" and not values["d_ell"]:
                said, half = dipole_said(sentence)
                assert abs(seen["dipole"] - said) <= 1.01 * half, sentence

        def shown_is_set_or_marked(self, seen):
            """What the arrays say they are of is what is set, or the chip says what is not."""
            shown = dict(re.findall(r"(\w+) = ([^,\n]+)", seen["about"]))
            chip, values = seen["chip"], seen["values"]
            for key, word, name in (("sigma2", "σ² = ", "σ²"), ("rl_over_lc", "r_L = ", "r_L/L_c")):
                assert f"{word}{float(shown[key]):.12g}" in chip, (chip, shown)
                if float(shown[key]) != values[key]:
                    assert re.search(rf"Not what the sliders say \(.*{name} = ", chip), (chip, shown)

        def linked_and_written(self):
            """The link opens the same page, and the table that the server writes has what is set here."""
            page, visitor = self.page, self.visitor
            page.wait_for_function(AT_REST)
            self.one_thing()
            self.press("Copy link")
            query = urlsplit(page.url).query
            link = {key: values[-1] for key, values in parse_qs(query).items()}
            assert float(link["T"]) == page.evaluate("crviz.omegaT")
            for key in ("sigma2", "rl_over_lc", "theta", "phi", "p", "n_modes", "omega_t_max"):
                assert float(link[key]) == self.value(key), key
            self.press("Download")
            with page.expect_download() as download:
                page.get_by_role("button", name="Spectra (CSV)", exact=True).click()
            text = Path(download.value.path()).read_text(encoding="utf8")
            said = dict(SAID.findall(text))
            assert float(said["Omega T"]) == page.evaluate("crviz.omegaT")
            assert said["configuration"] in page.evaluate("crviz.tensors.about")
            rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
            first = float(rows[1]["C_l_chosen"]) / FOUR_PI
            found, half = dipole_said(visitor.sentence())
            assert abs(first - found) <= 1.01 * half
            other = opened(context, f"{address}?{query}")
            try:
                other.wait_for_function(AT_REST)
                for what in ("crviz.values", "crviz.omegaT", "Boolean(crviz.pinned)"):
                    assert other.evaluate(what) == page.evaluate(what), what
                assert other.errors == []
            finally:
                other.close()

        def value(self, key):
            return self.page.evaluate("key => crviz.values[key]", key)

    return Sequence


def dipole_said(sentence):
    """<C_1>/4 pi in a sentence, and half a unit of its last place."""
    value, _, half = number(re.search(r"⟨C₁⟩/4π is ([\d.e−-]*\d)", sentence)[1])
    return value, half
