"""Sums over fields: their order is that of the index, whatever run adds them up."""

from itertools import pairwise

import numpy as np
import pytest

from crviz.ensemble.summing import BLOCK, Sums


def fields(n):
    """Numbers whose sum depends on the order of adding."""
    random = np.random.default_rng(3)
    return [
        {"one": values} for values in random.normal(size=(n, 50)) * 10.0 ** random.integers(-8, 8, (n, 50))
    ]


def summed(values, start=None, first=0):
    sums = start or Sums()
    for index, each in enumerate(values, first):
        sums.add(index, each)
    return sums


def one_after_another(values):
    total = values[0]["one"]
    for each in values[1:]:
        total = total + each["one"]
    return total


def test_blocks_of_8_are_added_one_after_another_and_joined_by_a_tree():
    values = fields(59)
    blocks = [one_after_another(values[start : start + BLOCK]) for start in range(0, 56, BLOCK)]
    first_32 = (blocks[0] + blocks[1]) + (blocks[2] + blocks[3])
    next_16, rest = blocks[4] + blocks[5], one_after_another(values[56:])
    sums = summed(values)
    assert list(sums.nodes) == [range(32), range(32, 48), range(48, 56), range(56, 59)]
    np.testing.assert_array_equal(sums.totals()["one"], first_32 + (next_16 + (blocks[6] + rest)))
    assert (
        sums.totals()["one"] != one_after_another(values)
    ).any()  # these numbers tell one order from another


@pytest.mark.parametrize("interrupted", [1, 7, 8, 9, 24, 40])
def test_a_sum_goes_on_bit_for_bit(interrupted):
    values = fields(41)
    begun = summed(values[:interrupted])
    before = {name: total.copy() for name, total in begun.totals().items()}
    whole = summed(values[interrupted:], Sums(begun.nodes), interrupted)
    np.testing.assert_array_equal(whole.totals()["one"], summed(values).totals()["one"])
    np.testing.assert_array_equal(begun.totals()["one"], before["one"])  # what was told stays as it was


def test_parts_that_were_summed_apart_join_bit_for_bit():
    values = fields(32)
    parts = [summed(values[start : start + BLOCK]).totals()["one"] for start in range(0, 32, BLOCK)]
    joined = (parts[0] + parts[1]) + (parts[2] + parts[3])
    np.testing.assert_array_equal(joined, summed(values).totals()["one"])


@pytest.mark.parametrize("cuts", [(8, 16), (16, 40), (5, 12, 20), (1, 2, 3, 44), (39,), (24, 32), (7, 9)])
def test_parts_from_anywhere_join_into_the_tree_of_one_run(cuts):
    values = fields(45)
    joined = Sums()
    for first, end in pairwise((0, *cuts, 45)):
        joined.join(summed(values[first:end], first=first))
    whole = summed(values)
    assert list(joined.nodes) == list(whole.nodes)
    for fields_, sums in whole.nodes.items():
        np.testing.assert_array_equal(joined.nodes[fields_]["one"], sums["one"])


def test_a_part_that_begins_within_a_block_keeps_its_fields_until_the_next_one():
    sums = summed(fields(20), first=6)
    assert list(sums.nodes) == [range(6, 7), range(7, 8), range(8, 16), range(16, 24), range(24, 26)]
