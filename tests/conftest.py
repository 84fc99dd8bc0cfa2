"""What many tests share: directions, small runs that are made once, and the command line."""

import contextlib
import subprocess
from collections import namedtuple

import numpy as np
import pytest

from crviz import Config, backtracking_times, cli, draw_field, harmonics, run

Outcome = namedtuple("Outcome", "status out err")


@pytest.fixture(scope="session")
def directions():
    """32 isotropic unit vectors (3, 32)."""
    vectors = np.random.default_rng(1).normal(size=(3, 32))
    return vectors / np.linalg.norm(vectors, axis=0)


@pytest.fixture(scope="session")
def paper_field():
    """A field of the paper's configuration."""
    return draw_field(Config(), 0)


@pytest.fixture(scope="session")
def small_run():
    """Six fields of the paper's turbulence on a coarse sky, twelve times up to Omega T = 30."""
    return run(Config(nside=8, omega_t=backtracking_times(30, 12)), 6)


@pytest.fixture(scope="session")
def cross_run():
    """Four fields, each seen by two grids."""
    return run(Config(nside=8, omega_t=backtracking_times(30, 12), grids="cross"), 4)


@pytest.fixture(scope="session")
def lone_run():
    """A single field."""
    return run(Config(nside=4, omega_t=(1.0, 10.0)), 1)


@pytest.fixture
def fixed_date(monkeypatch):
    """Results carry the date of SOURCE_DATE_EPOCH, so that files can be compared byte by byte."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1434499200")


@pytest.fixture(scope="session")
def gaussian_skies():
    """Makes isotropic Gaussian skies of a mean spectrum from l = 0."""

    def skies(rng, cl, nside, number):
        """Three independent maps a sky: (number, 3, 12 nside^2)."""
        lmax = len(cl) - 1
        ell, m = np.array([(ell, m) for m in range(lmax + 1) for ell in range(m, lmax + 1)]).T
        real, imaginary = rng.normal(size=(2, number, 3, ell.size))
        alm = np.where(m == 0, real, (real + 1j * imaginary) / np.sqrt(2)) * np.sqrt(cl[ell])
        return harmonics.synthesis(alm, nside)

    return skies


@pytest.fixture
def call(capsys):
    """Runs the command line in this process: its exit status, what it printed and what it complained of."""

    def call(*words):
        try:
            status = cli.main([str(word) for word in words])
        except SystemExit as end:  # argparse's way to end
            status = end.code
        return Outcome(status, *capsys.readouterr())

    return call


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB, where one may be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        made = subprocess.run(options, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("no disk can be made here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def fill():
    """Leaves no room on a disk."""

    def fill(folder):
        with (folder / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    return fill
