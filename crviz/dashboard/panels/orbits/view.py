"""The orbit of one direction and its neighbours', followed back in 3D: where they part, and how fast."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import panel as pn
import param
from bokeh.document import Document
from bokeh.model import Model
from panel.io.resources import BUNDLE_DIR, LOCAL_DIST

from crviz.checks import ParameterError, check_number
from crviz.config import Config
from crviz.dashboard import description
from crviz.dashboard.panels.orbits.content import content
from crviz.plots.style import palette

#: Of the palettes, what is drawn in.
_ROLES = ("ground", "ink", "faint", "analytic", "accent", "multipoles")


class OrbitsView(pn.viewable.Viewer):
    """One direction's orbit and its neighbours' in 3D, and their separation against time.

    Moving T or the theme costs the server nothing; in the browser, T may be linked to `plot` by
    `jslink` or as `plot.data.omega_t`, which sends nothing back.

    Parameters
    ----------
    executor
        Where the orbits are followed; None takes a thread of the view's own.
    """

    omega_t = param.Number(100.0, doc="The backtracking time shown [1/Omega].")
    dark = param.Boolean(False)
    open = param.Boolean(False, doc="Whether the view is on the page.")

    def __init__(self, executor: Executor | None = None, **params: Any) -> None:
        super().__init__(**params)
        self._executor = executor or ThreadPoolExecutor(1, thread_name_prefix="orbits")
        self._asked: Future[dict[str, Any]] | None = None
        self.plot = OrbitsPlot(
            omega_t=self.param.omega_t,
            dark=self.param.dark,
            visible=self.param.open,
            sizing_mode="stretch_width",
        )

    def follow(
        self,
        config: Config,
        realization: int,
        direction: tuple[float, float],
        omega_t_max: float | None = None,
    ) -> None:
        """Open the view and follow the orbits of a direction and its neighbours in the background.

        What was asked for before and is not there yet is forgotten.

        Parameters
        ----------
        realization
            The field, counted from 0.
        direction : (theta, phi) [deg]
            Where on the sky the particle comes from, as the map shows it: its momentum is opposite.
        omega_t_max : [1/Omega]
            How far back; None takes the last time of the configuration.

        Raises
        ------
        ValueError
            For an angle or a time that is no finite number.
        """
        theta, phi = (check_number("direction", angle) for angle in direction)
        last = config.omega_t[-1] if omega_t_max is None else omega_t_max
        omega_t_max = check_number("omega_t_max", last, above=0)
        self.open = True
        self.plot.message = "Following the orbits back …"
        self.close()
        self._asked = self._executor.submit(content, config, realization, theta, phi, omega_t_max)
        self._asked.add_done_callback(partial(self._done, pn.state.curdoc))

    def refuse(self, reason: str) -> None:
        """Say in a sentence why no orbits are followed; those asked for before are forgotten."""
        self.close()
        self.plot.param.update(bundle=None, message=reason)

    def close(self) -> None:
        """Want no orbits any more."""
        if self._asked is not None:
            self._asked.cancel()
        self._asked = None

    def _done(self, document: Document | None, future: Future[dict[str, Any]]) -> None:
        """Called from the executor's thread, or at once where it was fast."""
        if future.cancelled():
            return
        if document is None:
            self._receive(future)
        else:
            document.add_next_tick_callback(partial(self._receive, future))

    def _receive(self, future: Future[dict[str, Any]]) -> None:
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

    def __panel__(self) -> OrbitsPlot:
        return self.plot


def _plotly_url() -> str:
    """Where Panel's server has its copy of Plotly, relative to the page.

    Importing Panel's Plotly model would tell as much, but then every page would load Plotly at once.
    """
    found = (BUNDLE_DIR / "plotlyplot").glob("plotly-*.min.js")
    name = max(
        (script.name for script in found), default="plotly.min.js"
    )  # the browser says if it is not there
    path = f"{LOCAL_DIST}bundled/plotlyplot/{name}"
    return f"{pn.state.rel_path}/{path}" if pn.state.rel_path else path


class OrbitsPlot(pn.custom.JSComponent):
    """The browser's part: draws what `content.content` gives, moves T, and turns."""

    bundle = param.Dict(doc="See `content.content`.")
    message = param.String("Click on the sky map to see where a particle came from.")
    omega_t = param.Number(100.0)
    dark = param.Boolean(False)
    scale = param.Number(1.0, doc="Of letters.")
    colors = param.Dict(
        {
            name: {role: getattr(palette(name == "dark"), role) for role in _ROLES}
            for name in ("light", "dark")
        }
    )
    plotly_url = param.String()
    script_url = param.String(doc="Where the module is that draws, which browsers keep.")

    _esm = """
    export async function render(props) {
      const {render} = await import(new URL(props.model.script_url, document.baseURI).href)
      return render(props)
    }
    """

    def __init__(self, **params: Any) -> None:
        super().__init__(plotly_url=_plotly_url(), script_url=description.orbits_url(), **params)

    def _get_model(
        self, doc: Document, root: Model | None = None, parent: Model | None = None, comm: Any = None
    ) -> Model:
        model = super()._get_model(doc, root, parent, comm)
        # what the browser sets stays there; Panel says no more of its model than that it is one
        model.data.syncable = False  # type: ignore[attr-defined]
        return model
