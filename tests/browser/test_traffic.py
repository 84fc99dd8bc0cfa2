"""What goes over the socket: dragging costs the server nothing, a step in time one sky, opening little."""

import json

import pytest
from visitor import Visitor, opened

from crviz.dashboard.state import State

pytestmark = pytest.mark.browser

QUIET = 400  # ms in which whatever was on its way has arrived
#: How a page opens.
SLIDERS = {key: State.param[key].default for key in ("theta", "phi", "p", "smooth")}
SWITCHES = {key: State.param[key].default for key in ("d_ell", "without_dipole")}


def quiet_visitor(page):
    """A visitor whose page has all its skies and says nothing more."""
    visitor = Visitor(page)
    visitor.wait_for_sky()  # the server computes it first where it has not, for as long as that takes
    wait_for_quiet(page)
    return visitor


@pytest.fixture
def newcomer(page):
    """A visitor who has touched nothing."""
    return quiet_visitor(page)


@pytest.fixture(scope="module")
def at_home(person, server):
    """A visitor whom tests share, and the frames of the opening, sent and received."""
    page = opened(person, server)
    visitor = quiet_visitor(page)
    yield visitor, list(page.sent), list(page.received)
    page.close()


@pytest.fixture
def opening(at_home):
    """Frames that were sent and received when the page opened."""
    return at_home[1:]


@pytest.fixture
def visitor(at_home):
    """A visitor whose sliders and switches stand as they did when the page opened."""
    visitor = at_home[0]
    yield visitor
    assert visitor.page.errors == []
    visitor.page.mouse.up()
    visitor.slide(**SLIDERS)
    visitor.switch(**SWITCHES)


def size(frames):
    """Bytes of frames, texts and arrays alike."""
    return sum(len(frame.encode() if isinstance(frame, str) else frame) for frame in frames)


def wait_for_quiet(page):
    """Until nothing was said on either side for a while."""
    while True:
        before = len(page.sent) + len(page.received)
        page.wait_for_timeout(QUIET)
        if len(page.sent) + len(page.received) == before:
            return


def forget(page):
    page.sent.clear()
    page.received.clear()


def events(frames):
    """What is said in some frames: the events of all patches."""
    found = []
    for frame in frames:
        if isinstance(frame, str) and frame.startswith('{"events"'):
            found += json.loads(frame)["events"]
    return found


def without_beats(frames):
    """Frames but those, three a message, of messages that only ask or say whether somebody is there."""
    kept = list(frames)
    while beats := [i for i, frame in enumerate(kept) if isinstance(frame, str) and '"beat"' in frame]:
        del kept[max(0, beats[0] - 2) : beats[0] + 1]
    return kept


def described(frame):
    """A frame in few enough words for a failure to be read."""
    return frame[:200] if isinstance(frame, str) else f"{len(frame)} bytes"


def acknowledgements_only(frames):
    """Whether nothing came but heads of messages that say OK, and their empty bodies."""
    return all(
        isinstance(frame, str) and (frame == "{}" or json.loads(frame).get("msgtype") in ("OK", "ACK"))
        for frame in without_beats(frames)
    )


def little_is_said(frames):
    """Whether nothing came but acknowledgements, and the page's words where they are others now: whether a
    spectrum can be fitted may change with the gradient and the time."""
    said = events(without_beats(frames))
    return all(event.get("attr") == "texts" for event in said) and size(frames) < 5000


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("key", SLIDERS)
def test_a_drag_by_mouse_says_nothing_and_its_end_one_thing(visitor, key):
    page, slider = visitor.page, visitor.label(key)
    slider.scroll_into_view_if_needed()
    x, y = middle(slider)
    half = slider.bounding_box()["width"] / 2
    page.mouse.move(x, y)
    forget(page)
    page.mouse.down()
    wait_for_quiet(page)
    assert events(without_beats(page.sent)) == []
    forget(page)  # under a hand nobody asks whether the other one is there
    before = page.evaluate("crviz.drawn")
    for step in range(1, 16):
        page.mouse.move(x + step / 17 * half, y)
        page.wait_for_timeout(20)
    visitor.settle()
    assert page.evaluate("crviz.drawn") >= before + 10  # the plots follow the hand
    page.wait_for_timeout(QUIET)
    assert events(page.sent) == []
    assert [described(frame) for frame in page.received] == []
    page.mouse.up()
    wait_for_quiet(page)
    (said,) = events(without_beats(page.sent))
    assert said["kind"] == "MessageSent"
    text = json.dumps(said)
    assert f'"{key}"' in text
    assert len(text) < 500
    assert little_is_said(page.received)
    assert page.errors == []


def test_an_arrow_key_says_one_small_thing(visitor):
    page = visitor.page
    for key in SLIDERS:
        visitor.label(key).focus()
        wait_for_quiet(page)
        forget(page)
        page.keyboard.press("ArrowRight")
        wait_for_quiet(page)
        (said,) = events(without_beats(page.sent))
        assert f'"{key}"' in json.dumps(said)
        assert little_is_said(page.received)


def test_switches_of_the_view_say_one_small_thing(visitor):
    page = visitor.page
    wait_for_quiet(page)

    def seen_like(index):
        return lambda: visitor.label("observed").select_option(index=index)

    for move in (
        *[visitor.label(key).click for key in SWITCHES],
        *[page.get_by_role("radio", name=name, exact=True).check for name in ("to the dipole", "by a fit")],
        *[seen_like(index) for index in (1, 0)],  # windows are there since the page was opened
    ):
        forget(page)
        move()
        wait_for_quiet(page)
        assert len(events(without_beats(page.sent))) == 1
        assert acknowledgements_only(page.received)


def test_a_step_in_time_brings_one_sky(newcomer):
    page, slider = newcomer.page, newcomer.time_slider()
    slider.focus()
    wait_for_quiet(page)
    for press in ("ArrowLeft", "ArrowLeft", "ArrowRight"):
        forget(page)
        page.keyboard.press(press)
        wait_for_quiet(page)
        assert size(page.received) <= 80_000
    forget(page)
    page.keyboard.press("ArrowRight")  # where it has been: nothing is fetched twice
    wait_for_quiet(page)
    assert little_is_said(page.received)


def test_a_drag_through_time_fetches_no_sky_twice(newcomer):
    page, slider = newcomer.page, newcomer.time_slider()
    x, y = middle(slider)
    page.mouse.move(x, y)
    page.mouse.down()
    wait_for_quiet(page)
    for _ in range(2):
        forget(page)
        for step in range(-10, 11):
            page.mouse.move(x + 20 * step, y)
            page.wait_for_timeout(10)
        wait_for_quiet(page)
        asked = [event for event in events(page.sent) if event["kind"] == "MessageSent"]
        # moving the time itself is said when the hand is off
        assert all('"sky"' in json.dumps(event) for event in asked)
        assert len(asked) == len(events(page.sent))
    assert asked == []  # the second time all is there
    page.mouse.up()


def test_at_rest_the_page_asks_in_a_few_bytes_whether_its_server_is_there(visitor):
    page = visitor.page
    wait_for_quiet(page)
    forget(page)
    page.wait_for_timeout(12_000)
    asked = events(page.sent)
    assert 1 <= len(asked) <= 3  # one in five seconds
    assert all('"beat"' in json.dumps(event) for event in asked)
    assert size(page.sent) < 600 * len(asked)
    assert size(page.received) < 1000 * len(asked)


def test_opening_costs_less_than_half_a_megabyte(opening):
    _, received = opening
    assert 100_000 < size(received) <= 500_000


def test_drawing_uploads_nothing(opening):
    """No source, no range and no colour that the browser makes goes to the server when the page opens."""
    sent, _ = opening
    drawn = {"data", "location", "low", "high", "ticks", "palette"}
    assert [event for event in events(sent) if event.get("attr") in drawn] == []
