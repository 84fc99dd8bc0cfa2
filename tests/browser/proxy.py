"""What stands between a browser and a server, and can fail as a network does."""

import contextlib
import selectors
import socket
import threading


class Proxy:
    """Hands bytes on between a port of its own and another one, on the loopback interface.

    `how` is what it does at present: "passes"; "cuts", which closes what is open and what comes; "swallows",
    which takes all and hands on nothing; or "holds back" all until it passes again.

    `to` is the other port; it is set once it is known.
    """

    def __init__(self):
        self.to, self.how = 0, "passes"
        self._lines = {}  # each end of a connection: the other end
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def host(self):
        """Where browsers come: name and port."""
        return "{}:{}".format(*self._listening.getsockname())

    def close(self):
        self._ended.set()
        self._thread.join()
        for end in [*self._lines, self._listening]:
            end.close()

    def _work(self):
        while not self._ended.is_set():
            if self.how == "holds back":
                self._ended.wait(0.05)
                continue
            while self.how == "cuts" and self._lines:
                self._hang_up(next(iter(self._lines)))
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listening:
                    self._answer()
                elif key.fileobj in self._lines:
                    self._hand_on(key.fileobj)

    def _answer(self):
        near, _ = self._listening.accept()
        if self.how == "cuts":
            near.close()
            return
        try:
            far = (
                socket.create_connection(("127.0.0.1", self.to)) if self.how == "passes" else socket.socket()
            )
        except ConnectionRefusedError:  # no server: none here either
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            self._lines[end] = other
        self._selector.register(near, selectors.EVENT_READ)
        if self.how == "passes":
            self._selector.register(far, selectors.EVENT_READ)

    def _hand_on(self, end):
        try:
            data = end.recv(1 << 16)
            if data and self.how == "passes":
                self._lines[end].sendall(data)
        except OSError:  # one of the two is gone, or never was
            data = b""
        if not data:
            self._hang_up(end)

    def _hang_up(self, end):
        for each in (end, self._lines[end]):
            del self._lines[each]
            with contextlib.suppress(KeyError):  # one that leads nowhere
                self._selector.unregister(each)
            each.close()
