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

from crviz.atlas.one_sky import BEYOND
from crviz.diffusion import settling
from crviz.gradient import NOTHING, PAIRS
from crviz.plots.content.seeing import ONE_SIGMA
from crviz.plots.content.series import EVOLUTION, MULTIPOLES, SCATTER, SPECTRA
from crviz.plots.content.spectra import ABOVE
from crviz.units import YEARS_PER_PARSEC, rigidity

#: Components of symmetric tensors, in the order of their axis; errors are correlated between all pairs.
COMPONENTS = PAIRS
#: Correlations are whole numbers in units of 1 over this: a byte each, right to 0.4 %.
CORRELATION_STEPS = 127
#: Logarithms of what one sky scatters are whole numbers in units of 1 over this: two bytes each;
#: less this is what is not known.
SCATTER_STEPS, UNKNOWN_SCATTER = 4096, 32767
#: Multipoles whose plain power is drawn against time: from l = 0 on.
EVOLVING = MULTIPOLES[-1] + 1
#: Radius of the disc over which skies are smoothed [deg].
SMOOTHING = 10.0

#: Kinds of messages from the browser: a button pressed, an input released, a sky wanted, a direction clicked
#: on, a theme chosen, the window of an own spectrum wanted. Skies and windows are answered by a message of
#: their kind.
PRESS, SET, SKY, DIRECTION, THEME, WINDOW = "press", "set", "sky", "direction", "theme", "window"
#: What of a `Hub` panels may depend on, beside omega_t and all that is set.
SENT = ("tensors", "pinned", "analytic", "fitted", "sky", "awaited", "direction")


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
        "smoothing": math.radians(SMOOTHING),
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
        "sent": SENT,
        **{kind: kind for kind in (PRESS, SET, SKY, DIRECTION, THEME, WINDOW)},
    }
    comment = "// What Python and JavaScript agree on, written by crviz/dashboard/wire.py."
    return f"{comment}\n\nexport const WIRE = {json.dumps(told)}\n"
