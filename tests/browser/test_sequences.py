"""Any sequence of actions leaves one truth on the page: 15 of them here, 200 by `validation/campaigns.py`."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sequences import machine

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_whatever_is_done_what_is_set_shown_said_linked_and_written_agree(person, server):
    run_state_machine_as_test(
        machine(person, server),
        settings=settings(
            max_examples=15,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a shorter sequence would take minutes to be found
            suppress_health_check=list(HealthCheck),
        ),
    )
