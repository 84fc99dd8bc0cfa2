"""Making the atlas: ordinary results in a folder, one a point and resolution, extended round by round."""

from __future__ import annotations

import warnings

from crviz import ensemble
from crviz.atlas import grid
from crviz.library import Library

#: Realisations between two storings of a part file.
_STORE_EVERY = 40


def tasks(rounds=grid.ROUNDS):
    """(config, fields) in the order in which they are made."""
    for samplings in rounds:
        for sigma2, rl_over_lc in grid.points():
            for sampling in samplings:
                yield grid.point(sigma2, rl_over_lc, sampling.nside), sampling.fields


def make_parts(folder, executor=None, rounds=grid.ROUNDS, progress=None):
    """Simulate what is missing in a folder of part files. Resumes: what is there is not made again.

    Parameters
    ----------
    folder : path
    executor : concurrent.futures.Executor or None
    rounds : see `grid.ROUNDS`
    progress : ensemble.Progress or None

    Yields
    ------
    done, all : float
        Wave evaluations so far and in the end, after every part.

    Raises OSError where the folder cannot be written to.
    """
    library = Library(folder)
    todo = list(tasks(rounds))
    seen, work = {}, []
    for config, fields in todo:
        work.append((fields - seen.get(config.digest, 0)) * ensemble.work(config))
        seen[config.digest] = fields
    done = 0.0
    for (config, fields), cost in zip(todo, work, strict=True):
        _make_part(library, config, fields, executor, progress)
        done += cost
        yield done, float(sum(work))


def _make_part(library, config, fields, executor, progress):
    before = library.get(config)
    if before is not None and before.n_realizations >= fields:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # caveats of the rim, which the atlas carries itself
        for result in ensemble.simulate(config, fields, executor, progress, before):
            if result.n_realizations % _STORE_EVERY == 0 or result.n_realizations == fields:
                library.put(result)
