"""What a run holds so far: quantities of every field, sums, and the first field's maps."""

from __future__ import annotations

import numpy as np

from crviz import kernels
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble.observables import observables
from crviz.ensemble.summing import Sums
from crviz.result import Result, Run, kept_times, schema

#: Fields that there is room for at least where arrays grow.
_ROOM = 16


class Accumulator:
    """Arrays that grow, realisation after realisation, in the order of the index.

    Parameters
    ----------
    asked
        Which realisations there shall be in the end.
    """

    def __init__(self, config: Config, asked: range) -> None:
        self.config, self.asked = config, asked
        self.map_times = kept_times(config.omega_t)
        self.done = 0
        self.every: dict[str, Array] = {}
        self.sums = Sums()
        self.fused = True
        self.samples: dict[str, Array] = {}

    def take(self, part: Result) -> None:
        """Take in the realisations of a result, which are the next ones."""
        data = part.dataset
        if not self.done:
            # files of earlier versions have maps at other times: a run goes on as it began
            self.map_times = np.searchsorted(self.config.omega_t, data["omega_t_map"].values)
            self.samples = {name: data[name].values for name in schema.SAMPLES}
        for name in schema.OF_EVERY_FIELD:
            if name in data:
                self._put(name, data[name].values)
        if part.sums is not None:
            self.sums.join(Sums(schema.sums_of(part.sums)))
        self.fused &= part.fused
        self.done += part.n_realizations

    def add(self, index: int, r: Array, p: Array) -> None:
        """Take in the orbits of one realisation: r, p (T, 3, n), grid A first."""
        n = self.config.n_pixels
        each, sums = observables(self.config, index, r, p)
        sums["mean_r"] = r[self.map_times, :, :n]
        for name, value in each.items():
            self._put(name, value[None])
        self.sums.add(index, sums)
        self.fused &= kernels.fused()
        if not self.done:
            for (name, quantity), values in zip(schema.SAMPLES.items(), (r, p), strict=True):
                self.samples[name] = values[self.map_times, :, :n].astype(quantity.dtype)
        self.done += 1

    def _put(self, name: str, values: Array) -> None:
        """Append quantities of every field, (R, ...), for which room is made as it is needed."""
        end = self.done + len(values)
        here = self.every.get(name)
        if here is None or len(here) < end:
            room = min(len(self.asked), max(2 * self.done, end, _ROOM))
            longer = np.empty((room, *values.shape[1:]), schema.OF_EVERY_FIELD[name].dtype)
            if here is not None:
                longer[: self.done] = here[: self.done]
            here = self.every[name] = longer
        here[self.done : end] = values

    def result(self) -> Run:
        """The Run so far; its arrays are read-only, and what was yielded before stays as it was."""
        every = {name: values[: self.done] for name, values in self.every.items()}
        means = {name: total / self.done for name, total in self.sums.totals().items()}
        dataset = schema.run_dataset(
            self.config,
            self.asked[: self.done],
            self.map_times,
            every,
            means,
            self.samples,
            fused=self.fused,
        )
        return Run(dataset, schema.sums_dataset(self.sums.nodes))
