"""How well a run uses many workers: what a task takes and brings, measured here, carried to 1000 workers.

    python benchmarks/cluster.py        # prints the table and draws docs/cluster.svg

Measured, in seconds of a processor, so that others may use the machine: a task in one thread, the bytes
that come back and what they cost where the run is gathered, a task that does nothing in scheduler and client,
which share a process here, and the transfer of bytes, with two workers on this machine. Projected: the share
of the time that W workers spend on tasks. They wait where what is done one after another at home (taking in a
field, the scheduler, the network) takes longer than 1/W of a task, and at the end, where fields are no
multiple of W.
"""

from __future__ import annotations

import logging
import math
import pickle
import statistics
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from distributed import Client, LocalCluster

from crviz import Config, backtracking_times
from crviz.config import Config as Configuration
from crviz.ensemble import elsewhere, run
from crviz.ensemble.accumulating import Accumulator, observed
from crviz.ensemble.following import _realization

#: Bytes a second of the network between workers and home: a gigabit.
NETWORK = 1.25e8
FIELDS = 4000
RUNS = {
    "nside 32, the paper's": Config(),
    "two grids of nside 16": Config(nside=16, grids="cross"),
    "two grids of nside 4, to Ω T = 300": Config(
        nside=4, grids="cross", omega_t=backtracking_times(300.0, 32)
    ),
}
WORKERS = np.unique(np.geomspace(1, 1000, 200).round().astype(int))


@dataclass(frozen=True)
class Cost:
    """Of one field: seconds of its task, bytes that come back, and seconds at home."""

    task: float
    size: float
    home: float


def seconds(work, times=3):
    """The median of what a function takes of the processor in this process, and what it returned last [s]."""
    found, took = None, []
    for _ in range(times):
        start = time.process_time()
        found = work()
        took.append(time.process_time() - start)
    return statistics.median(took), found


def cost(config: Configuration) -> Cost:
    """Measure one field of a configuration."""
    home = Accumulator(config, range(100))
    keep = partial(observed, map_times=home.map_times, sampled=None)
    task, found = seconds(lambda: _realization(config, 1, keep))
    sent = pickle.dumps(found)
    index = iter(range(100))

    def taken_in():
        home.add(next(index), pickle.loads(sent))
        return home.result()

    return Cost(task, len(sent), seconds(taken_in, 16)[0])


def overhead(client: Client, number: int = 1000) -> float:
    """Seconds of scheduler and client for a task that does nothing."""
    executor = client.get_executor(pure=False)

    def empty():
        for future in [elsewhere.submit(executor, len, ()) for _ in range(number)]:
            future.result()

    return seconds(empty)[0] / number


def transfer(client: Client, size: int = 4_000_000, number: int = 50) -> float:
    """Bytes a second from workers on this machine."""
    executor = client.get_executor(pure=False)

    def sent():
        for future in [elsewhere.submit(executor, bytes, size) for _ in range(number)]:
            future.result()

    return size * number / seconds(sent)[0]


def efficiency(each: Cost, by_scheduler: float, rate: float, workers, fields: int = FIELDS):
    """Share of the time of W workers that is spent on tasks, of a run of so many fields."""
    alone = each.home + by_scheduler + each.size / min(rate, NETWORK)
    spans = [max(math.ceil(fields / w) * each.task, fields * alone) + alone for w in workers]
    return fields * each.task / (np.asarray(workers) * np.array(spans))


def main():
    """Measure, print, draw."""
    costs = {name: cost(config) for name, config in RUNS.items()}
    local = {"processes": True, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": ":0"}
    local["silence_logs"] = logging.CRITICAL
    with LocalCluster(n_workers=2, **local) as cluster, Client(cluster) as client:
        by_scheduler, rate = overhead(client), transfer(client)
        config = RUNS["two grids of nside 16"]
        run(config.replace(nside=4), 4, client.get_executor(pure=False))  # compiles
        start = time.perf_counter()
        run(config, 20, client.get_executor(pure=False))
        both = time.perf_counter() - start
    print(
        f"scheduler and client: {1e3 * by_scheduler:.2f} ms a task; from worker to home {rate / 1e6:.0f} MB/s"
    )
    print("| run | a task | comes back | at home | workers at 90 % | at 50 % | at 1000 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for name, each in costs.items():
        found = efficiency(each, by_scheduler, rate, WORKERS)
        until = [WORKERS[found >= share].max(initial=1) for share in (0.9, 0.5)]
        print(
            f"| {name} | {each.task:.2g} s | {each.size / 1e6:.2g} MB | {1e3 * each.home:.1f} ms "
            f"| {until[0]} | {until[1]} | {100 * found[-1]:.0f} % |"
        )
        axes.semilogx(WORKERS, 100 * found, label=name)
    measured = 20 * costs["two grids of nside 16"].task / (2 * both)
    print(
        f"two workers here, if nobody else is: {100 * measured:.0f} % for 20 fields of two grids of nside 16"
    )
    axes.set(xlabel="workers, each a thread", ylabel="time spent on tasks [%]", ylim=(0, 105))
    axes.set_title(f"{FIELDS} fields over a network of {NETWORK / 1e6:.0f} MB/s", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(Path(__file__).parents[1] / "docs" / "cluster.svg")


if __name__ == "__main__":
    main()
