import threading
from concurrent.futures import CancelledError, Future, as_completed, wait

import pytest

from crviz.jobs.sharing import Accounts, Closed, Pool

PATIENCE = 30  # seconds after which a test gives up waiting


@pytest.fixture
def accounts():
    return Accounts()


class Held:
    """A pool whose only thread is held until a test lets it go."""

    def __init__(self, accounts):
        self.pool = Pool(1, "crviz-test", accounts)
        self.gate, begun = threading.Event(), threading.Event()
        self.first = self.pool.submit(lambda: begun.set() or self.gate.wait(PATIENCE))
        assert begun.wait(PATIENCE)


@pytest.fixture
def held(accounts):
    held = Held(accounts)
    yield held
    held.gate.set()
    held.pool.shutdown()


def test_a_task_gives_what_it_returns_or_raises():
    pool = Pool(2, "crviz-test")
    assert pool.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 7, 0).result(PATIENCE)
    pool.shutdown()


def test_there_are_as_many_threads_as_were_asked_for_and_no_more():
    pool, gate = Pool(3, "crviz-test-many"), threading.Barrier(3, timeout=PATIENCE)
    together = [pool.submit(gate.wait) for _ in range(3)]  # which end only if all three run at once
    wait([*together, *(pool.submit(int) for _ in range(500))], PATIENCE)
    assert all(future.done() for future in together)
    assert sum(thread.name == "crviz-test-many" for thread in threading.enumerate()) == 3
    pool.shutdown()


def test_a_visitor_who_has_had_less_is_served_first_and_equals_by_turns(held, accounts):
    order = []
    accounts.charge(["long"], 5.0)
    shares = {
        name: held.pool.share(lambda who=who: [who])
        for name, who in (("A", "long"), ("B", "long"), ("C", "new"))
    }
    futures = []
    for name, share in shares.items():
        futures += [share.submit(order.append, name) for _ in range(3)]
    held.gate.set()
    wait(futures, PATIENCE)
    # appending takes no time that would count beside 5 s
    assert order == ["C", "C", "C", "A", "B", "A", "B", "A", "B"]


def test_what_several_want_counts_for_the_one_who_has_had_least(accounts):
    accounts.charge(["much"], 5.0)
    assert accounts.of(["much", "little"]) == 0.0
    accounts.charge(["much", "little"], 2.0)
    assert (accounts.of(["much"]), accounts.of(["little"])) == (5.0, 2.0)


def test_who_comes_late_has_no_claim_on_the_time_before(accounts):
    accounts.charge(["here"], 100.0)
    accounts.serve(["here"])
    assert accounts.of(["late"]) == 100.0


def test_what_nobody_wants_comes_first(accounts):
    assert accounts.of([]) < accounts.of(["somebody"])


def test_accounts_of_those_who_are_gone_are_closed(accounts):
    for visitor in range(5000):
        accounts.charge([visitor], 1.0)
        accounts.serve([visitor])
    assert len(accounts._had) <= 1001
    assert accounts.of([4999]) >= 1.0


def test_a_share_that_is_cancelled_wakes_those_who_wait_also_for_what_is_under_way(held):
    share, begun, end = held.pool.share(lambda: ["me"]), threading.Event(), threading.Event()
    running = share.submit(lambda: begun.set() or end.wait(PATIENCE))
    held.gate.set()
    assert begun.wait(PATIENCE)
    futures = [running, share.submit(int)]
    waiting = as_completed(futures, PATIENCE)
    share.cancel()
    assert {future.cancelled() for future in waiting} == {True}
    with pytest.raises(CancelledError):
        share.submit(int)
    end.set()
    assert held.pool.submit(int).result(PATIENCE) == 0  # the thread is not lost


def test_a_pool_that_is_closed_takes_nothing_and_wakes_those_who_wait(held):
    share = held.pool.share(lambda: ["me"])
    future = share.submit(int)
    held.pool.shutdown()
    with pytest.raises(CancelledError):
        future.result(PATIENCE)
    with pytest.raises(Closed):
        held.pool.submit(int)


def in_pieces(names, name, number):
    """A task of so many pieces that takes note of them."""
    for _ in range(number):
        names.append(name)
        yield
    return name


def test_what_is_done_in_pieces_takes_turns_and_gives_what_it_returns(held):
    order, futures = [], []
    for name in "AB":
        futures.append(Future())
        held.pool.put(held.pool.share(lambda: ["me"]), futures[-1], in_pieces(order, name, 3))
    held.gate.set()
    assert [future.result(PATIENCE) for future in futures] == ["A", "B"]
    assert order == ["A", "B", "A", "B", "A", "B"]


def test_a_pool_that_is_closed_wakes_who_waits_for_what_is_in_pieces(held):
    def endless():
        while True:
            yield

    future = Future()
    held.pool.put(held.pool.share(lambda: ["me"]), future, endless())
    held.gate.set()
    held.pool.shutdown()
    with pytest.raises(CancelledError):
        future.result(PATIENCE)
