"""The orbit of one direction and its neighbours', followed back in 3D: where they part, and how fast."""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import panel as pn
import param
from panel.io.resources import BUNDLE_DIR, LOCAL_DIST

from crviz.bundle import field_line, neighbouring_orbits
from crviz.config import ParameterError, check_number
from crviz.dashboard import scripts
from crviz.plots.style import palette
from crviz.turbulence import draw_field

_SEPARATION_TIMES = 120
_MOST_DRAWN_TIMES = 850  # five orbits as float32 are 51 KB
_DRAWN_INTERVAL = 0.15  # 1/Omega: some 30 points a gyration
_MARGIN = 1.0  # r_L by which the field line may leave the box of the orbits

_STYLE = """
.orbits { container-type: inline-size; color: var(--ink); font-variant-numeric: tabular-nums;
  font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.orbits p { margin: 4px 12px; }
.orbits [hidden] { display: none !important; }
.panels { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
@container (min-width: 760px) { .panels { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
figure { margin: 0; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 4px 12px;
  min-height: 30px; color: var(--analytic); font-size: 12px; }
figcaption span { flex: 1; }
.plot { height: 430px; overflow: hidden; }
.plot.nothing { height: auto; margin: 12px; }
button { font: inherit; color: var(--ink); background: none; border: 1px solid var(--faint);
  border-radius: 4px; padding: 3px 8px; min-height: 28px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 12px; padding: 0; list-style: none;
  font-size: 12px; }
.key svg { vertical-align: middle; margin-right: 6px; }
"""


class OrbitsView(pn.viewable.Viewer):
    """One direction's orbit and its neighbours' in 3D, and their separation against time.

    Moving T or the theme costs the server nothing; in the browser, T may be linked to `plot` by
    `jslink` or as `plot.data.omega_t`, which sends nothing back.

    Parameters
    ----------
    executor : concurrent.futures.Executor or None
        Where the orbits are followed; None takes a thread of the view's own.
    """

    omega_t = param.Number(100.0, doc="The backtracking time shown [1/Omega].")
    dark = param.Boolean(False)
    open = param.Boolean(False, doc="Whether the view is on the page.")

    def __init__(self, executor=None, **params):
        super().__init__(**params)
        self._executor = executor or ThreadPoolExecutor(1, thread_name_prefix="orbits")
        self._asked = None
        self.plot = OrbitsPlot(
            omega_t=self.param.omega_t,
            dark=self.param.dark,
            visible=self.param.open,
            sizing_mode="stretch_width",
        )

    def show(self, config, realization, direction, omega_t_max=None):
        """Open the view and follow the orbits of a direction and its neighbours in the background.

        What was asked for before and is not there yet is forgotten.

        Parameters
        ----------
        config : Config
        realization : int
            The field, counted from 0.
        direction : (theta, phi) [deg]
            Where on the sky the particle comes from, as the map shows it: its momentum is opposite.
        omega_t_max : float or None [1/Omega]
            How far back; None takes the last time of the configuration.

        Raises
        ------
        ValueError
            For an angle or a time that is no finite number.
        """
        theta, phi = (check_number("direction", angle) for angle in direction)
        omega_t_max = check_number("omega_t_max", omega_t_max or config.omega_t[-1], above=0)
        self.open = True
        self.plot.message = "Following the orbits back …"
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self._executor.submit(content, config, realization, theta, phi, omega_t_max)
        self._asked.add_done_callback(partial(self._done, pn.state.curdoc))

    def _done(self, document, future):
        """Called from the executor's thread, or at once where it was fast."""
        if future.cancelled():
            return
        if document is None:
            self._receive(future)
        else:
            document.add_next_tick_callback(partial(self._receive, future))

    def _receive(self, future):
        if future is not self._asked:
            return
        self._asked = None
        try:
            self.plot.param.update(bundle=future.result(), message="")
        except (ParameterError, FloatingPointError) as error:
            self.plot.message = str(error)
        except Exception:
            self.plot.message = "The orbits could not be followed."
            raise

    def __panel__(self):
        return self.plot


def _plotly_url():
    """Where Panel's server has its copy of Plotly, relative to the page.

    Importing Panel's Plotly model would tell as much, but then every page would load Plotly at once.
    """
    (script,) = (BUNDLE_DIR / "plotlyplot").glob("plotly-*.min.js")
    path = f"{LOCAL_DIST}bundled/plotlyplot/{script.name}"
    return f"{pn.state.rel_path}/{path}" if pn.state.rel_path else path


class OrbitsPlot(pn.custom.JSComponent):
    """The browser's part: draws what `content` gives, moves T, and turns."""

    bundle = param.Dict(doc="What `content` gives.")
    message = param.String("Click on the sky map to see where a particle came from.")
    omega_t = param.Number(100.0)
    dark = param.Boolean(False)
    colors = param.Dict({name: dataclasses.asdict(palette(name == "dark")) for name in ("light", "dark")})
    plotly_url = param.String()

    _esm = scripts.bundle("orbits")
    _stylesheets = (_STYLE,)

    def __init__(self, **params):
        super().__init__(plotly_url=_plotly_url(), **params)

    def _get_model(self, doc, root=None, parent=None, comm=None):
        model = super()._get_model(doc, root, parent, comm)
        model.data.syncable = False  # what the browser sets stays there
        return model


def content(config, realization, theta, phi, omega_t_max):
    """What the browser draws of a direction.

    Parameters
    ----------
    config, realization
        The field.
    theta, phi : float [deg]
        Where on the sky the particle comes from.
    omega_t_max : float [1/Omega]

    Returns
    -------
    dict with `realization`, `theta`, `phi`, `omega_t_max`, `angles` [deg], `neighbours` (how many at each
    angle), and float32 arrays
        positions (1 + A, 3, n) [r_L], the orbit's and the first neighbour's of each angle, at n equally
            spaced times from 0 to omega_t_max
        separation_times (m,) [1/Omega], separations (A, m) [r_L], rms over the neighbours of each angle
        field_line (3, l) [r_L]
    """
    field = draw_field(config, realization)
    number = min(_MOST_DRAWN_TIMES, 2 + math.ceil(omega_t_max / _DRAWN_INTERVAL))
    drawn = np.linspace(0, omega_t_max, number)
    spread = np.geomspace(min(0.1, omega_t_max / 100), omega_t_max, _SEPARATION_TIMES)
    spread[-1] = omega_t_max
    times = np.union1d(drawn[1:], spread)
    bundle = neighbouring_orbits(field, -_unit_vector(theta, phi), times)
    _, shown = np.unique(bundle.angle, return_index=True)
    positions = np.zeros((len(shown), 3, number))
    positions[:, :, 1:] = bundle.r[np.searchsorted(times, drawn[1:])][:, :, shown].transpose(2, 1, 0)
    return {
        "realization": realization,
        "theta": theta,
        "phi": phi,
        "omega_t_max": omega_t_max,
        "angles": bundle.opening_angles.tolist(),
        "neighbours": int(np.sum(bundle.angle == bundle.angle[-1])),
        "positions": positions.astype(np.float32),
        "separation_times": spread.astype(np.float32),
        "separations": bundle.rms_separation[np.searchsorted(times, spread)].T.astype(np.float32),
        "field_line": _line_beside(field, positions).astype(np.float32),
    }


def _unit_vector(theta, phi):
    theta, phi = math.radians(theta), math.radians(phi)
    return np.array([math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)])


def _line_beside(field, positions):
    """The field line through the origin, as far as it stays in the box of some orbits (., 3, .)."""
    low, high = positions.min(axis=(0, 2)), positions.max(axis=(0, 2))
    reach = np.linalg.norm(positions, axis=1).max()
    # 15 L_c are enough to see it wander, and far more take long where r_L is large
    _, x = field_line(field, max(1.0, min(reach, 15 / field.config.rl_over_lc)))
    beyond = np.maximum(low[:, None] - x, x - high[:, None]).max(axis=0)
    middle = x.shape[1] // 2
    outside = np.flatnonzero(beyond > _MARGIN) - middle
    first = max(outside[outside < 0], default=-middle - 1) + 1
    last = min(outside[outside > 0], default=middle + 1) - 1
    return x[:, middle + first : middle + last + 1]
