"""A kind of turbulence in a few lines, as another package would bring it."""

import pytest

from crviz import turbulence

TOY = '''
"""Waves of one length only, along x and y in turn, polarised along the regular field."""

import numpy as np

from crviz.parameters import Parameter
from crviz.turbulence import Waves


class Monochromatic:
    name = "monochromatic"
    label = "of one wavelength"
    parameters = (
        Parameter("wavelength", 1.0, help="of all waves [L_c]", at_least=0.01, at_most=100,
                  group="Turbulence", label="Wavelength [L_c]", link="wavelength"),
        Parameter("waves", 4, kind=int, help="how many", at_least=1, at_most=1000,
                  group="Turbulence", label="Waves", link="waves"),
    )

    def spectrum(self, settings):
        one = np.ones(settings.waves)
        return 2 * np.pi / settings.wavelength * one, np.sqrt(2 * settings.sigma2 / settings.waves) * one

    def draw(self, settings, random):
        along = np.eye(3)[:, np.arange(settings.waves) % 2]
        across = np.repeat([[0.0], [0.0], [1.0]], settings.waves, 1)
        return Waves(*self.spectrum(settings), along, across, 2 * np.pi * random.random(settings.waves))


MODEL = Monochromatic()
'''


@pytest.fixture
def only_isotropic(monkeypatch):
    """No kind but the one that is always there, whatever this package comes to bring."""
    kinds = turbulence.registry._models
    for name in set(kinds) - {"isotropic"}:
        monkeypatch.delitem(kinds, name)


@pytest.fixture
def toy():
    """The kind, registered in this process."""
    content = {}
    exec(TOY, content)
    turbulence.register(content["MODEL"])
    yield content["MODEL"]
    turbulence.unregister("monochromatic")


@pytest.fixture
def installed(tmp_path):
    """A folder with the kind as an installed package that says so by an entry point."""
    folder = tmp_path / "site"
    about = folder / "toy_turbulence-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "toy_turbulence.py").write_text(TOY, encoding="utf8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-turbulence\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[crviz.turbulence]\nmonochromatic = toy_turbulence:MODEL\n")
    return folder
