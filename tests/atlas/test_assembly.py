import shutil

import numpy as np
import pytest

from crviz import means
from crviz.atlas import load
from crviz.atlas.assembly import assemble, save
from crviz.atlas.grid import Grid
from crviz.atlas.making import make, missing
from crviz.gradient import gradient_tensor
from crviz.library import Library

#: Single precision with 15 and 9 binary digits.
VALUES, ERRORS = 2.0**-14, 2.0**-8
AZIMUTHS = np.array([0, 1, 2, 3]) * np.pi / 2 + 0.3


@pytest.fixture(scope="module")
def paper(small_parts, small_grid):
    """Coarse and fine results of the point of the paper."""
    return tuple(Library(small_parts).get(config) for config in small_grid.configs(1.0, 0.1))


def along(result, name, gradient):
    """g_i g_j X_ij of every field of a result."""
    return np.einsum(
        "ij,rtij...->rt...", gradient_tensor(gradient), result.dataset[name].values.astype(float)
    )


def test_a_gradient_at_an_angle_is_the_mean_over_its_azimuths(small_atlas, paper):
    # which is what symmetry about the regular field makes of the parts' full tensors
    point = small_atlas.nearest(1.0, 0.1)
    coarse, _ = paper
    gradients = [(0.7, azimuth) for azimuth in AZIMUTHS]
    running = np.mean([along(coarse, "rr", gradient) for gradient in gradients], 0) / 2 / coarse.omega_t
    k = -np.mean([along(coarse, "rp", gradient) for gradient in gradients], 0)
    for which, fields in (("running", running), ("k", k)):
        value, error = point.diffusion().along((0.7, 1.9), which)
        np.testing.assert_allclose(value, fields.mean(0), rtol=VALUES, atol=1e-6)
        np.testing.assert_allclose(error, means.standard_error(fields), rtol=3 * ERRORS)
    standard = np.mean([coarse.standard_dipole(gradient)[0] for gradient in gradients], 0)
    np.testing.assert_allclose(point.standard_dipole((0.7, 1.9))[0], standard, rtol=VALUES, atol=1e-6)


def test_named_gradients_are_zz_and_the_mean_of_xx_and_yy(small_atlas, paper):
    point, (coarse, _) = small_atlas.nearest(1.0, 0.1), paper
    k = coarse.diffusion().k
    np.testing.assert_allclose(point.diffusion().along("parallel")[0], k[:, 2, 2], rtol=VALUES)
    np.testing.assert_allclose(
        point.diffusion().along("perpendicular")[0], (k[:, 0, 0] + k[:, 1, 1]) / 2, rtol=VALUES
    )


def test_low_multipoles_lie_between_those_of_both_samplings(small_atlas, paper):
    point, (coarse, fine) = small_atlas.nearest(1.0, 0.1), paper
    few = fine.n_realizations
    for gradient in ("parallel", "perpendicular"):
        both = np.stack(
            [
                along(coarse, "cl_cross", gradient)[few:].mean(0),
                along(fine, "cl_cross", gradient).mean(0)[..., :5],
            ]
        )
        cl = point.evolution(gradient).cl[:, :5]
        slack = 1e-4 * np.abs(both).max(0)
        assert (cl >= both.min(0) - slack).all()
        assert (cl <= both.max(0) + slack).all()


def test_high_multipoles_are_those_of_the_fine_grids_but_for_the_brightness_of_the_few(small_atlas, paper):
    _, fine = paper
    ratio = small_atlas.nearest(1.0, 0.1).evolution("parallel").cl / along(fine, "cl_cross", "parallel").mean(
        0
    )
    assert (np.abs(np.log(ratio[:, 5:])) < 1).all()
    assert (ratio[:, 5:] != 1).any()


def test_the_drift_has_the_sign_of_positive_charges(small_atlas):
    tensors = small_atlas.nearest(1.0, 0.1).diffusion()
    drift, error = tensors.drift[:, 2], tensors.drift_error[:, 2]
    # of free gyration (1 - cos T) / 3: 0.15 at T = 1, less with turbulence as strong as B0
    assert 0.05 < drift[0] < 0.2
    assert drift[0] > 5 * error[0]


def test_spreading_begins_ballistic(small_atlas):
    regime = small_atlas.nearest(0.5, 0.1).regime("parallel")
    # v(0).v(-T) falls by some (sigma T)^2 / 6 only, and twice K T / <z^2> with it
    assert regime.exponent[0] == pytest.approx(2.0, abs=0.15)
    assert regime.name[0] == "ballistic"


def test_the_number_of_fields_and_the_step_are_told(small_atlas, small_grid):
    data = small_atlas.dataset
    assert (data["fields"] == 6).all()
    assert (data["fine_fields"] == 3).all()
    step = small_grid.configs(2.0, 0.2)[0].resolved_step
    assert float(data["step"].sel(sigma2=2.0, rl_over_lc=0.2)) == pytest.approx(step, rel=VALUES)


def test_it_is_read_as_it_was_written(small_atlas, tmp_path):
    save(small_atlas.dataset, tmp_path / "atlas.nc")
    assert load(tmp_path / "atlas.nc").dataset.identical(small_atlas.dataset)


def test_of_a_round_that_is_not_finished_every_point_gives_what_it_has(small_parts, small_grid, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for _ in make(folder, missing(folder, small_grid, rounds=1)):
        pass
    config = small_grid.configs(1.0, 0.1)[0]
    shutil.copy(Library(small_parts).path(config), Library(folder).path(config))
    data = assemble(folder, small_grid)
    assert int(data["fields"].sel(sigma2=1.0, rl_over_lc=0.1)) == 6
    assert int(data["fields"].sel(sigma2=0.5, rl_over_lc=0.1)) == 4
    assert (data["fine_fields"] == 2).all()
    assert np.isfinite(data["cl"]).all()


def test_without_a_first_round_there_is_no_table(small_parts, small_grid):
    larger = Grid((0.5, 1.0, 2.0, 4.0), small_grid.rl_over_lc, small_grid.omega_t, small_grid.rounds, 20)
    with pytest.raises(ValueError, match=r"lacks sigma2 = 4, rl_over_lc = 0\.1 at nside = 2"):
        assemble(small_parts, larger)
