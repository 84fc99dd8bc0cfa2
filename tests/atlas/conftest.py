"""A small atlas of the paper's turbulence, made once: 3 x 2 points, few waves, few fields."""

import pytest

from crviz.atlas.grid import Grid, Sampling
from crviz.atlas.making import make, missing

GRID = Grid(
    sigma2=(0.5, 1.0, 2.0),
    rl_over_lc=(0.1, 0.2),
    omega_t=(1.0, 3.0, 10.0),
    rounds=((Sampling(2, 4), Sampling(4, 2)), (Sampling(2, 6), Sampling(4, 3))),
    n_modes=20,
)


@pytest.fixture(scope="session")
def small_grid():
    """What is made of the small atlas."""
    return GRID


@pytest.fixture(scope="session")
def small_parts(tmp_path_factory):
    """The folder of its part files."""
    folder = tmp_path_factory.mktemp("atlas") / "parts"
    for _ in make(folder, missing(folder, GRID)):
        pass
    return folder
