"""A served dashboard and a real browser. Everything stays on the loopback interface."""

import os
import shutil

import pytest
from protocol import served
from visitor import opened

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # the picture of orbits in space needs WebGL, which the processor then does
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def _chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _give_up(reason):
    """Skip, but fail where browser tests are required (CI)."""
    if os.environ.get("CRVIZ_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api")
    executable = _chromium()
    if executable is None:
        _give_up("no chromium on this machine")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory):
    """The library of the dashboard."""
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="session")
def server(library_folder):
    """Address of a dashboard served by the command line, with a library of its own."""
    with served(library_folder, "--threads", 2) as server:
        yield server.address
    server.check()


@pytest.fixture(scope="session")
def person(browser):
    """The context of somebody who has been here: the browser has kept scripts and fonts, and nothing else."""
    context = browser.new_context()
    yield context
    kept = context.storage_state()
    context.close()
    assert kept == {"cookies": [], "origins": []}  # which one page might have found of another


@pytest.fixture
def theme_of_its_own(person):
    """A test may choose a theme, which the browser keeps, and nothing else; the tests after it find none."""
    yield
    page = person.new_page()
    page.route("**/*", lambda route: route.fulfill(body=""))  # its server may be gone
    for kept in person.storage_state()["origins"]:
        assert [each["name"] for each in kept["localStorage"]] == ["crviz-theme"]
        page.goto(kept["origin"])
        page.evaluate("localStorage.removeItem('crviz-theme')")
    page.close()


@pytest.fixture
def visit(person, server):
    """Opens pages on the dashboard, each in a window of its own."""
    pages = []

    def visit(query="", width=1280, height=900):
        pages.append(opened(person, server + query, width, height))
        return pages[-1]

    yield visit
    for page in pages:
        page.close()


@pytest.fixture
def page(visit):
    """A fresh page on the dashboard."""
    return visit()


@pytest.fixture(scope="module")
def still(person, server):
    """A page that the tests of a module share; they leave what they have set."""
    page = opened(person, server)
    yield page
    page.close()
