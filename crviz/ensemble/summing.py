"""Sums over fields, in an order that the index of a field says and nothing else.

Fields 0 to 7, 8 to 15, ... are added up one after another; two such blocks make one of 16, two of these one
of 32, and so on. Sums over [8a, 8b) that were made apart thus join bit for bit.
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
        Fields of each node of the tree, from the first on, and their sums: none to begin with.
    """

    def __init__(self, nodes: Mapping[int, Mapping[str, Array]] | None = None) -> None:
        self.nodes = {fields: dict(sums) for fields, sums in (nodes or {}).items()}

    def add(self, values: Mapping[str, Array]) -> None:
        """Take in the next field. Arrays that were here before stay as they were."""
        fields, sums = 1, {name: value.copy() for name, value in values.items()}
        last = next(reversed(self.nodes), BLOCK)
        if last % BLOCK:
            sums = _added(self.nodes.pop(last), sums)
            fields += last
        while fields in self.nodes and fields % BLOCK == 0:
            sums = _added(self.nodes.pop(fields), sums)
            fields *= 2
        self.nodes[fields] = sums

    def totals(self) -> dict[str, Array]:
        """Over all fields, the smallest node first."""
        parts = list(self.nodes.values())
        totals = parts.pop()
        while parts:
            totals = _added(parts.pop(), totals)
        return totals


def _added(ones: Mapping[str, Array], others: Mapping[str, Array]) -> dict[str, Array]:
    return {name: ones[name] + others[name] for name in ones}
