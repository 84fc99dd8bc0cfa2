"""The numbers of a panel, as text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping

from crviz.arrays import Array
from crviz.plots.content.about import lines
from crviz.plots.content.figure import Panel


def table(panel: Panel) -> str:
    """All that a panel shows as CSV, a row a point: the series' name, x, y, and where bars or bands begin and
    end; empty where there is no such number. Comments say what it is."""
    out = io.StringIO()
    out.write(f"# {panel.title}\n# x: {panel.x.label}; y, low, high: {panel.y.label}\n")
    out.write(comments(panel.about))
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["series", "x", "y", "low", "high"])
    for name, x, *others in _series(panel):
        for i, at in enumerate(x):
            values = (None if column is None else column[i] for column in others)
            rows.writerow([name, _number(at), *map(_number, values)])
    return out.getvalue()


def comments(about: Mapping[str, str]) -> str:
    """What a file says of itself as comments of a CSV, a line each."""
    return "".join(f"# {line}\n" for line in lines(about).splitlines())


def _series(panel: Panel) -> Iterator[tuple[str, Array, Array | None, Array | None, Array | None]]:
    for line in panel.lines:
        yield line.name, line.x, line.y, None, None
    for mark in panel.marks:
        low = None if mark.down is None else mark.y - mark.down
        high = None if mark.up is None else mark.y + mark.up
        yield mark.name, mark.x, mark.y, low, high
    for band in panel.bands:
        yield band.name, band.x, None, band.low, band.high


def _number(value: float | None) -> str:
    """Nine digits: more than the page has; nothing where a number is missing."""
    return "" if value is None or math.isnan(value) else f"{value:.9g}"
