"""What comes over a page's connection changes only what its controls may, and nobody pays for the rest."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from protocol import Speaker, bridge_of, message

TOLD = "dropped what a page does not send"


def state_of(document):
    """What the server says of itself and of what is set; buffers have new names every time."""
    (bridge,) = [root for root in document["roots"] if root["id"] == bridge_of(document)]
    about = bridge["attributes"]
    said = json.dumps([document["title"], len(document["roots"]), about["esm"], about["data"]["attributes"]])
    return re.sub(r'"data": {"id": "p\d+"}', "", said)


@pytest.fixture(scope="module")
def shared(server):
    speaker = Speaker(server)
    yield speaker
    speaker.close()


CHANGES = {
    "a model that is added": {"kind": "RootAdded", "model": {"type": "object", "name": "Div", "id": "x"}},
    "a model that is removed": {"kind": "RootRemoved", "model": {"id": "BRIDGE"}},
    "a title": {"kind": "TitleChanged", "title": "another"},
    "columns that are streamed": {"kind": "ColumnsStreamed", "model": {"id": "BRIDGE"}, "data": {}},
    "columns that are patched": {"kind": "ColumnsPatched", "model": {"id": "BRIDGE"}, "patches": {}},
    "the script of a component": {
        "kind": "ModelChanged",
        "model": {"id": "BRIDGE"},
        "attr": "esm",
        "new": "alert(1)",
    },
    "the name of a model": {"kind": "ModelChanged", "model": {"id": "BRIDGE"}, "attr": "name", "new": "x"},
    "tensors": {"kind": "ModelChanged", "model": {"id": "BRIDGE"}, "attr": "tensors", "new": {"type": "map"}},
    "a parameter that has no control": message("BRIDGE", {"kind": "set", "key": "shown", "value": 1}),
    "a theme that is none": message("BRIDGE", {"kind": "theme", "dark": "very"}),
    "a button that there is not": message("BRIDGE", {"kind": "press", "key": "__init__"}),
    "a direction that is none": message("BRIDGE", {"kind": "direction", "theta": [1], "phi": None}),
    "a sky that there is not": message("BRIDGE", {"kind": "sky", "id": "no", "index": 10**9}),
    "no kind at all": message("BRIDGE", {"nothing": 1}),
    "an event of nobody's": {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {"name": "tap"}},
}


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_else_can_be_changed(shared, what):
    before = shared.pull()
    event = json.loads(json.dumps(CHANGES[what]).replace("BRIDGE", bridge_of(before)))
    shared.patch(event)
    assert state_of(shared.pull()) == state_of(before)


@pytest.mark.parametrize(
    "fragments",
    [
        ("no JSON",),
        ("[" * 10_000,),
        ("{}", "{}", "{}"),
        (json.dumps({"msgid": "1", "msgtype": "PUSH-DOC"}), "{}", json.dumps({"doc": {}})),
        (json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}), "{}", json.dumps({"events": 3})),
        (json.dumps({"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 1}), "{}", "{}"),
        (b"\x00" * 100,),
    ],
)
def test_what_is_no_message_is_dropped(server, fragments):
    speaker = Speaker(server)
    try:
        speaker.say(*fragments)
        speaker.pull()
    finally:
        speaker.close()


def test_a_message_that_is_too_large_ends_the_connection_and_no_other(server, speaker):
    other = Speaker(server)
    other.say("x" * 70_000)
    assert other.hear() == (None, None)
    other.close()
    assert speaker.pull()


def test_ten_thousand_odd_messages_are_one_line_of_the_log(server):
    before, speaker = server.log.count(TOLD), Speaker(server)
    for _ in range(300):
        speaker.patch({"kind": "nonsense"})
    speaker.pull()
    speaker.close()
    assert server.log.count(TOLD) - before == 1


def test_what_a_page_sends_is_done(speaker):
    model = bridge_of(speaker.pull())
    speaker.tell(model, kind="set", key="b0", value=3)
    speaker.patch({"kind": "ModelChanged", "model": {"id": model}, "attr": "inner_width", "new": 500})
    (bridge,) = [root for root in speaker.pull()["roots"] if root["id"] == model]
    texts = dict(bridge["attributes"]["data"]["attributes"]["texts"]["entries"])
    assert "B₀ = 3 μG" in texts["energy"]


_KEYS = st.one_of(
    st.text(max_size=20), st.sampled_from(["kind", "key", "value", "index", "id", "dark", "ell", "type"])
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        ["set", "press", "sky", "window", "theme", "direction", "sigma2", "nside", "turbulence", "observed"]
    ),
)
_DATA = st.dictionaries(_KEYS, st.one_of(_SCALARS, st.lists(_SCALARS, max_size=5)), max_size=8)
_EVENTS = st.one_of(
    _DATA,
    st.fixed_dictionaries(
        {"kind": st.just("ModelChanged"), "model": st.just({"id": "BRIDGE"}), "attr": _KEYS, "new": _SCALARS}
    ),
    _DATA.map(lambda data: message("BRIDGE", data)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=st.lists(_EVENTS, max_size=3))
def test_odd_messages_of_all_kinds_leave_no_traceback(server, shared, events):
    if not hasattr(shared, "bridge"):
        shared.bridge = bridge_of(shared.pull())
    shared.patch(*json.loads(json.dumps(events).replace("BRIDGE", shared.bridge)))


def test_the_server_has_no_traceback_to_tell_of(server, shared):
    shared.pull()
    assert "Traceback" not in server.log
