"""What Python and JavaScript agree on stands once, and is what both have."""

import dataclasses
import json

import pytest

from crviz.dashboard import wire
from crviz.dashboard.hub import Hub
from crviz.dashboard.tensors import tensors_of
from crviz.parameters import VIEW
from crviz.plots.content.series import EVOLUTION, SPECTRA


def told():
    return json.loads(wire.module().partition("const WIRE = ")[2])


def test_javascript_is_told_what_python_has():
    assert told()["components"] == ["xx", "yy", "zz", "xy", "xz", "yz"]
    assert told()["correlationSteps"] == 127
    assert told()["reached"] == 0.99


def test_javascript_is_told_the_series_that_python_draws():
    for name, content in (("evolution", EVOLUTION), ("spectra", SPECTRA)):
        assert told()["figures"][name]["series"] == json.loads(
            json.dumps([dataclasses.asdict(one) for one in content.series])
        )
    # all powers that a series may show are held
    shown = {one.multipole for one in EVOLUTION.series if one.quantity == "power"}
    assert shown == set(range(wire.EVOLVING))


def test_a_switch_that_shows_a_series_is_one_of_the_page():
    switches = {name for content in (EVOLUTION, SPECTRA) for one in content.series for name in one.switches}
    assert switches == {"analytic"}
    assert switches <= {parameter.name for parameter in VIEW}


def test_what_is_sent_is_the_bridges():
    assert set(wire.SENT) <= set(Hub.param)


@pytest.mark.parametrize(
    "message",
    [
        {"kind": wire.WINDOW, "id": 0, "ell": [1, 2], "declination": [-90, 90.0], "smoothing": 0}
        | {"pseudo": True, "m0": False},
        {"kind": wire.BEAT},
    ],
    ids=lambda message: message["kind"],
)
def test_what_the_page_sends_is_let_through(message):
    assert wire.is_message(message)


def test_arrays_have_the_layout_that_is_told(small_run):
    arrays, times = tensors_of(small_run, "eq9"), len(small_run.omega_t)
    multipoles = len(small_run.ell)
    components = len(told()["components"])
    pairs = components * (components - 1) // 2
    assert len(arrays["power"]) == times * components * min(10, multipoles)
    for name, size in (("estimate", multipoles), ("dipole", 2), ("standard", 1), ("k", 1), ("running", 1)):
        assert len(arrays[name]) == len(arrays[f"{name}_error"]) == times * components * size
        assert len(arrays[f"{name}_correlation"]) == times * pairs * size
        assert abs(arrays[f"{name}_correlation"].astype(int)).max() <= told()["correlationSteps"]
