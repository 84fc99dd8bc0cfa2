"""A visitor without a browser: a state, a document whose turns the test takes, an idle manager."""

import contextlib
import queue
import threading
import types

import pytest
from bokeh.document import Document
from panel.io.state import set_curdoc

from crviz import Config, backtracking_times, run
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.jobs import Limits, Status

PATIENCE = 30  # seconds after which a test gives up waiting


class TurnDocument(Document):
    """A document in which nothing happens but what a test lets happen."""

    def __init__(self):
        super().__init__()
        self.ticks = queue.Queue()

    def add_next_tick_callback(self, callback):
        self.ticks.put(callback)

    def turn(self):
        """One tick, as soon as it is asked for."""
        self.ticks.get(timeout=PATIENCE)()

    def turn_until(self, fact):
        while not fact():
            self.turn()


class FakeSkies:
    """Takes note of who wants which sky, and has those that a test puts there."""

    def __init__(self):
        self.ready, self.requests, self.left = {}, [], []

    def get(self, config, realization):
        return self.ready.get((config.digest, realization))

    def request(self, config, realization, listener, key):
        self.requests.append(types.SimpleNamespace(config=config, realization=realization, tell=listener))
        return self.get(config, realization)

    def leave(self, key):
        self.left.append(key)


class FakeManager:
    """Takes note of what it is asked, and runs nothing."""

    def __init__(self):
        self.requests, self.left, self.refusal = [], [], None
        self.under_way, self.limits = None, Limits.home()
        self.skies, self.rate, self.library = FakeSkies(), 1e12, None

    def seconds(self, config, realizations):
        return float(realizations)

    def check(self, config, realizations):
        pass

    def join(self, config, listener, key=None, address="", but=None):
        job = self.under_way
        if job is None or job is but or job.status.config != config:
            return None
        job.tell, job.key = listener, key
        return job

    def request(self, config, realizations, listener=None, key=None, address=""):
        if self.refusal:
            raise self.refusal
        job = types.SimpleNamespace(
            status=Status(config, "waiting", realizations), tell=listener, key=key, config=config
        )
        job.stop = threading.Event()
        self.requests.append(job)
        return job

    def leave(self, job, key=None, *, keep=False, for_good=False):
        self.left.append((job, key))
        job.stop.set()
        return True


@pytest.fixture(scope="session")
def result():
    """Three fields on a coarse sky, at twelve times up to 20."""
    return run(Config(nside=4, omega_t=backtracking_times(20, 12)), 3)


@pytest.fixture
def state(result):
    """What a visitor sees who has just come, and would run next: something small."""
    state = State(nside=4, omega_t_max=1.0, realizations=2)
    state.show(LabelledSource(result, "made for the tests"))
    return state


@pytest.fixture
def document():
    return TurnDocument()


@pytest.fixture
def fake():
    return FakeManager()


@pytest.fixture
def join(document):
    """Makes a session of a visitor with a document."""
    with contextlib.ExitStack() as stack:

        def join(state, manager, document=document):
            with set_curdoc(document):
                session = Session(state, manager)
            stack.callback(session.close)
            return session

        yield join
