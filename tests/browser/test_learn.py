"""The course at /learn in a browser: steps answer a hand, show the library's numbers, and lead on."""

import re
import urllib.request
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from test_accessibility import violations

from crviz import Config, backtrack, draw_field, learn
from crviz.dashboard.state import on_page
from crviz.sky import pixel_directions

pytestmark = pytest.mark.browser

#: A control of each step by its words, and the key that moves it.
MOVED = {
    "helix": ("Pitch angle α", "ArrowRight"),
    "bent": ("Strength σ²", "ArrowRight"),
    "pair": ("Angle between them", "ArrowLeft"),
    "sky": ("Followed back for Ω T", "ArrowLeft"),
    "multipoles": ("Lowest multipole", "ArrowRight"),
    "ensemble": ("Fields", "End"),
    "rate": ("Rate at x = −1", "Home"),
    "observed": ("Power p in ν", "ArrowLeft"),
}
_PICTURE = """id => {
  const {section} = course.steps[id]
  const skies = [...section.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL())
  return [...[...section.querySelectorAll("svg")].map((svg) => svg.innerHTML), ...skies].join()
}"""


@pytest.fixture(scope="module")
def course(browser, server):
    """The course, with what went wrong in it, on a page that all tests here share."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.set_default_timeout(60_000)
    page.errors, page.requested = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: page.requested.append(request.url))
    page.goto(f"{server}/learn")
    page.wait_for_function("() => window.course?.drawn")
    yield page
    assert page.errors == []
    context.close()


def go_to(page, name):
    """To a step by its link, once it is drawn."""
    page.locator(f'nav a[href="#{name}"]').click()
    page.wait_for_function("id => Object.keys(course.steps[id].numbers).length > 0", arg=name)


def numbers(page, name):
    return page.evaluate("id => course.steps[id].numbers", name)


@pytest.mark.parametrize("name", learn.steps())
def test_a_step_answers_a_hand_in_picture_and_words_and_leads_into_the_explorer(course, name):
    go_to(course, name)
    section = course.locator(f"#{name}")
    before = course.evaluate(_PICTURE, name), section.locator("figcaption").inner_text()
    label, key = MOVED[name]
    control = section.get_by_label(re.compile(f"^{re.escape(label)}")).first
    control.focus()
    course.keyboard.press(key)
    after = course.evaluate(_PICTURE, name), section.locator("figcaption").inner_text()
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert not re.search(r"[{}]|undefined|NaN", after[1])
    link = urlparse(section.get_by_role("link", name="Open this in the explorer").get_attribute("href"))
    assert parse_qs(link.query).keys() <= {parameter.link for parameter in on_page()}
    assert link.query


def test_it_asks_for_itself_alone(course):
    assert [url for url in course.requested if not re.search(r"/learn$|^data:|^blob:", url)] == []


def test_the_sky_has_the_librarys_positions(course):
    """Workers run under the course's policy; the number is that of a pixel's orbit."""
    go_to(course, "sky")
    times = course.evaluate("course.steps.sky.step.times")
    course.evaluate("time => course.steps.sky.set('omega_t', time)", times[20])
    found = numbers(course, "sky")
    theta, phi = course.evaluate("[course.steps.sky.step.chosen.theta, course.steps.sky.step.chosen.phi]")
    toward = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    field = draw_field(Config(), 0)
    r = backtrack(field, -toward[:, None], times[:21]).r[-1]
    # its path is recorded every 0.2/Omega, with straight lines between
    assert found["value"] == pytest.approx(r[0, 0], abs=0.01)
    pixels = pixel_directions(found["nside"])
    r = backtrack(field, pixels[:, [found["pixel"]]], times[:21]).r[-1]
    assert found["there"] == pytest.approx(r[0, 0], abs=1e-4)  # single precision of the compiled kernel


def test_a_point_of_the_rate_follows_the_pointer_and_negative_power_is_said(course):
    go_to(course, "rate")
    course.evaluate(
        "[-1, -0.4, 0.1, 0.3, 0.7].forEach((x, i) => course.steps.rate.step.move(i, (1 - x) ** 0.5))"
    )
    assert numbers(course, "rate")["negative"] == []
    handle = course.get_by_role("slider", name="Rate at x = −1", exact=True)
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    course.mouse.move(x, y)
    course.mouse.down()
    course.mouse.move(x, y + 400, steps=4)
    course.mouse.up()
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(0.05)
    assert 2 in numbers(course, "rate")["negative"]
    assert "no sky has negative power" in course.locator("#rate figcaption").inner_text()


def test_keys_of_a_lecture(course):
    go_to(course, "pair")
    course.locator("#pair h2").focus()
    course.keyboard.press("f")
    shown = "[...document.querySelectorAll('section')].filter((each) => each.offsetParent).map(({id}) => id)"
    assert course.evaluate(shown) == ["pair"]
    course.keyboard.press("ArrowRight")
    assert course.evaluate(shown) == ["sky"]
    course.keyboard.press("PageUp")
    course.keyboard.press("PageUp")
    assert course.evaluate(shown) == ["bent"]
    assert course.url.endswith("#bent")
    notes = course.locator("#bent .notes")
    assert not notes.is_visible()
    course.keyboard.press("n")
    assert notes.is_visible()
    course.keyboard.press("n")
    course.keyboard.press("f")
    assert len(course.evaluate(shown)) == 8


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_keeps_nobody_out(course, scheme, width):
    course.emulate_media(color_scheme=scheme)
    course.set_viewport_size({"width": width, "height": 800})
    for name in learn.steps():  # all are drawn, at this width
        course.evaluate("id => course.steps[id].section.scrollIntoView({behavior: 'instant'})", name)
        course.wait_for_function("id => course.steps[id].near", arg=name)
    course.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert violations(course) == []
    # nothing is wider than the window
    assert course.evaluate("document.documentElement.scrollWidth") == width
    course.emulate_media(color_scheme="light")
    course.set_viewport_size({"width": 1280, "height": 720})


def test_a_link_opens_the_explorer_as_it_says(course, visit):
    go_to(course, "observed")
    link = (
        course.locator("#observed")
        .get_by_role("link", name="Open this in the explorer")
        .get_attribute("href")
    )
    said = {key: each[0] for key, each in parse_qs(urlparse(link).query).items()}
    page = visit(f"/?{urlparse(link).query}")
    assert page.locator("header").get_by_role("link", name="Learn").get_attribute("href") == "learn"
    values = page.evaluate("crviz.values")
    assert values["p"] == float(said["p"])
    assert values["observed"] == said["observed"]
    assert page.evaluate("crviz.omegaT") == pytest.approx(float(said["T"]), rel=0.01)


def test_whoever_has_it_is_not_sent_it_again(server):
    with urllib.request.urlopen(f"{server}/learn") as answer:
        digest = answer.headers["ETag"]
        assert "'unsafe-eval'" not in answer.headers["Content-Security-Policy"]
    asked = urllib.request.Request(f"{server}/learn", headers={"If-None-Match": digest})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert refused.value.code == 304
