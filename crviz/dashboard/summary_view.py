"""The result in words and numbers."""

from __future__ import annotations

import numpy as np
import panel as pn
import param

from crviz.dashboard.state import State
from crviz.dashboard.views import card
from crviz.gradient import gradient_tensor


class SummaryView(pn.viewable.Viewer):
    """A sentence and a table at the chosen time."""

    state = param.ClassSelector(class_=State)

    def __panel__(self):
        state = self.state
        words = pn.bind(
            self._words,
            state.param.result,
            state.param.theta,
            state.param.phi,
            state.param.omega_t,
            state.param.estimator,
        )
        return card(
            "In words and numbers",
            "Units of r_L and Ω; errors are standard errors of the mean over fields",
            pn.pane.HTML(words, margin=(4, 12), sizing_mode="stretch_width"),
        )

    def _words(self, result, *_):
        state = self.state
        summary = summarize(result, state.gradient, state.omega_t, state.usable_estimator)
        head = "".join(f"<th scope='col'>{name}</th>" for name in ("", "chosen gradient", "perpendicular"))
        rows = "".join(
            f"<tr><th scope='row'>{name}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
            for name, cells in summary["table"]
        )
        return (
            f"<p class='crviz-sentence'>{summary['sentence']}</p>"
            "<table style='width:100%;font-variant-numeric:tabular-nums;text-align:left'>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def summarize(result, gradient, omega_t, estimator):
    """The numbers of a result at one time, as a sentence and the rows of a table.

    Returns
    -------
    dict with "sentence" (str) and "table" (list of (name, (cell, cell)))
    """
    index = result.time_index(omega_t)
    time = result.omega_t[index]
    tensors = result.diffusion()
    cells = [_numbers(result, tensors, which, index, estimator) for which in (gradient, "perpendicular")]
    dipole, standard = cells[0]["C₁ / 4π"][0], cells[0]["standard C₁ / 4π"][0]
    fields = result.n_realizations
    words = f"At Ω T = {time:.3g}, over {fields} field{'s' if fields > 1 else ''}, ⟨C₁⟩/4π is {dipole:.3g}"
    if np.isfinite(standard) and standard > 0:
        words += f", {dipole / standard:.2g} times the dipole of standard diffusion"
    words += "."
    table = [(name, tuple(with_error(*column[name]) for column in cells)) for name in cells[0]]
    return {"sentence": words, "table": table}


def _numbers(result, tensors, gradient, index, estimator):
    g = gradient_tensor(gradient)
    spectrum = result.spectrum(gradient, result.omega_t[index], estimator)
    standard, standard_error = result.standard_dipole(gradient)
    four_pi = 4 * np.pi
    # the error of a contraction: exact where G has one entry, an upper bound on the axes otherwise
    return {
        "K": (np.sum(g * tensors.k[index]), np.sqrt(np.sum((g * tensors.k_error[index]) ** 2))),
        "⟨r r⟩ / 2T": (
            np.sum(g * tensors.running[index]),
            np.sqrt(np.sum((g * tensors.running_error[index]) ** 2)),
        ),
        "C₀ / 4π": (spectrum.cl[0] / four_pi, spectrum.error[0] / four_pi),
        "C₁ / 4π": (spectrum.cl[1] / four_pi, spectrum.error[1] / four_pi),
        "standard C₁ / 4π": (standard[index] / four_pi, standard_error[index] / four_pi),
        "C₂ / C₁": (spectrum.cl[2] / spectrum.cl[1], np.nan),
        "noise / 4π": (spectrum.noise / four_pi, np.nan),
    }


def with_error(value, error):
    """A number with its error in sensible digits: two of the error, three without one."""
    if not np.isfinite(value):
        return "–"
    if not np.isfinite(error) or error == 0:
        return f"{value:.3g}"
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{digits}f} ± {error:.{digits}f}"
