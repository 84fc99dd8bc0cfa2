"""The kernel in the browser, measured in Chromium: waves a second, and how long skies take.

    python benchmarks/kernel_in_browser.py [--json] [--repeat 5] [--workers 2]

The paper's configuration: the sum of waves of one worker, and a sky of one field at nside 8 to Omega T = 100
at 64 times, with its spectra, once the workers are warm and of new ones; how long a frame of the page took
meanwhile; from `cancel` to an answer of the same workers; and an orbit with its neighbours.
"""

import argparse
import base64
import json
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from crviz import Config
from crviz.dashboard import javascript
from crviz.dashboard.draws import draws
from crviz.ensemble import work

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
#: In the page: `measured.NAME()` in ms.
PAGE = """<!doctype html><script type="module">{code}
const draws = Uint8Array.from(atob("{draws}"), (c) => c.charCodeAt(0)).buffer
const place = {{sigma2: 1, rl_over_lc: 0.1, realization: 0, omega_t: {times}}}
const asked = (kernel, nsides, more = {{}}) => new Promise((resolve, reject) => {{
  const start = performance.now(), last = nsides.at(-1)
  const done = ({{nside}}) => nside === last && resolve(performance.now() - start)
  kernel.sky({{...place, ...more}}, {{nsides, done, failed: reject}})
}})
const warm = new Kernel({{draws, workers: {workers}}}), alone = new Kernel({{draws, workers: 1}})
window.measured = {{
  alone: () => asked(alone, [8]),
  sky: () => asked(warm, [8]),
  both: () => asked(warm, [4, 8]),
  first: async () => {{
    const kernel = new Kernel({{draws, workers: {workers}}})
    const time = await asked(kernel, [4])
    kernel.close()
    return time
  }},
  fine: () => asked(warm, [16]),
  frame: async () => {{
    let longest = 0, last = performance.now(), on = true
    const tick = () => {{
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      if (on) requestAnimationFrame(tick)
    }}
    requestAnimationFrame(tick)
    await asked(warm, [8])
    on = false
    return longest
  }},
  cancel: () => new Promise((resolve) => {{
    const long = warm.sky(place, {{nsides: [16], done: () => {{}}}})
    setTimeout(() => {{ // all workers are in the middle of something
      long.cancel()
      resolve(asked(warm, [1], {{omega_t: [0.1]}}))
    }}, 205)
  }}),
  orbits: () => new Promise((resolve, reject) => {{
    const start = performance.now(), done = () => resolve(performance.now() - start)
    warm.orbits({{...place, direction: {{theta: 60, phi: 30}}}}, {{done, failed: reject}})
  }}),
}}
</script>"""
#: What is measured, and in words.
WORDS = {
    "alone": "nside 8 to Omega T = 100 by one worker",
    "sky": "the same by all workers",
    "both": "nside 4, then 8",
    "first": "nside 4 by workers that are new",
    "fine": "nside 16",
    "frame": "longest frame while nside 8 is followed",
    "cancel": "cancel to another answer",
    "orbits": "an orbit, its neighbours and its field line",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    config = Config(nside=8)
    page_text = PAGE.format(
        code=javascript.bundle("kernel/pool"),
        draws=base64.b64encode(draws()).decode(),
        times=list(config.omega_t),
        workers=options.workers,
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text(page_text, encoding="utf8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = browser.new_page()
        page.goto(file.as_uri())
        page.evaluate("measured.sky()")  # the compilers have seen it
        before = _processor_time(browser)
        page.evaluate("measured.alone()")
        own = work(config) / (_processor_time(browser) - before) / 1e6
        found = {name: [page.evaluate(f"measured.{name}()") for _ in range(options.repeat)] for name in WORDS}
        version = browser.version
        browser.close()
    rate = [work(config) / time / 1e3 for time in found["alone"]]
    if options.json:
        print(
            json.dumps({"browser": version, "processor": _processor(), "rate": rate, "own": own, "ms": found})
        )
        return
    print(
        f"Chromium {version}, {_processor()}, {options.workers} workers; "
        f"median (least to most) of {options.repeat}"
    )
    print(f"{'M waves/s of one worker':<46}{_of(rate)}")
    print(f"{'the same by second of its processor time':<46}{own:6.0f}")
    for name, words in WORDS.items():
        print(f"{words + ' [ms]':<46}{_of(found[name])}")


def _processor_time(browser: Browser) -> float:
    """What the page's process has had [s], its workers included: others on the machine change it little."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(process["cpuTime"] for process in processes if process["type"] == "renderer")


def _of(values: list[float]) -> str:
    return f"{statistics.median(values):6.0f} ({min(values):.0f} to {max(values):.0f})"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor()
    )


if __name__ == "__main__":
    main()
