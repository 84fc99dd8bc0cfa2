"""How far a long work is, on the terminal; a line now and then where there is none."""

from __future__ import annotations

import time
from typing import Self

#: Without a terminal a line is written so often [s].
LINE_EVERY = 30.0


class ProgressBar:
    """How many things of so many are done, and a bar that advances by the work in them: a `Progress`.

    Where nobody looks, in a pipe or a batch job's file, lines are written in its place.

    Parameters
    ----------
    things
        What they are called.
    asked, done
        How many there shall be, and there are.
    work
        What is left to do, in any unit.
    speed
        The unit of the speed that is shown; the share that is done is shown without one.
    period
        Over how long the speed is averaged [s].
    """

    def __init__(
        self, things: str, asked: int, work: float, *, done: int = 0, speed: str = "", period: float = 30.0
    ) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn(f"{{task.fields[done]}} of {{task.fields[asked]}} {things}"),
            BarColumn(),
            TextColumn("{task.fields[speed]}") if speed else TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("left"),
            speed_estimate_period=period,
        )
        self._things, self._unit = things, speed
        self._task = self._bar.add_task("", total=work, done=done, asked=asked, speed="")
        self._lines = not self._bar.console.is_terminal
        self._next_line = time.monotonic() + LINE_EVERY

    def __enter__(self) -> Self:
        if not self._lines:
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if not self._lines:
            self._bar.stop()

    def advance(self, work: float) -> None:
        """Count so much work."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=work, speed=f"{speed:,.0f} {self._unit}" if speed else "")
        if self._lines and time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + LINE_EVERY
            print(self._line(), flush=True)

    def done(self, things: int) -> None:
        """So many things are done."""
        self._bar.update(self._task, done=things)

    def _line(self) -> str:
        task = self._bar.tasks[0]
        known = [f"{task.fields['done']} of {task.fields['asked']} {self._things}"]
        known += [task.fields["speed"]] if self._unit and task.fields["speed"] else []
        known += [f"{task.percentage:.0f} % of the work"]
        if task.time_remaining is not None:
            minutes, seconds = divmod(round(task.time_remaining), 60)
            known += [f"{minutes // 60}:{minutes % 60:02}:{seconds:02} left"]
        return ", ".join(known)
