"""Any sequence of actions leaves one truth on the page: 15 of them here, 200 by `validation/campaigns.py`."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sequences import OPTIONS, machine

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_whatever_is_done_what_is_set_shown_said_linked_and_written_agree(person, server):
    sequences = settings(max_examples=15, derandomize=True, **OPTIONS)
    run_state_machine_as_test(machine(person, server), settings=sequences)
