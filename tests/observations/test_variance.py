import csv

import numpy as np
import pytest

from crviz import paths, spectra
from crviz.observations import HAWC_ICECUBE, cosmic_variance, independent_modes, missing_m0_factor


def test_the_whole_sky_has_the_usual_cosmic_variance():
    ell = np.arange(1, 30)
    cl = 1.0 / ell**2
    np.testing.assert_allclose(cosmic_variance(cl, ell), spectra.cosmic_variance(cl, ell), rtol=1e-14)


def test_a_part_of_the_sky_has_the_published_cosmic_variance():
    text = (paths.assets() / "observations" / "hawc-icecube-2019-10TeV.csv").read_text(encoding="utf8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    ell = np.array([int(row["ell"]) for row in rows])
    published = [float(row["cosmic_frac"]) for row in rows]
    ours = np.sqrt(cosmic_variance(np.ones(ell.size), ell, f_sky=HAWC_ICECUBE.f_sky))
    np.testing.assert_allclose(ours, published, atol=0.0051)  # two digits are given


def test_without_m0_there_are_2l_numbers_in_c_l():
    rng = np.random.default_rng(0)
    ell = np.array([1, 2, 6])
    for degree in ell:
        a = rng.normal(size=(20000, 2 * degree))  # all of a multipole but m = 0, of unit variance
        cl = (a**2).sum(1) / (2 * degree + 1)
        # corrected, it is unbiased: 4 standard errors of 20000 skies
        corrected = cl * missing_m0_factor(degree)
        expected = cosmic_variance(1.0, degree, m0=False)
        assert corrected.mean() == pytest.approx(1, abs=4 * np.sqrt(expected / 20000))
        # and scatters as stated; the variance of a chi^2 of two degrees has a kurtosis of 9: 3 % a sigma
        assert corrected.var() == pytest.approx(expected, rel=0.1)


def test_the_dipole_without_m0_has_two_thirds_of_its_power():
    np.testing.assert_allclose(missing_m0_factor(np.array([1, 2, 10])), [3 / 2, 5 / 4, 21 / 20], rtol=1e-14)
    np.testing.assert_allclose(
        independent_modes(np.array([1, 2]), f_sky=0.5, m0=False), [1.0, 2.0], rtol=1e-14
    )


@pytest.mark.parametrize(("ell", "f_sky", "named"), [([0], 1, "ell"), ([1], 0, "f_sky"), ([1], 1.1, "f_sky")])
def test_what_cannot_be_is_refused(ell, f_sky, named):
    with pytest.raises(ValueError, match=named):
        independent_modes(ell, f_sky=f_sky)
