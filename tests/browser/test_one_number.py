"""What is set, drawn, said, linked and written is one number, also between a slider's marks."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import healpy
import numpy as np
import pytest
from visitor import Visitor

from crviz import library, theory
from crviz.parameters import SIGMA2

pytestmark = pytest.mark.browser

FOUR_PI = 4 * np.pi
VALUES = 1e-5  # single precision, and sums of six terms
#: One of each kind of control, all between marks and steps.
AWKWARD = {
    **{"sigma2": 0.1037, "rl_over_lc": 0.4871, "gamma": 3.4871, "lambda_min": 0.0123, "lambda_max": 87.65},
    **{"n_modes": 137, "seed": 987654321, "realizations": 13, "omega_t_max": 33.3333},
    **{"theta": 12.5, "phi": 211.37, "p": 0.4871, "realization": 0},
    **{"b0": 4.871, "lc": 33.33},
}
WORDS = {
    **{"nside": "8", "grids": "single", "form": "self-consistent", "estimator": "plateau"},
    **{"analytic": "true", "without_dipole": "true", "smooth": "10", "d_ell": "true"},
    **{"observed": "hawc-icecube-10,icecube-13", "normalization": "dipole"},
}


def label(visitor, key):
    """The value that stands beside a slider."""
    return visitor.label(key).evaluate("input => input.closest('.control').querySelector('.value').value")


def value(visitor, key):
    return visitor.page.evaluate("key => crviz.values[key]", key)


def script(visitor, tmp_path):
    """The text of the script that is taken away."""
    page = visitor.page
    page.get_by_role("button", name="Download", exact=True).click()
    button = page.get_by_role("button", name="Script (Python)", exact=True)
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "script.py")
    return (tmp_path / "script.py").read_text(encoding="utf8")


def copied(page):
    """{key: text} of the address once "Copy link" is pressed."""
    page.get_by_role("button", name="Copy link", exact=True).click()
    return {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}


def test_a_gradient_and_a_power_between_marks_are_drawn_said_and_written_as_they_are(visit, tmp_path):
    visitor = Visitor(visit("?theta=12.5&phi=211.37&p=0.487&normalization=absolute"))
    assert [label(visitor, key) for key in ("theta", "phi", "p")] == ["12.5", "211.37", "0.487"]
    shipped = library.shipped()
    gradient = tuple(np.radians([12.5, 211.37]))
    spectrum = shipped.spectrum(gradient, omega_t=100.0, estimator="cross")
    ell, height, _ = visitor.marks("chosen gradient")
    assert ell[0] == 1
    assert height[0] == pytest.approx(spectrum.cl[1] / FOUR_PI, rel=VALUES)
    rounded = shipped.spectrum(tuple(np.radians([13, 211])), omega_t=100.0, estimator="cross")
    assert height[0] != pytest.approx(rounded.cl[1] / FOUR_PI, rel=10 * VALUES)  # which would be seen here
    ell, height = visitor.lines("spectra")["p = 0.487"]
    np.testing.assert_allclose(
        height / height[0], theory.spectrum(ell.astype(int), 0.487) / theory.spectrum([1], 0.487), rtol=VALUES
    )
    visitor.page.get_by_role("button", name="Orbit at ∇n", exact=True).click()
    # the orbit is the one of the sky map, of the centre of the pixel that the gradient lies in
    centre = np.degrees(healpy.pix2ang(32, healpy.ang2pix(32, *gradient)))
    said = "Direction θ = {:.4g}°, φ = {:.5g}° in field 0".format(*centre)
    visitor.page.get_by_text(said).wait_for()
    text = script(visitor, tmp_path)
    theta, phi = map(float, re.search(r"spectrum\(\((\S+), (\S+)\)", text).groups())
    assert (theta, phi) == pytest.approx(gradient, rel=1e-15)
    assert "theory.spectrum(spectrum.ell[1:], 0.487," in text
    assert visitor.page.errors == []


def test_a_value_between_those_of_a_slider_stays_until_a_key_goes_to_its_neighbour(visit):
    visitor = Visitor(visit("?sigma2=0.037&theta=12.5&phi=40.2&p=0.487"))
    page, values = visitor.page, SIGMA2.control.values
    assert not page.get_by_role("alert").is_visible()
    assert (label(visitor, "sigma2"), value(visitor, "sigma2")) == ("0.037", 0.037)
    slider = visitor.label("sigma2")
    assert slider.get_attribute("aria-valuetext") == "0.037"
    below = max(each for each in values if each < 0.037)
    assert values.index(below) < float(slider.input_value()) < values.index(below) + 1
    above = values[values.index(below) + 1]
    for key, press, moved in (
        *(("sigma2", "ArrowRight", above), ("sigma2", "ArrowLeft", below)),
        *(("theta", "ArrowRight", 13), ("theta", "ArrowLeft", 12)),
        *(
            ("phi", "ArrowUp", 41),
            ("phi", "ArrowDown", 40),
            ("p", "ArrowRight", 0.49),
            ("p", "ArrowLeft", 0.48),
        ),
    ):
        visitor.label(key).focus()
        page.keyboard.press(press)
        assert value(visitor, key) == moved
        assert float(label(visitor, key)) == moved
    assert page.errors == []


@pytest.mark.parametrize(
    ("key", "press", "moved"),
    [
        ("sigma2", "ArrowLeft", 0.035),
        ("theta", "ArrowLeft", 12),
        ("theta", "Home", 0),
        ("phi", "ArrowDown", 40),
    ],
)
def test_keys_that_go_down_find_the_neighbour_below(visit, key, press, moved):
    visitor = Visitor(visit("?sigma2=0.037&theta=12.5&phi=40.8"))
    visitor.label(key).focus()
    visitor.page.keyboard.press(press)
    assert value(visitor, key) == moved


@pytest.mark.parametrize("key", ["sigma2", "theta"])
def test_a_hand_that_drags_goes_from_mark_to_mark(visit, key):
    visitor = Visitor(visit("?sigma2=0.037&theta=12.5"))
    page, slider = visitor.page, visitor.label(key)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4871 * box["width"], middle)
    page.mouse.up()
    marks = {"sigma2": SIGMA2.control.values, "theta": range(91)}[key]
    moved = value(visitor, key)
    assert moved in marks
    assert moved > {"sigma2": 0.037, "theta": 12.5}[key]
    assert float(label(visitor, key)) == moved


def test_between_two_recorded_times_the_nearest_is_shown_and_said(visit, tmp_path):
    visitor = Visitor(visit("?T=20"))
    times = library.shipped().omega_t
    taken = times[np.abs(times - 20).argmin()]
    assert visitor.page.get_by_role("alert").inner_text() == (
        f"The link asks for T = 20; the nearest recorded time, {taken:.5g}, is shown."
    )
    assert visitor.typed_time().input_value() == f"{taken:.5g}"
    assert visitor.sentence().startswith(f"At Ω T = {taken:.5g}, ")
    assert visitor.page.evaluate("crviz.model('evolution', 'cursor').location") == taken
    assert float(copied(visitor.page)["T"]) == taken
    assert f"omega_t={float(taken)!r}," in script(visitor, tmp_path)


def test_a_time_that_is_typed_is_the_nearest_recorded_one(visit):
    visitor = Visitor(visit("?T=100"))
    times, field = library.shipped().omega_t, visitor.typed_time()
    field.fill("21.5")
    field.press("Enter")
    visitor.settle()
    taken = times[np.abs(times - 21.5).argmin()]
    assert visitor.page.evaluate("crviz.omegaT") == taken
    assert field.input_value() == f"{taken:.5g}"
    assert float(copied(visitor.page)["T"]) == taken
    field.fill("-3")
    field.press("Enter")
    alert = visitor.page.locator(".time-bar").get_by_role("alert")
    assert alert.inner_text() == "Ω T = -3 must be a number above 0."
    assert visitor.page.evaluate("crviz.omegaT") == taken
    visitor.move_to(3)
    assert field.input_value() == f"{times[3]:.5g}"
    assert alert.count() == 0


@pytest.mark.parametrize(("query", "button"), [("?theta=90", "Fit p"), ("", "Fit p to data")])
def test_a_fit_sets_what_it_says(visit, tmp_path, query, button):
    visitor = Visitor(visit(query))
    page = visitor.page
    page.get_by_role("button", name=button, exact=True).click()
    page.locator(".crviz-sentence").get_by_text(re.compile("est p = ")).wait_for()
    said = re.search(r"[Bb]est p = (0\.\d+)", visitor.sentence()).group(1)
    page.wait_for_function("p => crviz.values.p === p", arg=float(said))
    visitor.settle()
    assert float(label(visitor, "p")) == float(said)
    assert f"p = {label(visitor, 'p')}" in visitor.lines("spectra")
    assert float(copied(page)["p"]) == float(said)
    assert f"theory.spectrum(spectrum.ell[1:], {float(said)!r}," in script(visitor, tmp_path)


def test_the_link_that_is_copied_restores_the_very_same_numbers(visit):
    asked = {key: repr(each) for key, each in AWKWARD.items()} | WORDS
    first = visit(f"?{urlencode(asked)}")
    written = copied(first)
    assert {key: float(written[key]) for key in AWKWARD} == AWKWARD
    assert {key: written[key] for key in WORDS} == WORDS
    second = visit(f"?{urlencode(written)}")
    assert copied(second) == written
    assert second.evaluate("crviz.values") == first.evaluate("crviz.values")
    assert second.evaluate("crviz.omegaT") == first.evaluate("crviz.omegaT")
    assert not second.get_by_role("alert").is_visible()


def test_times_and_lengths_are_said_in_the_field_that_a_person_sets_and_stay_in_the_link(visit):
    page = visit("?T=100")
    visitor = Visitor(page)
    long, energy = page.locator(".time-bar .long"), page.get_by_text("Protons of")
    # r_L = 10 pc at r_L / L_c = 0.1 and L_c = 100 pc, for which light takes 32.6 yr; 100.21 is recorded
    assert visitor.typed_time().input_value() == "100.21"
    assert long.inner_text() == "· 3270 yr"
    assert visitor.time_slider().get_attribute("aria-valuetext") == "Omega T = 100.21, 3270 yr"
    page.get_by_text("Physical units").click()
    visitor.type("lc", 2)
    page.wait_for_function("() => document.querySelector('.time-bar .long').textContent === '· 65.4 yr'")
    visitor.type("b0", 6)
    energy.get_by_text("r_L = 0.2 pc, 1/Ω = 0.652 yr, for B₀ = 6 μG and L_c = 2 pc").wait_for()
    visitor.move_to(0)
    assert long.inner_text() == "· 71.5 d"  # 0.3 of 0.652 yr
    page.wait_for_function(
        "() => ['lc=2', 'b0=6', `T=${crviz.omegaT}`].every((each) => location.search.includes(each))"
    )
    again = visit(urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    assert again.locator(".time-bar .long").inner_text() == "· 71.5 d"
    again.get_by_text("for B₀ = 6 μG and L_c = 2 pc").wait_for()
    assert page.errors == again.errors == []
