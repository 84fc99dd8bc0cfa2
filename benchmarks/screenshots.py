"""The pictures of the dashboard and the course in docs/, taken in a real browser.

python benchmarks/screenshots.py [FOLDER]
"""

import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from page import COMPLETE, OPTIONS, served
from PIL import Image
from playwright.sync_api import sync_playwright

from crviz import learn

#: Name, width, height, pixels a point, and the link that is opened.
PICTURES = (
    ("dashboard", 1280, 960, 1, ""),
    ("dashboard-dark", 1280, 1600, 1, "?smooth=10&theta=35&phi=80&p=0.6&T=41.685&nside=32"),
    ("dashboard-phone", 390, 844, 2, ""),
)


def main():
    """Take all of them."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(executable_path=chromium, args=[*OPTIONS, "--use-gl=swiftshader"])
        with served(scratch + "/cache", scratch + "/library") as (address, *_):
            for name, width, height, scale, link in PICTURES:
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    device_scale_factor=scale,
                    reduced_motion="reduce",  # the story at rest
                )
                page.goto(address + link)
                page.wait_for_function(COMPLETE)
                if "dark" in name:
                    page.get_by_role("button", name=re.compile("theme", re.I)).click()
                    page.get_by_role("button", name="Orbit at").click()
                    page.locator(".separation .plot-container").wait_for()
                page.wait_for_timeout(3000)
                page.screenshot(path=folder / f"{name}.png")
                page.close()
            the_course(browser, address, folder / "learn")
        browser.close()


def the_course(browser, address, folder):
    """A picture of each step, once what it computes is there."""
    folder.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    for name in learn.steps():
        page.goto(f"{address}/learn#{name}")
        page.wait_for_function("() => window.course?.drawn")
        if name == "sky":  # the finest grid
            page.wait_for_function("() => course.steps.sky.numbers.nside === 16", timeout=120_000)
        page.wait_for_timeout(500)
        Image.open(io.BytesIO(page.screenshot())).save(folder / f"{name}.webp", quality=70, method=6)
    page.close()


if __name__ == "__main__":
    main()
