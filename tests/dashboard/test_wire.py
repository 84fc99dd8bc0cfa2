"""What Python and JavaScript agree on stands once, and is what both have."""

import json

from crviz.dashboard import wire
from crviz.dashboard.held import held
from crviz.dashboard.hub import Hub


def told():
    return json.loads(wire.module().rpartition(" = ")[2])


def test_javascript_is_told_what_python_has():
    assert told()["components"] == ["xx", "yy", "zz", "xy", "xz", "yz"]
    assert told()["correlationSteps"] == 127
    assert abs(told()["smoothing"] - 0.17453292519943295) < 1e-15  # 10 degrees


def test_what_is_sent_is_the_bridges():
    assert set(wire.SENT) <= set(Hub.param)


def test_arrays_have_the_layout_that_is_told(small_run):
    arrays, times = held(small_run, "eq9"), len(small_run.omega_t)
    multipoles = len(small_run.ell)
    components = len(told()["components"])
    pairs = components * (components - 1) // 2
    assert len(arrays["power"]) == times * components * min(told()["evolving"], multipoles)
    for name, size in (("estimate", multipoles), ("dipole", 2), ("standard", 1), ("k", 1), ("running", 1)):
        assert len(arrays[name]) == len(arrays[f"{name}_error"]) == times * components * size
        assert len(arrays[f"{name}_correlation"]) == times * pairs * size
        assert abs(arrays[f"{name}_correlation"].astype(int)).max() <= told()["correlationSteps"]
