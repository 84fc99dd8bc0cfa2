import numpy as np
import pytest

from crviz import Config, library, run, theory
from crviz.plots.content import rate as content
from crviz.result import Spectrum


@pytest.fixture(scope="module")
def panel(small_run):
    return content.rate(small_run, "parallel", p=0.4)


def spectrum_of(cl, error):
    cl, error = np.array(cl, float), np.array(error, float)
    return Spectrum(np.arange(cl.size), cl, error, 0.0, error, error, 100.0)


def by_name(panel):
    return {line.name: line for line in panel.lines}


def test_multipoles_end_before_the_first_that_is_lost_in_its_error():
    cl, error = [9, 8, 7, 6, 5, 4, 0.1, 3], [0.1] * 8
    np.testing.assert_array_equal(content.resolved_multipoles(spectrum_of(cl, error)), [1, 2, 3, 4, 5])


def test_multipoles_of_a_clear_spectrum_are_all_taken_up_to_the_highest():
    clear = spectrum_of(np.ones(70), np.full(70, 0.01))
    np.testing.assert_array_equal(content.resolved_multipoles(clear), np.arange(1, content.HIGHEST + 1))


def test_too_few_multipoles_are_refused(lone_run):
    with pytest.raises(
        ValueError, match=r"^From l = 1 on, 2 multipoles stand two errors above 0 at Omega T = 100: 4"
    ):
        content.resolved_multipoles(spectrum_of([1, 1, 1, 0, 0, 0], [0.1] * 6))
    with pytest.raises(ValueError, match=" 0 multipoles"):  # the errors of a single field are not known
        content.rate(lone_run, "parallel")


def test_the_rate_is_what_inversion_gives(small_run, panel):
    spectrum = small_run.spectrum("parallel")
    ell = content.resolved_multipoles(spectrum)
    q1 = 8 * np.pi / 3 * small_run.diffusion().k[-1, 2, 2]
    line = by_name(panel)["ν_r"]
    # six fields are too few for a covariance of so many multipoles: variances
    assert len(ell) >= 4
    smooth = theory.smooth_covariance(ell, spectrum.cl[ell], spectrum.error[ell] ** 2)
    found = theory.invert(1 - line.x, spectrum.cl[ell], ell=ell, q1=q1, method="nnls", covariance=smooth)
    np.testing.assert_allclose(line.y, found.nu_r, rtol=1e-12)
    np.testing.assert_allclose(panel.bands[0].low, found.low, rtol=1e-12)
    np.testing.assert_allclose(panel.bands[0].high, found.high, rtol=1e-12)
    assert "independent" in panel.bands[0].legend


@pytest.fixture(scope="module")
def many_fields():
    """Enough of them for a covariance of the four multipoles that such coarse grids have."""
    return run(Config(nside=2, n_modes=50, omega_t=(5.0, 10.0), grids="cross"), 16)


def test_the_covariance_between_multipoles_is_used_where_it_is_known(many_fields):
    panel = content.rate(many_fields, "parallel", estimator="cross")
    ell = np.arange(1, 5)
    spectrum = many_fields.spectrum("parallel", estimator="cross")
    q1 = 8 * np.pi / 3 * many_fields.diffusion().k[-1, 2, 2]
    line = by_name(panel)["ν_r"]
    covariance = many_fields.covariance("parallel", estimator="cross")[1:, 1:]
    smooth = theory.smooth_covariance(ell, spectrum.cl[ell], covariance)
    found = theory.invert(1 - line.x, spectrum.cl[ell], ell=ell, q1=q1, method="nnls", covariance=smooth)
    np.testing.assert_allclose(line.y, found.nu_r, rtol=1e-12)
    assert "independent" not in panel.bands[0].legend


def test_a_reduced_result_is_drawn_with_the_covariance_that_it_keeps(many_fields):
    whole, reduced = (
        by_name(content.rate(result, "parallel", estimator="cross"))
        for result in (many_fields, many_fields.reduced())
    )
    np.testing.assert_allclose(reduced["ν_r"].y, whole["ν_r"].y, rtol=1e-3)  # float32 is kept
    oblique = content.rate(many_fields.reduced(), (0.3, 0.0), estimator="cross")
    assert "independent" in oblique.bands[0].legend


def test_laws_without_parameters_meet_at_the_parallel_rate_in_opposite_directions(small_run, panel):
    nu_par = 1 / (3 * small_run.diffusion().k[-1, 2, 2])
    lines = by_name(panel)
    for name, p in {"p = 1/3": 1 / 3, "p = 1/2": 1 / 2, "p = 2/3": 2 / 3, "p = 0.40": 0.4}.items():
        assert lines[name].x[-1] == 2
        assert lines[name].y[-1] == pytest.approx(nu_par, rel=1e-12)
        slope = np.log(lines[name].y[0] / nu_par) / np.log(lines[name].x[0] / 2)
        assert slope == pytest.approx(p, rel=1e-10)


def test_the_fitted_law_is_that_of_the_theory(small_run, panel):
    spectrum = small_run.spectrum("parallel")
    ell = content.resolved_multipoles(spectrum)
    ell = ell[(ell >= 2) & (ell <= 12)]
    q1 = 8 * np.pi / 3 * small_run.diffusion().k[-1, 2, 2]
    fit = theory.fit(ell, spectrum.cl[ell], spectrum.error[ell] ** 2, q1=q1, n_fields=6)
    line = by_name(panel)["fit"]
    np.testing.assert_allclose(line.y, fit.nu0 * line.x**fit.p, rtol=1e-12)
    assert f"{fit.p:.2f}" in line.legend


def test_the_law_is_fitted_as_for_gaussian_skies_where_fields_are_enough(many_fields):
    spectrum = many_fields.spectrum("parallel", estimator="cross")
    covariance = many_fields.covariance("parallel", estimator="cross")
    ell = np.arange(2, 5)
    q1 = 8 * np.pi / 3 * many_fields.diffusion().k[-1, 2, 2]
    line = by_name(content.rate(many_fields, "parallel", estimator="cross"))["fit"]
    expected = theory.fit(ell, spectrum.cl[ell], covariance[np.ix_(ell, ell)], q1=q1, n_fields=16)
    np.testing.assert_allclose(line.y, expected.nu0 * line.x**expected.p, rtol=1e-12)
    known = theory.fit(ell, spectrum.cl[ell], covariance[np.ix_(ell, ell)], q1=q1)
    assert abs(known.p - expected.p) > 1e-3  # the weights matter


def test_a_constant_in_the_inverse_rate_changes_the_printed_dipole_alone():
    """Why the power law is fitted without the dipole."""
    ell = np.arange(1, 13)
    law = theory.power_law_rate(0.6, nu0=0.3)
    plain = theory.spectrum_from_rate(ell, law)
    # 1/nu + 5; the integral of x P_l is 2/3 for l = 1 and 0 else, so that C_1 gains 3/4 * 2/3 * 5
    shifted = theory.spectrum_from_rate(ell, lambda x: 1 / (1 / law(x) + 5))
    assert shifted[0] - plain[0] == pytest.approx(2.5, rel=1e-3)  # quadrature next to x = 1
    np.testing.assert_allclose(shifted[1:], plain[1:], rtol=1e-2)


def test_the_rate_of_the_shipped_run_does_not_hang_on_the_last_multipoles():
    """What bounds it at large angles is below l = 30: the covariance must not make more of the others."""
    result, x = library.shipped(), 1 - np.geomspace(0.05, 2, 8)
    for gradient in ("parallel", "perpendicular"):
        rates = []
        for highest in (30, 36, 40):
            ell = np.arange(1, highest + 1)
            cl = result.spectrum(gradient, omega_t=100, estimator="cross").cl[ell]
            covariance = result.covariance(gradient, omega_t=100, estimator="cross")[np.ix_(ell, ell)]
            smooth = theory.smooth_covariance(ell, cl, covariance)
            rates.append(theory.invert(x, cl, ell=ell, method="nnls", covariance=smooth))
        band = (rates[-1].high - rates[-1].low) / rates[-1].nu_r
        for other in rates[:-1]:
            assert (np.abs(other.nu_r / rates[-1].nu_r - 1) < np.maximum(band, 0.1)).all()
