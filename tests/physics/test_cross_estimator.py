"""Two rotated grids see through the noise of a finite number of pixels."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from crviz import Config, ensemble, orbits, sky
from crviz.field import draw_field

FIELDS = 6
LMAX = 40
BINS = [(1, 5), (5, 10), (10, 16), (16, 23), (23, 31), (31, LMAX + 1)]


def binned(spectra):
    """Means over bins of l, weighted by 2l + 1: (R, L) -> (R, bins)."""
    ell = np.arange(spectra.shape[-1])
    return np.stack(
        [np.average(spectra[:, a:b], axis=1, weights=(2 * ell + 1)[a:b]) for a, b in BINS], axis=1
    )


def seen(config):
    """C_l, cross C_l and <r^2> of z in all fields: dict of (R, LMAX + 1) and (R,)."""
    z = 2
    steps = orbits.intervals(config.omega_t, config.resolved_step)
    plain = sky.pixel_directions(config.nside)

    def spectra(index):
        directions = [plain]
        if config.grids == "cross":
            directions.append(sky.random_rotation(config, index).as_matrix() @ plain)
        r, p = orbits.trace(draw_field(config, index), np.concatenate(directions, 1), *steps)
        each, _ = ensemble.observables(config, index, r, p, lmax=LMAX)
        return {name: values[0, z, z] for name, values in each.items() if name != "dipole"}

    with ThreadPoolExecutor(ensemble.thread_count()) as pool:
        fields = list(pool.map(spectra, range(FIELDS)))
    return {name: np.stack([field[name] for field in fields]) for name in fields[0]}


@pytest.mark.slow
def test_cross_at_nside_16_sees_to_l_40_what_nside_64_sees_where_eq_9_subtracts_too_much():
    config = Config(nside=16, omega_t=(100.0,), grids="cross", seed=3)
    finer = config.replace(nside=64, grids="single")
    coarse, fine = seen(config), seen(finer)
    cross, auto = binned(coarse["cl_cross"]), binned(fine["cl"])
    # the fine grid has noise of its own, between none and what Eq. 9 says
    noise = 4 * np.pi / finer.n_pixels * fine["rr"].mean()

    def errors(difference):
        return difference.mean(0) / (difference.std(0, ddof=1) / np.sqrt(FIELDS))

    # same fields, so that differences are those of the grids; 4 errors of six fields' scatter
    assert (errors(cross - auto) < 4).all()
    assert (errors(cross - (auto - noise)) > -4).all()

    too_much = 4 * np.pi / config.n_pixels * coarse["rr"][:, None]
    eq9 = binned(coarse["cl"] - too_much)
    # beyond l = 13 the estimate is negative, while the power is not (physics: -0.92 against 0.3 at l = 30)
    assert (eq9[:, 3:].mean(0) < 0).all()
    assert (cross[:, 3:].mean(0) > 0).all()
    # and too low by three errors at least, wherever the noise of the fine grid lies
    assert (errors(eq9[:, 4:] - (auto - noise)[:, 4:]) < -3).all()
