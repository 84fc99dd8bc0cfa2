"""Two rotated grids see through the noise of a finite number of pixels."""

import numpy as np
import pytest

from crviz import Config, run

FIELDS = 6
BINS = [(1, 5), (5, 10), (10, 16), (16, 23), (23, 33)]


def binned(spectra):
    """Means over bins of l, weighted by 2l + 1: (R, L) -> (R, bins)."""
    ell = np.arange(spectra.shape[-1])
    return np.stack(
        [np.average(spectra[:, a:b], axis=1, weights=(2 * ell + 1)[a:b]) for a, b in BINS], axis=1
    )


@pytest.mark.slow
def test_cross_at_nside_16_sees_what_nside_64_sees_where_eq_9_subtracts_too_much():
    config = Config(nside=16, omega_t=(100.0,), grids="cross", seed=3)
    coarse, fine = run(config, FIELDS), run(config.replace(nside=64, grids="single"), FIELDS)
    along = {"i": "z", "j": "z"}
    cross = binned(coarse.dataset["cl_cross"].sel(along).values[:, 0])
    auto = binned(fine.dataset["cl"].sel(along).values[:, 0])
    # the fine grid has noise of its own, between none and what Eq. 9 says
    noise = 4 * np.pi / fine.config.n_pixels * fine.dataset["rr"].sel(along).values[:, 0].mean()

    def errors(difference):
        return difference.mean(0) / (difference.std(0, ddof=1) / np.sqrt(FIELDS))

    # same fields, so that differences are those of the grids; 4 errors of six fields' scatter
    assert (errors(cross - auto) < 4).all()
    assert (errors(cross - (auto - noise)) > -4).all()

    plain = coarse.dataset["cl"].sel(along).values[:, 0]
    too_much = 4 * np.pi / config.n_pixels * coarse.dataset["rr"].sel(along).values[:, 0, None]
    eq9 = binned(plain - too_much)
    # beyond l = 13 the estimate is negative, while the power is not (physics: -0.92 against 0.3 at l = 30)
    assert (eq9[:, 3:].mean(0) < 0).all()
    assert (cross[:, 3:].mean(0) > 0).all()
    assert errors(eq9[:, 4:] - (auto - noise)[:, 4:]) < -4
