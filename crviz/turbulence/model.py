"""What a kind of turbulence has to say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from crviz.arrays import Array
from crviz.parameters import Parameter


class Settings(Protocol):
    """The values of a configuration's parameters, as attributes: a `Config` is one."""

    def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True)
class Waves:
    """N plane waves, of which one realisation is the sum.

    Attributes
    ----------
    wavenumbers : (N,) [1/L_c]
    amplitudes : (N,) [B0]
        Half their squared sum is sigma^2, the spatial mean of the squared turbulent field.
    directions : (3, N)
        Unit vectors of the wave vectors.
    polarizations : (3, N)
        Unit vectors perpendicular to the directions.
    phases : (N,) [rad]
    """

    wavenumbers: Array
    amplitudes: Array
    directions: Array
    polarizations: Array
    phases: Array


class Model(Protocol):
    """One kind of turbulence.

    Attributes
    ----------
    name
        In configurations, files, links and on the command line.
    label
        On the page.
    parameters
        Those that it has beside sigma2 and rl_over_lc, with its defaults.
    """

    name: str
    label: str
    parameters: tuple[Parameter, ...]

    def spectrum(self, settings: Settings) -> tuple[Array, Array]:
        """Wave numbers (N,) [1/L_c] and amplitudes (N,) [B0] of a typical realisation.

        The default step, the cost of a run and its caveats follow from them. Raises ParameterError where
        parameters, each allowed by itself, do not go together.
        """

    def draw(self, settings: Settings, random: np.random.Generator) -> Waves:
        """The waves of one realisation.

        A pure function of the settings and the random numbers. These shall not depend on sigma2 and
        rl_over_lc, so that neighbouring configurations share their fields.
        """
