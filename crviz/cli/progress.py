"""How far a long work is, on the terminal."""

from __future__ import annotations

from typing import Self


class ProgressBar:
    """How many things of so many are done, and a bar that advances by the work in them: a `Progress`.

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
        self._unit = speed
        self._task = self._bar.add_task("", total=work, done=done, asked=asked, speed="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def advance(self, work: float) -> None:
        """Count so much work."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=work, speed=f"{speed:,.0f} {self._unit}" if speed else "")

    def done(self, things: int) -> None:
        """So many things are done."""
        self._bar.update(self._task, done=things)
