"""One visitor's link to the background: asks for runs, follows them, and leaves them."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from contextlib import AbstractContextManager

import panel as pn
import param
from bokeh.document import Document
from param.parameterized import Event

from crviz.checks import ParameterError
from crviz.config import Config
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State, physics_of
from crviz.jobs import Job, Manager, Status
from crviz.parameters import REALIZATIONS
from crviz.result import fields_in_words


class Session(param.Parameterized):
    """Connects a `State` with the job manager that all visitors share.

    The job's thread only asks the visitor's document for a tick; the tick, in the document's own
    turn, pulls what is newest.

    A run's fields are shown while the parameters are those that were set when it was asked for, and once the
    fields are no `worse` than what is shown, or the run is complete.
    """

    status = param.ClassSelector(class_=Status, doc="Newest status of the job asked for, or None.")
    notice = param.String("", doc="One sentence on what went wrong, or empty.")

    def __init__(self, state: State, manager: Manager) -> None:
        super().__init__()
        self._state = state
        self._manager = manager
        self._job: Job | None = None
        self._set = self._set_then = self._set_now()  # newest, and when the job was asked for
        self._cancelled: Job | None = None  # it is not joined again of itself
        self._before: LabelledSource | None = None  # what the first look has taken the place of
        self._document = pn.state.curdoc
        self._address = _address_of(self._document)
        self._tick_due = False
        self._rest_until = 0.0
        state.param.watch(self._turn, [name for name in state.of_a_run if name != REALIZATIONS.name])

    def _set_now(self) -> Config | None:
        try:
            return self._state.config
        except ParameterError:
            return None

    def _turn(self, *_: Event) -> None:
        """Other parameters are set: the run of those before is wanted no more, until they are set again."""
        config = self._set_now()
        if config is None:  # half-typed values stop nothing
            return
        job, then = self._job, self._set_then
        if job is not None and self.busy and config != then:
            self._leave()
            if then is not None and physics_of(config) == physics_of(then):  # else another picture is found
                self._show()
        self._set = config
        self.follow()

    def follow(self) -> None:
        """Join the run of what is set where it is under way, by whoever asked for it; starts none."""
        config = self._set
        if config is None or self.busy:
            return
        job = self._manager.join(config, self._wake, id(self), self._address, but=self._cancelled)
        if job is not None:
            self._job, self._set_then, self.status = job, config, job.status
            self._wake()  # and not at once: what is known of it already is looked up first

    @property
    def busy(self) -> bool:
        """Whether a job of this visitor is under way."""
        return self.status is not None and not self.status.over

    @property
    def aside(self) -> str:
        """What there is to say of a run that is not what is shown, in words; else empty."""
        status, shown = self.status, self._state.shown
        if status is None:
            return ""
        if status.over:
            kept = self._manager.library is not None and not status.error
            return "kept in Runs" if kept and status.result not in (None, shown.source) else ""
        newest = status.result or status.preview
        config, fields = (newest.config, newest.n_realizations) if newest else (status.config, 0)
        if not worse(config, fields, shown):
            return ""
        begins = "" if status.config == shown.config else f"a new run at nside {status.config.nside} · "
        end = "is complete" if worse(status.config, status.asked, shown) else "has as many"
        there = f"{fields_in_words(shown.source.n_realizations)} at nside {shown.config.nside}"
        return f"{begins}{there} {'is' if shown.source.n_realizations == 1 else 'are'} shown until it {end}"

    def estimate(self) -> str:
        """What Run would take, in words; or what is wrong with the parameters."""
        try:
            config, wanted = self._state.config, REALIZATIONS.check(self._state.realizations)
            self._manager.check(config, wanted)
            seconds = self._manager.seconds(config, wanted)
        except ParameterError as error:
            return str(error)
        return f"{'about ' if seconds >= 1 else ''}{duration(seconds)} on this machine"

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
            self._manager.check(config, wanted)  # before what is under way is left for it
            if self._job is not None and self._job.status.config.digest != config.digest:
                self._leave()
            job = self._manager.request(config, wanted, self._wake, id(self), self._address)
        except ParameterError as error:
            self.notice = str(error)
            return
        self.notice = " ".join(config.caveats)
        self._job, self._set_then = job, self._set
        self._tick()

    def add(self, more: int = 20) -> None:
        """Ask for more realisations: of the run under way, or of what is shown where that can grow, else of
        the parameters that are set."""
        config, source = self._set_now(), self._state.shown.source
        if config is None:
            self.run(more)  # which says what is wrong
        elif self._job is not None and self.busy:
            self.extend(self._job.status.config, self._job.status.asked + more)
        elif source.can_grow or (source.from_one_run and source.digest == config.digest):
            self.extend(source.config, source.n_realizations + more)
        else:
            self.run(more)

    def cancel(self) -> None:
        """Leave the job; it stops unless somebody else wants it. What is finished is kept, and so is a
        better picture that is shown.

        It is said at once; a job that stops still says so itself when all is stored.
        """
        if self._job is not None and self.busy:
            self._cancelled = self._job
            self._leave(for_good=True)
            self._show()

    def _leave(self, *, for_good: bool = False) -> None:
        job = self._job
        if job is None or not self.busy:
            return
        if not self._manager.leave(job, id(self), for_good=for_good):
            self._job = None
        self.status = _cancelled(job.status)

    def close(self) -> None:
        """The visitor is gone, and the page with its models: nothing is said on it any more. The run goes on
        for a while: the line may have been lost."""
        self._document = None
        if self._job is not None:
            self._manager.leave(self._job, id(self), keep=True)
            self._job = None

    def _wake(self) -> None:
        """Called from the job's thread."""
        document = self._document
        if not self._tick_due and document is not None:
            self._tick_due = True
            document.add_next_tick_callback(self._tick)

    def _tick(self) -> None:
        self._tick_due = False
        job = self._job
        if job is None:
            return
        newest = job.status
        status = _cancelled(newest) if job.stop.is_set() and not newest.over else newest
        with pn.io.hold(), self._models_frozen():
            self.status = status
            if status.error:
                self.notice = status.error
            self._show()
        if newest.over:
            self._job = None

    def _show(self) -> None:
        """Draw what is new, unless drawing would take more than a third of the server's time.

        A run that ends before its first field gives the page back what its first look has replaced.
        """
        status, shown = self.status, self._state.shown
        if status is None or self._set != self._set_then:
            return
        newest = status.result or status.preview
        if newest is None:
            return
        if status.over and status.result is None:
            if shown.source is newest and self._before is not None:
                self._state.show(self._before)
            return
        start = time.monotonic()
        soon = start < self._rest_until and not status.over
        if newest is shown.source or soon:
            return
        if status.state != "finished" and worse(newest.config, newest.n_realizations, shown):
            return
        self._before = shown if status.result is None else None
        self._state.show(LabelledSource(newest, _origin(status)))
        end = time.monotonic()
        self._rest_until = end + 2 * (end - start)

    def _models_frozen(self) -> AbstractContextManager[None]:
        """Let Bokeh take stock of its models once, not after every plot."""
        return self._document.models.freeze() if self._document is not None else contextlib.nullcontext()


def worse(config: Config, fields: int, shown: LabelledSource) -> bool:
    """Whether so many fields of a configuration are a worse picture of the same physics than what is shown.

    They are where that is a result, not a place of the atlas, and has more fields, more orbits a field (which
    resolve more multipoles, with less noise), or later times.
    """
    there = shown.config
    return (
        shown.source.from_one_run
        and physics_of(there) == physics_of(config)
        and (
            fields < shown.source.n_realizations
            or config.n_orbits < there.n_orbits
            or config.omega_t[-1] < shown.last_time
        )
    )


def duration(seconds: float) -> str:
    """A time span in words."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _address_of(document: Document | None) -> str:
    """From where the visitor of a document comes, as far as the server knows."""
    context = document.session_context if document is not None else None
    return str(getattr(getattr(context, "request", None), "remote_ip", ""))


def _cancelled(status: Status) -> Status:
    """A status of a job that is left or told to stop."""
    return dataclasses.replace(status, state="cancelled")


def _origin(status: Status) -> str:
    if status.result is None:
        return "first look: 1 field at nside 8"
    return f"simulated, {fields_in_words(status.result.n_realizations)}"
