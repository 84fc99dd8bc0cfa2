"""A served dashboard, and visitors who speak its protocol without a browser, on the loopback interface."""

import asyncio
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE = 20  # seconds; a busy machine takes its time


class Served:
    """A server process: its address and what it has said."""

    def __init__(self, process):
        self.process = process
        self.said = []
        self.address = None
        self._address_known = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self._address_known.wait(2 * PATIENCE)
        assert self.address, "".join(self.said)

    def _listen(self):
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(r"http://\S+?:\d+\S*(?=/)", line)
            if found and self.address is None:
                self.address = found.group()
                self._address_known.set()
        self._address_known.set()

    @property
    def log(self):
        return "".join(self.said)

    def check(self):
        """Our own code must not have failed; tornado reports pages that close in the midst of something."""
        assert not [line for line in self.said if 'File "' in line and "crviz" in line], self.log

    def ask(self, path="/", method="GET", headers=None):
        """Status, headers and body of an answer."""
        request = urllib.request.Request(self.address + path, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


@contextmanager
def served(library, *options):
    """A dashboard on a port of its own, with a library in a folder."""
    command = [sys.executable, "-m", "crviz", "serve", "--port", "0", "--no-show", "--threads", "1"]
    command += ["--library", str(library), *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def token_of(document):
    """The token that stands in a document."""
    return re.search(r'"token": ?"([^"]+)"', document)[1]


class Speaker:
    """Somebody connected to a server, who may say anything. Use it in one thread."""

    def __init__(self, server, path="/", token=None, origin=None):
        self._loop = asyncio.new_event_loop()
        if token is None:
            token = token_of(server.ask(path)[2])
        place = server.address.removeprefix("http://")
        request = HTTPRequest(f"ws://{place}/ws", headers={"Origin": origin or server.address})
        self.socket = self._wait(lambda: websocket_connect(request, subprotocols=["bokeh", token]))
        #: What the server says first: "ACK", or nothing where it hangs up.
        self.greeting, _ = self.hear()

    def _wait(self, start):
        async def done():
            return await asyncio.wait_for(start(), PATIENCE)

        return self._loop.run_until_complete(done())

    def close(self):
        async def closed():
            self.socket.close()
            await asyncio.sleep(0.01)

        self._loop.run_until_complete(closed())
        self._loop.close()

    # --- saying

    def say(self, *fragments):
        for fragment in fragments:
            self._wait(
                lambda fragment=fragment: self.socket.write_message(fragment, isinstance(fragment, bytes))
            )

    def send(self, kind, content, number="1"):
        """A message as Bokeh has them."""
        self.say(json.dumps({"msgid": number, "msgtype": kind}), "{}", json.dumps(content))

    def patch(self, *events):
        self.send("PATCH-DOC", {"events": list(events)})

    def tell(self, model, **data):
        """A message of the page's to a component."""
        self.patch(message(model, data))

    def ready(self):
        """What a page says that is complete: from then on it is told of changes."""
        about = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
        self.patch({"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": about})

    # --- hearing

    def hear(self):
        """The next message: its kind and content; None where the connection has ended."""
        header = self._wait(self.socket.read_message)
        if header is None:
            return None, None
        header = json.loads(header)
        self._wait(self.socket.read_message)
        content = json.loads(self._wait(self.socket.read_message))
        for _ in range(2 * header.get("num_buffers", 0)):
            self._wait(self.socket.read_message)
        return header["msgtype"], content

    def pull(self):
        """The document as the server has it."""
        self.send("PULL-DOC-REQ", {})
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            kind, content = self.hear()
            if kind == "PULL-DOC-REPLY":
                return content["doc"]
            assert kind is not None, "the server has hung up"
        raise TimeoutError


def message(model, data):
    """An event that carries what the page sends to a component."""
    entries = [
        ["model", {"id": model}],
        ["data", {"type": "map", "entries": [list(each) for each in data.items()]}],
    ]
    return {
        "kind": "MessageSent",
        "msg_type": "bokeh_event",
        "msg_data": {"type": "event", "name": "data_event", "values": {"type": "map", "entries": entries}},
    }


def bridge_of(document):
    """The model that the page's messages go to."""
    return next(root["id"] for root in document["roots"] if root["attributes"].get("class_name") == "Hub")
