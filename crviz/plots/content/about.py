"""What a file says of itself that is taken away: what it is of, how it is seen, and the link to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from crviz._version import __version__
from crviz.config import Config
from crviz.gradient import Gradient
from crviz.parameters import VIEW
from crviz.plots.content.figure import gradient_in_words
from crviz.result import Source, numbered


def about(
    source: Source, view: Mapping[str, Any], gradient: Gradient | None = None, *, of_one: bool = False
) -> dict[str, str]:
    """All that makes the same file again, by the words for it.

    Parameters
    ----------
    view
        Values of parameters of `VIEW` by their names: how it is seen. What is None is not said; angles of
        the gradient [deg] are for the link.
    gradient
        (theta, phi) [rad], "parallel" or "perpendicular", where it counts.
    of_one
        For what is shown of a single field, which is `view["realization"]`.
    """
    seen = {
        "gradient": None if gradient is None else gradient_in_words(gradient),
        "Omega T": view.get("omega_t"),
        **{name: view.get(name) for name in ("estimator", "p", "form")},
        "link": link(source.config, source.n_realizations if source.from_one_run else None, **view),
    }
    fields = {"fields": f"field {view['realization']}"} if of_one else {}
    return (
        simulated(source)
        | fields
        | {word: _exact(value) for word, value in seen.items() if value is not None}
    )


def simulated(source: Source) -> dict[str, str]:
    """What was simulated, however it is seen, by the words for it."""
    config = source.config
    values = {name: value for name, value in config.to_dict().items() if name != "omega_t"}
    first, last = config.omega_t[0], config.omega_t[-1]
    # a place of the atlas is no run of its own
    one = source.from_one_run
    fields = (
        f"{numbered(source.fields)}: {source.sampling}" if one else f"{source.sampling}, {source.provenance}"
    )
    return {
        "crviz": __version__,
        "configuration": ", ".join(f"{name} = {_exact(value)}" for name, value in values.items()),
        "times": f"{len(config.omega_t)} from Omega T = {first:.5g} to {last:.5g}",
        "fields": fields,
        "result": source.digest,
    }


def link(config: Config, realizations: int | None, **view: Any) -> str:
    """The end of the address, from its "?" on, under which a page shows a configuration, seen so.

    view has values of parameters of `VIEW` by their names. What is None is left to the page's default.
    """
    told = {str(each.link): getattr(config, each.name) for each in config.parameters if each.link}
    told |= {"omega_t_max": config.omega_t[-1]}
    told |= {} if realizations is None else {"realizations": realizations}
    told |= {str(each.link): view[each.name] for each in VIEW if view.get(each.name) is not None}
    return "?" + urlencode({key: _exact(value) for key, value in told.items()})


def direction(gradient: Gradient) -> dict[str, float]:
    """The angles [deg] of a gradient as parameters of `VIEW`; along x for the mean over the azimuth."""
    known: dict[Any, tuple[float, float]] = {"parallel": (0.0, 0.0), "perpendicular": (math.pi / 2, 0.0)}
    theta, phi = known[gradient] if isinstance(gradient, str) else gradient
    # a hair less than all digits: 30 degrees are 30 again
    return {name: float(f"{math.degrees(angle):.12g}") for name, angle in (("theta", theta), ("phi", phi))}


def stem(config: Config) -> str:
    """How names of files begin that are of a configuration."""
    return f"crviz_s2-{config.sigma2:.6g}_rl-{config.rl_over_lc:.6g}"


def lines(said: Mapping[str, str]) -> str:
    """What a file says, a line each."""
    return "\n".join(f"{word}: {text}" for word, text in said.items())


def _exact(value: Any) -> str:
    """A value as links have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
