"""A class opens the page in the same minute, speaking its protocol without browsers: how long it takes, what
another visitor notices, what a session costs. `python benchmarks/serving.py [opening|idle|churn]`, Linux.

Browsers add their own time to draw (benchmarks/page.py); they run on the visitors' machines.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

CLASS, WITHIN = 40, 20.0
IDLE, CHURNED = 100, 200
#: Two places of the atlas that a slider goes to and from.
PLACES = (0.3, 0.5)


class Server:
    """`crviz serve` in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "crviz", "serve", "--port", "0", "--no-show", "--library"]
        self.process = subprocess.Popen(
            [*command, tempfile.mkdtemp()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        found = re.search(r"http://([\d.]+:\d+)", self.process.stdout.readline())
        assert found is not None
        self.place = found[1]

    def processor_time(self) -> float:
        """[s]"""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """[MB]"""
        return self._status("VmRSS") / 1e3

    def threads(self) -> int:
        """How many there are."""
        return self._status("Threads")

    def files(self) -> int:
        """How many are open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def _status(self, name: str) -> int:
        said = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", said)[1])  # type: ignore[index]


class Visitor:
    """Somebody with a page."""

    def __init__(self) -> None:
        self.places = itertools.cycle(PLACES)

    async def open(self, server: Server, query: str = "") -> float:
        """How long it takes until the document is there [s]."""
        began = time.monotonic()
        page = await AsyncHTTPClient().fetch(f"http://{server.place}/{query}", request_timeout=120)
        token = re.search(rb'"token": ?"([^"]+)"', page.body)[1].decode()  # type: ignore[index]
        request = HTTPRequest(f"ws://{server.place}/ws", headers={"Origin": f"http://{server.place}"})
        self.socket = await websocket_connect(request, subprotocols=["bokeh", token])
        await self.hear()
        await self.send("PULL-DOC-REQ", {})
        kind, content = await self.hear()
        assert kind == "PULL-DOC-REPLY", kind
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
        await self.patch(ready)
        (self.bridge,) = [
            r["id"] for r in content["doc"]["roots"] if r["attributes"].get("class_name") == "Hub"
        ]
        return time.monotonic() - began

    async def send(self, kind: str, content: Any) -> None:
        """Say something."""
        for part in ({"msgid": "1", "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))

    async def tell(self, **data: Any) -> None:
        """Send what the page sends when an input is released or a button pressed."""
        entries = [["model", {"id": self.bridge}], ["data", {"type": "map", "entries": list(data.items())}]]
        values = {"type": "map", "entries": entries}
        await self.patch({"type": "event", "name": "data_event", "values": values})

    async def patch(self, said: dict[str, Any]) -> None:
        """Send an event."""
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": said}
        await self.send("PATCH-DOC", {"events": [event]})

    async def hear(self) -> tuple[str, Any]:
        """Kind and content of the next message."""
        header, _, content = [json.loads(str(await self.socket.read_message())) for _ in range(3)]
        for _ in range(2 * header.get("num_buffers", 0)):
            await self.socket.read_message()
        return header["msgtype"], content

    async def picture(self, **data: Any) -> float:
        """How long it takes from a message to the arrays of the next picture [s]."""
        began = time.monotonic()
        await self.tell(**data)
        while True:
            kind, content = await self.hear()
            if kind == "PATCH-DOC" and any(event.get("attr") == "tensors" for event in content["events"]):
                return time.monotonic() - began


async def moves(visitor: Visitor, until: Awaitable[Any], pause: float = 1.0) -> list[float]:
    """Somebody's slider goes to and from while something else goes on: seconds to each picture."""
    other, took = asyncio.ensure_future(until), []
    while not other.done():
        took.append(await visitor.picture(kind="set", key="sigma2", value=next(visitor.places)))
        await asyncio.sleep(pause)
    await other
    return took


def say(what: str, seconds: list[float]) -> None:
    """Median and worst of some times."""
    print(f"{what}: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s ({len(seconds)})")


async def opening(server: Server) -> None:
    """A class opens the page, while somebody moves a slider."""
    neighbour = Visitor()
    await neighbour.open(server)
    await asyncio.sleep(10)  # what is prepared in the background is
    say("slider to picture, nobody else there", await moves(neighbour, asyncio.sleep(8)))
    visitors, took = [Visitor() for _ in range(CLASS)], []

    async def come(number: int) -> None:
        await asyncio.sleep(WITHIN * number / CLASS)
        took.append(await visitors[number].open(server))

    began, before = time.monotonic(), server.processor_time()
    meanwhile = await moves(neighbour, asyncio.gather(*map(come, range(CLASS))))
    spent = server.processor_time() - before
    print(
        f"{CLASS} sessions within {WITHIN:.0f} s: the last is complete after {time.monotonic() - began:.1f} s"
    )
    say("a session", took)
    print(f"processor time of the server for a session: {spent / CLASS:.2f} s, with what the neighbour asks")
    say("slider to picture meanwhile", meanwhile)
    say("slider to picture with all of them idle", await moves(neighbour, asyncio.sleep(8)))
    for key, value in (("omega_t_max", 10), ("realizations", 2), ("sigma2", 0.123)):
        await neighbour.tell(kind="set", key=key, value=value)
    await asyncio.sleep(2)
    began = time.monotonic()
    await neighbour.tell(kind="press", key="run")
    while time.monotonic() - began < 0.2 or (await neighbour.hear())[0] != "PATCH-DOC":
        pass
    print(f"Run to the first picture with {CLASS} idle sessions: {time.monotonic() - began:.2f} s")


async def rest(server: Server) -> None:
    """Wait until it does nothing any more."""
    worked = -1.0
    while server.processor_time() - worked > 0.05:
        worked = server.processor_time()
        await asyncio.sleep(3)


async def idle(server: Server) -> None:
    """What sessions that do nothing take."""
    visitors = [Visitor() for _ in range(IDLE + 5)]
    for visitor in visitors[:5]:
        await visitor.open(server)
    await rest(server)
    before = server.memory()
    for visitor in visitors[5:]:
        await visitor.open(server)
    await rest(server)  # the first sky is followed meanwhile, which takes 150 MB for some seconds
    after = server.memory()
    print(f"{IDLE} idle sessions: {after:.0f} MB, {(after - before) / IDLE:.2f} MB each")


async def churn(server: Server) -> None:
    """Visitors who come and go."""
    for number in range(CHURNED + 1):
        if number % 50 == 0:
            await asyncio.sleep(40)  # sessions end some time after their visitors have gone
            held = f"{server.memory():.0f} MB, {server.threads()} threads, {server.files()} files"
            print(f"after {number} visitors: {held}")
        visitor = Visitor()
        await visitor.open(server)
        await visitor.picture(kind="set", key="sigma2", value=PLACES[0])
        visitor.socket.close()


async def main(names: list[str]) -> None:
    """Some measurements, each with a server of its own."""
    AsyncHTTPClient.configure(None, max_clients=100)
    for name in names or ["opening", "idle", "churn"]:
        server = Server()
        try:
            await {"opening": opening, "idle": idle, "churn": churn}[name](server)
        finally:
            server.process.terminate()
            server.process.wait(20)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
