"""What a run holds so far: quantities of every field, sums, and the first field's maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crviz import kernels
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble.observables import observables
from crviz.ensemble.side import Batch, OnDisk, batch_of
from crviz.ensemble.summing import Sums
from crviz.result import Result, Run, kept_times, schema
from crviz.result.rows import Rows

#: Fields that there is room for at least where arrays grow.
_ROOM = 16


@dataclass(frozen=True, eq=False)
class Observed:
    """What a run takes of one field: arrays by name.

    Attributes
    ----------
    each
        Kept of it.
    sums
        Summed over fields.
    samples
        Its maps, where they are kept.
    fused
        Whether its orbits were followed with fused multiply-adds.
    """

    each: dict[str, Array]
    sums: dict[str, Array]
    samples: dict[str, Array]
    fused: bool


def observed(
    config: Config,
    index: int,
    r: Array,
    p: Array,
    check: Callable[[], object] | None = None,
    *,
    map_times: Array,
    sampled: int | None,
) -> Observed:
    """What a run takes of the orbits of one realisation.

    Parameters
    ----------
    index, r, p, check : see `observables`
    map_times
        Indices of the times of maps.
    sampled
        The realisation whose maps are kept, if any is.
    """
    n = config.n_pixels
    each, sums = observables(config, index, r, p, check=check)
    samples: dict[str, Array] = {
        name: values[map_times, :, :n].astype(quantity.dtype)
        for (name, quantity), values in zip(schema.SAMPLES.items(), (r, p), strict=True)
        if index == sampled
    }
    each = {name: value.astype(schema.OF_EVERY_FIELD[name].dtype, copy=False) for name, value in each.items()}
    return Observed(each, sums | {"mean_r": r[map_times, :, :n]}, samples, kernels.fused())


class Accumulator:
    """Arrays that grow, realisation after realisation, in the order of the index.

    Parameters
    ----------
    asked
        Which realisations there shall be in the end.
    disk
        Where what is finished is kept outside the memory; None keeps in memory all that is not read lazily.
    """

    def __init__(self, config: Config, asked: range, disk: OnDisk | None = None) -> None:
        self.config, self.asked = config, asked
        self.disk = disk or OnDisk()
        self.map_times = kept_times(config.omega_t)
        self.done = 0
        self.sums = Sums()
        self.fused = True
        self.samples: dict[str, Array] = {}
        self._begin_batch()

    def take(self, part: Result) -> None:
        """Take in the realisations of a result, which are the next ones."""
        if not self.done:
            # files of earlier versions have maps at other times: a run goes on as it began
            self.map_times = np.searchsorted(self.config.omega_t, part.dataset["omega_t_map"].values)
        self.join(batch_of(part))

    def join(self, batch: Batch) -> None:
        """Take in fields, which are the next ones; what is on a disk stays there."""
        if not self.done:
            self.samples = {name: values[:] for name, values in batch.samples.items()}
        sums = Sums(batch.nodes)
        if self._waiting or any(isinstance(piece, np.ndarray) for piece in batch.every.values()):
            for name, piece in batch.every.items():
                self._put(name, piece[:])
            self._batch_sums.join(sums)
            self._batch_fused &= batch.fused
        else:
            self.disk.take(batch.every, len(batch.fields))
        self.sums.join(sums)
        self.fused &= batch.fused
        self.done += len(batch.fields)

    def add(self, index: int, found: Observed) -> None:
        """Take in one realisation, the next one."""
        if not self._waiting:
            self._begin_batch()
        for name, value in found.each.items():
            self._put(name, value[None])
        self.sums.add(index, found.sums)
        if self.disk.keeps:
            self._batch_sums.add(index, found.sums)
        self.fused &= found.fused
        self._batch_fused &= found.fused
        if not self.done:
            self.samples = found.samples
        self.done += 1
        if self.disk.due:
            self._keep()

    @property
    def _waiting(self) -> int:
        """Of so many fields all is in the memory: the last ones."""
        return self.done - self.disk.number

    def _begin_batch(self) -> None:
        """Nothing is waiting: what was in the memory lies on the disk."""
        self._every: dict[str, Array] = {}
        self._batch_sums = Sums()
        self._batch_fused = True

    def _keep(self) -> None:
        """Put what is waiting on the disk."""
        begun, number = self.disk.number, self._waiting
        every = {name: values[:number] for name, values in self._every.items()}
        samples = {} if begun else self.samples
        fields = self.asked[begun : self.done]
        self.disk.keep(Batch(fields, every, self._batch_sums.nodes, samples, self._batch_fused))

    def _put(self, name: str, values: Array) -> None:
        """Append quantities of every field, (R, ...), for which room is made as it is needed."""
        waiting = self._waiting
        end = waiting + len(values)
        here = self._every.get(name)
        if here is None or len(here) < end:
            room = min(len(self.asked), max(2 * waiting, end, _ROOM))
            longer = np.empty((room, *values.shape[1:]), schema.OF_EVERY_FIELD[name].dtype)
            if here is not None:
                longer[:waiting] = here[:waiting]
            here = self._every[name] = longer
        here[waiting:end] = values

    def result(self) -> Run:
        """The Run so far; its arrays are read-only, and what was yielded before stays as it was."""
        means = {name: total / self.done for name, total in self.sums.totals().items()}
        dataset = schema.run_dataset(
            self.config,
            self.asked[: self.done],
            self.map_times,
            self._of_every_field(),
            means,
            self.samples,
            fused=self.fused,
        )
        return Run(dataset, schema.sums_dataset(self.sums.nodes))

    def _of_every_field(self) -> dict[str, Array | Rows]:
        number = self._waiting
        waiting = {name: values[:number] for name, values in self._every.items()} if number else {}
        there = self.disk.pieces
        if not there:
            return dict(waiting)
        return {
            name: Rows([*pieces, *([waiting[name]] if name in waiting else [])])
            for name, pieces in there.items()
        }
