import dataclasses

import pytest

from crviz.plots import style
from crviz.plots.content.series import EVOLUTION, MULTIPOLES, PAPER_POWERS, SPECTRA

PALETTES = pytest.mark.parametrize("colors", [style.LIGHT, style.DARK], ids=["light", "dark"])


def channels(color):
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def luminance(color):
    """Relative luminance as WCAG 2 defines it."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in channels(color))
    ]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_palette_is_that_of_the_theme():
    assert style.palette(dark=False) is style.LIGHT
    assert style.palette(dark=True) is style.DARK


def over(color, ground, alpha):
    """A colour that shares its place with the ground."""
    mixed = [
        round(alpha * a + (1 - alpha) * b) for a, b in zip(channels(color), channels(ground), strict=True)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


@PALETTES
@pytest.mark.parametrize(
    "role", ["ink", "analytic", "accent", "monopole", "noise", "standard", "multipoles", "windows"]
)
def test_words_can_be_read_in_the_colours_of_what_they_name(colors, role):
    every = getattr(colors, role)
    for color in (every,) if isinstance(every, str) else every:
        assert contrast(color, colors.ground) >= 4.5  # WCAG 2, 1.4.3, for words of this size


@PALETTES
@pytest.mark.parametrize("content", [EVOLUTION, SPECTRA], ids=["evolution", "spectra"])
def test_lines_and_marks_can_be_told_from_the_ground_as_they_are_drawn(colors, content):
    for one in content.series:
        if one.role == "band":
            continue  # an area, about a line
        every = getattr(colors, one.role)
        shades = [every if isinstance(every, str) else every[one.shade]]
        if one.several and content is SPECTRA:
            shades += colors.windows
        for color in shades:
            drawn = over(color, colors.ground, one.alpha)
            assert contrast(drawn, colors.ground) >= 3, one.name  # WCAG 2, 1.4.11, for graphics


@pytest.mark.parametrize("content", [EVOLUTION, SPECTRA], ids=["evolution", "spectra"])
def test_what_is_pinned_differs_in_dash_or_fill_too(content):
    def look(one):
        return one.dash, one.marker, one.filled, one.size

    alike = {one.name: look(one) for one in content.series if one.of == "shown" and one.gradient == "chosen"}
    pinned = [one for one in content.series if one.of == "pinned" and one.gradient == "chosen"]
    assert len(pinned) >= 2
    for one in pinned:
        beside = one.name.replace("pinned, upper", "chosen gradient, upper").removesuffix(", pinned")
        beside = "chosen gradient" if one.name == "pinned" else beside
        assert look(one) != alike[beside]


@PALETTES
def test_every_role_has_a_colour_of_its_own(colors):
    named = [value for name, value in dataclasses.asdict(colors).items() if isinstance(value, str)]
    assert len(set(named)) == len(named)


@PALETTES
def test_every_multipole_has_a_colour_and_they_run_from_dark_to_light_or_back(colors):
    brightness = [luminance(color) for color in colors.multipoles]
    assert len(brightness) == len(MULTIPOLES)
    assert brightness in (sorted(brightness), sorted(brightness, reverse=True))


@PALETTES
def test_zero_has_the_colour_of_the_ground(colors):
    assert colors.diverging[len(colors.diverging) // 2] == colors.ground


@PALETTES
def test_both_signs_of_the_sky_grow_away_from_the_ground(colors):
    steps = [contrast(color, colors.ground) for color in colors.diverging]
    middle = len(steps) // 2
    for side in (steps[middle:], steps[middle::-1]):
        assert len(side) == middle + 1
        assert side == sorted(side)


def test_every_analytic_curve_has_a_dash_of_its_own():
    assert len(set(style.DASHES)) == len(style.DASHES) == len(PAPER_POWERS)
    assert "solid" not in style.DASHES  # that is the chosen one


def test_a_colour_map_begins_and_ends_with_its_ends_and_passes_through_the_rest():
    made = style.interpolated(("#000000", "#ff0080", "#ffffff"), 5)
    assert made == ["#000000", "#800040", "#ff0080", "#ff80c0", "#ffffff"]


def test_a_colour_map_has_256_colours():
    assert len(style.interpolated(style.LIGHT.diverging)) == 256
