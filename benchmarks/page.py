"""The dashboard's times and bytes, measured in a real browser.

    python benchmarks/page.py [--json] [--repeat 20]

Starts `crviz serve` with an empty and with a filled kernel cache and says when the page is usable, counted
from the start of the process. Then, on the warm server, medians and 95th percentiles of: opening to the
first complete view; a step of the gradient, of p, of T and of sigma^2 (by the atlas in the browser) to the
changed picture; pictures a second of play;
asking for orbits to their data; release of the sigma^2 slider to what is stored, and to a real sky of one
field; Run to the first picture; Cancel; and the bytes over the socket for opening, a step of T, direction
and p; models of a session; and the server's processor time for a page without a browser.
"""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
COMPLETE = "window.crviz?.complete"
#: The page's range inputs, also those in shadow roots, by the beginning of their label.
_FIND = """(label) => {
    const inputs = []
    const look = (root) => {
        inputs.push(...root.querySelectorAll("input[type=range]"))
        for (const el of root.querySelectorAll("*")) if (el.shadowRoot) look(el.shadowRoot)
    }
    look(document)
    const name = (i) => i.getAttribute("aria-label") ?? i.closest(".control, label").textContent.trim()
    return inputs.find((i) => name(i).startsWith(label))
}"""
#: Counts what is painted: Bokeh clears a canvas before it draws on it.
COUNT_PAINTS = """
    const clear = CanvasRenderingContext2D.prototype.clearRect
    window.paints = 0
    CanvasRenderingContext2D.prototype.clearRect = function (...a) {
        window.paints++
        return clear.apply(this, a)
    }
"""
#: Moves one of them by a step, as dragging does, until all that it moves has been painted: [ms].
_STEP = f"""([label, step, done]) => new Promise((resolve) => {{
    const input = ({_FIND})(label)
    const drawn = crviz.drawn, before = window.paints, start = performance.now()
    const shown = done ? new Function("return " + done) : () => true
    let painted = before, end = start
    input.value = Number(input.value) + step
    input.dispatchEvent(new Event("input", {{bubbles: true}}))
    const look = () => {{  // after every frame
        if (window.paints > painted) [painted, end] = [window.paints, performance.now()]
        else if (crviz.drawn > drawn && shown() && painted > before) return resolve(end - start)
        wait()
    }}
    const wait = () => requestAnimationFrame(() => {{
        const channel = new MessageChannel()
        channel.port1.onmessage = look
        channel.port2.postMessage(0)
    }})
    wait()
}})"""
#: Puts a hand on one of them.
_TOUCH = f"(label) => ({_FIND})(label).dispatchEvent(new Event('pointerdown'))"
#: Whether the session has answered with another result than one; what stands in for that has no digest.
_ANOTHER = "digest => crviz.tensors.digest && crviz.tensors.digest !== digest"
#: Moves one of them and lets go.
_RELEASE = f"""([label, step]) => {{
    const input = ({_FIND})(label)
    input.value = Number(input.value) + step
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, {{bubbles: true}}))
}}"""
#: Seconds in which a server has compiled and read the atlas after its first page.
PREPARING = 10
_SKY_IS_THERE = "Math.abs(Math.log(crviz.sky.shown.omegaT / crviz.omegaT)) < 1e-3"


@contextmanager
def served(cache, library):
    """Address of a dashboard with a kernel cache of its own, and when its process began and its number."""
    command = [sys.executable, "-m", "crviz", "serve", "--port", "0", "--no-show", "--library", library]
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    begun = time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout:
                found = re.search(r"http://\S+?:\d+", line)
                if found:
                    yield found.group(), begun, process.pid
                    break
        finally:
            process.terminate()


def processor_seconds(pid):
    """Processor time that a process has taken in all its threads; NaN where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return math.nan
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare_page(address, pid, number=10):
    """Milliseconds of processor time that the server takes to make a page and its session, in the mean."""
    before = processor_seconds(pid)
    for _ in range(number):
        with urllib.request.urlopen(address) as answer:
            answer.read()
    return 1000 * (processor_seconds(pid) - before) / number


class Traffic:
    """Bytes over a page's socket, in both directions."""

    def __init__(self, page):
        self.received, self.sent = [], []
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framereceived", lambda frame: self.received.append(len(frame)))
        socket.on("framesent", lambda frame: self.sent.append(len(frame)))

    def during(self, page, action):
        """Bytes received and sent by an action and in the half second after it."""
        before = sum(self.received), sum(self.sent)
        action()
        page.wait_for_timeout(500)
        return sum(self.received) - before[0], sum(self.sent) - before[1]


def opened(browser, address):
    """A page that is complete, the milliseconds it took, and its traffic."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    traffic = Traffic(page)
    page.add_init_script(COUNT_PAINTS)
    start = time.perf_counter()
    page.goto(f"{address}/?theta=0&nside=32")  # which plays nothing by itself
    page.wait_for_function(COMPLETE)
    return page, 1000 * (time.perf_counter() - start), traffic


def steps(page, label, step, number, done=None):
    """Milliseconds of so many steps of an input."""
    return [page.evaluate(_STEP, [label, step, done]) for _ in range(number)]


def dragging(page, number):
    """Milliseconds of every step: gradient, p, T and sigma^2."""
    page.evaluate(_TOUCH, "Strength")
    page.wait_for_function("crviz.atlas")
    sigma2 = steps(page, "Strength", -1, number)
    steps(page, "Strength", number, 1)  # back at what is stored
    return {"sigma2_step_ms": sigma2, **turning(page, number)}


def turning(page, number):
    """Milliseconds of every step of what moves the view alone: gradient, p and T."""
    # T backwards: what lies ahead has been fetched before it is wanted
    return {
        "gradient_step_ms": steps(page, "Angle to", 1, number),
        "p_step_ms": steps(page, "p in", 0.01, number),
        "t_step_ms": steps(page, "Backtracking", -1, number, _SKY_IS_THERE),
    }


def play_rate(page, seconds=4):
    """Pictures a second while the times are played through."""
    button = page.get_by_label("Play through the times")
    button.click()
    page.wait_for_timeout(1000)
    before, start = page.evaluate("crviz.drawn"), time.perf_counter()
    page.wait_for_timeout(1000 * seconds)
    rate = (page.evaluate("crviz.drawn") - before) / (time.perf_counter() - start)
    button.click()
    return rate


def slider_release(page, number):
    """Milliseconds from releasing sigma^2 to what is stored of it, and to the sky of one field."""
    stored, sky = [], []
    for _ in range(number):
        digest, series = page.evaluate("[crviz.tensors.digest, crviz.sky.id]")
        start = time.perf_counter()
        page.evaluate(_RELEASE, ["Strength", -3])
        page.wait_for_function(_ANOTHER, arg=digest)
        stored.append(1000 * (time.perf_counter() - start))
        page.wait_for_function("id => crviz.sky.id !== id", arg=series)
        sky.append(1000 * (time.perf_counter() - start))
    return stored, sky


def orbits(page, number):
    """Milliseconds from asking for an orbit and its neighbours to their data in the browser."""
    times = []
    for _ in range(number):
        page.evaluate(_RELEASE, ["Angle to", -4])
        page.evaluate("() => { window.before = crviz.orbits.bundle }")
        start = time.perf_counter()
        page.get_by_role("button", name="Orbit at").click()
        page.wait_for_function("crviz.orbits.bundle && crviz.orbits.bundle !== window.before")
        times.append(1000 * (time.perf_counter() - start))
        page.wait_for_timeout(500)
    return times


def run_and_cancel(page, seed):
    """Milliseconds from Run to the first picture of it, and from Cancel to the end."""
    for label, value in (("Seed", seed), ("Realisations", 500)):
        field = page.get_by_label(label, exact=True).first
        field.fill(str(value))
        field.press("Enter")
    # where nothing is stored, whose place a first look would not take; the slider ends some 40 steps below
    page.evaluate(_RELEASE, ["Strength", -seed])
    page.wait_for_timeout(500)
    digest = page.evaluate("crviz.tensors.digest")
    start = time.perf_counter()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function("digest => crviz.tensors.digest !== digest", arg=digest)
    picture = 1000 * (time.perf_counter() - start)
    page.wait_for_timeout(1500)
    start = time.perf_counter()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text(re.compile("cancelled: ")).wait_for()
    return picture, 1000 * (time.perf_counter() - start)


def warm_server(browser, address, number):
    """Everything that is measured on a server that is warm: lists of numbers by name."""
    runs = [opened(browser, address) for _ in range(max(3, number // 3))]
    page, _, traffic = runs[-1]
    record = {
        "open_ms": [took for _, took, _ in runs],
        "open_received_bytes": [sum(traffic.received) for *_, traffic in runs],
    }
    record["models_of_a_session"] = [page.evaluate("crviz.session.models")]
    for other, *_ in runs[:-1]:
        other.close()
    page.bring_to_front()  # hidden pages draw no frames
    page.wait_for_function("crviz.sky.times.length === crviz.tensors.omega_t.length")  # skies at all times
    for name, action in (  # a time that was not seen yet first: afterwards the browser has its sky
        ("t_step", lambda: steps(page, "Backtracking", -1, 1, _SKY_IS_THERE)),
        ("gradient", lambda: steps(page, "Angle to", 1, 10)),
        ("p", lambda: steps(page, "p in", 0.01, 10)),
    ):
        received, sent = traffic.during(page, action)
        record[f"{name}_received_bytes"], record[f"{name}_sent_bytes"] = [received], [sent]
    record |= dragging(page, number)
    record["play_pictures_per_s"] = [play_rate(page)]
    record["orbits_ms"] = orbits(page, max(3, number // 4))
    record["release_to_stored_ms"], record["release_to_sky_ms"] = slider_release(page, max(3, number // 3))
    page.close()
    pairs = []
    for seed in range(20, 20 + max(3, number // 4)):
        page, *_ = opened(browser, address)
        pairs.append(run_and_cancel(page, seed))
        page.close()
    record["run_to_first_picture_ms"], record["cancel_ms"] = map(list, zip(*pairs, strict=True))
    return record


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=20, help="steps of every drag (default and at most 20)")
    options = parser.parse_args()
    if not 1 <= options.repeat <= 20:
        parser.error("--repeat must lie between 1 and 20: sliders have an end")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    record = {}
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(executable_path=chromium, args=OPTIONS)
        for name in ("cold", "warm"):
            with served(scratch + "/cache", scratch + "/library") as (address, begun, pid):
                page, *_ = opened(browser, address)
                record[f"start_to_usable_page_{name}_ms"] = [1000 * (time.perf_counter() - begun)]
                page.close()
                if name == "warm":
                    time.sleep(PREPARING)
                    record |= warm_server(browser, address, options.repeat)
                    time.sleep(PREPARING)  # until nothing is computed in the background
                    record["bare_page_processor_ms"] = [bare_page(address, pid) for _ in range(3)]
        browser.close()
    if options.json:
        print(json.dumps(record, indent=2))
        return
    print("| | median | 95th percentile |\n| --- | --- | --- |")
    for name, values in record.items():
        worst = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        print(f"| {name.replace('_', ' ')} | {statistics.median(values):,.0f} | {worst:,.0f} |")


if __name__ == "__main__":
    main()
