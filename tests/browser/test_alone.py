"""A page without a server: one file from the disk, and static files below a path; no other host is there."""

import contextlib
import csv
import functools
import io
import re
import shutil
import socket
import subprocess
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image
from visitor import Visitor, number

import crviz
from crviz import site
from crviz.dashboard.alone import contents_of, labelled, one_file, opening
from crviz.dashboard.drawer.spectra_table import spectra_csv
from crviz.dashboard.panels.orbits.content import content
from crviz.gradient import gradient_vector
from crviz.plots.content import evolution
from crviz.plots.content.series import subscript
from crviz.result import nearest_time

pytestmark = pytest.mark.browser

FOUR_PI = 4 * np.pi
VALUES = 1e-5  # single precision, and sums of six terms
ERRORS = 0.01  # correlations are rounded to 1/127
PATIENCE = 20  # s
#: One process, which is the one that tests run as: what they write is read.
NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  types {{ text/html html; text/javascript js; }}
  default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; gzip_static on; }}
}}
"""


@pytest.fixture(scope="module")
def result():
    times = tuple(np.geomspace(0.3, 40, 12).tolist())  # few enough for maps at all of them
    return crviz.run(crviz.Config(nside=8, n_modes=40, omega_t=times, grids="cross", seed=2), 4)


@pytest.fixture(scope="module")
def file(result, tmp_path_factory):
    """Address of a page on the disk."""
    path = tmp_path_factory.mktemp("mail") / "page.html"
    path.write_bytes(one_file(opening(labelled(result)), story=True))
    return path.as_uri()


@contextlib.contextmanager
def alone(browser, address, **options):
    """A page, complete, in a browser that reaches nothing but what the address is on."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.errors, page.requested = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type in ("error", "warning") else 0)
    try:
        page.goto(address)
        wait(page, "Boolean(window.crviz?.complete)")
        yield page
        assert page.errors == []
    finally:
        context.close()


def wait(page, fact):
    """Until it is true; Playwright's own way is forbidden by the page's policy, which no test lifts."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(fact):
        assert time.monotonic() < end, fact
        page.wait_for_timeout(30)


def test_one_file_shows_what_the_result_says_with_no_network(browser, file, result):
    theta, phi, p = 37, 211, 0.33
    gradient = np.radians(theta), np.radians(phi)
    with alone(browser, f"{file}#theta=0&T=3", offline=True) as page:
        hand = Visitor(page)
        assert page.evaluate("[crviz.values.theta, crviz.index]") == [0, nearest_time(result.omega_t, 3)]
        hand.slide(theta=theta, phi=phi, p=p)
        omega_t = hand.move_to(9)
        hand.choose_setting("estimator", "eq9")
        hand.switch(analytic=True)
        wait(page, "crviz.tensors.about.endsWith('estimator: eq9')")
        wait(page, "crviz.model('evolution', 'lines').data.name.some((name) => name.startsWith('analytic'))")
        hand.settle()
        truth = result.spectrum(gradient, omega_t=omega_t, estimator="eq9")
        check_table(hand.table(), truth)
        drawn = hand.lines("evolution")
        for ell, values in evolution.analytic(result, gradient, p):
            # 31 nodes in p miss by 3e-5 at most
            np.testing.assert_allclose(drawn[f"analytic C{subscript(ell)}"][1], values, rtol=1e-4)
        check_map(hand.map(), result, gradient, omega_t)
        assert all(re.match("(file|blob|data):", url) for url in page.requested)


def check_table(table, truth):
    """Numbers in words, to half a unit of their last places."""
    for name, wanted, error in (
        ("C₀ / 4π", truth.cl[0] / FOUR_PI, truth.error[0] / FOUR_PI),
        ("C₁ / 4π", truth.cl[1] / FOUR_PI, truth.error[1] / FOUR_PI),
        ("C₂ / C₁", truth.cl[2] / truth.cl[1], None),
        ("noise / 4π", truth.noise / FOUR_PI, None),
    ):
        value, said, half = number(table[name]["chosen"])
        assert abs(value - wanted) <= half + VALUES * abs(wanted), name
        if error is not None:
            assert abs(said - error) <= half + ERRORS * error, name


def check_map(drawn, result, gradient, omega_t):
    """Each component is right to half a step of 128 to its largest value."""
    times, maps = result.maps
    positions = maps[nearest_time(times, omega_t)]
    g = gradient_vector(gradient)
    half = np.abs(positions).max(1) / 256
    assert np.abs(drawn - g @ positions).max() <= 1.01 * np.abs(g) @ half


def test_its_link_its_pin_and_its_files(browser, file, result):
    with alone(browser, f"{file}#theta=90&phi=30&T=12&p=0.6&estimator=eq9", offline=True) as page:
        page.get_by_role("button", name="Pin", exact=True).click()
        wait(page, "Boolean(crviz.pinned)")
        Visitor(page).choose_setting("estimator", "cross")
        wait(page, "crviz.tensors.about.endsWith('estimator: cross')")
        page.get_by_role("button", name="Download").click()
        names = {}
        for label in ("Spectra (CSV)", "Sky (PNG)", "Figure 1 (PNG)", "Figure 2 (PNG)"):
            with page.expect_download() as arriving:
                page.get_by_role("button", name=label).click()
            names[label] = arriving.value.suggested_filename
            content = arriving.value.path().read_bytes()
            if label == "Spectra (CSV)":
                check_columns(content.decode(), page, result)
            else:
                assert "sigma2 = 1.0" in Image.open(io.BytesIO(content)).text["Description"]
        assert len(set(names.values())) == 4
        wait(page, "location.hash.includes('pin=') && location.hash.includes('estimator=cross')")
        link, table = page.url, Visitor(page).table()
    with alone(browser, link, offline=True) as page:
        wait(page, "Boolean(crviz.pinned) && crviz.tensors.about.endsWith('estimator: cross')")
        Visitor(page).settle()
        assert Visitor(page).table() == table
        page.evaluate("location.hash = '#theta=10&phi=400'")
        wait(page, "crviz.values.theta === 10 && crviz.values.phi === 360")
        notice = page.get_by_role("alert").filter(has_text="phi")
        assert notice.inner_text() == "The link has phi = 400, which is out of range; 360 is used."


def check_columns(text, page, result):
    """What the page writes is what the server's file of spectra has, to the six digits of both."""
    state = opening(labelled(result))
    seen = page.evaluate("({T: crviz.omegaT, ...crviz.values})")
    state.param.update(
        theta=seen["theta"], phi=seen["phi"], p=seen["p"], omega_t=seen["T"], estimator="cross"
    )
    state.pinned = (result, "eq9")
    found, wanted = (columns(each) for each in (text, spectra_csv(state)))
    assert list(found) == list(wanted)
    for name, values in wanted.items():
        coarse = ERRORS if "error" in name else VALUES + 0.6e-5  # six digits are written
        np.testing.assert_allclose(found[name], values, rtol=coarse, atol=1e-9, err_msg=name)


def columns(text):
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    read = list(csv.DictReader(rows))
    return {name: np.array([float(row[name] or "nan") for row in read]) for name in read[0]}


def test_what_a_server_must_do_is_absent_and_said(browser, file):
    with alone(browser, f"{file}#T=3", offline=True) as page:
        for name in ("Run", "Cancel", "Fit p", "Runs", "More", "Tour", "Add 20 more"):
            assert page.get_by_role("button", name=name, exact=True).count() == 0
        sidebar = page.locator("#sidebar [data-controls]").evaluate("(each) => each.shadowRoot.textContent")
        for sentence in (
            "This page holds one result.",
            "p is fitted where crviz runs (crviz serve).",
            "the sky of field 0 at 12 times, nside 8, to 1/256 of the largest value.",
        ):
            assert sentence in sidebar
        own = {"name": "own.csv", "mimeType": "text/csv", "buffer": b"ell,cl\n1,1e-6\n2,1e-7\n"}
        page.get_by_text("what is observed, and own spectra").click()
        page.get_by_label("Add a spectrum").set_input_files(own)
        said = "own.csv: the window of an own spectrum is worked out where crviz runs (crviz serve)"
        page.get_by_text(said).wait_for()


def test_the_pointer_reads_the_plots_and_orbits_turn_by_keys(browser, file, result):
    with alone(browser, f"{file}#theta=60&phi=40&T=12", offline=True) as page:
        box = page.locator("#figure-sky").bounding_box()
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
        said = page.locator(".bk-tooltip-row-value").first
        said.wait_for()
        assert re.fullmatch(r"\d+\.\d°", said.inner_text())
        page.get_by_role("button", name="Orbit at ∇n").click()
        picture = page.locator(".card.orbits .space")
        picture.locator("canvas").wait_for()
        path = page.evaluate("Array.from(crviz.orbits.bundle.positions)")
        wanted = content(result.config.replace(grids="single"), 0, 60, 40, result.omega_t[-1])["positions"]
        # up to Omega T = 4; the compiled kernel has phases of single precision, and orbits are chaotic later
        early = int(4 / result.omega_t[-1] * wanted.shape[-1])
        found = np.reshape(path, wanted.shape)[..., :early]
        np.testing.assert_allclose(found, wanted[..., :early], atol=1e-3)
        seen = picture.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")
        picture.focus()
        page.keyboard.press("ArrowRight")
        turned = picture.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")
        assert turned != seen
        assert page.evaluate("crviz.omegaT") == pytest.approx(
            result.omega_t[nearest_time(result.omega_t, 12)]
        )


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    """The explorer as static files, below a path."""
    root = tmp_path_factory.mktemp("www")
    (root / "group").mkdir()
    site.write(root / "group/explorer", contents_of(opening(labelled(result))))
    return root


@contextlib.contextmanager
def python_server(root, _):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@contextlib.contextmanager
def nginx_server(root, folder):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx on this machine")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    configured = folder / "nginx.conf"
    configured.write_text(NGINX.format(folder=folder, port=port, root=root))
    with subprocess.Popen([nginx, "-c", str(configured), "-e", str(folder / "error.log")]) as process:
        try:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize("serving", [python_server, nginx_server], ids=["python", "nginx"])
def test_static_files_below_a_path_show_the_same(browser, folder, result, serving, tmp_path):
    with serving(folder, tmp_path) as port:
        place = f"http://127.0.0.1:{port}/group/explorer/"
        with alone(browser, f"{place}#theta=90&T=12") as page:
            first = [url for url in page.requested if "sky-" not in url]
            assert not [url for url in first if "further" in url]  # nobody has asked for it yet
            Visitor(page).choose_setting("estimator", "plateau")
            wait(page, "crviz.tensors.about.endsWith('estimator: plateau')")
            omega_t = Visitor(page).move_to(4)
            Visitor(page).settle()
            truth = result.spectrum((np.pi / 2, 0), omega_t=omega_t, estimator="plateau")
            check_table(Visitor(page).table(), truth)
            assert all(url.startswith((place, f"blob:http://127.0.0.1:{port}/")) for url in page.requested)


def test_a_sky_that_is_not_there_is_said_and_the_others_are_shown(browser, folder):
    with python_server(folder, None) as port:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.route("**/sky-9-*", lambda route: route.abort())
        page.goto(f"http://127.0.0.1:{port}/group/explorer/#theta=90&T=1")
        wait(page, "Boolean(window.crviz?.complete)")
        Visitor(page).move_to(9)
        page.get_by_text("a sky could not be fetched: ").first.wait_for()
        Visitor(page).move_to(4)
        wait(page, "crviz.sky.shown.omegaT === crviz.omegaT")
        assert page.get_by_text("a sky could not be fetched: ").count() == 0
        context.close()
