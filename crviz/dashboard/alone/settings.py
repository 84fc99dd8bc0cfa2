"""What of the page's controls is left where no server answers, and what of values they take."""

from __future__ import annotations

from typing import Any

import param

from crviz.dashboard import description
from crviz.dashboard.controls import Groups
from crviz.dashboard.state import State, on_page
from crviz.parameters import VIEW

#: What a server alone can do: buttons, what they say, and views that need other fields.
_ABSENT = {
    *("run", "cancel", "add", "cost", "fit", "fit_observed", "preset", "swap", "runs", "more"),
    *("realization", "beside_field"),
}
#: Whose skies a page with the atlas follows itself.
FIELDS = range(10)
#: In place of what is absent, by the legend of the group: the key of a sentence.
_SENTENCES = {"Physics": "fixed", "Theory": "no_fit", "Run": "no_run"}
_LEGENDS = {"Field, colours, a second sky": "Colours, a second sky", "Run": "Estimator"}


def controls(
    estimators: tuple[str, ...], orbits: bool, axes: dict[str, tuple[float, float]] | None = None
) -> dict[str, Groups]:
    """Groups of controls, by the place in the document where they stand.

    Parameters
    ----------
    axes
        From where to where the atlas reaches, by key, where the page holds it.
    """
    bounds = {**axes, "realization": (FIELDS[0], FIELDS[-1])} if axes else {}
    absent = _ABSENT if orbits else _ABSENT | {"orbit"}
    of_a_run = {parameter.name for parameter in on_page() if parameter not in VIEW}
    absent = (absent | of_a_run) - bounds.keys()
    options = {"estimator": estimators, "beside": ("nothing", "pinned", "across", "time")}
    return {
        place: [kept for each in groups if (kept := _kept(each, absent, options, bounds))["controls"]]
        for place, groups in description.controls().items()
    }


def _kept(
    group: dict[str, Any],
    absent: set[str],
    options: dict[str, tuple[str, ...]],
    bounds: dict[str, tuple[float, float]],
) -> dict[str, Any]:
    kept = []
    for control in group["controls"]:
        key = control["key"]
        if key in options:
            control = control | {"options": [each for each in control["options"] if each[1] in options[key]]}
        if key in bounds:
            low, high = bounds[key]
            control = control | {"min": low, "max": high}
            if "values" in control:
                control["values"] = [value for value in control["values"] if low <= value <= high]
        if key not in absent:
            kept.append(control)
    legend = group["legend"]
    if any(control["key"] == "realization" for control in kept):
        return {**group, "controls": kept}
    if legend in _SENTENCES:
        kept.append({"kind": "text", "key": _SENTENCES[legend]})
    return {**group, "legend": _LEGENDS.get(legend, legend), "controls": kept}


def rules(groups: dict[str, Groups]) -> dict[str, dict[str, Any]]:
    """What each setting may be, by its key: `allowed` in browser/alone/link.js."""
    own = {
        control["key"]: control
        for place in groups.values()
        for group in place
        for control in group["controls"]
    }
    return {key: _rule(State.param[key], own[key]) for key in own if key in State.param}


def _rule(parameter: param.Parameter, control: dict[str, Any]) -> dict[str, Any]:
    if isinstance(parameter, param.Boolean):
        return {"kind": "truth"}
    if "options" in control:
        return {"kind": "choice", "options": [value for _, value in control["options"]]}
    low, high = parameter.bounds or (None, None)
    return {
        "kind": "number",
        "low": control.get("min", low),
        "high": control.get("max", high),
        "whole": isinstance(parameter, param.Integer),
        "optional": parameter.allow_None,
    }


def values(state: State, groups: dict[str, Groups]) -> dict[str, Any]:
    """What is set, by key; what cannot be chosen here is as the page has it first."""
    found = {}
    for key, rule in rules(groups).items():
        value = getattr(state, key)
        known = value in rule["options"] if rule["kind"] == "choice" else True
        found[key] = value if known else State.param[key].default
    return found
