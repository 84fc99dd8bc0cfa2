"""The estimator on synthetic skies of which the spectrum is known."""

import numpy as np
import pytest

from crviz.atlas.joining import Sample, band_slope, coarse_weight, join, steadied_covariances

ELL = np.arange(33)
LOW = 9
TRUE = 10.0 / (ELL + 0.5) ** 3
MANY, FEW = 160, 8
TRIALS = 300
#: White noise of coarse and fine grids, in the ratio of nside 4 and 16: C_l at l = 5 and l = 14.
COARSE_NOISE, FINE_NOISE = 0.06, 0.06 / 16


def skies(rng, n, lmax, noise, brightness):
    """Cross spectra (n, lmax + 1) of Gaussian skies with two noises, fields of different brightness."""
    spectra = np.empty((n, lmax + 1))
    for ell in range(lmax + 1):
        sky = rng.normal(size=(n, 2 * ell + 1)) * np.sqrt(TRUE[ell] * brightness[:, ell, None])
        one, other = (sky + rng.normal(size=sky.shape) * np.sqrt(noise) for _ in range(2))
        spectra[:, ell] = (one * other).mean(1)
    return spectra


def brightness(rng, n):
    """Log-normal factors of mean 1, common to l >= 4 but for a part, independent below."""
    own, common = rng.normal(size=(n, 33)), rng.normal(size=(n, 1))
    scatter = np.where(ELL >= 4, 0.3 * own + 0.4 * common, 0.5 * own)
    return np.exp(scatter - 0.125)


def draw(rng, many=MANY, few=FEW):
    bright = brightness(rng, many + few)
    coarse = skies(rng, many, LOW - 1, COARSE_NOISE, bright[:many])
    fine = skies(rng, few, 32, FINE_NOISE, bright[many:])
    noise = np.full((1, 1, LOW), COARSE_NOISE), np.full((1, 1, 33), FINE_NOISE)
    return Sample(coarse[:, None, None], fine[:, None, None], *noise)


@pytest.fixture(scope="module")
def slope():
    rng = np.random.default_rng(5)
    return np.median([band_slope(draw(rng)) for _ in range(64)], 0)


@pytest.fixture(scope="module")
def trials(slope):
    """Estimates and errors of many trials: (TRIALS, 33) each, and the samples."""
    rng = np.random.default_rng(6)
    samples = [draw(rng) for _ in range(TRIALS)]
    joined = [join(sample, slope) for sample in samples]
    return (
        np.array([one.cl[0, 0] for one in joined]),
        np.array([np.sqrt(one.covariance[0, 0, 0]) for one in joined]),
        samples,
    )


def test_the_join_is_unbiased(trials):
    cl, _, _ = trials
    away = (cl.mean(0) / TRUE - 1)[1:]
    error = (cl.std(0) / np.sqrt(TRIALS) / TRUE)[1:]
    # the regression is biased by b cov(f, F) / M, some 0.6 x 0.17 / 8 = 1.3 %, beyond the coarse grids
    bias = np.where(ELL[1:] >= LOW, 0.015, 0)
    assert (np.abs(away) < 4 * error + bias).all()  # 4 sigma in 32 numbers


def test_its_error_is_its_scatter(trials):
    cl, error, _ = trials
    ratio = np.sqrt((error**2).mean(0)) / cl.std(0)
    # the scatter of 300 trials is known to 4 %, the mean variance of skewed numbers from 8 fields to some 5 %
    assert np.abs(ratio[1:] - 1).max() < 0.25
    assert abs(ratio[1:].mean() - 1) < 0.06


def test_it_scatters_less_than_either_sample_alone(trials):
    cl, _, samples = trials
    coarse = np.array([sample.coarse.mean(0)[0, 0] for sample in samples]).std(0)
    fine = np.array([sample.fine.mean(0)[0, 0] for sample in samples]).std(0)
    joined = cl.std(0)
    assert (joined[1:LOW] < 1.1 * np.minimum(coarse[1:], fine[1:LOW])).all()  # the scatter is known to 4 %
    assert (joined[LOW:17] < fine[LOW:17]).all()


def test_a_ratio_to_an_uncorrelated_dipole_would_scatter_more(trials):
    cl, _, samples = trials
    ratio = np.array(
        [(s.fine.mean(0) * s.coarse.mean(0)[..., 1:2] / s.fine.mean(0)[..., 1:2])[0, 0] for s in samples]
    )
    assert (ratio.std(0)[LOW:] > 1.1 * cl.std(0)[LOW:]).all()


def test_the_coarse_grids_hand_over_where_their_noise_asks_for_it(trials):
    weight = np.mean([coarse_weight(sample)[0, 0] for sample in trials[2]], 0)
    assert (np.diff(weight[1:]) < 0).all()
    assert weight[1] == pytest.approx(MANY / (MANY + FEW), abs=0.02)  # no noise: by number
    coarse, fine = (
        ((TRUE[LOW - 1] + noise) ** 2 + TRUE[LOW - 1] ** 2) / fields
        for noise, fields in ((COARSE_NOISE, MANY), (FINE_NOISE, FEW))
    )
    assert weight[-1] == pytest.approx(fine / (coarse + fine), abs=0.03)


def test_without_noise_the_weights_are_the_numbers_of_fields():
    sample = draw(np.random.default_rng(1))
    sample = Sample(sample.coarse, sample.fine, 0 * sample.coarse_noise, 0 * sample.fine_noise)
    np.testing.assert_allclose(coarse_weight(sample), MANY / (MANY + FEW), rtol=1e-12)


def test_equal_fields_join_to_themselves_without_error(slope):
    coarse, fine = (np.tile(TRUE[:size], (n, 1, 1, 1)) for n, size in ((5, LOW), (3, 33)))
    joined = join(Sample(coarse, fine, np.ones((1, 1, LOW)), np.ones((1, 1, 33))), slope)
    np.testing.assert_allclose(joined.cl[0, 0], TRUE, rtol=1e-12)
    assert np.abs(joined.covariance).max() < 1e-25


def test_gradients_that_see_the_same_are_fully_correlated():
    one = draw(np.random.default_rng(2), 20, 4)
    twice = Sample(*(np.concatenate([x, 2 * x], 1) for x in (one.coarse, one.fine)),
                   *(np.concatenate([x, 2 * x]) for x in (one.coarse_noise, one.fine_noise)))  # fmt: skip
    covariance = join(twice, 0.0).covariance
    deviation = np.sqrt(np.einsum("gg...->g...", covariance))
    np.testing.assert_allclose(covariance[0, 1], deviation[0] * deviation[1], rtol=1e-9)
    np.testing.assert_allclose(deviation[1], 2 * deviation[0], rtol=1e-9)


def test_a_single_field_has_no_error():
    joined = join(draw(np.random.default_rng(3), 5, 1), 0.0)
    assert np.isfinite(joined.cl).all()
    assert np.isnan(joined.covariance).all()
    assert np.isnan(steadied_covariances([joined] * 4)).all()


def test_degrees_of_freedom_are_those_of_the_sample_that_counts(trials, slope):
    freedom = np.mean([join(sample, slope).freedom[0, 0] for sample in trials[2]], 0)
    assert MANY / 2 < freedom[1] < MANY + FEW  # many fields say most of C_1
    np.testing.assert_allclose(freedom[LOW + 8 :], FEW - 1, rtol=0.1)


def test_steadied_errors_of_four_fields_are_wrong_less_often(slope):
    rng = np.random.default_rng(8)
    joined = [join(draw(rng, 40, 4), slope) for _ in range(200)]
    away = np.array([one.cl[0, 0] for one in joined]) - TRUE
    own = np.sqrt(np.array([one.covariance[0, 0, 0] for one in joined]))
    steadied = np.sqrt(steadied_covariances(joined)[:, 0, 0, 0])
    high = slice(LOW, None)
    wrong_before, wrong = ((np.abs(away) > 3 * error)[:, high].mean() for error in (own, steadied))
    # 4800 numbers. Student's t of 3 degrees of freedom has 5.8 % beyond 3, a Gaussian 0.3 %, and
    # log-normal fields have a tail of their own
    assert wrong_before > 0.04
    assert wrong < 0.015
    rms = np.sqrt((away**2 / steadied**2)[:, high].mean())
    assert 0.85 < rms < 1.15
