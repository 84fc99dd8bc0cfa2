"""The finer sky that is shipped of the reference run's first field."""

import gzip

import healpy
import numpy as np
import pytest

from crviz import backtrack, draw_field, library
from crviz.jobs import fine_skies
from crviz.sky import pixel_directions

SHIPPED = library.shipped()


def orbits(nside, index, pixels=slice(None)):
    """r (3, n) of the shipped field's orbits at the time of an index, followed here."""
    config, times = SHIPPED.config, tuple(SHIPPED.omega_t[: index + 1])
    directions = pixel_directions(nside)[:, pixels]
    return backtrack(draw_field(config, 0), directions, times, config.resolved_step).r[-1]


def test_all_files_are_there_and_small():
    files = sorted(fine_skies.folder().glob("*"))
    assert [int(path.stem) for path in files] == list(range(fine_skies.FIRST, len(SHIPPED.omega_t)))
    assert sum(path.stat().st_size for path in files) < 4e6


@pytest.mark.parametrize("index", [18, 31, 42])
def test_they_hold_the_orbits_of_the_shipped_field(index):
    """To 1/256 of the largest value of each component, and what single precision adds."""
    r, (_, units) = fine_skies.positions(index), fine_skies.steps(index)
    pixels = np.random.default_rng(index).choice(r.shape[1], 16, replace=False)
    missed = np.abs(r[:, pixels] - orbits(64, index, pixels)).max(1)
    assert (missed <= 0.501 * units).all()
    assert (np.abs(np.abs(r).max(1) / units - 127.5) < 0.51).all()  # 128 of them are the largest value


def test_at_the_last_time_they_are_the_coarser_map_in_the_large():
    """Orbits are chaotic by then, and pixels lie elsewhere."""
    fine, coarse = fine_skies.positions(len(SHIPPED.omega_t) - 1), SHIPPED.maps[1][-1]
    # means of squares, which 12288 pixels that are not alike know to some percent
    np.testing.assert_allclose((fine**2).mean(1), (coarse**2).mean(1), rtol=0.06)
    z = [healpy.ud_grade(maps[2], 4) for maps in (fine, coarse)]  # of 64 coarse pixels each
    assert np.corrcoef(*z)[0, 1] > 0.8  # of other pixels 0 +- 0.07


def test_of_a_coarser_grid_they_are_the_means():
    for component, fine in zip(fine_skies.coarser(31, 16), fine_skies.positions(31), strict=True):
        np.testing.assert_allclose(component, healpy.ud_grade(fine, 16), rtol=0, atol=1e-12)


def test_before_the_first_file_the_coarser_grid_shows_the_same():
    assert fine_skies.positions(fine_skies.FIRST - 1) is None
    fine = fine_skies.positions(18)  # a step later, and so a little worse
    theta, phi = healpy.pix2ang(64, np.arange(fine.shape[1]))
    for coarse, own in zip(orbits(32, 18), fine, strict=True):
        missed = healpy.get_interp_val(coarse, theta, phi) - own
        # steps alone miss by 0.58 / 256 in the mean
        assert np.sqrt(np.mean(missed**2)) < 0.75 / 256 * np.abs(own).max()


def test_a_file_is_written_as_it_is_read():
    for index in (20, 53, 54):
        like = fine_skies.reference(index)
        other = fine_skies.steps(like) if like != index else None
        written = fine_skies.encoded(*fine_skies.steps(index), index, other)
        there = (fine_skies.folder() / f"{index}.gz").read_bytes()
        assert gzip.decompress(written) == gzip.decompress(there)


def test_only_the_shipped_field_has_them():
    config = SHIPPED.config.replace(grids="single")
    assert fine_skies.has(config, 0)
    assert not fine_skies.has(config, 1)
    assert not fine_skies.has(config.replace(seed=1), 0)
    assert fine_skies.files([0.3, SHIPPED.omega_t[17], SHIPPED.omega_t[18], 300.0]) == [-1, -1, 18, 63]
