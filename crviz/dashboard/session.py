"""One visitor's link to the background: asks for runs, follows them, and leaves them."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from contextlib import AbstractContextManager

import panel as pn
import param
from param.parameterized import Event

from crviz.checks import ParameterError
from crviz.config import Config
from crviz.dashboard.shown import Shown
from crviz.dashboard.state import State
from crviz.jobs import Job, Manager, Status
from crviz.parameters import REALIZATIONS
from crviz.result import fields_in_words


class Session(param.Parameterized):
    """Connects a `State` with the job manager that all visitors share.

    The job's thread only asks the visitor's document for a tick; the tick, in the document's own
    turn, pulls what is newest.
    """

    status = param.ClassSelector(class_=Status, doc="Newest status of the job asked for, or None.")
    notice = param.String("", doc="One sentence on what went wrong, or empty.")

    def __init__(self, state: State, manager: Manager) -> None:
        super().__init__()
        self._state = state
        self._manager = manager
        self._job: Job | None = None
        self._document = pn.state.curdoc
        self._tick_due = False
        self._rest_until = 0.0
        state.param.watch(self._leave_behind, [name for name in state.of_a_run if name != REALIZATIONS.name])

    def _leave_behind(self, *_: Event) -> None:
        """Other parameters are set: the run of those before is wanted no more."""
        job = self._job
        try:
            other = job is not None and self.busy and job.status.config.digest != self._state.config.digest
        except ParameterError:  # half-typed values stop nothing
            return
        if other:
            self.cancel()

    @property
    def busy(self) -> bool:
        """Whether a job of this visitor is under way."""
        return self.status is not None and not self.status.over

    def estimate(self) -> str:
        """What Run would take, in words; or what is wrong with the parameters."""
        try:
            wanted = REALIZATIONS.check(self._state.realizations)
            seconds = self._manager.seconds(self._state.config, wanted)
        except ParameterError as error:
            return str(error)
        return f"about {duration(seconds)} on this machine"

    def run(self, realizations: int | None = None) -> None:
        """Start, join or extend the run of the state's parameters."""
        try:
            config = self._state.config
            wanted = REALIZATIONS.check(self._state.realizations if realizations is None else realizations)
        except ParameterError as error:
            self.notice = str(error)
            return
        self.extend(config, wanted)

    def extend(self, config: Config, wanted: int) -> None:
        """Start, join or extend the run of any configuration, up to so many realisations.

        What is wrong with the number is said in the notice.
        """
        try:
            if self._job is not None and self._job.status.config.digest != config.digest:
                self.cancel()
            job = self._manager.request(config, wanted, self._wake, id(self))
        except ParameterError as error:
            self.notice = str(error)
            return
        self.notice = " ".join(config.caveats)
        self._job = job
        self._tick()

    def add(self, more: int = 20) -> None:
        """Ask for more realisations of the parameters that are set."""
        try:
            digest = self._state.config.digest
        except ParameterError as error:
            self.notice = str(error)
            return
        there = 0
        if self._job is not None and self._job.status.config.digest == digest and not self._job.stop.is_set():
            there = self._job.status.asked
        elif self._state.shown.config.digest == digest:
            there = self._state.shown.source.n_realizations
        self.run(there + more)

    def cancel(self) -> None:
        """Leave the job; it stops unless somebody else wants it. What is finished is kept.

        It is said at once; a job that stops still says so itself when all is stored.
        """
        job = self._job
        if job is None or not self.busy:
            return
        if not self._manager.leave(job, id(self)):
            self._job = None
        self.status = dataclasses.replace(job.status, state="cancelled")

    def close(self) -> None:
        """The visitor is gone, and the page with its models: nothing is said on it any more."""
        self._document = None
        if self._job is not None:
            self._manager.leave(self._job, id(self))
            self._job = None

    def _wake(self) -> None:
        """Called from the job's thread."""
        document = self._document
        if not self._tick_due and document is not None:
            self._tick_due = True
            document.add_next_tick_callback(self._tick)

    def _tick(self) -> None:
        self._tick_due = False
        if self._job is None:
            return
        status = self._job.status
        with pn.io.hold(), self._models_frozen():
            self.status = status
            if status.error:
                self.notice = status.error
            self._show(status)
        if status.over:
            self._job = None

    def _show(self, status: Status) -> None:
        """Draw what is new, unless drawing would take more than a third of the server's time."""
        result = status.result or status.preview
        start = time.monotonic()
        soon = start < self._rest_until and not status.over
        if result is None or result is self._state.shown.source or soon:
            return
        self._state.show(Shown(result, _origin(status)))
        end = time.monotonic()
        self._rest_until = end + 2 * (end - start)

    def _models_frozen(self) -> AbstractContextManager[None]:
        """Let Bokeh take stock of its models once, not after every plot."""
        return self._document.models.freeze() if self._document is not None else contextlib.nullcontext()


def duration(seconds: float) -> str:
    """A time span in words."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _origin(status: Status) -> str:
    if status.result is None:
        return "first look: 1 field, nside 8"
    return f"simulated, {fields_in_words(status.result.n_realizations)}"
