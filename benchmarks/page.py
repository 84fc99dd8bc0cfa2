"""The dashboard's times and bytes, measured in a real browser.

    python benchmarks/page.py [--json]

Starts `crviz serve` with an empty and with a filled kernel cache, opens the page in Chromium and measures,
from the start of the process, when the page is usable; then, on the warm server, how long and how many
bytes opening takes, Run to the first picture, and Cancel.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
READY = "window.Bokeh?.documents.length && Bokeh.documents[0].is_idle"


@contextmanager
def served(cache, library):
    """Address of a dashboard with a kernel cache of its own, and when its process began."""
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
                    yield found.group(), begun
                    break
        finally:
            process.terminate()


def opened(browser, address):
    """A page that is complete, the seconds it took, and the bytes that came over its socket."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    received = []

    def listen(socket):
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", listen)
    start = time.perf_counter()
    page.goto(address)
    page.get_by_text("In words and numbers").wait_for()
    page.wait_for_function(READY)
    return page, time.perf_counter() - start, received


def first_picture(page, seed):
    """Seconds from pressing Run to the coarse first look, and from Cancel to the end."""
    for label, value in (("Seed", seed), ("Realisations", 500)):
        field = page.get_by_label(label, exact=True).first
        field.click(click_count=3)
        field.press_sequentially(str(value))
        field.press("Enter")
    page.wait_for_timeout(500)
    start = time.perf_counter()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text(re.compile("first look|simulated, ")).wait_for()
    picture = time.perf_counter() - start
    page.wait_for_timeout(1500)
    start = time.perf_counter()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text(re.compile("cancelled: ")).wait_for()
    took = time.perf_counter() - start
    page.close()
    return picture, took


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    record = {}
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(executable_path=chromium, args=OPTIONS)
        for name in ("cold", "warm"):
            with served(scratch + "/cache", scratch + "/library") as (address, begun):
                opened(browser, address)
                record[f"start_to_usable_page_{name}_s"] = time.perf_counter() - begun
                if name == "warm":
                    runs = [opened(browser, address) for _ in range(5)]
                    record["open_s"] = statistics.median(took for _, took, _ in runs)
                    record["open_socket_bytes"] = statistics.median(sum(received) for *_, received in runs)
                    pictures = [first_picture(opened(browser, address)[0], seed) for seed in range(20, 25)]
                    record["run_to_first_picture_s"] = statistics.median(picture for picture, _ in pictures)
                    record["cancel_s"] = statistics.median(cancel for _, cancel in pictures)
        browser.close()
    if options.json:
        print(json.dumps(record, indent=2))
        return
    for name, value in record.items():
        print(f"{name.replace('_', ' '):<32} {value:,.2f}")


if __name__ == "__main__":
    main()
