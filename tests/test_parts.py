"""Parts of a run: what they hold, and how they join."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

import crviz
from crviz import Config, load, merge, run, simulate

TINY = Config(nside=2, omega_t=(0.5, 2.0), n_modes=10, grids="cross")


def part(first, end, config=TINY):
    return run(config, end, first=first)


def file_bytes(result, path):
    result.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole():
    return run(TINY, 20)


@pytest.mark.parametrize("cuts", [(8, 16), (5, 12), (16,), (3, 4, 19)])
def test_parts_join_into_the_very_file_of_one_run(tmp_path, fixed_date, cuts):
    """In any order, and after they were stored."""
    bounds = (0, *cuts, 20)
    parts = [part(first, end) for first, end in pairwise(bounds)]
    for number, each in enumerate(parts):
        each.save(tmp_path / f"{number}.nc")
    stored = [load(tmp_path / f"{number}.nc") for number in reversed(range(len(parts)))]
    assert file_bytes(merge(stored), tmp_path / "merged.nc") == file_bytes(
        run(TINY, 20), tmp_path / "whole.nc"
    )


def test_a_part_holds_the_fields_of_the_run_with_their_numbers(whole):
    found = part(8, 13)
    assert found.fields == range(8, 13)
    assert found.n_realizations == 5
    for name in ("cl", "cl_cross", "rr", "rp", "pp", "dipole"):
        xr.testing.assert_identical(found.dataset[name], whole.dataset[name].sel(realization=slice(8, 12)))
    np.testing.assert_array_equal(
        found.realization_spectra(omega_t=0.5), whole.realization_spectra(omega_t=0.5)[8:13]
    )
    np.testing.assert_allclose(
        found.spectrum().cl, whole.realization_spectra()[8:13].mean(0), rtol=1e-12, atol=1e-15
    )


def test_the_sky_of_a_part_is_that_of_its_first_field():
    found, alone = part(8, 10), part(8, 9)
    np.testing.assert_array_equal(found.sky().r, alone.dataset["mean_r"][-1])
    assert found.sky().realization == found.reduced().sky().realization == 8
    assert "realisation 8" in found.dataset["sample_r"].long_name


def test_a_part_goes_on_and_is_the_same_bit_by_bit(tmp_path, fixed_date):
    part(6, 9).save(tmp_path / "begun.nc")
    *_, grown = simulate(TINY, 18, first=6, resume=load(tmp_path / "begun.nc"))
    assert file_bytes(grown, tmp_path / "grown.nc") == file_bytes(part(6, 18), tmp_path / "whole.nc")


def test_a_part_says_what_it_holds_and_how_it_is_made_again():
    found = part(8, 10)
    assert "fields 8 to 9" in found.provenance
    again = eval(found.recipe, {"crviz": crviz})
    xr.testing.assert_identical(again.dataset["cl"], found.dataset["cl"])


def test_a_part_is_no_beginning_of_a_run():
    with pytest.raises(ValueError, match="holds fields 2 to 3"):
        simulate(TINY, 8, resume=part(2, 4))
    with pytest.raises(ValueError, match="first = 4 must be below realizations = 4"):
        simulate(TINY, 4, first=4)


def test_what_does_not_join_is_refused_in_a_sentence(whole):
    begin, end = part(0, 2), part(4, 6)
    with pytest.raises(ValueError, match=r"^between part 1 and part 2 fields 2 to 3 are missing\.$"):
        merge([begin, end])
    with pytest.raises(ValueError, match=r"^begin and other both hold field 1: each"):
        merge([begin, part(1, 3)], ["begin", "other"])
    with pytest.raises(ValueError, match=r"both hold fields 0 to 1"):
        merge([whole, begin])
    with pytest.raises(ValueError, match="seed = 1 there, 0 here"):
        merge([begin, part(2, 4, TINY.replace(seed=1))])
    with pytest.raises(ValueError, match="part 1 holds means only"):
        merge([begin.reduced()])
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])
