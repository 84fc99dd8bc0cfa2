import healpy as hp
import holoviews as hv
import numpy as np
import pytest
from bokeh.models import LinearColorMapper

from crviz.plots import mollweide, sky_map, style
from crviz.sky import without_dipole

NSIDE = 4
MOMENTA = np.array(hp.pix2vec(NSIDE, np.arange(12 * NSIDE**2)))
GRADIENT = (0.8, 2.0)
VALUES = np.random.default_rng(3).normal(size=12 * NSIDE**2)


def direction(theta, phi):
    return np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])


def star_of(overlay):
    """Where the mark of the gradient stands."""
    marks = overlay.Scatter.I
    star = list(marks["marker"]).index("star")
    return {"x": marks["x"][star], "y": marks["y"][star]}


def color_range(overlay):
    mapper = hv.render(overlay, backend="bokeh").select_one(LinearColorMapper)
    return mapper.low, mapper.high


def test_every_pixel_is_shown_where_its_particles_come_from():
    image = sky_map(VALUES, GRADIENT, drawn="pixels").Image.I
    theta, phi = hp.vec2ang(-MOMENTA.T)
    whole = np.abs((phi + np.pi) % (2 * np.pi) - np.pi) < np.radians(170)  # not cut by the rim
    x, y = mollweide.project(theta, phi)
    shown = [image[at] for at in zip(x[whole], y[whole], strict=True)]
    assert whole.sum() > 170
    np.testing.assert_allclose(shown, VALUES[whole], rtol=1e-6)  # float32


def test_outside_the_ellipse_nothing_is_shown():
    image = sky_map(VALUES, GRADIENT).Image.I
    assert np.isnan(image[1.9, 0.9])
    share = np.isfinite(image.dimension_values("delta")).mean()
    assert share == pytest.approx(np.pi / 4, abs=2e-3)


def test_the_sky_is_brightest_where_the_gradient_points():
    """Without scattering r(-T) = -p T, so that more come from where there are more."""
    overlay = sky_map(-direction(*GRADIENT) @ MOMENTA, GRADIENT)
    x, y, delta = (overlay.Image.I.dimension_values(name) for name in ("x", "y", "delta"))
    brightest = delta >= np.nanmax(delta)
    star = star_of(overlay)
    # within a pixel of nside 4, some 15 degrees or 0.2 in the picture
    assert np.hypot(x[brightest].mean() - star["x"], y[brightest].mean() - star["y"]) < 0.2


def test_the_star_stands_at_the_gradient():
    star = star_of(sky_map(VALUES, GRADIENT))
    assert (star["x"], star["y"]) == pytest.approx(mollweide.project(*GRADIENT))


@pytest.mark.parametrize("gradient", [(0.0, 0.0), (np.pi / 2, np.pi), (np.pi, 0.0), (1.0, 6.28)])
def test_marks_and_names_stay_within_the_picture(gradient):
    overlay = sky_map(VALUES, gradient)
    figure = hv.render(overlay, backend="bokeh")
    for labels in (overlay.Labels.I, overlay.Scatter.I):
        x, y = labels.dimension_values("x"), labels.dimension_values("y")
        assert (figure.x_range.start < x).all()
        assert (x < figure.x_range.end).all()
        assert (figure.y_range.start < y).all()
        assert (y < figure.y_range.end).all()


def test_the_field_is_named_at_the_top_and_its_opposite_at_the_bottom():
    labels = sky_map(VALUES, GRADIENT).Labels.I
    named = dict(zip(labels.dimension_values("text"), labels.dimension_values("y"), strict=True))
    assert named["B₀"] > 1
    assert named["−B₀"] < -1


def test_between_centres_of_pixels_a_sky_is_what_healpix_has_there():
    image = sky_map(VALUES, GRADIENT).Image.I
    x, y = 0.31, -0.42
    column, row = image.sheet2matrixidx(x, y)[::-1]
    theta, phi = mollweide.unproject(*image.matrixidx2sheet(row, column))
    # the antipode; in single precision
    expected = hp.get_interp_val(VALUES, np.pi - theta, (phi + np.pi) % (2 * np.pi))
    assert image[x, y] == pytest.approx(expected, rel=1e-5)
    assert np.nanmax(image.dimension_values("delta")) < VALUES.max()  # no point is a pixel's centre


def test_colours_are_symmetric_about_zero_and_reach_99_of_100_pixels_or_what_is_set():
    reached = np.quantile(np.abs(VALUES), 0.99)
    assert reached < np.abs(VALUES).max()
    assert color_range(sky_map(VALUES, GRADIENT)) == pytest.approx((-reached, reached))
    assert color_range(sky_map(np.abs(VALUES), GRADIENT)) == pytest.approx((-reached, reached))
    assert color_range(sky_map(VALUES, GRADIENT, limit=1.7)) == (-1.7, 1.7)


def test_a_blank_sky_is_drawn():
    assert color_range(sky_map(np.zeros(12), GRADIENT)) == (-1, 1)


def test_a_map_of_a_result_is_drawn_as_it_is(small_run):
    values, _ = small_run.sky_map(GRADIENT)
    image = sky_map(values, GRADIENT, drawn="pixels").Image.I
    theta, phi = hp.vec2ang(-np.array(hp.pix2vec(8, 100)))
    x, y = mollweide.project(theta[0], phi[0])
    assert image[x, y] == pytest.approx(values[100], rel=1e-6)


def test_the_title_is_shown():
    figure = hv.render(sky_map(VALUES, GRADIENT, title="Ω T = 7"), backend="bokeh")
    assert figure.title.text == "Ω T = 7"


@pytest.mark.parametrize("dark", [False, True])
def test_zero_has_the_colour_of_the_ground_in_both_themes(dark):
    figure = hv.render(sky_map(VALUES, GRADIENT, dark=dark), backend="bokeh")
    colors = figure.select_one(LinearColorMapper).palette
    ground = style.palette(dark).ground
    middle = [int(colors[len(colors) // 2][i : i + 2], 16) for i in (1, 3, 5)]
    expected = [int(ground[i : i + 2], 16) for i in (1, 3, 5)]
    np.testing.assert_allclose(middle, expected, atol=2)  # 256 colours: zero lies between two of them


def test_the_excess_of_the_dipole_is_marked_where_it_comes_from():
    """delta I = -d.p has its excess at n = -p along d, whatever the gradient."""
    x, y = mollweide.project(1.0, 4.0)
    overlay = sky_map(-direction(1.0, 4.0) @ MOMENTA + 0.3, GRADIENT)
    marks = overlay.Scatter.I
    at = list(marks["marker"]).index("diamond")
    # the quadrature of 192 pixels leaves 5e-3
    assert (marks["x"][at], marks["y"][at]) == pytest.approx((x, y), abs=0.02)
    assert "dipole" in overlay.Labels.I["text"]
    hv.render(overlay, backend="bokeh")


def test_a_map_without_its_dipole_has_no_mark_of_it():
    overlay = sky_map(without_dipole(VALUES), GRADIENT)
    assert "diamond" not in overlay.Scatter.I["marker"]
    assert "dipole" not in overlay.Labels.I["text"]
