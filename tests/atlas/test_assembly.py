import shutil

import numpy as np
import pytest

from crviz import means, spectra
from crviz.atlas import load
from crviz.atlas.assembly import assemble, save
from crviz.atlas.fields import OF_MEAN_DIPOLE
from crviz.atlas.grid import Grid
from crviz.atlas.making import make, missing
from crviz.atlas.quantiles import QUANTITIES

#: Single precision with 15 and 9 binary digits.
VALUES, ERRORS = 2.0**-14, 2.0**-8


@pytest.fixture(scope="module")
def paper(small_parts, small_grid):
    """Coarse and fine parts of the point of the paper."""
    return tuple(sampled.read(small_parts) for sampled in small_grid.sampled(1.0, 0.1))


def of_both(paper, name):
    """A quantity of every field of both parts."""
    return np.concatenate([part[name].values.astype(float) for part in paper])


def test_moments_are_those_of_the_fields_of_both_parts(small_atlas, paper):
    point = small_atlas.nearest(1.0, 0.1)
    for index, gradient in enumerate(("parallel", "perpendicular")):
        for name in ("k", "running"):
            fields = of_both(paper, name)[:, index]
            value, error = point.diffusion().along(gradient, name)
            np.testing.assert_allclose(value, fields.mean(0), rtol=VALUES)
            np.testing.assert_allclose(error, means.standard_error(fields), rtol=3 * ERRORS)
    tensor, _ = spectra.standard_dipole_tensor(of_both(paper, "dipole") * OF_MEAN_DIPOLE)
    for gradient, value in (
        ("parallel", tensor[:, 2, 2]),
        ("perpendicular", (tensor[:, 0, 0] + tensor[:, 1, 1]) / 2),
    ):
        np.testing.assert_allclose(point.standard_dipole(gradient)[0], value, rtol=VALUES, atol=1e-6)


def test_a_gradient_at_an_angle_mixes_both(small_atlas, paper):
    # which is what symmetry about the regular field makes of the full tensor, in the mean over the azimuth
    value, error = small_atlas.nearest(1.0, 0.1).diffusion().along((0.7, 1.9), "running")
    along, across = of_both(paper, "running").swapaxes(0, 1)
    fields = np.cos(0.7) ** 2 * along + np.sin(0.7) ** 2 * across
    np.testing.assert_allclose(value, fields.mean(0), rtol=VALUES)
    np.testing.assert_allclose(error, means.standard_error(fields), rtol=3 * ERRORS)


def test_low_multipoles_lie_between_those_of_both_samplings(small_atlas, paper):
    point = small_atlas.nearest(1.0, 0.1)
    for index, gradient in enumerate(("parallel", "perpendicular")):
        both = np.stack([part["cl"].values[:, index].mean(0)[..., :5] for part in paper])
        cl = point.evolution(gradient).cl[:, :5]
        slack = 1e-4 * np.abs(both).max(0)
        assert (cl >= both.min(0) - slack).all()
        assert (cl <= both.max(0) + slack).all()


def test_high_multipoles_are_those_of_the_fine_grids_but_for_the_brightness_of_the_few(small_atlas, paper):
    _, fine = paper
    ratio = small_atlas.nearest(1.0, 0.1).evolution("parallel").cl / fine["cl"].values[:, 0].mean(0)
    assert (np.abs(np.log(ratio[:, 5:])) < 1).all()
    assert (ratio[:, 5:] != 1).any()


def test_k_of_every_field_is_kept(small_atlas, paper, small_grid):
    observers = small_atlas.nearest(1.0, 0.1).observers
    late = small_grid.quantile_indices
    k = of_both(paper[::-1], "k")[..., late]  # those on fine grids first
    np.testing.assert_allclose(observers["k_fields"], np.moveaxis(k, 0, -1), rtol=ERRORS)
    drift = of_both(paper[::-1], "k_antisymmetric")[:, late]
    np.testing.assert_allclose(observers["k_antisymmetric_fields"], drift.T, rtol=ERRORS)


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
    assert (data["fields"] == 6 + 3).all()
    assert (data["fine_fields"] == 3).all()
    step = small_grid.configs(2.0, 0.2)[0].resolved_step
    assert float(data["step"].sel(sigma2=2.0, rl_over_lc=0.2)) == pytest.approx(step, rel=VALUES)


def test_it_is_read_as_it_was_written(small_atlas, tmp_path):
    save(small_atlas.dataset, tmp_path / "atlas.nc")
    back = load(tmp_path / "atlas.nc")
    means = [name for name in small_atlas.dataset if name not in QUANTITIES]
    assert back.dataset.identical(small_atlas.dataset[means])
    assert back.observers.identical(small_atlas.observers)


def test_of_a_round_that_is_not_finished_every_point_gives_what_it_has(small_parts, small_grid, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for _ in make(folder, missing(folder, small_grid, rounds=1)):
        pass
    coarse, _ = small_grid.sampled(1.0, 0.1)
    shutil.copy(coarse.path(small_parts), coarse.path(folder))
    data = assemble(folder, small_grid)
    assert int(data["fields"].sel(sigma2=1.0, rl_over_lc=0.1)) == 6 + 2
    assert int(data["fields"].sel(sigma2=0.5, rl_over_lc=0.1)) == 4 + 2
    missing_k = np.isnan(data["k_fields"]).sum("field")
    assert (missing_k.sel(sigma2=0.5) == 2).all()
    assert (missing_k.sel(sigma2=1.0, rl_over_lc=0.1) == 0).all()
    assert (data["fine_fields"] == 2).all()
    assert np.isfinite(data["cl"]).all()


def test_without_a_first_round_there_is_no_table(small_parts, small_grid):
    larger = Grid((0.5, 1.0, 2.0, 4.0), small_grid.rl_over_lc, small_grid.omega_t, small_grid.rounds, 20)
    with pytest.raises(ValueError, match=r"lacks sigma2 = 4, rl_over_lc = 0\.1 at nside = 2"):
        assemble(small_parts, larger)
