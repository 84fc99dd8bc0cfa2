"""Themes, widths, keys: how the page looks and is reached."""

import itertools
import re

import numpy as np
import pytest
from visitor import Visitor, opened

from crviz import sky
from crviz.dashboard import description
from crviz.plots import mollweide, style

pytestmark = pytest.mark.browser

HEADINGS = ("Sky map of one field", "Evolution of the multipoles", "Angular power spectra")


def luminance(color):
    """Relative luminance of "rgb(...)" or "#rrggbb", 0 to 1."""
    channels = (
        [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        if color.startswith("#")
        else [float(c) for c in re.findall(r"[\d.]+", color)[:3]]
    )
    linear = [
        c / 12.92 if (c := each / 255) <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for each in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colors(page):
    """What the figures are drawn in, and what the pointer reads off the sky."""
    tooltip = page.locator(".bk-tooltip-row-value").first
    for step in range(200):  # the plot hears nothing while it is laid out anew
        box = figure_box(page, "sky")
        page.mouse.move((box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2 + step % 2)
        Visitor(page).settle()
        if tooltip.is_visible():
            break
    tooltip.wait_for()
    return page.evaluate(
        """() => ({
          ground: crviz.figure("spectra").background_fill_color,
          zero: `rgb(${new Uint8Array(crviz.sky.palette.buffer, 4 * 128, 3).join()})`,
          dipole: crviz.model("evolution", "lines").data.color[
            crviz.model("evolution", "lines").data.name.indexOf("C₁")],
          label: crviz.figure("spectra").left[0].axis_label_text_color,
          body: getComputedStyle(document.body).backgroundColor,
          tooltip: getComputedStyle([...crviz.view("sky").tool_views.values()]
            .flatMap((tool) => [...(tool._ttviews?.values() ?? [])])[0].el).backgroundColor,
        })"""
    )


def test_the_theme_changes_all_figures_without_a_reload(theme_of_its_own, page):
    page.evaluate("() => { window.sameDocument = true }")
    light = colors(page)
    assert light["dipole"] == style.LIGHT.ink
    page.get_by_role("button", name=re.compile("theme", re.I)).click()
    page.wait_for_function(
        "color => crviz.model('evolution', 'lines').data.color.includes(color)", arg=style.DARK.ink
    )
    page.wait_for_function(
        "ground => crviz.figure('spectra').background_fill_color != ground", arg=light["ground"]
    )
    dark = colors(page)
    assert page.evaluate("window.sameDocument")
    assert dark["dipole"] == style.DARK.ink
    assert luminance(light["zero"]) > 0.9 > 0.1 > luminance(dark["zero"])  # zero is the ground's colour
    assert luminance(light["tooltip"]) > 0.9 > 0.1 > luminance(dark["tooltip"])
    assert luminance(light["body"]) > 0.9 > 0.1 > luminance(dark["body"])
    page.get_by_role("button", name=re.compile("theme", re.I)).click()
    page.wait_for_function(
        "color => crviz.model('evolution', 'lines').data.color.includes(color)", arg=style.LIGHT.ink
    )
    assert colors(page) == light
    assert page.errors == []


def boxes(page):
    return [page.get_by_role("heading", name=name, exact=True).bounding_box() for name in HEADINGS]


def test_a_phone_has_one_column_and_the_sidebar_closed(visit):
    page = visit(width=390, height=844)
    page.get_by_role("button", name="Open drawer").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    left = {round(box["x"]) for box in boxes(page)}
    assert len(left) == 1
    tops = [box["y"] for box in boxes(page)]
    assert tops == sorted(tops)
    assert min(b - a for a, b in itertools.pairwise(tops)) > 250  # a plot's height apart
    for name in ("sky", "evolution", "spectra"):
        box = figure_box(page, name)
        assert box["left"] >= 0
        assert box["right"] <= 390
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("columnheader", name="pinned").wait_for()  # four columns then, which have room too
    assert page.locator("div.summary").evaluate("box => box.scrollWidth <= box.clientWidth")
    page.get_by_role("button", name="Open drawer").click()
    page.get_by_label("Angle to B₀ [°]").wait_for()
    assert page.errors == []


def figure_box(page, name):
    return page.evaluate(
        """name => {
          const {el} = crviz.view(name).canvas_view
          const {left, right, top, bottom} = el.getBoundingClientRect()
          return {left, right, top, bottom}
        }""",
        name,
    )


@pytest.mark.parametrize(("across", "up"), [(0.3, 0.7), (0.7, 0.6), (0.55, 0.25)])
def test_the_pointer_reads_its_angles_and_the_intensity_there_off_the_sky(page, across, up):
    visitor = Visitor(page)
    visitor.wait_for_sky()
    box = figure_box(page, "sky")
    place = [
        box["left"] + across * (box["right"] - box["left"]),
        box["bottom"] - up * (box["bottom"] - box["top"]),
    ]
    page.mouse.move(place[0], place[1] + 3)
    page.mouse.move(*place)
    page.locator(".bk-tooltip-row-value").first.wait_for()
    visitor.settle()
    said = page.locator(".bk-tooltip-row-value").all_inner_texts()
    x, y = page.evaluate(
        """([across, up]) => {
          const {frame, canvas_view} = crviz.view("sky")
          const {left, top} = canvas_view.el.getBoundingClientRect()
          return [frame.x_scale.invert(across - left), frame.y_scale.invert(up - top)]
        }""",
        place,
    )
    theta, phi = mollweide.unproject(x, y)
    assert float(said[0].rstrip("°")) == pytest.approx(np.degrees(theta), abs=0.06)  # said to a tenth
    assert float(said[1].rstrip("°")) == pytest.approx(np.degrees(phi), abs=0.06)
    # the intensity is that of the cell of the picture; pixels are momenta, drawn where they come from
    cells = page.evaluate("crviz.model('sky', 'image').data.image[0].shape[1]")
    centre = [(np.floor((x + 2) / 4 * cells) + 0.5) / cells * 4 - 2]
    centre += [(np.floor((y + 1) / 4 * cells) + 0.5) / cells * 4 - 1]
    theta, phi = mollweide.unproject(*centre)
    there = sky.interpolated(visitor.map(), np.pi - theta, (phi + np.pi) % (2 * np.pi))
    # half a unit of the last place, and weights in single precision
    assert float(said[2].replace("−", "-")) == pytest.approx(there, abs=6e-4)


@pytest.fixture(scope="module")
def projected(person, server):
    """A page on a projector, for tests that only look."""
    page = opened(person, server, width=1280, height=720)
    yield page
    page.close()


def test_a_projector_shows_the_middle_of_every_plot_at_once(projected):
    page = projected
    bar = Visitor(page).time_slider().bounding_box()
    assert 0 < bar["y"] < 720
    for name in ("sky", "evolution", "spectra"):
        box = figure_box(page, name)
        assert 0 < (box["left"] + box["right"]) / 2 < 1280
        assert 0 < (box["top"] + box["bottom"]) / 2 < 720
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_cards_do_not_lie_over_one_another(projected):
    page = projected
    names = ("sky", "evolution", "spectra")
    sky, evolution, spectra = (figure_box(page, name) for name in names)
    heading = dict(zip(names, boxes(page), strict=True))
    assert sky["right"] <= evolution["left"]
    below = page.get_by_label("Dipole removed").bounding_box()
    assert below["y"] >= sky["bottom"] - 1
    assert below["y"] + below["height"] <= heading["spectra"]["y"]
    assert spectra["top"] >= heading["spectra"]["y"]


def test_what_stands_below_the_sky_takes_one_line_and_cards_of_a_row_end_together(projected):
    page = projected
    line = [page.get_by_label("Dipole removed"), page.get_by_role("button", name="Orbit at ∇n")]
    boxes = [part.bounding_box() for part in line]
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert middles[0] == pytest.approx(middles[1], abs=3)
    ends = page.evaluate(
        """() => ["Dipole removed", "Analytic evolution"].map((label) => {
          const find = (root) => {
            for (const part of root.querySelectorAll("*")) {
              if (part.tagName === "LABEL" && part.textContent === label) return part
              const found = part.shadowRoot && find(part.shadowRoot)
              if (found) return found
            }
          }
          return find(document).getRootNode().host.closest(".card").getBoundingClientRect().bottom
        })"""
    )
    assert ends[0] == pytest.approx(ends[1], abs=0.5)


def label_of(control):
    return re.compile(f"^{re.escape(control['label'])}")


def test_every_control_is_reached_by_tab(page):
    for folded in ("Turbulence", "Physical units"):
        page.locator("summary", has_text=folded).click()
    wanted = {
        control["label"]
        for place, groups in description.controls().items()
        if place != "toolbar"
        for group in groups
        for control in group["controls"]
        if control["kind"] not in ("text", "choice")
        and control["key"] != "cancel"  # nothing runs
        and "beside" not in control.get("needs", {})  # there is no second sky
    }
    reached = set()
    page.locator("body").click(position={"x": 640, "y": 5})
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => {
                  let at = document.activeElement
                  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
                  const label = at.closest("label")
                  return label ? label.querySelector("span")?.textContent ?? label.textContent
                               : at.getAttribute("aria-label") ?? at.textContent
                }"""
            )
        )
        if wanted | {"Backtracking time"} <= reached:
            break
    assert wanted - reached == set()
    assert "Backtracking time" in reached


@pytest.mark.parametrize(("key", "step"), [("theta", 1), ("phi", 1), ("p", 0.01)])
def test_arrows_move_a_slider_by_a_step(still, key, step):
    visitor = Visitor(still)
    before = float(visitor.label(key).input_value())
    visitor.label(key).focus()
    still.keyboard.press("ArrowRight")
    assert float(visitor.label(key).input_value()) == pytest.approx(before + step)
    still.keyboard.press("ArrowLeft")
    assert float(visitor.label(key).input_value()) == pytest.approx(before)


def test_arrows_move_the_time_and_all_panels(still):
    visitor = Visitor(still)
    before, said = still.evaluate("crviz.index"), visitor.sentence()
    visitor.time_slider().focus()
    for _ in range(3):
        still.keyboard.press("ArrowLeft")
    visitor.settle()
    assert still.evaluate("crviz.index") == before - 3
    times = still.evaluate("Array.from(crviz.tensors.omega_t)")
    assert still.evaluate("crviz.model('evolution', 'cursor').location") == times[before - 3]
    assert visitor.sentence() != said
    told = visitor.time_slider().get_attribute("aria-valuetext")
    assert told.startswith(f"Omega T = {times[before - 3]:.5g}, ")  # and in years


def test_space_and_arrows_choose_among_switches_and_forms(still):
    visitor = Visitor(still)
    before = still.evaluate("crviz.values.d_ell")
    visitor.label("d_ell").focus()
    still.keyboard.press("Space")
    assert still.evaluate("crviz.values.d_ell") is not before
    still.keyboard.press("Space")
    still.get_by_role("radio", name="as printed").focus()
    still.keyboard.press("ArrowRight")
    assert still.evaluate("crviz.values.form") == "self-consistent"
    still.keyboard.press("ArrowLeft")
    assert still.evaluate("crviz.values.form") == "printed"


def test_the_settings_of_a_phone_are_a_sheet_that_leaves_the_plot_in_sight(visit):
    page = visit(width=390, height=844)
    menu = page.get_by_role("button", name="Open drawer")
    for closed in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="Close the settings").click(),
    ):
        menu.click()
        sheet = page.get_by_role("dialog", name="Settings")
        sheet.wait_for()
        top = sheet.bounding_box()["y"]
        slider = Visitor(page).label("sigma2").bounding_box()
        assert top > 844 / 3  # above it, the sky goes on being seen
        assert top <= slider["y"] <= page.locator(".time-bar").bounding_box()["y"]
        sky = figure_box(page, "sky")
        assert sky["top"] < top - 100
        closed()
        sheet.wait_for(state="detached")
        assert menu.evaluate("menu => menu === document.activeElement")


def test_the_page_runs_no_import_map_and_asks_for_no_styles_but_its_own(visit):
    """So that a policy may forbid inline maps, and opening costs no more requests than it needs."""
    page = visit()
    assert page.locator("script[type='importmap'], script[type='importmap-shim']").count() == 0
    assert not [url for url in page.requested if "material" in url or "/bundled/theme/" in url]


def test_a_sidebar_that_is_closed_and_opened_keeps_what_is_set(page):
    visitor = Visitor(page)
    visitor.slide(theta=33)
    page.get_by_role("button", name=re.compile("Close drawer|Open drawer")).click()
    page.wait_for_timeout(400)
    page.get_by_role("button", name=re.compile("Close drawer|Open drawer")).click()
    visitor.label("theta").wait_for()
    assert visitor.label("theta").input_value() == "33"
    assert page.evaluate("crviz.values.theta") == 33


@pytest.mark.parametrize("width", [1280, 390])
def test_while_the_session_is_on_its_way_every_card_says_what_is_coming(person, server, width):
    page = person.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.route_web_socket("**/ws**", lambda socket: None)  # which nobody answers
    page.goto(server)
    words = {
        panel: page.locator(f"[data-panel={panel}]").get_by_text(f"loading the {panel} …")
        for panel in ("sky", "evolution", "spectra", "summary", "orbits")
    }
    for said in words.values():
        said.wait_for()
    assert page.get_by_role("status").filter(has_text="loading").count() == 1  # read out once for all
    page.close()


def test_nothing_is_said_to_come_once_it_is_drawn(still):
    Visitor(still).settle()
    still.wait_for_function("() => !document.body.innerText.includes('loading the')")
    assert still.get_by_text(re.compile("loading the")).count() == 0


def legend(page, panel):
    """What the legend of a panel says, in its order."""
    Visitor(page).settle()
    return page.locator(f"[data-panel={panel}] .legend li").all_inner_texts()


def test_every_line_has_its_legend_while_it_is_drawn(page):
    visitor = Visitor(page)
    plain = ["standard error of C₁", "gradient perpendicular to B₀", "gradient parallel to B₀"]
    assert legend(page, "evolution") == plain
    visitor.switch(analytic=True)
    page.wait_for_function("() => crviz.model('evolution', 'lines').data.name.includes('analytic C₁')")
    assert legend(page, "evolution") == [*plain, "analytic ℓ = 1, 2, 3, 5, 9, p = 0.50"]
    visitor.slide(theta=30)
    assert "gradient θ = 30°, φ = 0°" in legend(page, "evolution")
    said = legend(page, "spectra")
    assert {"HAWC + IceCube, 10 TeV", "simulated, θ = 30°, φ = 0°", "simulated, whole sky"} <= set(said)
    assert "pinned" not in legend(page, "evolution")
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_function("() => crviz.pinned")
    assert "pinned" in legend(page, "evolution")
    assert "pinned, θ = 30°, φ = 0°" in legend(page, "spectra")
    assert page.errors == []


def test_a_choice_that_does_nothing_says_why_beside_it(page):
    why = page.get_by_text("None is drawn in absolute units")
    assert not why.is_visible()
    page.get_by_role("radio", name="absolute").check()
    why.wait_for()
    row = Visitor(page).label("observed").locator("xpath=ancestor::div[contains(@class, 'control ')]")
    assert row.get_attribute("title") == why.inner_text()
    page.get_by_role("radio", name="by a fit").check()
    why.wait_for(state="hidden")
    assert row.get_attribute("title") == ""


def pointed_at(page, panel, source, name, at):
    """What the pointer says of a point of a series, and the boxes of its words and of the figure's frame."""
    place = page.evaluate(
        """([panel, source, name, at]) => {
          const {data} = crviz.model(panel, source), first = data.name.indexOf(name)
          const [x, y] = data.xs ? [data.xs[first][at], data.ys[first][at]]
            : [data.x[first + at], data.y[first + at]]
          const {frame, canvas_view} = crviz.view(panel), {left, top} = canvas_view.el.getBoundingClientRect()
          return [left + frame.x_scale.compute(x), top + frame.y_scale.compute(y)]
        }""",
        [panel, source, name, at],
    )
    words = page.locator(".bk-tooltip-content")
    for step in range(200):  # the plot hears nothing while it is laid out anew
        page.mouse.move(place[0] + step % 2, place[1])
        Visitor(page).settle()
        if words.first.is_visible():
            break
    top = page.evaluate(
        """panel => crviz.view(panel).canvas_view.el.getBoundingClientRect().top
          + crviz.view(panel).frame.bbox.top""",
        panel,
    )
    return re.sub(r"\s+", " ", words.first.inner_text()), words.first.bounding_box(), top


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pointer_says_quantity_error_and_unit_and_covers_no_data(visit, width):
    page = visit(width=width)
    page.wait_for_timeout(700)  # words follow when all rests, and tooltips with them
    for panel, source, name, expected in (
        ("evolution", "lines", "C₁", r"C₁ ?Ω T: [\d.]+ ?⟨C_ℓ⟩ / 4π: [\d.]+ ± [\d.]+ \(r_L \|∇n\|/n\)²"),
        ("spectra", "marks", "chosen gradient", r"ℓ: 5 ?C_ℓ of the relative intensity: [\d.e−]+ ± [\d.e−]+"),
    ):
        page.locator(f"#figure-{panel}").scroll_into_view_if_needed()
        said, box, top = pointed_at(page, panel, source, name, 4 if panel == "spectra" else 30)
        assert re.search(expected, said), said
        assert box["y"] + box["height"] <= top + 1
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.mouse.move(2, 2)
    assert page.errors == []


def test_the_signs_of_tools_stay_where_the_system_forces_colours(page):
    """They are masks on a ground, which forced colours would make that of everything."""
    page.emulate_media(forced_colors="active")
    sign = page.locator("#figure-spectra .bk-tool-icon").first
    color, ground = (
        part.evaluate("part => getComputedStyle(part).backgroundColor")
        for part in (sign, page.locator("#figure-spectra .bk-Figure"))
    )
    assert sign.evaluate("part => getComputedStyle(part).forcedColorAdjust") == "none"
    assert abs(luminance(color) - luminance(ground)) > 0.2
