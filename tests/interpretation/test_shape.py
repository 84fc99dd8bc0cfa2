"""Errors of C_2 / C_1, slope and noise are those that leaving out one field after another yields."""

import numpy as np
import pytest

from crviz import atlas, library, theory
from crviz.interpretation.shape import SLOPE, shape_errors
from crviz.result import NotKept
from crviz.spectra import plateau_noise

TIME = 100.0


def jackknife(each, statistic):
    """The error of a statistic of the mean over fields (R, L)."""
    number = len(each)
    without = np.array([statistic((each.sum(0) - one) / (number - 1)) for one in each])
    return np.sqrt((number - 1) * np.var(without, axis=0))


def slope(cl):
    ell = np.arange(SLOPE[0], SLOPE[1] + 1)
    return theory.slope(ell, cl[ell])[0]


@pytest.mark.parametrize("gradient", ["parallel", (np.pi / 2, 0.0)], ids=["along", "across"])
@pytest.mark.parametrize("estimator", ["cross", "plateau"])
def test_errors_are_those_of_the_jackknife(gradient, estimator):
    shipped = library.shipped()
    times = np.array([shipped.time_index(TIME)])
    found = shape_errors(shipped, gradient, times=times, estimator=estimator)
    each = shipped.realization_spectra(gradient, omega_t=TIME, estimator=estimator)
    # first order in the scatter, which is a few per cent of the mean over 120 fields
    cl = each.mean(0)
    assert found.ratio[0] * cl[2] / cl[1] == pytest.approx(
        jackknife(each, lambda cl: cl[2] / cl[1]), rel=0.05
    )
    assert found.slope[0] == pytest.approx(jackknife(each, slope), rel=0.05)
    level = shipped.spectrum(gradient, omega_t=TIME, estimator=estimator).noise
    if estimator == "plateau":
        plain = shipped.realization_spectra(gradient, omega_t=TIME, estimator="none")
        noise = jackknife(plain, lambda cl: plateau_noise(cl[None, None])[0, 0])
        assert found.noise[0] * level == pytest.approx(noise, rel=1e-2)  # kept to 10 bits
    else:
        square = shipped.dataset["rr"].values[:, times[0]]
        axis = 2 if gradient == "parallel" else 0
        of_square = jackknife(square[:, axis, axis, None], lambda mean: mean[0])
        assert found.noise[0] * level == pytest.approx(
            4 * np.pi / shipped.config.n_pixels * of_square, rel=1e-6
        )


def test_multipoles_taken_as_independent_would_make_another_error():
    """What the covariance between them is for."""
    shipped = library.shipped()
    spectrum = shipped.spectrum("parallel", omega_t=TIME, estimator="cross")
    relative = spectrum.error[1:3] / spectrum.cl[1:3]
    alone = np.hypot(*relative)
    times = np.array([shipped.time_index(TIME)])
    (together,) = shape_errors(shipped, "parallel", times=times, estimator="cross").ratio
    assert abs(together / alone - 1) > 0.03


def test_what_keeps_no_covariance_says_so():
    times = np.array([3])
    with pytest.raises(NotKept):
        shape_errors(atlas.load().interpolate(1.0, 0.1), "parallel", times=times, estimator="cross")
    with pytest.raises(NotKept):
        shape_errors(library.shipped(), (0.5, 0.3), times=times, estimator="cross")


def test_where_a_spectrum_is_not_positive_there_is_no_error(small_run):
    """Early skies are their dipoles: what Eq. 9 leaves of the others is below 0."""
    found = shape_errors(small_run, "parallel", times=np.array([0]), estimator="eq9")
    assert np.isnan(found.slope[0])
    assert found.noise[0] >= 0
