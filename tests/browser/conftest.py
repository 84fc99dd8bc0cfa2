"""A served dashboard and a real browser. Everything stays on the loopback interface."""

import os
import re
import shutil
import subprocess
import sys
import threading

import pytest
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
def server(tmp_path_factory):
    """Address of a dashboard served by the command line, with a library of its own."""
    command = [sys.executable, "-m", "crviz", "serve", "--port", "0", "--no-show", "--threads", "2"]
    command += ["--library", str(tmp_path_factory.mktemp("library"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        address, said = None, []
        killer = threading.Timer(120, process.kill)  # a server that never answers must not hang the tests
        killer.start()
        for line in process.stdout:
            said.append(line)
            found = re.search(r"http://\S+?:\d+", line)
            if found:
                address = found.group()
                break
        killer.cancel()
        assert address, "".join(said)
        threading.Thread(target=lambda: said.extend(process.stdout), daemon=True).start()
        yield address
        process.terminate()
        process.wait(20)
    # tornado reports a page that closes while something is on its way; our own code must not fail
    assert not [line for line in said if 'File "' in line and "crviz" in line], "".join(said)


@pytest.fixture(scope="session")
def person(browser):
    """The context of somebody who has been here: the browser has kept scripts and fonts, and nothing else."""
    context = browser.new_context()
    yield context
    kept = context.storage_state()
    context.close()
    assert kept == {"cookies": [], "origins": []}  # which one page might have found of another


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
