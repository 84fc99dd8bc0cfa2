"""From a control of the course to its picture, step by step, in a real browser: for docs/performance.md.

python benchmarks/course.py
"""

import os
import shutil
import statistics
import tempfile

from page import OPTIONS, served
from playwright.sync_api import sync_playwright

#: What is moved in each step, and to which values.
MOVED = {
    "helix": ("pitch", [30, 50, 70, 90, 110]),
    "bent": ("sigma2", [0.5, 1, 1.5, 2, 3]),
    "pair": ("angle", [0.1, 0.3, 1, 4, 15]),
    "sky": ("omega_t", [3.0, 5.19059, 8.04809, 12.4789, 24.0926]),
    "multipoles": ("low", [2, 3, 4, 5, 1]),
    "ensemble": ("fields", [20, 60, 90, 120, 40]),
    "rate": ("p", [0.3, 0.4, 0.6, 0.7, 0.5]),
    "observed": ("p", [0.3, 0.4, 0.6, 0.7, 0.5]),
}
ROUNDS = 6
#: Milliseconds of drawing, and until the frame after it is painted.
_MOVE = """async ([name, key, values, rounds]) => {
  const step = course.steps[name], found = []
  for (let round = 0; round < rounds; round++)
    for (const value of values) {
      const begun = performance.now()
      step.set(key, value)
      await new Promise((painted) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel()
        port1.onmessage = painted
        port2.postMessage(null)
      }))
      found.push([step.drawnIn, performance.now() - begun])
      await new Promise((rested) => setTimeout(rested, 30))
    }
  return found
}"""


def main():
    """A line of the table for each step."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as scratch:
        browser = driver.chromium.launch(executable_path=chromium, args=OPTIONS)
        with served(scratch + "/cache", scratch + "/library") as (address, *_):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            for name, (key, values) in MOVED.items():
                page.goto(f"{address}/learn#{name}")
                page.wait_for_function("() => window.course?.drawn")
                if name == "sky":
                    page.wait_for_function("() => course.steps.sky.numbers.nside === 16", timeout=120_000)
                drawn, painted = zip(*page.evaluate(_MOVE, [name, key, values, ROUNDS]), strict=True)
                print(f"| {name} | {statistics.median(drawn):.1f} ms | {min(painted):.0f} ms", end=" ")
                print(f"| {statistics.median(painted):.0f} ms |")
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
