"""Liouville's theorem: without a gradient nothing is seen, whatever the field."""

import numpy as np
import pytest

from crviz import backtrack, harmonics, sky, spectra
from crviz.gradient import gradient_vector


def test_an_isotropic_distribution_stays_isotropic(paper_field):
    orbits = backtrack(paper_field, sky.pixel_directions(4), (1.0, 30.0, 100.0))
    # f is constant along an orbit and here a function of |p| alone: steep as E^-2.7, it shows d|p| 2.7 times
    intensity = np.linalg.norm(orbits.p, axis=1) ** -2.7 - 1
    assert np.abs(intensity).max() < 1e-12
    alm = harmonics.real(harmonics.analysis(intensity, 4))[:, None]
    assert spectra.cross_spectra(alm, alm).max() < 1e-24  # 4 pi times the square of it, at most


@pytest.mark.parametrize("which", ["sample", "mean"])
def test_opposite_gradients_cancel(small_run, which):
    one, _ = small_run.sky_map((0.6, 1.0), which=which)
    opposite, _ = small_run.sky_map((np.pi - 0.6, 1.0 + np.pi), which=which)
    np.testing.assert_allclose(one + opposite, 0, atol=1e-13)  # rounding of maps of order 10


def test_the_map_is_linear_in_the_gradient(small_run):
    x, y, z = (small_run.sky_map(g)[0] for g in ((np.pi / 2, 0), (np.pi / 2, np.pi / 2), (0, 0)))
    g = gradient_vector((0.6, 1.0))
    np.testing.assert_allclose(small_run.sky_map((0.6, 1.0))[0], g[0] * x + g[1] * y + g[2] * z, atol=1e-12)
