import sys
import threading
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor

import healpy as hp
import numpy as np
import pytest

from crviz import Config, backtrack, draw_field, kernels, library, load, orbits, run, simulate, sky

TINY = Config(nside=4, omega_t=(1.0, 3.0, 8.0), grids="cross")  # 384 orbits, six blocks of the kernel
POSITIONS = ("cl", "cl_cross", "rr", "rp", "pp", "dipole")


class Counting:
    """Progress that adds up, and stops the run when it has seen enough."""

    def __init__(self, limit=float("inf")):
        self.orbits, self.limit = 0, limit

    def advance(self, orbits):
        self.orbits += orbits
        if self.orbits >= self.limit:
            raise StoppedError


class StoppedError(Exception):
    """Somebody pressed stop."""


class AtOnce(Executor):
    """An executor without threads."""

    def submit(self, function, /, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future


@pytest.fixture
def no_thread_left():
    """Fails where threads that follow orbits outlive the test."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread.name.startswith("crviz-orbits")]
    assert set(left) <= before


def file_bytes(result, path):
    result.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def tiny_run():
    return run(TINY, 3)


@pytest.mark.parametrize(("threads", "block"), [(1, None), (1, 64), (2, 1), (2, 200), (5, 64), (5, None)])
def test_threads_and_blocks_do_not_change_a_bit(tmp_path, fixed_date, threads, block):
    reference = file_bytes(run(TINY, 3), tmp_path / "reference.nc")
    with ThreadPoolExecutor(threads) as pool:
        result = run(TINY, 3, executor=pool, block=block)
    assert file_bytes(result, tmp_path / "other.nc") == reference


def test_any_executor_serves(tmp_path, fixed_date):
    reference = file_bytes(run(TINY, 2), tmp_path / "reference.nc")
    assert file_bytes(run(TINY, 2, executor=AtOnce()), tmp_path / "other.nc") == reference


@pytest.mark.parametrize("grids", ["single", "cross"])
def test_a_resumed_run_equals_an_uninterrupted_one_byte_for_byte(tmp_path, fixed_date, grids):
    config = TINY.replace(grids=grids)
    whole = file_bytes(run(config, 4), tmp_path / "whole.nc")
    run(config, 2).save(tmp_path / "half.nc")
    resumed = run(config, 4, resume=load(tmp_path / "half.nc"))
    assert file_bytes(resumed, tmp_path / "resumed.nc") == whole


def test_only_what_is_missing_is_computed(tiny_run):
    progress = Counting()
    run(TINY, 4, resume=tiny_run, progress=progress)
    assert progress.orbits == TINY.n_orbits


def test_a_run_that_has_enough_is_given_back_at_once(tiny_run):
    progress = Counting()
    assert list(simulate(TINY, 2, resume=tiny_run, progress=progress)) == [tiny_run]
    assert progress.orbits == 0


def test_a_run_of_another_configuration_is_not_resumed(tiny_run):
    with pytest.raises(ValueError, match="another configuration"):
        simulate(TINY.replace(seed=1), 4, resume=tiny_run)


def test_a_summary_that_has_enough_is_handed_on_at_once(tiny_run):
    summary = tiny_run.reduced()
    assert list(simulate(TINY, summary.n_realizations, resume=summary)) == [summary]
    shipped = library.shipped()
    assert run(shipped.config, 10, resume=shipped) is shipped
    with pytest.raises(ValueError, match="holds means only and cannot be continued"):
        simulate(TINY, summary.n_realizations + 1, resume=summary)


def test_means_alone_are_not_resumed(tiny_run):
    with pytest.raises(ValueError, match="means only"):
        run(TINY, 4, resume=type(tiny_run)(tiny_run.dataset))


@pytest.mark.parametrize("number", [0, -1, 2.0, True, "3", None])
def test_the_number_of_realisations_is_checked_before_anything_runs(number):
    with pytest.raises(ValueError, match="realizations"):
        simulate(TINY, number)


def test_a_result_comes_after_every_realisation():
    assert [result.n_realizations for result in simulate(TINY, 3)] == [1, 2, 3]


def test_what_was_yielded_stays_as_it_was(tiny_run):
    growing = simulate(TINY, 3)
    first = next(growing)
    before = {name: first.dataset[name].values.copy() for name in first.dataset}
    list(growing)
    for name, values in before.items():
        np.testing.assert_array_equal(first.dataset[name].values, values)
    for name in POSITIONS:
        np.testing.assert_array_equal(tiny_run.dataset[name].values[:1], before[name])


def test_results_cannot_be_changed(tiny_run):
    with pytest.raises(ValueError, match="read-only"):
        tiny_run.dataset["cl"].values[...] = 0


def test_progress_sees_every_orbit_once():
    progress = Counting()
    run(TINY, 3, progress=progress)
    assert progress.orbits == 3 * TINY.n_orbits


@pytest.mark.parametrize("limit", [1, 400])
def test_stopping_leaves_no_thread_behind(no_thread_left, limit):
    with pytest.raises(StoppedError):
        run(TINY, 50, progress=Counting(limit), block=64)


def test_leaving_the_iterator_leaves_no_thread_behind(no_thread_left):
    growing = simulate(TINY, 50)
    next(growing)
    growing.close()


def test_stopping_drops_the_work_that_has_not_begun(monkeypatch):
    calls, trace = [], orbits.trace
    monkeypatch.setattr(orbits, "trace", lambda *arguments: calls.append(1) or trace(*arguments))
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(StoppedError):
            run(TINY.replace(omega_t=(100.0,)), 2, executor=pool, progress=Counting(1), block=64)
        assert pool.submit(int, "7").result() == 7  # the caller's pool lives on
    assert len(calls) < 12  # of twelve blocks


def test_an_orbit_that_fails_stops_the_run(monkeypatch, no_thread_left):
    def fail(*arguments):
        raise FloatingPointError("an orbit did not stay finite.")

    monkeypatch.setattr(orbits, "trace", fail)
    with pytest.raises(FloatingPointError):
        run(TINY, 2)


def test_caveats_are_given_as_warnings():
    with pytest.warns(UserWarning, match="resonant"):
        run(Config(rl_over_lc=0.001, nside=1, omega_t=(0.1,), n_modes=2), 1)


def test_every_number_is_that_of_the_orbits_through_its_own_field(tiny_run):
    index, time = 2, 1
    seen = backtrack(draw_field(TINY, index), sky.pixel_directions(4), TINY.omega_t)
    r, p = seen.r[time], seen.p[time]
    data = tiny_run.dataset.isel(realization=index, omega_t=time)
    np.testing.assert_allclose(data["rr"], r @ r.T / 192, rtol=1e-12, atol=1e-13)  # rounding, as below
    np.testing.assert_allclose(data["rp"], r @ p.T / 192, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(data["pp"], p @ p.T / 192, rtol=1e-12, atol=1e-13)
    alm = [hp.map2alm(one, lmax=8, iter=0) for one in r]
    for i in range(3):
        for j in range(3):
            expected = hp.alm2cl(alm[i], alm[j])
            # kept in float32, to 2^-24 of each number
            np.testing.assert_allclose(data["cl"][i, j], expected, rtol=1e-7, atol=1e-12)


def test_the_dipole_holds_the_means_of_direction_and_position(tiny_run):
    seen = backtrack(draw_field(TINY, 0), sky.pixel_directions(4), TINY.omega_t)
    means = seen.r @ sky.pixel_directions(4)[[1, 2, 0]].T / 192  # index (time, i, m) for m = y, z, x
    # integral of r_i sqrt(3 / 4 pi) n over the sphere
    np.testing.assert_allclose(tiny_run.dataset["dipole"][0], np.sqrt(12 * np.pi) * means, atol=1e-12)


def test_the_second_grid_is_another_look_at_the_same_field(tiny_run):
    rotation = sky.random_rotation(TINY, 1).as_matrix()
    seen = backtrack(draw_field(TINY, 1), rotation @ sky.pixel_directions(4), TINY.omega_t)
    first = backtrack(draw_field(TINY, 1), sky.pixel_directions(4), TINY.omega_t)
    product = first.r.mean(-1)[:, :, None] * seen.r.mean(-1)[:, None, :]
    monopole = 4 * np.pi * (product + product.swapaxes(1, 2)) / 2
    # no rotation touches the monopole: the product of the two means, symmetrised; float32, to 2^-24
    np.testing.assert_allclose(tiny_run.dataset["cl_cross"][1, ..., 0], monopole, rtol=1e-7, atol=1e-12)


def test_ensemble_means_are_means_over_the_realisations(tiny_run):
    maps = np.array(
        [backtrack(draw_field(TINY, index), sky.pixel_directions(4), TINY.omega_t).r for index in range(3)]
    )
    # float32 in the file
    np.testing.assert_allclose(tiny_run.dataset["mean_r"], maps.mean(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(tiny_run.dataset["sample_r"], maps[0], rtol=1e-6, atol=1e-6)


def test_arrays_carry_the_agreed_dimensions(tiny_run):
    data = tiny_run.dataset
    assert data["cl"].dims == data["cl_cross"].dims == ("realization", "omega_t", "i", "j", "ell")
    assert data["dipole"].dims == ("realization", "omega_t", "i", "m")
    assert data["cl_rp"].dims == data["cl_pp"].dims == ("omega_t", "i", "j", "ell")
    assert data["mean_r"].dims == data["sample_p"].dims == ("omega_t_map", "i", "pixel")
    assert data["mean_r"].dtype == np.float32
    assert data["ell"].values.tolist() == list(range(9))
    assert data["i"].values.tolist() == ["x", "y", "z"]
    assert data["omega_t"].values.tolist() == [1.0, 3.0, 8.0]


def test_maps_are_kept_at_sixteen_times_the_last_included():
    result = run(Config(nside=1, n_modes=4, omega_t=np.linspace(0.1, 4, 40)), 1)
    kept = result.dataset["omega_t_map"].values
    assert kept.size == 16
    assert kept[-1] == 4.0
    assert np.isin(kept, result.omega_t).all()


def test_maps_are_kept_at_the_time_of_figure_2_where_it_is_recorded():
    times = (*np.linspace(1, 90, 30), 100.0, *np.linspace(110, 120, 3))
    kept = run(Config(nside=1, n_modes=4, omega_t=times), 1).dataset["omega_t_map"].values
    assert 100.0 in kept
    assert kept[-1] == 120.0


def test_a_run_with_maps_at_other_times_goes_on_with_those(tmp_path):
    config = Config(nside=1, n_modes=4, omega_t=(1.0, 2.0, 3.0))
    whole = run(config, 2)
    begun = run(config, 1)
    at = [0, 2]  # of a version that chose them otherwise
    old = type(begun)(begun.dataset.isel(omega_t_map=at), begun.sums.isel(omega_t_map=at))
    old.save(tmp_path / "old.nc")
    found = run(config, 2, resume=load(tmp_path / "old.nc")).dataset
    assert found["omega_t_map"].values.tolist() == [1.0, 3.0]
    np.testing.assert_array_equal(found["mean_r"], whole.dataset["mean_r"][at])
    np.testing.assert_array_equal(found["cl"], whole.dataset["cl"])


@pytest.mark.parametrize("begin", [run, simulate])
def test_a_caveat_points_to_who_asks_for_the_run(begin):
    with pytest.warns(UserWarning, match="no resonant waves") as caught:
        begin(Config(rl_over_lc=0.001, nside=1, omega_t=(0.1,)), 1)
    assert {warning.filename for warning in caught} == {__file__}


# --- in the middle of the harmonics


class Harmonics:
    """Progress that stops a run at so many looks between the orbits of a field and the next."""

    def __init__(self, looks):
        self.looks = looks

    def advance(self, orbits):
        self.looks -= orbits == 0
        if not self.looks:
            raise StoppedError


def test_a_run_can_be_stopped_in_the_middle_of_the_harmonics(monkeypatch):
    monkeypatch.setattr(sys.modules["crviz.ensemble.observables"], "_PIXELS_AT_ONCE", 3 * TINY.n_pixels)
    looks = 4 * len(TINY.omega_t)  # of positions and momenta on two grids, time by time
    with pytest.raises(StoppedError):
        run(TINY, 1, progress=Harmonics(looks))
    run(TINY, 1, progress=Harmonics(looks + 1))


@pytest.mark.parametrize("times", [2, 1, 0.1])  # also where a single one is more than is taken at once
def test_harmonics_of_a_few_times_after_another_have_the_same_bits(tmp_path, fixed_date, monkeypatch, times):
    whole = file_bytes(run(TINY, 2), tmp_path / "whole.nc")
    at_once = int(times * 3 * TINY.n_pixels)
    monkeypatch.setattr(sys.modules["crviz.ensemble.observables"], "_PIXELS_AT_ONCE", at_once)
    assert file_bytes(run(TINY, 2), tmp_path / "parts.nc") == whole


@pytest.mark.parametrize("steps", [1, 7, 64, 1000])
def test_pieces_of_so_many_steps_do_not_change_a_bit(monkeypatch, steps):
    """Anchors are renewed every 64 steps; intervals of a single step end with a piece."""
    times = (0.001, 0.002, 3.0, 10.0)
    field, cut = draw_field(TINY, 0), orbits.intervals(times, 0.03)
    assert cut[0][0] == 1
    directions = sky.pixel_directions(4)  # three groups of lanes
    whole = orbits.trace(field, directions, *cut)
    monkeypatch.setattr(orbits, "_WORK_PER_PIECE", steps * kernels.LANES * TINY.n_modes)
    pieces = sum(1 for _ in orbits.trace_in_pieces(field, directions, *cut))
    assert pieces == 3 * int(cut[0].sum()) // steps
    for one, other in zip(whole, orbits.trace(field, directions, *cut), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_block_that_is_told_to_stop_ends_soon():
    field, stop = draw_field(TINY, 0), np.ones(1, np.uint8)
    steps = orbits.intervals((1e6,), 1e-3)  # hours
    with pytest.raises(CancelledError):
        orbits.trace(field, sky.pixel_directions(1), *steps, stop)
