"""A connection that is lost: what the page says and does meanwhile, and how it comes back by itself."""

import time
from contextlib import ExitStack

import pytest
from protocol import served
from proxy import Proxy
from test_accessibility import violations
from visitor import Visitor, opened

pytestmark = pytest.mark.browser

OUTAGE = 25  # s, after which a session of Bokeh's is gone for good
OWN = b"#: name: a map of mine\nell,C_ell,error\n1,4e-8,1e-9\n2,1e-8,1e-9\n3,3e-9,1e-9\n"
LOST = "() => document.querySelector('#connection p')?.textContent.startsWith('Connection lost')"
#: The page is another one than that on which `window.before` was set, and drawn.
ANEW = "() => window.before === undefined && window.crviz?.complete"


@pytest.fixture(scope="module")
def proxy():
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def another_proxy():
    proxy = Proxy()
    yield proxy
    proxy.close()


class Dashboard:
    """A dashboard that is started and stopped, always at the same port."""

    def __init__(self, library):
        self.port, self._library, self._running = 0, library, ExitStack()

    def start(self):
        options = ("--threads", 2, "--port", self.port)
        self._server = self._running.enter_context(served(self._library, *options))
        self.port = int(self._server.address.rpartition(":")[2])

    def stop(self):
        self._running.close()
        self._server.check()


@pytest.fixture(scope="module")
def dashboard(proxy, another_proxy, tmp_path_factory):
    """What stands behind the proxies."""
    dashboard = Dashboard(tmp_path_factory.mktemp("library"))
    dashboard.start()
    proxy.to = another_proxy.to = dashboard.port
    yield dashboard
    dashboard.stop()


@pytest.fixture
def visitors(person, dashboard, proxy, another_proxy):
    """Opens pages behind a proxy."""
    pages = []

    def visitor(query="", through=proxy):
        pages.append(opened(person, f"http://{through.host}{query}"))
        pages[-1].evaluate("() => { window.before = true }")
        return Visitor(pages[-1])

    yield visitor
    proxy.how = another_proxy.how = "passes"
    for page in pages:
        assert page.errors == []
        assert page.evaluate("sessionStorage.length") == 0
        page.close()


def stood(page):
    """What a person has set and brought along, by what the page has of it."""
    return {
        "link": page.url,
        "dark": page.evaluate("crviz.dark"),
        "pinned": page.evaluate("crviz.pinned.digest"),
        "own": page.locator(".own button").all_inner_texts(),
        "direction": page.get_by_text("Orbits in space").count(),
    }


def test_the_page_lives_on_without_its_server_and_comes_back_as_it_was(theme_of_its_own, visitors, proxy):
    visitor = visitors("?sigma2=0.5")
    page = visitor.page
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_function("() => crviz.pinned")
    page.get_by_role("button", name="Toggle theme").click()
    page.get_by_label("Presets").select_option(label="The paper")
    page.wait_for_function("() => crviz.tensors.digest !== crviz.pinned.digest")
    page.locator(".own input").set_input_files([{"name": "own.csv", "mimeType": "text/csv", "buffer": OWN}])
    page.get_by_role("button", name="a map of mine ×").wait_for()
    page.get_by_role("button", name="Orbit at ∇n").click()
    page.get_by_text("Orbits in space").wait_for()
    visitor.wait_for_picture()

    proxy.how = "cuts"
    end = time.monotonic() + OUTAGE
    page.wait_for_function(LOST)
    for name in ("Run", "Add 20 more", "Unpin", "Runs", "Fit p"):
        assert page.get_by_role("button", name=name, exact=True).is_disabled()
    assert visitor.label("sigma2").is_disabled()
    assert violations(page) == []
    # what is here still moves
    before = page.evaluate("[crviz.drawn, crviz.sky.limit]")
    visitor.slide(p=0.3, theta=40, phi=50)
    visitor.switch(without_dipole=True)
    after = page.evaluate("[crviz.drawn, crviz.sky.limit]")
    assert after[0] > before[0]
    assert after[1] != before[1]
    visitor.move_to(3)
    assert "will be shown when the connection is back" in page.locator(".sky .note").inner_text()
    page.wait_for_timeout(600)  # the address follows what rests
    before = stood(page)
    assert "p=0.3&" in before["link"]
    page.wait_for_timeout(max(0, 1000 * (end - time.monotonic())))
    assert page.evaluate("window.before")

    proxy.how = "passes"
    page.evaluate("window.dispatchEvent(new Event('online'))")  # as a browser says when its network is back
    page.get_by_text("Connected again.").wait_for()
    page.wait_for_function(ANEW)
    page.get_by_role("button", name="a map of mine ×").wait_for()
    page.wait_for_function("() => crviz.pinned")
    page.get_by_text("Orbits in space").wait_for()
    visitor.wait_for_picture()
    assert stood(page) == before
    assert page.evaluate("[crviz.values.theta, crviz.values.p, crviz.index]") == [40, 0.3, 3]
    assert page.get_by_role("button", name="Run", exact=True).is_enabled()


def test_a_server_that_is_started_again_finds_its_pages_again(visitors, dashboard):
    visitor = visitors()
    page = visitor.page
    visitor.type("realizations", 500)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("of 500 realisations").wait_for()
    dashboard.stop()
    page.wait_for_function(LOST)
    assert page.get_by_text("of 500 realisations").count() == 0
    unknown = "The progress of the run will be shown when the connection is back."
    page.locator("#chip").get_by_text(unknown).wait_for()
    assert page.locator("progress").is_hidden()
    dashboard.start()
    page.wait_for_function(ANEW)
    assert page.evaluate("crviz.values.realizations") == 500


def test_a_network_that_is_silent_is_noticed_and_one_that_is_late_is_heard(visitors, proxy, another_proxy):
    """Nothing is closed: one loses what is said meanwhile for good, the other hands it on later."""
    late = another_proxy
    deaf, patient = visitors().page, visitors(through=late).page
    proxy.how, late.how = "swallows", "holds back"
    for page in (deaf, patient):
        page.wait_for_function(LOST)
        assert page.get_by_role("button", name="Run", exact=True).is_disabled()
    proxy.how = late.how = "passes"
    patient.get_by_text("Connected again.").wait_for()
    assert patient.evaluate("window.before")  # the session is the same
    assert patient.get_by_role("button", name="Run", exact=True).is_enabled()
    deaf.evaluate("window.dispatchEvent(new Event('online'))")
    deaf.wait_for_function(ANEW)
