"""Realisations, one after another, into a growing Result.

Orbits are independent, so that blocks of directions go to an executor; progress, cancelling and
streaming happen between blocks, and the numbers do not depend on how the blocks are cut.
"""

from __future__ import annotations

import datetime
import json
import os
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import xarray as xr

from crviz import kernels, orbits, sky, spectra
from crviz._version import __version__
from crviz.config import check_realizations
from crviz.result import SCHEMA, Result, kept_times
from crviz.turbulence import draw_field

#: Wave evaluations of one task: some 50 ms, so that a run stops soon when it is told to.
_WORK_PER_TASK = 1.5e8

_AXES = ["x", "y", "z"]


class Progress(Protocol):
    """Told how a run goes. `advance` may raise: the run then stops and cleans up."""

    def advance(self, orbits: int) -> None:
        """So many more orbits have been followed to the end."""


class _Silent:
    def advance(self, orbits):
        """Nobody is listening."""


def work(config):
    """Wave evaluations that one realisation of a configuration takes: orbits x steps x waves."""
    n_steps, _ = orbits.intervals(config.omega_t, config.resolved_step)
    return config.n_orbits * int(n_steps.sum()) * config.n_modes


def thread_count():
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def simulate(config, realizations, executor=None, progress=None, resume=None, block=None):
    """Run realisations 0, 1, ... and yield the Result so far after each.

    Parameters
    ----------
    config : Config
    realizations : int >= 1
        How many there shall be in the end, those of `resume` included.
    executor : concurrent.futures.Executor or None
        Where blocks of orbits are followed; None starts one thread a processor.
    progress : Progress or None
    resume : Result or None
        A result of the same configuration to go on from; only what is missing is computed, and
        the outcome has the same bits as an uninterrupted run.
    block : int or None
        Orbits a task, rounded up to whole blocks of the kernel; None chooses. It does not change
        the numbers.

    Yields
    ------
    Result
        After every realisation; at once where `resume` has enough already.

    Raises
    ------
    ValueError
    """
    realizations = check_realizations(realizations)
    if resume is not None and resume.digest != config.digest:
        raise ValueError("the result to go on from belongs to another configuration.")
    for caveat in config.caveats:
        warnings.warn(caveat, stacklevel=2)
    return _simulate(config, realizations, executor, progress or _Silent(), resume, block)


def run(config, realizations, executor=None, progress=None, resume=None, block=None):
    """Run all realisations and return the Result; arguments as in `simulate`."""
    *_, last = simulate(config, realizations, executor, progress, resume, block)
    return last


def _simulate(config, realizations, executor, progress, resume, block):
    accumulator = _Accumulator(config, realizations, resume)
    if accumulator.done >= realizations:
        yield resume
        return
    with _workers(executor) as pool:
        queue = deque()  # one realisation ahead, so that nobody idles while harmonics are taken
        try:
            for index in range(accumulator.done, realizations):
                for ahead in range(index + len(queue), min(index + 2, realizations)):
                    queue.append(_Tracing(config, ahead, pool, block))
                r, p = queue[0].collect(progress)
                queue.popleft()
                accumulator.add(index, r, p)
                yield accumulator.result()
        finally:
            for tracing in queue:
                tracing.cancel()


@contextmanager
def _workers(executor):
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(thread_count(), thread_name_prefix="crviz-orbits")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class _Tracing:
    """The orbits of one realisation, on their way."""

    def __init__(self, config, index, pool, block):
        field = draw_field(config, index)
        steps = orbits.intervals(config.omega_t, config.resolved_step)
        directions = sky.pixel_directions(config.nside)
        if config.grids == "cross":
            rotated = sky.random_rotation(config, index).as_matrix() @ directions
            directions = np.concatenate([directions, rotated], 1)
        if block is None:
            block = max(1, int(_WORK_PER_TASK * config.n_orbits / work(config)))
        block = -(-block // kernels.LANES) * kernels.LANES
        self.shape = (2, len(config.omega_t), 3, directions.shape[1])
        self.slices = {}
        for start in range(0, directions.shape[1], block):
            part = slice(start, start + block)
            self.slices[pool.submit(orbits.trace, field, directions[:, part], *steps)] = part

    def collect(self, progress):
        """Wait for all blocks: r and p, each (T, 3, n)."""
        r, p = np.empty(self.shape)
        for future in as_completed(self.slices):
            part = self.slices[future]
            r[..., part], p[..., part] = future.result()
            progress.advance(r[..., part].shape[-1])
        return r, p

    def cancel(self):
        """Drop the blocks that have not begun."""
        for future in self.slices:
            future.cancel()


class _Accumulator:
    """Arrays that fill up, realisation after realisation, in the order of the index."""

    def __init__(self, config, realizations, resume):
        self.config = config
        self.map_times = kept_times(config.omega_t)
        self.done = 0
        self.each = {}
        self.sums = {}
        self.sample = {}
        self.realizations = realizations
        if resume is not None:
            if resume.sums is None:
                raise ValueError("the result to go on from holds means only and cannot be continued.")
            self.done = resume.n_realizations
            data = resume.dataset
            self.each = {
                name: self._grown(data[name].values) for name in data if "realization" in data[name].dims
            }
            # files of earlier versions have maps at other times: a run goes on as it began
            self.map_times = np.searchsorted(config.omega_t, data["omega_t_map"].values)
            self.sums = {name: resume.sums[name].values.copy() for name in resume.sums}
            self.sample = {name: data[name].values for name in ("sample_r", "sample_p")}

    def _grown(self, values):
        out = np.empty((max(self.realizations, len(values)), *values.shape[1:]), values.dtype)
        out[: len(values)] = values
        return out

    def add(self, index, r, p):
        """Take in the orbits of one realisation: r, p (T, 3, n), grid A first."""
        n = self.config.n_pixels
        each, sums = observables(self.config, index, r, p)
        sums["mean_r"] = r[self.map_times, :, :n]
        for name, value in each.items():
            if name not in self.each:
                self.each[name] = np.empty((self.realizations, *value.shape), _STORED_AS.get(name, float))
            self.each[name][index] = value
        for name, value in sums.items():
            self.sums[name] = self.sums[name] + value if index else value.copy()
        if index == 0:
            for name, values in (("sample_r", r), ("sample_p", p)):
                self.sample[name] = values[self.map_times, :, :n].astype(np.float32)
        self.done = index + 1

    def result(self):
        """The Result so far; its arrays are read-only, and what was yielded before stays as it was."""
        variables = {}
        for name, values in self.each.items():
            variables[name] = (("realization", *_DIMS[name]), values[: self.done])
        for name, total in self.sums.items():
            mean = total / self.done
            variables[name] = (_DIMS[name], mean.astype(np.float32) if name == "mean_r" else mean)
        for name, values in self.sample.items():
            variables[name] = (_DIMS[name], values)
        for name, (_, values) in variables.items():
            values = values.view()
            values.setflags(write=False)
            variables[name] = xr.Variable(variables[name][0], values, _ATTRIBUTES.get(name, {}))
        omega_t = np.array(self.config.omega_t)
        coords = {
            "realization": np.arange(self.done),
            "omega_t": ("omega_t", omega_t, {"units": "1/Omega"}),
            "i": _AXES,
            "j": _AXES,
            "m": [-1, 0, 1],
            "ell": np.arange(2 * self.config.nside + 1),
            "omega_t_map": ("omega_t_map", omega_t[self.map_times], {"units": "1/Omega"}),
            "pixel": np.arange(self.config.n_pixels),
        }
        attrs = {
            "schema": SCHEMA,
            "config": json.dumps(self.config.to_dict()),
            "digest": self.config.digest,
            "crviz_version": __version__,
            "created": _now(),
        }
        sums = xr.Dataset({name: (_DIMS[name], total) for name, total in self.sums.items()})
        return Result(xr.Dataset(variables, coords, attrs), sums)


# What takes most of the room, and scatters by a tenth or more between realisations anyway.
_STORED_AS = {"cl": np.float32, "cl_cross": np.float32}
_SPECTRA_DIMS = ("omega_t", "i", "j", "ell")
_DIMS = {
    "cl": _SPECTRA_DIMS,
    "cl_cross": _SPECTRA_DIMS,
    "rr": _SPECTRA_DIMS[:3],
    "rp": _SPECTRA_DIMS[:3],
    "pp": _SPECTRA_DIMS[:3],
    "dipole": ("omega_t", "i", "m"),
    "cl_rp": _SPECTRA_DIMS,
    "cl_pp": _SPECTRA_DIMS,
    "cl_rp_cross": _SPECTRA_DIMS,
    "cl_pp_cross": _SPECTRA_DIMS,
    "mean_r": ("omega_t_map", "i", "pixel"),
    "sample_r": ("omega_t_map", "i", "pixel"),
    "sample_p": ("omega_t_map", "i", "pixel"),
}
_ATTRIBUTES = {
    "cl": {"units": "r_L^2", "long_name": "C_l^ij of r(-T), grid A with itself"},
    "cl_cross": {"units": "r_L^2", "long_name": "C_l^ij of r(-T), grid A with grid B, symmetrised"},
    "rr": {"units": "r_L^2", "long_name": "sky mean of r_i(-T) r_j(-T)"},
    "rp": {"units": "r_L", "long_name": "sky mean of r_i(-T) p_j(-T)"},
    "pp": {"units": "1", "long_name": "sky mean of p_i(-T) p_j(-T)"},
    "dipole": {"units": "r_L", "long_name": "real l = 1 coefficients of r_i(-T), m = -1, 0, 1 for y, z, x"},
    "cl_rp": {"units": "r_L", "long_name": "ensemble mean of the cross spectra of r_i and p_j"},
    "cl_pp": {"units": "1", "long_name": "ensemble mean of the cross spectra of p_i and p_j"},
    "mean_r": {"units": "r_L", "long_name": "ensemble mean of r(-T) on grid A"},
    "sample_r": {"units": "r_L", "long_name": "r(-T) of realisation 0 on grid A"},
    "sample_p": {"units": "1", "long_name": "p(-T) of realisation 0 on grid A"},
}


def observables(config, index, r, p, lmax=None):
    """What is kept of one realisation, and what is summed: two dicts of arrays.

    Parameters
    ----------
    config : Config
    index : int
        Of the realisation.
    r, p : (T, 3, config.n_orbits)
        Its orbits, grid A first.
    lmax : int < 3 nside, or None
        None takes 2 nside, as results hold.
    """
    n = config.n_pixels
    lmax = 2 * config.nside if lmax is None else lmax
    r_a, p_a = r[..., :n], p[..., :n]
    a_r, a_p = (spectra.real_harmonics(sky.harmonics(maps, config.nside, lmax)) for maps in (r_a, p_a))
    each = {
        "cl": spectra.cross_spectra(a_r, a_r),
        "rr": r_a @ r_a.swapaxes(1, 2) / n,
        "rp": r_a @ p_a.swapaxes(1, 2) / n,
        "pp": p_a @ p_a.swapaxes(1, 2) / n,
        "dipole": a_r[..., 1:4],
    }
    sums = {"cl_rp": spectra.cross_spectra(a_r, a_p), "cl_pp": spectra.cross_spectra(a_p, a_p)}
    if config.grids == "cross":
        rotation = sky.random_rotation(config, index)
        b_r, b_p = (
            spectra.real_harmonics(
                sky.rotate_harmonics(sky.harmonics(maps, config.nside, lmax), lmax, rotation)
            )
            for maps in (r[..., n:], p[..., n:])
        )
        each["cl_cross"] = _symmetric(spectra.cross_spectra(a_r, b_r))
        sums["cl_rp_cross"] = (spectra.cross_spectra(a_r, b_p) + spectra.cross_spectra(b_r, a_p)) / 2
        sums["cl_pp_cross"] = _symmetric(spectra.cross_spectra(a_p, b_p))
    return each, sums


def _symmetric(tensor):
    return (tensor + tensor.swapaxes(-3, -2)) / 2


def _now():
    """Date of the result; SOURCE_DATE_EPOCH fixes it for files that shall be the same bit by bit."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    when = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        if epoch
        else datetime.datetime.now(datetime.UTC)
    )
    return when.isoformat(timespec="seconds")
