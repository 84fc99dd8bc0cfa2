"""The skies that a page without a server holds: of one field, at most of the times, as in `fine_skies`."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from crviz import ensemble, sky
from crviz.arrays import Array
from crviz.config import Config, is_current
from crviz.ensemble.tracing import Silent, Tracing, workers
from crviz.jobs import Limits, fine_skies
from crviz.result import NotKept, Source

#: The finest grid that is made for a page; the shipped field has finer files.
NSIDE = 32
#: Coarser ones, where a page would be too large.
COARSER = (16, 8)
#: More times are thinned out.
TIMES = 64


@dataclass(frozen=True)
class Skies:
    """Skies of one field.

    Attributes
    ----------
    field
        Its number.
    times : (T,) [1/Omega]
    nsides : (T,)
    files : (T,)
        As `fine_skies.packed` has them.
    """

    field: int
    times: Array
    nsides: tuple[int, ...]
    files: tuple[bytes, ...]

    def __str__(self) -> str:
        number, grids = len(self.times), sorted(set(self.nsides))
        whole = " and ".join(f"{nside}" for nside in grids)
        return (
            f"the sky of field {self.field} at {number} times, nside {whole}, to 1/256 of the largest value"
        )


class NoSkies(ValueError):
    """There are none, for a reason."""


def skies_of(
    source: Source,
    field: int = 0,
    *,
    most: int | None = None,
    known: Array | None = None,
    executor: Executor | None = None,
) -> Skies:
    """The skies of a field at the recorded times, or those that the source keeps where it would take too long
    to follow its orbits again.

    Parameters
    ----------
    most
        Largest nside; None takes the finer files of the shipped field as they are.
    known : (T, 3, pixels) [r_L]
        Positions at all times, where the orbits were followed before.

    Raises
    ------
    NoSkies
    """
    config = source.config.replace(grids="single")
    if most is None and fine_skies.has(config, field):
        return _shipped(config, executor)
    nside = min(config.nside, NSIDE if most is None else most)
    if known is None:
        times, r = _positions(source, config, field, nside, executor)
    else:
        times, r = np.array(config.omega_t), sky.coarser(known, nside)
    chosen = np.unique(np.linspace(0, len(times) - 1, min(len(times), TIMES)).round().astype(int))
    files = fine_skies.packed(r[chosen])
    return Skies(field, times[chosen], (nside,) * len(chosen), tuple(files.values()))


def _shipped(config: Config, executor: Executor | None) -> Skies:
    """The shipped files, and those of the times before on the coarser grid, which shows the same."""
    first = fine_skies.FIRST
    early = _followed(config.replace(omega_t=config.omega_t[:first], nside=NSIDE), 0, executor)
    files = [*fine_skies.packed(early).values()]
    files += [path.read_bytes() for path in sorted(fine_skies.folder().glob("*.gz"))]
    nsides = (NSIDE,) * first + (fine_skies.NSIDE,) * (len(files) - first)
    return Skies(0, np.array(config.omega_t), nsides, tuple(files))


def _positions(
    source: Source, config: Config, field: int, nside: int, executor: Executor | None
) -> tuple[Array, Array]:
    """Times (T,) and positions (T, 3, pixels) [r_L]. Raises NoSkies."""
    coarse = config.replace(nside=nside)
    current = is_current(int(source.dataset.attrs.get("numerics", 0))) or not source.from_one_run
    if current and Limits.public().allows_look(ensemble.work(coarse)):
        return np.array(config.omega_t), _followed(coarse, field, executor)
    try:
        times, r = source.maps
    except NotKept as error:
        raise NoSkies(f"The skies take too long to be followed again, and none are kept: {error}") from error
    if field != source.fields.start:
        raise NoSkies(f"The sky of field {field} takes too long to be followed again.")
    return np.asarray(times), sky.coarser(r, nside)


def _followed(config: Config, field: int, executor: Executor | None) -> Array:
    r, p = np.empty((2, len(config.omega_t), 3, config.n_pixels), np.float32)
    with workers(executor) as pool:
        tracing = Tracing(config, field, pool, None)
        try:
            tracing.collect(Silent(), r, p)
        finally:
            tracing.cancel()
    return r


def told(skies: Skies, config: Config, name: str) -> dict[str, Any]:
    """A series of skies as the session of a server tells of it (`sky_feed`)."""
    return {
        "id": name,
        "nside": max(skies.nsides),
        "times": skies.times.tolist(),
        "field": skies.field,
        "physics": f"σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c",
    }
