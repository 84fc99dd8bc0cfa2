"""What this machine makes of crviz: rates, accuracy against cost, shares and start-up times.

The unit of work is the wave evaluation, one plane wave at one position; cost is orbits x steps x
waves. The reference work is the paper's run, 120 fields at nside 32 to Omega T = 100.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import scipy

from crviz import adams, ensemble, kernels, orbits, sky
from crviz._version import __version__
from crviz.arrays import Array
from crviz.config import Config
from crviz.field import Field, draw_field

PAPER_FIELDS = 120
_STEPS = (0.01, 0.02, 0.04, 0.08)
_ACCURACIES = (1e-4, 1e-5, 3e-6)
_LIBRARIES = ("numpy", "numba", "ducc0", "scipy", "xarray", "panel", "holoviews", "bokeh")
_Arguments = ParamSpec("_Arguments")
_Found = TypeVar("_Found")


def measure(quick: bool = False) -> dict[str, Any]:
    """All measurements as a dict of plain numbers and strings; 10 to 60 s.

    Parameters
    ----------
    quick
        Fewer orbits and repetitions.
    """
    start_up = _start_up()
    return {
        "crviz": __version__,
        "machine": _machine(),
        "versions": {name: version(name) for name in _LIBRARIES},
        "kernel": _kernel(0.5 if quick else 1.5),
        "threads": _threads(1.0 if quick else 3.0),
        "accuracy": _accuracy(6 if quick else 24, 0.02 if quick else 0.2),
        "reference": _reference(*((1, 16) if quick else (3, 32))),
        "start_s": start_up,
    }


def _machine() -> dict[str, Any]:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    found = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    vectors = [name for name in ("avx2", "fma", "avx512f") if name in found.get("flags", "").split()]
    model = found.get("model name", platform.processor())
    return {"processor": model, "cores": ensemble.thread_count(), "vectors": " ".join(vectors)}


def _best(function: Callable[[], object], seconds: float, clock: Callable[[], float]) -> float:
    """Shortest time of one call, repeated for so many seconds and at least three times."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = clock()
        function()
        times.append(clock() - start)
    return min(times)


def _kernel(seconds: float) -> dict[str, float]:
    """Wave evaluations a second on one core, and the share of what the arithmetic allows."""
    config = Config()
    field, steps = draw_field(config, 0), orbits.intervals((40.0,), config.resolved_step)
    directions = sky.pixel_directions(32)[:, : 4 * kernels.LANES]
    orbits.trace(field, directions, *steps)  # compiles
    took = _best(lambda: orbits.trace(field, directions, *steps), seconds, time.thread_time)
    rate = int(steps[0].sum()) * directions.shape[1] * config.n_modes / took
    values, repetitions = np.ones(16 * kernels.CHAINS, np.float32), 200_000
    width = kernels.multiply_add(values, 1)
    took = _best(lambda: kernels.multiply_add(values, repetitions), seconds, time.thread_time)
    peak = width * kernels.CHAINS * kernels.ROUNDS * repetitions / took
    return {
        "waves_per_s_per_core": rate,
        "multiply_adds_per_s_per_core": peak,
        "share_of_peak": rate * kernels.OPERATIONS_PER_WAVE / peak,
    }


def _threads(seconds: float) -> dict[str, float | None]:
    """How much faster two threads are than one, by the clock on the wall."""
    if ensemble.thread_count() < 2:
        return {"speed_up_of_2": None}
    config = Config()
    field, steps = draw_field(config, 0), orbits.intervals((20.0,), config.resolved_step)
    directions = sky.pixel_directions(32)[:, : 8 * kernels.LANES]
    with ThreadPoolExecutor(2) as pool:

        def tasks(number: int) -> None:
            for future in [pool.submit(orbits.trace, field, directions, *steps) for _ in range(number)]:
                future.result()

        # in turn, so that a change of the machine's speed touches both
        took: list[tuple[float, float]] = []
        end = time.perf_counter() + seconds
        while len(took) < 3 or time.perf_counter() < end:
            one, two = (_best(partial(tasks, number), 0, time.perf_counter) for number in (1, 2))
            took.append((one, two))
    one, two = np.min(took, axis=0)
    return {"speed_up_of_2": float(2 * one / two)}


def _accuracy(n_orbits: int, seconds: float) -> dict[str, dict[str, float]]:
    """Position error at Omega T = 10 against DOP853 through the very same field, and what it costs: by step
    of Boris' scheme, and by the accuracy asked of that of Adams."""
    config, times = Config(), np.array([10.0])
    field = draw_field(config, 0)
    directions = sky.pixel_directions(32)
    some = np.ascontiguousarray(directions[:, :: 12288 // n_orbits][:, :n_orbits])
    many = np.ascontiguousarray(directions[:, :: 12288 // kernels.LANES][:, : kernels.LANES])
    exact = exact_positions(field, some, 10.0)

    def row(follow: Callable[[Array], tuple[Array, Array]], step: float) -> dict[str, float]:
        error = np.linalg.norm(follow(some)[0][-1] - exact, axis=0)
        took = _best(lambda: follow(many), seconds, time.thread_time)
        return {
            "median": float(np.median(error)),
            "p90": float(np.quantile(error, 0.9)),
            "evaluations": 1 / step,
            "us_an_orbit": 1e6 * took / kernels.LANES,
        }

    def boris(step: float) -> Callable[[Array], tuple[Array, Array]]:
        steps = orbits.intervals(times, step)
        return lambda chosen: orbits.trace(field, chosen, *steps)

    def by_adams(step: float) -> Callable[[Array], tuple[Array, Array]]:
        return lambda chosen: adams.trace(field, chosen, times, step)

    found = {f"step {step:g}": row(boris(step), step) for step in _STEPS}
    for accuracy in _ACCURACIES:
        step = adams.step_for(field, accuracy)
        found[f"accuracy {accuracy:g}"] = row(by_adams(step), step)
    return found


def exact_positions(field: Field, directions: Array, omega_t: float) -> Array:
    """r(-T) by SciPy's eighth-order method at a tolerance of 1e-12: directions (3, n) -> (3, n)."""

    def backward(_: float, state: Array) -> Array:
        r, p = state.reshape(2, 3, -1)
        return -np.stack([p, np.cross(p, field.b(r), axis=0)]).ravel()

    start = np.stack([np.zeros_like(directions), directions]).ravel()
    path = scipy.integrate.solve_ivp(backward, (0, omega_t), start, "DOP853", rtol=1e-12, atol=1e-12)
    return np.asarray(path.y[:, -1].reshape(2, 3, -1)[0])


def _reference(fields: int, nside: int) -> dict[str, float]:
    """The paper's run projected from a few of its fields, and where the time goes."""
    config = Config(nside=nside)
    timed = _TimedPool(ensemble.thread_count())
    with timed:
        begun, used = time.perf_counter(), time.process_time()
        ensemble.run(config, fields, timed)
        wall, used = time.perf_counter() - begun, time.process_time() - used
    r, p = np.random.default_rng(0).standard_normal((2, len(config.omega_t), 3, config.n_pixels))
    harmonics = fields * _best(lambda: ensemble.observables(config, 0, r, p), 0.2, time.process_time)
    whole = PAPER_FIELDS / fields * (Config().n_pixels / config.n_pixels)
    return {
        "threads": ensemble.thread_count(),
        "wall_s": wall * whole,
        "waves": ensemble.work(Config()) * PAPER_FIELDS,
        "share_integration": timed.seconds / used,
        "share_harmonics": harmonics / used,
        "share_rest": max(0.0, 1 - (timed.seconds + harmonics) / used),
    }


class _TimedPool(ThreadPoolExecutor):
    """Adds up the processor time of its tasks."""

    seconds = 0.0

    def submit(
        self,
        function: Callable[_Arguments, _Found],
        /,
        *arguments: _Arguments.args,
        **options: _Arguments.kwargs,
    ) -> Future[_Found]:
        """Submit, and count."""

        def timed() -> _Found:
            start = time.thread_time()
            result = function(*arguments, **options)
            self.seconds += time.thread_time() - start
            return result

        return super().submit(timed)


def _start_up() -> dict[str, float]:
    """Seconds of a new process to the first orbit, with an empty and with a filled kernel cache."""
    code = (
        "import crviz; c = crviz.Config(nside=1, omega_t=(1.0,)); "
        "crviz.backtrack(crviz.draw_field(c, 0), [[0.0], [0.6], [0.8]], c.omega_t)"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        took = []
        for _ in range(2):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)
            took.append(time.perf_counter() - start)
    return {"cold": took[0], "warm": took[1]}


def rows(record: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The record as (what, value, remark) in words."""
    kernel, reference, start = record["kernel"], record["reference"], record["start_s"]
    speed_up = record["threads"]["speed_up_of_2"]
    machine = record["machine"]
    return [
        ("machine", machine["processor"], f"{machine['cores']} cores, {machine['vectors'] or 'no vectors'}"),
        (
            "kernel",
            f"{kernel['waves_per_s_per_core'] / 1e9:.2f} G waves/s/core",
            "one plane wave at one position",
        ),
        (
            "share of the arithmetic",
            f"{kernel['share_of_peak']:.2f}",
            f"of {kernel['multiply_adds_per_s_per_core'] / 1e9:.0f} G multiply-adds/s/core, measured now",
        ),
        ("2 threads against 1", "–" if speed_up is None else f"{speed_up:.2f}", ""),
        *[
            (
                f"error with {how}",
                f"{error['median']:.1e} r_L",
                f"median at Omega T = 10; 9 of 10 below {error['p90']:.1e}; {error['evaluations']:.0f} field "
                f"evaluations per 1/Omega, {error['us_an_orbit']:.0f} us an orbit",
            )
            for how, error in record["accuracy"].items()
        ],
        (
            "the paper's run",
            f"{reference['wall_s']:.0f} s",
            f"projected, {reference['threads']} threads; {reference['waves']:.2g} waves",
        ),
        (
            "where its time goes",
            f"{reference['share_integration']:.0%} orbits",
            f"{reference['share_harmonics']:.0%} harmonics, {reference['share_rest']:.0%} the rest",
        ),
        (
            "start to first orbit",
            f"{start['warm']:.1f} s",
            f"{start['cold']:.1f} s where kernels are compiled first",
        ),
    ]
