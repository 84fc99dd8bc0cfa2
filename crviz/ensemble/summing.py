"""Sums over fields, in an order that the index of a field says and nothing else.

Fields 0 to 7, 8 to 15, ... are added up one after another; two such blocks make one of 16, two of these one
of 32, and so on. Sums that were made apart thus join bit for bit. A part that begins within a block cannot
add to the fields before it: it keeps its fields up to the next block one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

from crviz.arrays import Array

#: Fields that are added one after another.
BLOCK = 8


class Sums:
    """Sums of named arrays over the fields so far.

    Parameters
    ----------
    nodes
        The fields of each node of the tree, in the order of the index and without a gap, and their sums: none
        to begin with.
    """

    def __init__(self, nodes: Mapping[range, Mapping[str, Array]] | None = None) -> None:
        self.nodes = {fields: dict(sums) for fields, sums in (nodes or {}).items()}

    def add(self, index: int, values: Mapping[str, Array]) -> None:
        """Take in the next field. Arrays that were here before stay as they were."""
        self._append(range(index, index + 1), {name: value.copy() for name, value in values.items()})

    def join(self, other: Sums) -> None:
        """Take in sums over the fields that follow. Arrays stay as they were, here and there."""
        for fields, sums in other.nodes.items():
            self._append(fields, dict(sums))

    def totals(self) -> dict[str, Array]:
        """Over all fields, the last node first."""
        parts = list(self.nodes.values())
        totals = parts.pop()
        while parts:
            totals = _added(parts.pop(), totals)
        return totals

    def _append(self, fields: range, sums: dict[str, Array]) -> None:
        while self.nodes and _together(last := next(reversed(self.nodes)), fields):
            sums = _added(self.nodes.pop(last), sums)
            fields = range(last.start, fields.stop)
        self.nodes[fields] = sums


def _together(one: range, next_: range) -> bool:
    """Whether the tree adds these two: a field to those of its block before it, or two halves of a node."""
    within_block = len(next_) == 1 and one.start % BLOCK == 0 and len(one) < BLOCK
    halves = len(one) == len(next_) >= BLOCK and one.start % (2 * len(one)) == 0
    return within_block or halves


def _added(ones: Mapping[str, Array], others: Mapping[str, Array]) -> dict[str, Array]:
    return {name: ones[name] + others[name] for name in ones}
