"""The waves of one field beside the spectrum that they sample."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.config import Config, ParameterError
from crviz.plots import style
from crviz.plots.content.figure import Axis, Line, Marks, Panel, Vertical
from crviz.turbulence import Field, draw_field

_POINTS = 400


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
    smooth = np.geomspace(2 * np.pi / config.lambda_max, 2 * np.pi / config.lambda_min, _POINTS)
    wanted = intended_power(smooth, config)
    steep = smooth > 3
    slope = f"{config.gamma:.3g}" if abs(config.gamma - 11 / 3) > 1e-9 else "11/3"
    lines = [
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
    marks = Marks("waves", k, power, "circle", colors.ink, size=0.35, legend="waves of the field")
    resonant = Vertical(1 / config.rl_over_lc, colors.noise, "k r_L = 1", "dotted", r"$k\,r_L = 1$")
    shown = np.concatenate([power, wanted])
    x = (min(smooth[0], resonant.x) / 1.3, max(smooth[-1], resonant.x) * 1.3)
    return Panel(
        x=Axis("k", "wave number k L_c", r"wave number $k L_c$", x),
        y=Axis("power", "P(k)  [B₀² L_c³]", r"$P(k)$   [$B_0^2 L_c^3$]", (shown.min() / 3, shown.max() * 10)),
        lines=tuple(line for line in lines if line.x.size),
        marks=(marks,),
        verticals=(resonant,),
        title=f"σ² = {config.sigma2:g}, {config.n_modes} waves",
    )


def wave_power(field: Field) -> tuple[Array, Array]:
    """k (N,) [1/L_c] and P(k) (N,) [B0^2 L_c^3] of the waves of a field, from its arrays."""
    config = field.config
    k = np.linalg.norm(field.wavevectors, axis=0) / config.rl_over_lc
    square = (field.amplitudes**2).sum(0) / 2
    spacing = np.log(config.lambda_max / config.lambda_min) / max(config.n_modes - 1, 1)
    return k, square / (4 * np.pi * k**3 * spacing)


def intended_power(k: Array, config: Config) -> Array:
    """P(k) ~ 1 / (1 + (k L_c)^gamma) with <dB^2> = sigma^2 B0^2: (n,) [1/L_c] -> (n,) [B0^2 L_c^3]."""
    log_k = np.linspace(np.log(2 * np.pi / config.lambda_max), np.log(2 * np.pi / config.lambda_min), 4001)
    total = np.trapezoid(4 * np.pi * np.exp(3 * log_k) * _shape(np.exp(log_k), config.gamma), log_k)
    return config.sigma2 * _shape(k, config.gamma) / total


def _shape(k: Array, gamma: float) -> Array:
    return np.exp(-np.logaddexp(0, gamma * np.log(k)))
