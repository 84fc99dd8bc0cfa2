"""One registration puts something on the page: a panel its folder, a switch its entry in the table."""

import panel as pn
import pytest
from test_churn import port_of_the_new_one
from visitor import Visitor, opened

from crviz.dashboard import page as pages
from crviz.dashboard import panels, process, state
from crviz.dashboard.controls import group
from crviz.jobs import Manager
from crviz.library import Library
from crviz.parameters import VIEW, Control, Parameter

pytestmark = pytest.mark.browser

SWITCH = Parameter(
    "doubled", False, bool, label="Twice", group="Toy", link="doubled", control=Control("switch")
)
SCRIPT = """// A toy: says what it was drawn for.

export class ToyPanel {
  constructor({place}) {
    this.text = document.createElement("output")
    place.append(this.text)
  }

  draw({view, omegaT}, changed) {
    this.times = (this.times ?? 0) + 1
    const angle = Math.round(view.theta * 180 / Math.PI) * (view.doubled ? 2 : 1)
    this.text.textContent = `theta ${angle}, T ${omegaT.toFixed(1)}`
  }

  inWords() { return `The toy: ${this.text.textContent}` }
}
"""


@pytest.fixture
def folder(tmp_path):
    """Of a panel, as somebody would add it."""
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "panel.js").write_text(SCRIPT, encoding="utf8")
    (folder / "help.html").write_text("It says $\\theta$.", encoding="utf8")
    return folder


def test_a_panel_and_a_switch_appear_by_one_registration_each(person, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(state, "VIEW", (*VIEW, SWITCH))
    toy = panels.Panel(
        name="toy",
        folder=folder,
        order=25,
        heading="A toy",
        controls=lambda: [{"legend": "", "controls": group("Toy")}],
        depends=("theta", "omega_t"),
    )
    manager = Manager(Library(tmp_path / "library"), threads=1)
    monkeypatch.setitem(process._shared, "manager", manager)
    others = set(pn.state._servers)
    server = pn.serve({"/": pages.explorer}, port=0, address="127.0.0.1", threaded=True, show=False)
    try:
        with panels.also(toy):
            address = f"http://127.0.0.1:{port_of_the_new_one(others)}"
            page = opened(person, f"{address}/?theta=20&doubled=true")
            visitor = Visitor(page)
            assert page.get_by_role("heading", name="A toy", exact=True).is_visible()
            text = page.locator("[data-panel=toy] output")
            assert text.inner_text() == "theta 40, T 100.2"  # the link's, and the switch is on
            assert page.get_by_label("Twice").is_checked()
            visitor.slide(theta=33)
            assert text.inner_text() == "theta 66, T 100.2"
            page.get_by_label("Twice").uncheck()
            visitor.settle()
            assert text.inner_text() == "theta 33, T 100.2"
            drawn = page.evaluate("crviz.panel('toy').times")
            visitor.slide(p=0.3)  # which it does not depend on
            assert page.evaluate("crviz.panel('toy').times") == drawn
            page.get_by_text("The toy: theta 33, T 100.2").wait_for(state="attached")
            page.wait_for_function("() => location.search.includes('doubled=false')")
            assert page.errors == []
            page.close()
    finally:
        server.stop()
        manager.close()
