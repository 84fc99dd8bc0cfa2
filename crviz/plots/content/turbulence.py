"""The waves of one field beside the spectrum that they sample."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.config import Config
from crviz.field import Field, draw_field
from crviz.plots import style
from crviz.plots.content.figure import Axis, Line, Marks, Panel, Vertical

_POINTS = 400
#: Waves of the spectrum that is drawn as a line.
_CLOSE = 4001


def turbulence(field_or_config: Field | Config, *, dark: bool = False) -> Panel:
    """Three-dimensional power spectrum P(k), where <dB^2> = integral 4 pi k^2 P(k) dk.

    The waves are log-spaced, so that one of mean square A_n^2/2 stands for 4 pi k^3 P(k) d ln k: their
    amplitudes fall as k^((3 - gamma)/2), though P(k) falls as k^-gamma.

    Parameters
    ----------
    field_or_config
        Of a configuration the first field is taken.

    Returns
    -------
    Panel
        `crviz.plots` has it drawn, as an hv.Overlay.

    Raises
    ------
    ParameterError
        Where there is no turbulence.
    """
    colors = style.palette(dark)
    field = draw_field(field_or_config, 0) if isinstance(field_or_config, Config) else field_or_config
    config = field.config
    if not config.sigma2 > 0:
        raise ParameterError("sigma2", config.sigma2, "must be above 0 for there to be waves to show")
    k, power = wave_power(field)
    lines = _intended(k, config, colors)
    marks = Marks("waves", k, power, "circle", colors.ink, size=0.35, legend="waves of the field")
    resonant = Vertical(1 / config.rl_over_lc, colors.noise, "k r_L = 1", "dotted", r"$k\,r_L = 1$")
    shown = np.concatenate([power, *(line.y for line in lines[:1])])
    x = (min(k[0], resonant.x) / 1.3, max(k[-1], resonant.x) * 1.3)
    return Panel(
        x=Axis("k", "wave number k L_c", r"wave number $k L_c$", x),
        y=Axis("power", "P(k)  [B₀² L_c³]", r"$P(k)$   [$B_0^2 L_c^3$]", (shown.min() / 3, shown.max() * 10)),
        lines=tuple(line for line in lines if line.x.size),
        marks=(marks,),
        verticals=(resonant,),
        title=f"σ² = {config.sigma2:g}, {len(k)} waves",
    )


def _intended(k: Array, config: Config, colors: style.Palette) -> list[Line]:
    """The spectrum that waves sample, and its slope; nothing where the kind of turbulence has no number of
    waves or no exponent."""
    if not {"n_modes", "gamma"} <= dict(config.items()).keys():
        return []
    smooth = np.geomspace(k[0], k[-1], _POINTS)
    wanted = intended_power(smooth, config)
    steep = smooth > 3
    slope = f"{config.gamma:.3g}" if abs(config.gamma - 11 / 3) > 1e-9 else "11/3"
    return [
        Line("intended", smooth, wanted, colors.accent, "solid", 6.0, named=True),
        Line(
            f"k^(−{slope})",
            smooth[steep],
            3 * wanted[-1] * (smooth[steep] / smooth[-1]) ** -config.gamma,
            colors.analytic,
            "dashed",
            1.5,
            math=f"$k^{{-{slope}}}$",
            named=True,
        ),
    ]


def wave_power(field: Field) -> tuple[Array, Array]:
    """k (N,) [1/L_c] and P(k) (N,) [B0^2 L_c^3] of the waves of a field, from its arrays."""
    k = np.linalg.norm(field.wavevectors, axis=0) / field.config.rl_over_lc
    order = np.argsort(k, kind="stable")
    return k[order], _density(k[order], (field.amplitudes[:, order] ** 2).sum(0))


def intended_power(k: Array, config: Config) -> Array:
    """P(k) that the waves sample, from many that lie close: (n,) [1/L_c] -> (n,) [B0^2 L_c^3]."""
    close, amplitude = config.replace(n_modes=_CLOSE).wave_spectrum()
    close = close / config.rl_over_lc
    return np.exp(np.interp(np.log(k), np.log(close), np.log(_density(close, amplitude**2))))


def _density(k: Array, square: Array) -> Array:
    """P(k) of log-spaced waves with A_n^2: each stands for the same d ln k."""
    spacing = np.log(k[-1] / k[0]) / max(len(k) - 1, 1) or 1.0
    return square / 2 / (4 * np.pi * k**3 * spacing)
