"""A small atlas, 3 x 2 points of few waves and few fields, made once; and one of power laws."""

import itertools

import numpy as np
import pytest

from crviz.atlas import Atlas
from crviz.atlas.assembly import assemble, tabulate
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


@pytest.fixture(scope="session")
def small_atlas(small_parts):
    """What is assembled from them."""
    return Atlas(assemble(small_parts, GRID))


#: Exponents of sigma2 and r_L/L_c of the power laws.
SLOPES = (0.7, -0.4)
POWER_LAWS = Grid(
    sigma2=(0.1, 0.3, 1.0, 2.0, 10.0),
    rl_over_lc=(0.05, 0.1, 0.5, 2.0),
    omega_t=(1.0, 10.0),
    rounds=((Sampling(4, 10), Sampling(16, 4)),),
)


@pytest.fixture(scope="session")
def law():
    """What holds anywhere in the atlas of power laws: (sigma2, rl_over_lc) -> {name: array}."""
    return power_law


def power_law(sigma2, rl_over_lc):
    """A point at which everything is a power law of the parameters, errors being a tenth."""
    scale = sigma2 ** SLOPES[0] * rl_over_lc ** SLOPES[1]
    gradients, times = np.array([4.0, 1.0])[:, None], np.array(POWER_LAWS.omega_t)
    flat = scale * gradients * times
    point = {
        "cl": flat[..., None] / (np.arange(9) + 0.5) ** 3,
        "standard_dipole": flat / 8,
        "running": flat,
        "k": 1.5 * flat,
        "exponent": np.full(flat.shape, 1.5),
        "k_antisymmetric": np.array([0.1, 0.3]),
    }
    point |= {f"{name}_error": abs(value) / 10 for name, value in point.items()}
    for name in ("cl", "standard_dipole", "running", "k"):
        point[f"{name}_correlation"] = np.full(point[name].shape[1:], 0.25)
    return point | {"fields": 10, "fine_fields": 4, "step": 0.04}


@pytest.fixture(scope="session")
def power_law_points():
    """{(sigma2, rl_over_lc): {name: array}} of all points."""
    return {place: power_law(*place) for place in itertools.product(POWER_LAWS.sigma2, POWER_LAWS.rl_over_lc)}


@pytest.fixture(scope="session")
def tabulated():
    """Makes an Atlas of points like them."""
    return lambda points: Atlas(tabulate(POWER_LAWS, points))


@pytest.fixture(scope="session")
def power_laws(power_law_points, tabulated):
    """An atlas of power laws."""
    return tabulated(power_law_points)
