"""A page without a server, measured in a real browser: its size, and the times of benchmarks/page.py.

python benchmarks/alone.py PAGE.html|ADDRESS [--repeat 20]
"""

import argparse
import json
import shutil
import statistics
import time
from pathlib import Path

from page import COMPLETE, COUNT_PAINTS, OPTIONS, turning
from playwright.sync_api import sync_playwright


def opened(browser, address):
    """A page that is complete, and the milliseconds it took; steps are told apart by words that its policy
    does not run."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
    page.add_init_script(COUNT_PAINTS)
    start = time.perf_counter()
    page.goto(f"{address}#theta=0")
    page.wait_for_function(COMPLETE)
    return page, 1000 * (time.perf_counter() - start)


def main():
    """Print medians and 95th percentiles [ms]."""
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    address = options.page if ":" in options.page else Path(options.page).resolve().as_uri()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        opening = []
        for _ in range(max(options.repeat // 4, 2)):
            page, took = opened(browser, address)
            opening.append(took)
        measured = {"opening_ms": opening, **turning(page, options.repeat)}
        browser.close()
    told = {
        name: [round(statistics.median(each), 1), round(sorted(each)[int(0.95 * (len(each) - 1))], 1)]
        for name, each in measured.items()
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
