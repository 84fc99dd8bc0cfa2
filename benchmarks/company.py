"""A page among others, in a real browser: `python benchmarks/company.py [beside|churn]`, Linux.

`beside`: Run to the first picture while 40 sessions are idle on the same server, and a step of the gradient
while a run is under way against the same step without one. `churn`: 200 visitors who come, look and go, and
what the server holds after every 25 of them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import threading
import time

import page as pages
from playwright.sync_api import Browser, Page, sync_playwright
from serving import CHURNED, CLASS, Server, Visitor

STEPS, RUNS = 20, 5


def company(server: Server, number: int) -> threading.Event:
    """So many sessions that do nothing, kept in a thread until the event is set."""
    there, over = threading.Event(), threading.Event()

    async def stay() -> None:
        visitors = [Visitor() for _ in range(number)]
        for visitor in visitors:
            await visitor.open(server)
        there.set()
        while not over.is_set():
            await asyncio.sleep(0.1)

    threading.Thread(target=lambda: asyncio.run(stay()), daemon=True).start()
    there.wait()
    return over


def say(what: str, milliseconds: list[float]) -> None:
    """Median and worst of some times."""
    print(f"{what}: median {statistics.median(milliseconds):.0f} ms, worst {max(milliseconds):.0f} ms")


def beside(browser: Browser, server: Server) -> None:
    """What others' sessions and runs cost a visitor."""
    address = f"http://{server.place}"
    page, *_ = pages.opened(browser, address)
    time.sleep(pages.PREPARING)
    for idle, first in ((0, 20), (CLASS, 30)):  # places where nothing is stored
        over = company(server, idle)
        took = []
        for seed in range(first, first + RUNS):
            visited, *_ = pages.opened(browser, address)
            took.append(pages.run_and_cancel(visited, seed)[0])
            visited.close()
        say(f"Run to the first picture with {idle} idle sessions", took)
        over.set()
    page.bring_to_front()
    page.wait_for_function("crviz.sky.times.length === crviz.tensors.omega_t.length")
    say("a step of the gradient", pages.steps(page, "Angle to", 1, STEPS))
    other, *_ = pages.opened(browser, address)
    begin_a_run(other, -9)
    page.bring_to_front()
    say("the same beside another's run", pages.steps(page, "Angle to", -1, STEPS))
    other.close()
    begin_a_run(page, -11)
    say("the same in the page whose run it is", pages.steps(page, "Angle to", 1, STEPS))


def begin_a_run(page: Page, step: int) -> None:
    """Press Run for many fields, and wait until the first of them are there."""
    field = page.get_by_label("Realisations", exact=True).first
    field.fill("500")
    field.press("Enter")
    page.evaluate(pages._RELEASE, ["Strength", step])
    page.wait_for_timeout(500)
    digest = page.evaluate("crviz.tensors.digest")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(pages._ANOTHER, arg=digest)


def churn(browser: Browser, server: Server) -> None:
    """Visitors who come, move a slider, turn the gradient, ask for an orbit and go."""
    for number in range(CHURNED + 1):
        if number % 25 == 0:
            time.sleep(40)  # sessions end some time after their visitors have gone
            held = f"{server.memory():.0f} MB, {server.threads()} threads, {server.files()} files"
            print(f"after {number} visitors: {held}", flush=True)
        page, *_ = pages.opened(browser, f"http://{server.place}")
        digest = page.evaluate("crviz.tensors.digest")
        page.evaluate(pages._RELEASE, ["Strength", -3])
        page.wait_for_function(pages._ANOTHER, arg=digest)
        pages.orbits(page, 1)
        page.close()


def main(names: list[str]) -> None:
    """Some measurements, each with a server of its own."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=pages.OPTIONS)
        for name in names or ["beside", "churn"]:
            server = Server()
            try:
                {"beside": beside, "churn": churn}[name](browser, server)
            finally:
                server.process.terminate()
                server.process.wait(20)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
