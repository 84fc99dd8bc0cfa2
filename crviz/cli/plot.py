"""`crviz plot`: the figures of a result, for paper."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crviz import observations
from crviz.checks import ParameterError, check_number
from crviz.cli.arguments import Subparsers, check_writable, complete, direction, loaded, writing
from crviz.gradient import Gradient
from crviz.parameters import DRAWN, LIMIT, NORMALIZATIONS, OBSERVED, SMOOTH
from crviz.result import ESTIMATORS, Result, Source, nearest_time
from crviz.theory import FORMS

if TYPE_CHECKING:
    from crviz.plots.content.figure import Panel
    from crviz.plots.content.sky import Sky

#: Which options each figure knows beside --dark and --width.
FIGURES: dict[str, tuple[str, ...]] = {
    "1": ("gradient", "omega_t", "estimator", "p"),
    "2": ("gradient", "omega_t", "estimator", "p", "form", "observed", "normalization", "d_ell"),
    "sky": ("gradient", "omega_t", "smooth", "without_dipole", "drawn", "limit"),
    "diffusion": (),
    "rate": ("gradient", "omega_t", "estimator", "p", "form"),
}
_AGAINST_TIME = ("1", "diffusion")
#: The time of the paper's Figure 2 [1/Omega].
PAPER_TIME = 100.0
_DIRECTIONS = {"parallel": (0.0, 0.0), "perpendicular": (math.pi / 2, 0.0)}


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    plot = commands.add_parser("plot", help="draw a figure of a result into a PNG, SVG or PDF file")
    plot.add_argument("result", metavar="RESULT.nc", type=Path)
    plot.add_argument("--figure", required=True, choices=FIGURES, help="1 and 2 are those of the paper")
    plot.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.(png|svg|pdf)")
    plot.add_argument(
        "--gradient",
        type=direction,
        metavar="parallel|perpendicular|THETA,PHI",
        help="direction of the gradient; angles in degrees (default parallel)",
    )
    plot.add_argument(
        "--omega-t",
        type=float,
        help="backtracking time [1/Omega] (default 100 or the last; figure 1 marks it only if it is given)",
    )
    plot.add_argument(
        "--estimator",
        choices=ESTIMATORS,
        help="default: none in figure 1, else cross where there are two grids",
    )
    plot.add_argument(
        "--p", type=float, help="power of a further analytic curve; of the analytic evolution in figure 1"
    )
    plot.add_argument("--form", choices=FORMS, help="of the analytic spectrum (default printed)")
    plot.add_argument(
        "--observed",
        metavar="KEY[,KEY]|FILE.csv|none",
        help="observed spectra, through whose windows the others are seen: keys of shipped ones, or a file "
        f"of crviz observe or any with columns ell and C_ell (default {OBSERVED.default})",
    )
    plot.add_argument("--normalization", choices=NORMALIZATIONS, help="of figure 2 (default fit)")
    plot.add_argument("--d-ell", action="store_true", default=None, help="D_l in place of C_l")
    plot.add_argument(
        "--smooth", type=float, metavar="DEG", help="radius of the discs that the sky is averaged over"
    )
    plot.add_argument("--without-dipole", action="store_true", default=None, help="take the sky's dipole off")
    plot.add_argument("--drawn", choices=DRAWN, help="the sky between its pixel centres (default bilinear)")
    plot.add_argument(
        "--limit", type=float, help="of the sky's colours (default: 99th percentile of |delta I|)"
    )
    plot.add_argument("--dark", action="store_true", help="light on dark")
    plot.add_argument("--width", type=float, default=7.0, help="in inches (default 7)")
    plot.set_defaults(command=_plot)


def _plot(options: argparse.Namespace) -> int:
    from crviz.plots import paper

    paper.check_path(options.output)
    paper.check_width(options.width)
    check_writable(options.output)
    _check_known(options)
    result = loaded(options.result, lazily=True)
    if options.figure in _AGAINST_TIME and len(result.omega_t) < 2:
        raise ParameterError("figure", options.figure, "needs a result of two times at least")
    choices: dict[str, Any] = {
        "gradient": options.gradient or "parallel",
        "omega_t": _time(options, result),
        # that of the paper's Figure 1, else the one without a noise floor
        "estimator": options.estimator or ("none" if options.figure == "1" else result.usable("cross")),
        "p": options.p,
        "form": options.form or "printed",
        "observed": _observed(options.observed),
        "normalization": options.normalization or NORMALIZATIONS[0],
        "d_ell": bool(options.d_ell),
        "smooth": SMOOTH.check(options.smooth or 0.0),
        "without_dipole": bool(options.without_dipole),
        "drawn": options.drawn or DRAWN[0],
        "limit": LIMIT.check(options.limit),
    }
    arguments = {name: choices[name] for name in FIGURES[options.figure]}
    look = {"width": options.width, "dark": options.dark}
    save: Callable[..., None]
    with complete(options.result):
        said = _about(options.figure, result, arguments)
        if options.figure == "sky":
            save = partial(paper.save_sky, replace(_sky(result, options.dark, **arguments), about=said))
        else:
            first, *others = _panels(options.figure, result, dark=options.dark, **arguments)
            save = partial(paper.save_panels, [replace(first, about=said), *others])
    with writing(options.output):
        save(options.output, **look)
    print(f"{options.output}: {options.output.stat().st_size / 1e3:.0f} kB.")
    return 0


def _observed(text: str | None) -> tuple[observations.ObservedSpectrum, ...]:
    """Shipped spectra by their keys, or that of a file."""
    if text is not None and text.lower().endswith(".csv"):
        return (observations.load(text),)
    return observations.chosen(text or OBSERVED.default)


def _check_known(options: argparse.Namespace) -> None:
    """Raises ParameterError where an option was given that the figure does not know."""
    for name in {name for known in FIGURES.values() for name in known}:
        value = getattr(options, name)
        if value is not None and name not in FIGURES[options.figure]:
            raise ParameterError(name, value, f"means nothing for --figure {options.figure}")


def _time(options: argparse.Namespace, result: Source) -> float | None:
    """The chosen time, or the paper's, or the last one; figure 1 has a cursor only where it is chosen."""
    first, last = result.omega_t[[0, -1]]
    if options.omega_t is None:
        return None if options.figure == "1" else min(PAPER_TIME, last)
    time = check_number("omega_t", options.omega_t, above=0)
    if not 0.95 * first <= time <= 1.05 * last:
        raise ParameterError("omega_t", time, f"must lie between the recorded times {first:g} and {last:g}")
    return time


def _about(figure: str, result: Source, arguments: Mapping[str, Any]) -> dict[str, str]:
    """What the file says of itself."""
    from crviz.plots.content.about import about, direction

    view, gradient = dict(arguments), arguments.get("gradient")
    view |= {} if gradient is None else direction(gradient)
    if "observed" in view:  # links know shipped spectra
        shipped = [one.key for one in view["observed"] if one in observations.spectra()]
        view["observed"] = ",".join(shipped) or observations.NONE
    if view.get("omega_t") is not None:  # the recorded time, or that of the map
        times = result.omega_t if figure != "sky" else result.maps[0]
        view["omega_t"] = float(times[nearest_time(times, view["omega_t"])])
    of_one = {"realization": result.fields.start} if figure == "sky" else {}
    return about(result, view | of_one, gradient, of_one=bool(of_one))


def _panels(figure: str, result: Source, **options: Any) -> list[Panel]:
    """What is drawn of a result in every figure but the sky."""
    from crviz.plots.content.diffusion import diffusion, growth
    from crviz.plots.content.evolution import evolution
    from crviz.plots.content.rate import rate
    from crviz.plots.content.spectra import power_spectra

    contents: dict[str, list[Callable[..., Panel]]] = {
        "1": [evolution],
        "2": [power_spectra],
        "diffusion": [diffusion, growth],
        "rate": [rate],
    }
    return [content(result, **options) for content in contents[figure]]


def _sky(
    result: Result,
    dark: bool,
    gradient: Gradient,
    omega_t: float,
    smooth: float,
    without_dipole: bool,
    drawn: str,
    limit: float | None,
) -> Sky:
    from crviz.plots.content.figure import described, gradient_name
    from crviz.plots.content.sky import PAPER_WIDTH, sky, treated, treatment

    direction = _DIRECTIONS[gradient] if isinstance(gradient, str) else gradient
    values, time = result.sky_map(direction, omega_t=omega_t)
    title = ", ".join(
        [
            f"{described(result, of_one=True)}, Ω T = {time:.4g}, gradient {gradient_name(gradient)}",
            *treatment(smooth, without_dipole),
        ]
    )
    values = treated(values, smooth, without_dipole)
    return sky(values, direction, PAPER_WIDTH, title=title, dark=dark, drawn=drawn, limit=limit)
