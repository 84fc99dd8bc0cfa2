"""What crosses between Python and JavaScript, said once: the layout of arrays, factors, names, and the series
of Figures 1 and 2.

JavaScript imports it as `WIRE` from browser/wire.js, which is no file: `module` is its text. What sources
figures have they say themselves: each names them and their columns, and `Figure.fill` in the browser refuses
what lacks one.
"""

from __future__ import annotations

import dataclasses
import json
import math

from crviz.gradient import NOTHING, PAIRS
from crviz.plots.content.series import EVOLUTION, MULTIPOLES, SPECTRA
from crviz.units import YEARS_PER_PARSEC

#: Components of symmetric tensors, in the order of their axis; errors are correlated between all pairs.
COMPONENTS = PAIRS
#: Correlations are whole numbers in units of 1 over this: a byte each, right to 0.4 %.
CORRELATION_STEPS = 127
#: Multipoles whose plain power is drawn against time: from l = 0 on.
EVOLVING = MULTIPOLES[-1] + 1
#: Radius of the disc over which skies are smoothed [deg].
SMOOTHING = 10.0

#: Kinds of messages from the browser: a button pressed, an input released, a sky wanted, a direction clicked
#: on, a theme chosen. A sky is answered by a message of its kind.
PRESS, SET, SKY, DIRECTION, THEME = "press", "set", "sky", "direction", "theme"
#: What of a `Hub` panels may depend on, beside omega_t and all that is set.
SENT = ("tensors", "pinned", "analytic", "fitted", "sky", "awaited", "direction")


def module() -> str:
    """The text of browser/wire.js."""
    told = {
        "components": COMPONENTS,
        "nothing": NOTHING,
        "correlationSteps": CORRELATION_STEPS,
        "figures": {"evolution": dataclasses.asdict(EVOLUTION), "spectra": dataclasses.asdict(SPECTRA)},
        "smoothing": math.radians(SMOOTHING),
        "yearsPerParsec": YEARS_PER_PARSEC,
        "sent": SENT,
        **{kind: kind for kind in (PRESS, SET, SKY, DIRECTION, THEME)},
    }
    comment = "// What Python and JavaScript agree on, written by crviz/dashboard/wire.py."
    return f"{comment}\n\nexport const WIRE = {json.dumps(told)}\n"
