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


def seeded(seed, end, first=0):
    return part(first, end, TINY.replace(seed=seed))


@pytest.fixture(scope="module")
def of_two_seeds():
    """Six fields of seed 3 in two parts, and three of seed 0."""
    return merge([seeded(3, 6, first=4), seeded(0, 3), seeded(3, 4)], seeds=True)


def test_fields_of_different_seeds_make_one_ensemble(of_two_seeds):
    parts = seeded(3, 6), seeded(0, 3)
    assert of_two_seeds.seeds == {3: 6, 0: 3}
    assert of_two_seeds.fields == range(9)
    for name in ("cl", "cl_cross", "rr", "dipole"):
        each = np.concatenate([each.dataset[name] for each in parts])
        np.testing.assert_array_equal(of_two_seeds.dataset[name], each)
    for name in ("cl_rp", "cl_pp", "mean_r"):
        mean = (6 * parts[0].dataset[name] + 3 * parts[1].dataset[name]) / 9
        # single precision of the maps, which are added in another order
        np.testing.assert_allclose(of_two_seeds.dataset[name], mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(of_two_seeds.dataset["sample_r"], parts[0].dataset["sample_r"])


def test_both_seeds_are_in_the_file_and_shown(of_two_seeds, tmp_path, call):
    of_two_seeds.save(tmp_path / "both.nc")
    for stored in (load(tmp_path / "both.nc"), load(tmp_path / "both.nc").reduced()):
        assert stored.seeds == {3: 6, 0: 3}
        assert "9 fields of the seeds 3 (6 fields), 0 (3 fields)" in stored.provenance
        assert stored.digest == of_two_seeds.digest != part(0, 1, TINY.replace(seed=3)).digest
    assert "  seed         3 (6 fields), 0 (3 fields)\n" in call("info", tmp_path / "both.nc").out
    again = eval(of_two_seeds.recipe, {"crviz": crviz})
    xr.testing.assert_identical(again.dataset["cl"], of_two_seeds.dataset["cl"])


def test_nothing_is_added_to_fields_of_several_seeds(of_two_seeds, tmp_path, call):
    """Neither is it taken for a run of its first seed."""
    out = tmp_path / "both.nc"
    of_two_seeds.save(out)
    with pytest.raises(ValueError, match=r"holds fields of several seeds \(3 \(6 fields\), 0 \(3 fields\)\)"):
        simulate(of_two_seeds.config, 20, resume=of_two_seeds)
    with pytest.raises(ValueError, match=r"part 1 holds fields of several seeds .* cannot be joined"):
        merge([of_two_seeds, seeded(5, 1)], seeds=True)
    words = ("--nside", 2, "--omega-t", "0.5,2", "--n-modes", 10, "--grids", "cross", "--seed", 3)
    done = call("run", out, *words)
    assert done.status == 2
    assert done.err.startswith(f"crviz run: {out} holds fields of several seeds")
    assert out.stat().st_size == (tmp_path / "both.nc").stat().st_size


def test_the_command_merges_seeds_only_when_asked(tmp_path, call):
    parts = [tmp_path / "3.nc", tmp_path / "0.nc"]
    for path, result in zip(parts, (seeded(3, 2), seeded(0, 2)), strict=True):
        result.save(path)
    out = tmp_path / "both.nc"
    assert "seed = 0 there, 3 here" in call("merge", *parts, "-o", out).err
    done = call("merge", *parts, "-o", out, "--seeds")
    assert done.out == f"{out}: 4 realisations, of the seeds 3 (2 fields), 0 (2 fields).\n"
    assert load(out).seeds == {3: 2, 0: 2}


def test_parts_of_seeds_that_do_not_join_are_refused():
    with pytest.raises(ValueError, match=r"^of seed 3 fields 0 to 1 are missing\.$"):
        merge([seeded(0, 1), seeded(3, 4, first=2)], seeds=True)
    with pytest.raises(ValueError, match=r"^part 2 and part 3 both hold field 0: "):
        merge([seeded(0, 1), seeded(3, 1), seeded(3, 2)], seeds=True)
    with pytest.raises(ValueError, match=r"^part 2 holds another configuration than part 1: sigma2 = 2"):
        merge([seeded(0, 1), part(0, 1, TINY.replace(seed=1, sigma2=2))], seeds=True)
