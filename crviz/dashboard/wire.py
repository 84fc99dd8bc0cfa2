"""What crosses between Python and JavaScript, said once: the layout of arrays, factors, names, rules, and the
series of Figures 1 and 2.

JavaScript imports it as `WIRE` from browser/wire.js, which is no file: `module` is its text. What sources
figures have they say themselves: each names them and their columns, and `Figure.fill` in the browser refuses
what lacks one.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

from crviz.atlas.one_sky import BEYOND
from crviz.diffusion import settling
from crviz.gradient import NOTHING, PAIRS
from crviz.plots.content.seeing import ONE_SIGMA
from crviz.plots.content.series import EVOLUTION, MULTIPOLES, SCATTER, SPECTRA
from crviz.plots.content.sky import REACHED
from crviz.plots.content.spectra import ABOVE
from crviz.units import AU_PER_PARSEC, YEARS_PER_PARSEC, rigidity


def is_text(value: Any) -> bool:
    """Words, not many."""
    return isinstance(value, str) and len(value) <= 1000


def is_truth(value: Any) -> bool:
    """Yes or no."""
    return isinstance(value, bool)


def is_number(value: Any) -> bool:
    """A finite number."""
    return (isinstance(value, float) and math.isfinite(value)) or is_whole(value)


def is_whole(value: Any) -> bool:
    """A whole number that JavaScript has exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53


def is_list(value: Any) -> bool:
    """Some numbers, not many."""
    return isinstance(value, list) and len(value) <= 2000 and all(map(is_number, value))


def is_value(value: Any) -> bool:
    """What an input may hold."""
    return value is None or is_truth(value) or is_number(value) or is_text(value)


#: Components of symmetric tensors, in the order of their axis; errors are correlated between all pairs.
COMPONENTS = PAIRS
#: Correlations are whole numbers in units of 1 over this: a byte each, right to 0.4 %.
CORRELATION_STEPS = 127
#: Logarithms of what one sky scatters are whole numbers in units of 1 over this: two bytes each;
#: less this is what is not known.
SCATTER_STEPS, UNKNOWN_SCATTER = 4096, 32767
#: Multipoles whose plain power is drawn against time: from l = 0 on.
EVOLVING = MULTIPOLES[-1] + 1

#: Backtracking times [1/Omega] that a page without a link plays through once: from a dipole that is whole to
#: one that is all but noise, and back to where it rests; colours reach as far as at one between, so that the
#: first dipole is no pale one.
STORY = {"from": 1.0, "to": 40.0, "rest": 24.0, "colors": 12.0}

#: Why no analytic evolution is drawn.
NO_RATE = "No analytic evolution: so few fields have scattered K along B₀ below 0, which no rate stands for."

#: What tells one place of the atlas from another, by its key.
PLACE = ("sigma2", "rl_over_lc")

#: Kinds of messages from the browser: a button pressed, an input released, the time released, a sky wanted, a
#: direction clicked on, a theme chosen, the window of an own spectrum wanted, whether anybody is there. Those
#: of skies, windows and the last are answered by a message of their kind.
PRESS, SET, TIME, SKY, DIRECTION = "press", "set", "time", "sky", "direction"
THEME, WINDOW, BEAT = "theme", "window", "beat"
#: What a message of each kind holds beside it: what each field may be.
MESSAGES: dict[str, dict[str, Callable[[Any], bool]]] = {
    PRESS: {"key": is_text},
    SET: {"key": is_text, "value": is_value},
    TIME: {"omega_t": is_number, "move": is_whole},
    SKY: {"id": is_text, "index": is_whole},
    DIRECTION: {"theta": is_number, "phi": is_number},
    THEME: {"dark": is_truth},
    WINDOW: {
        "id": is_whole,
        "ell": is_list,
        "declination": is_list,
        "smoothing": is_number,
        "pseudo": is_truth,
        "m0": is_truth,
    },
    BEAT: {},
}
#: What the browser may set of models, by name.
PROPERTIES: dict[str, Callable[[Any], bool]] = {"clicks": is_whole}
#: What of a `Hub` panels may depend on, beside the time and all that is set.
SENT = ("tensors", "pinned", "analytic", "fitted", "sky", "second", "awaited", "direction")


def is_message(message: Any) -> bool:
    """Whether a page may have sent it."""
    if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
        return False
    fields = MESSAGES.get(message["kind"])
    return fields is not None and all(name in message and may(message[name]) for name, may in fields.items())


def module() -> str:
    """The text of browser/wire.js."""
    told = {
        "components": COMPONENTS,
        "nothing": NOTHING,
        "correlationSteps": CORRELATION_STEPS,
        "figures": {"evolution": dataclasses.asdict(EVOLUTION), "spectra": dataclasses.asdict(SPECTRA)},
        "scatter": {
            "known": SCATTER[True],
            "gaussian": SCATTER[False],
            "beyond": BEYOND,
            "steps": SCATTER_STEPS,
            "sigma": ONE_SIGMA,
            "unknown": -UNKNOWN_SCATTER,
        },
        "above": ABOVE,
        "reached": REACHED,
        "settling": {
            "close": settling.CLOSE,
            "errors": settling.ERRORS,
            "errorsOfGyration": settling.ERRORS_OF_GYRATION,
            "margin": settling.MARGIN,
            "gyrating": settling.GYRATING,
            "changing": settling.CHANGING,
        },
        "rigidityPerTeV": rigidity(1.0, b0=1.0, lc=1.0),
        "yearsPerParsec": YEARS_PER_PARSEC,
        "auPerParsec": AU_PER_PARSEC,
        "story": STORY,
        "place": PLACE,
        "noRate": NO_RATE,
        "sent": SENT,
        **{kind: kind for kind in MESSAGES},
    }
    comment = "// What Python and JavaScript agree on, written by crviz/dashboard/wire.py."
    return f"{comment}\n\nexport const WIRE = {json.dumps(told)}\n"
