import asyncio
import dataclasses
import tempfile
import threading
import types

import pytest

from crviz import ensemble, library, load, run
from crviz.checks import ParameterError
from crviz.dashboard import presets
from crviz.dashboard.best_known import SHIPPED, BestKnown, from_atlas
from crviz.dashboard.drawer.downloads import downloads
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import duration, worse
from crviz.dashboard.state import State
from crviz.ensemble import tracing
from crviz.jobs import Limits, Manager
from crviz.library import Library

PATIENCE = 30


@pytest.fixture
def manager(tmp_path):
    manager = Manager(Library(tmp_path / "library"), threads=2)
    yield manager
    manager.close()
    let_jobs_end()


def let_jobs_end():
    for thread in threading.enumerate():
        if thread.name == "crviz-job":
            thread.join(PATIENCE)
            assert not thread.is_alive()


def tell(job, document, **changes):
    """A new status of a job, and the visitor's turn."""
    job.status = dataclasses.replace(job.status, **changes)
    job.tell()
    document.turn()


# --- running


def test_a_run_comes_to_its_end_and_onto_the_page(state, document, join, manager):
    session = join(state, manager)
    session.run()
    document.turn_until(lambda: session.status.over)
    assert (session.status.state, session.status.done, session.notice) == ("finished", 2, "")
    assert not session.busy
    assert state.shown.source is session.status.result
    assert state.shown.config == state.config
    assert state.shown.origin == "simulated, 2 fields"
    assert state.omega_t == 1.0  # as far as this result reaches


def test_a_full_disk_is_said_on_the_page_which_goes_on(
    state, document, join, small_disk, fill, monkeypatch, tmp_path
):
    """What was computed is shown and can be taken away though it cannot be stored, also without room for
    temporary files; once there is room the next run is stored."""
    manager = Manager(Library(small_disk), threads=2)
    session = join(state, manager)
    fill(small_disk)
    session.run()
    document.turn_until(lambda: session.status.over)
    assert (session.status.state, session.status.done) == ("finished", 2)
    assert session.notice == "The result could not be stored: No space left on device."
    assert state.shown.source is session.status.result
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    (run_button,) = (each for each in downloads(state, manager) if each.label == "Run (NetCDF)")
    (tmp_path / "taken.nc").write_bytes(asyncio.run(run_button.callback()).read())
    assert load(tmp_path / "taken.nc").dataset.equals(state.shown.source.dataset)
    (small_disk / "filler").unlink()
    session.add(1)
    document.turn_until(lambda: session.status.over)
    assert (session.status.state, session.status.done, session.notice) == ("finished", 3, "")
    assert manager.library.get(session.status.config).n_realizations == 3
    manager.close()
    let_jobs_end()


def test_a_run_asks_for_what_is_set(state, join, fake):
    session = join(state, fake)
    state.param.update(sigma2=0.1, seed=4, realizations=6)
    session.run()
    (job,) = fake.requests
    assert job.config == state.config
    assert job.status.asked == 6
    assert session.busy


def test_the_visitor_sees_a_status_in_the_documents_own_turn_only(state, document, join, fake):
    session = join(state, fake)
    session.run()
    (job,) = fake.requests
    job.status = dataclasses.replace(job.status, state="running")
    thread = threading.Thread(target=job.tell)
    thread.start()
    thread.join(PATIENCE)
    assert session.status.state == "waiting"
    document.turn()
    assert session.status.state == "running"


def test_one_turn_is_asked_for_however_much_is_told(state, document, join, fake):
    session = join(state, fake)
    session.run()
    for _ in range(5):
        fake.requests[0].tell()
    assert document.ticks.qsize() == 1
    document.turn()
    fake.requests[0].tell()
    assert document.ticks.qsize() == 1


def test_a_first_look_is_shown_and_said_to_be_one(state, document, join, fake, result):
    """Where there is the atlas only."""
    state.show(from_atlas(state.config))
    session = join(state, fake)
    session.run()
    preview = run(result.config.replace(seed=1), 1)
    tell(fake.requests[0], document, state="running", preview=preview)
    assert state.shown.source is preview
    assert state.shown.origin == "first look: 1 field at nside 8"


def test_the_last_word_is_always_shown(state, document, join, fake, result):
    """However little time drawing may take while a run goes on."""
    session = join(state, fake)
    session.run()
    growing = list(ensemble.simulate(result.config.replace(seed=1), 3))
    for done, grown in enumerate(growing, 1):
        tell(fake.requests[0], document, state="running", result=grown, done=done)
    tell(fake.requests[0], document, state="finished")
    assert state.shown.source is growing[-1]
    assert state.shown.origin == "simulated, 3 fields"


def test_a_single_field_is_called_so(state, document, join, fake, result):
    session = join(state, fake)
    session.run()
    tell(fake.requests[0], document, state="finished", done=1, result=run(result.config, 1))
    assert state.shown.origin == "simulated, 1 field"


def test_what_is_shown_before_a_run_stays_until_there_is_something_new(state, join, fake, result):
    session = join(state, fake)
    session.run()
    assert state.shown.source is result


# --- beside what is shown


@pytest.fixture(scope="module")
def growing(result):
    """One to four fields of another seed, each as good as those of `result`."""
    return list(ensemble.simulate(result.config.replace(seed=1), 4))


@pytest.fixture
def seeing(state, result):
    """A visitor who sees three fields, and would run others of the same physics."""
    state.param.update(seed=1, omega_t_max=20.0)
    return state


def test_fewer_fields_do_not_take_the_place_of_more(seeing, document, join, fake, result, growing):
    session = join(seeing, fake)
    session.run(4)
    (job,) = fake.requests
    for done, grown in enumerate(growing[:2], 1):
        tell(job, document, state="running", result=grown, done=done)
        assert seeing.shown.source is result
        assert session.aside == "a new run at nside 4 · 3 fields at nside 4 are shown until it has as many"
    tell(job, document, result=growing[2], done=3)
    assert seeing.shown.source is growing[2]
    assert session.aside == ""


@pytest.mark.parametrize("less", [{"nside": 2}, {"omega_t": (1.0, 10.0)}], ids=str)
def test_coarser_or_shorter_fields_wait_for_the_end_of_their_run(
    seeing, document, join, fake, result, growing, less
):
    session = join(seeing, fake)
    config = result.config.replace(seed=1, **less)
    session.extend(config, 5)
    (job,) = fake.requests
    tell(job, document, state="running", result=run(config, 4), done=4)
    assert seeing.shown.source is result
    assert session.aside.endswith("3 fields at nside 4 are shown until it is complete")
    complete = run(config, 5)
    tell(job, document, state="finished", result=complete, done=5)
    assert seeing.shown.source is complete
    assert session.aside == ""


def test_a_second_grid_is_worth_more_than_none(result):
    shown = LabelledSource(result, "")
    assert not worse(result.config, 3, shown)
    assert not worse(result.config.replace(grids="cross", seed=9), 3, shown)
    double = LabelledSource(run(result.config.replace(grids="cross"), 1), "")
    assert worse(result.config, 3, double)


def test_fields_of_other_physics_are_no_better(result):
    assert not worse(result.config.replace(sigma2=2.0, nside=2), 1, LabelledSource(result, ""))


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_what_was_shown_stays_where_a_run_ends_before_it_is_as_good(
    seeing, document, join, fake, result, growing, end
):
    session = join(seeing, fake)
    session.run(4)
    (job,) = fake.requests
    tell(job, document, state="running", preview=growing[0])
    tell(job, document, result=growing[1], preview=None, done=2)
    if end == "cancelled":
        session.cancel()
        assert seeing.shown.source is result
    tell(job, document, state=end)
    assert seeing.shown.source is result


def test_where_the_run_that_is_not_shown_went_is_said(state, document, join, manager, result):
    """It reaches to Ω T = 1 where what is shown reaches to 20."""
    session = join(state, manager)
    session.run(2000)
    document.turn_until(lambda: session.status.done >= 1)
    session.cancel()
    document.turn_until(lambda: manager.library.get(state.config) is not None)
    assert state.shown.source is result
    assert session.aside == "kept in Runs"


def test_a_run_that_is_cancelled_before_its_first_field_gives_the_atlas_back(
    state, document, join, fake, growing
):
    state.show(from_atlas(state.config))
    before = state.shown
    session = join(state, fake)
    session.run()
    (job,) = fake.requests
    tell(job, document, state="running", preview=growing[0])
    assert state.shown.source is growing[0]
    session.cancel()
    assert state.shown is before
    tell(job, document, state="cancelled")
    assert state.shown is before


def test_a_run_that_is_cancelled_after_its_first_field_leaves_it_where_the_atlas_was(
    state, document, join, fake, growing
):
    state.show(from_atlas(state.config))
    session = join(state, fake)
    session.run()
    tell(fake.requests[0], document, state="running", result=growing[0], done=1)
    session.cancel()
    assert state.shown.source is growing[0]


# --- moving to other parameters meanwhile


@pytest.fixture
def explorer(state):
    """A visitor who sees the atlas, or the shipped result, wherever the sliders stand."""
    BestKnown(state, None)
    state.sigma2 = 0.5
    return state


@pytest.mark.parametrize("end", ["running", "cancelled", "finished", "failed"])
@pytest.mark.parametrize("move", [{"sigma2": 0.32}, "The paper"], ids=str)
def test_who_moves_on_during_a_run_keeps_what_is_shown_there(
    explorer, document, join, fake, growing, move, end
):
    session = join(explorer, fake)
    session.run()
    (job,) = fake.requests
    tell(job, document, state="running", result=growing[0], done=1)
    assert explorer.shown.source is growing[0]
    if isinstance(move, str):
        presets.apply(explorer, move)
    else:
        explorer.param.update(**move)
    there, time = explorer.shown, explorer.omega_t
    assert there.config.sigma2 == explorer.sigma2
    tell(job, document, state=end, result=growing[1], done=2)
    assert explorer.shown is there
    assert explorer.omega_t == time
    assert not session.busy


def test_a_run_that_is_left_for_another_seed_leaves_the_stored_one_that_is_opened(
    state, document, join, fake, result, growing
):
    session = join(state, fake)
    state.seed = 1
    session.run()
    state.take(result.config)
    state.show(LabelledSource(result, "stored, 3 fields"))
    tell(fake.requests[0], document, state="cancelled", result=growing[-1], done=4)
    assert state.shown.source is result


def test_half_typed_values_do_not_hold_a_run_up(explorer, document, join, fake, growing):
    session = join(explorer, fake)
    session.run()
    explorer.gamma = -1.0
    tell(fake.requests[0], document, state="running", result=growing[0], done=1)
    assert explorer.shown.source is growing[0]


def test_who_comes_back_sees_the_last_fields_of_the_run_that_was_left(
    explorer, document, join, fake, growing
):
    session = join(explorer, fake)
    session.run()
    explorer.sigma2 = 0.32
    explorer.sigma2 = 0.5
    tell(fake.requests[0], document, state="cancelled", result=growing[1], done=2)
    assert explorer.shown.source is growing[1]


def test_who_comes_back_to_a_run_that_others_want_follows_it_again(explorer, document, join, manager, result):
    other = State(**{name: getattr(explorer, name) for name in ("sigma2", "nside", "omega_t_max")})
    other.show(LabelledSource(result, "made for the tests"))
    staying = join(other, manager, type(document)())
    staying.run(10_000)
    session = join(explorer, manager)
    session.run(10_000)
    document.turn_until(lambda: session.status.done >= 1)
    explorer.sigma2 = 0.32
    assert session.status.state == "cancelled"
    explorer.sigma2 = 0.5
    assert session.busy
    document.turn_until(lambda: explorer.shown.origin.startswith("simulated, "))
    session.cancel()
    explorer.sigma2 = 0.32
    explorer.sigma2 = 0.5  # it was cancelled, not left behind
    assert not session.busy


# --- what goes wrong


def test_a_request_that_is_refused_becomes_a_notice(state, join):
    manager = Manager(None, threads=1, limits=Limits.public(minutes=1e-6))
    session = join(state, manager)
    session.run()
    assert session.notice == session.estimate()  # said beside Run before it was pressed
    assert session.notice.startswith(
        "realizations = 2 would take 0 minutes of a processor, above 1e-06, the limit"
    )
    assert f"`{state.config.command(2)}`" in session.notice
    assert not session.busy
    manager.close()


@pytest.mark.parametrize("press", ["run", "add"])
@pytest.mark.parametrize("value", [{"omega_t_max": None}, {"omega_t_max": 0.0}, {"seed": -1}])
def test_a_number_that_cannot_be_becomes_a_notice(state, join, fake, press, value):
    session = join(state, fake)
    state.param.update(**value)
    getattr(session, press)()
    (name,) = value
    assert session.notice.startswith(
        f"{name} = {value[name]:g} " if value[name] is not None else f"{name} = None "
    )
    assert fake.requests == []


def test_a_field_without_a_number_of_realisations_becomes_a_notice(state, join, manager):
    session = join(state, manager)
    state.realizations = None
    session.run()
    assert session.notice.startswith("realizations = None must be a whole number")
    assert session.estimate() == session.notice


def test_a_notice_goes_when_the_next_run_is_accepted(state, join, fake):
    session = join(state, fake)
    fake.refusal = ParameterError("realizations", 2, "is too much")
    session.run()
    assert session.notice == "realizations = 2 is too much."
    fake.refusal = None
    session.run()
    assert session.notice == ""


def test_a_failure_becomes_a_notice(state, document, join, fake):
    session = join(state, fake)
    session.run()
    tell(fake.requests[0], document, state="failed", error="The simulation failed: no luck.")
    assert session.notice == "The simulation failed: no luck."
    assert not session.busy


def test_what_is_not_resolved_becomes_a_notice(state, join, fake):
    session = join(state, fake)
    state.rl_over_lc = 0.001
    session.run()
    assert "no resonant waves" in session.notice


# --- leaving


def test_cancelling_leaves_the_job(state, join, fake):
    session = join(state, fake)
    session.run()
    session.cancel()
    (job,) = fake.requests
    assert fake.left == [(job, job.key)]


def test_cancelling_nothing_does_no_harm(state, join, fake):
    join(state, fake).cancel()
    assert fake.left == []


def test_the_visitor_sees_that_a_run_was_cancelled(state, document, join, manager):
    session = join(state, manager)
    session.run(2000)
    document.turn_until(lambda: session.status.done >= 2)
    while not document.ticks.empty():
        document.turn()
    session.cancel()
    assert session.status.state == "cancelled"  # said at once
    assert not session.busy
    document.turn_until(lambda: manager.library.get(state.config) is not None)  # and again when all is stored
    assert session.status.state == "cancelled"
    assert manager.library.get(state.config).n_realizations == session.status.done >= 2


def test_other_parameters_stop_the_run_of_those_before(state, join, fake):
    session = join(state, fake)
    session.run()
    (job,) = fake.requests
    session.status = job.status
    state.theta = 40.0  # a view of the result: nothing stops
    state.omega_t_max = -5.0  # no configuration at all: nothing is lost
    assert session.busy
    state.omega_t_max = 2.0
    assert session.status.state == "cancelled"
    assert [left for left, _ in fake.left] == [job]


def test_cancelling_does_not_stop_what_somebody_else_wants(result, document, join, manager):
    states = [State(nside=4, omega_t_max=1.0, realizations=2) for _ in range(2)]
    for state in states:
        state.show(LabelledSource(result, "made for the tests"))
    other = type(document)()
    gone, stays = join(states[0], manager), join(states[1], manager, other)
    gone.run(200)
    stays.run(200)
    gone.cancel()
    assert gone.status.state == "cancelled"
    other.turn_until(lambda: stays.status.over)
    assert (stays.status.state, stays.status.done) == ("finished", 200)
    assert states[1].shown.source.n_realizations == 200


def test_another_run_leaves_the_one_before(state, join, fake):
    session = join(state, fake)
    session.run()
    state.seed = 1
    session.run()
    first, second = fake.requests
    assert fake.left == [(first, first.key)]
    assert second.config.seed == 1


def test_what_a_run_left_behind_still_says_is_not_shown(state, document, join, fake):
    session = join(state, fake)
    session.run()
    state.seed = 1
    session.run()
    tell(fake.requests[0], document, state="cancelled")
    assert session.status.state == "waiting"


def test_a_visitor_who_is_gone_leaves_the_job_and_is_not_bothered(state, document, join, fake):
    session = join(state, fake)
    session.run()
    session.close()
    (job,) = fake.requests
    assert fake.left == [(job, job.key)]
    job.tell()
    assert document.ticks.empty()
    state.sigma2 = 2.0  # what the browser sent last may be read after its page is gone
    assert len(fake.left) == 1


# --- coming back


@pytest.fixture
def visits(result, document):
    """Makes the states of visitors who have set the same."""

    def visit(**values):
        state = State(nside=4, omega_t_max=1.0, realizations=2, **values)
        state.show(LabelledSource(result, "made for the tests"))
        return state

    return visit


def test_a_run_outlives_its_page_and_the_next_page_joins_it(visits, document, join, manager):
    """Closed, reloaded, or the line was lost."""
    gone = join(visits(), manager, type(document)())
    gone.run(10_000)
    gone.close()
    session = join(visits(), manager)
    assert not session.busy
    session.follow()
    assert session.busy
    assert session.status.asked == 10_000
    document.turn_until(lambda: session.status.done >= 1)
    session.cancel()
    document.turn_until(lambda: session.status.over)
    assert session.status.state == "cancelled"


def test_a_page_starts_no_run_that_is_not_under_way(visits, join, fake):
    session = join(visits(), fake)
    session.follow()
    assert not session.busy
    assert fake.requests == []


def test_who_sets_what_somebody_else_runs_follows_it(visits, document, join, fake, growing):
    other = join(visits(seed=1), fake, type(document)())
    other.run(4)
    (job,) = fake.requests
    job.status = dataclasses.replace(job.status, state="running", result=growing[-1], done=4)
    fake.under_way = job
    state = visits()
    session = join(state, fake)
    session.follow()
    assert not session.busy
    state.seed = 1
    assert session.busy
    document.turn()
    assert state.shown.source is growing[-1]
    assert session.status is job.status


def test_what_was_cancelled_is_not_joined_of_itself(visits, join, fake):
    state = visits()
    session = join(state, fake)
    session.run()
    fake.under_way, fake.leave = fake.requests[0], lambda *_, **__: False  # somebody else wants it too
    session.cancel()
    state.seed = 1
    state.seed = 0
    assert not session.busy


def test_a_run_that_is_refused_does_not_end_the_one_under_way(visits, join, fake):
    def refuse(config, realizations):
        if config.seed:
            raise ParameterError("seed", config.seed, "is too much")

    session = join(visits(), fake)
    session.run()
    fake.check = refuse
    session.extend(fake.requests[0].config.replace(seed=1), 5)
    assert session.notice == "seed = 1 is too much."
    assert session.busy
    assert fake.left == []


def test_where_a_visitor_comes_from_is_what_the_server_knows(state, document, join, fake):
    asked = []
    request = fake.request
    fake.request = lambda *arguments: asked.append(arguments) or request(*arguments)
    connection = types.SimpleNamespace(remote_ip="192.0.2.7")
    document._session_context = lambda: types.SimpleNamespace(request=connection)
    join(state, fake).run()
    assert asked[0][-1] == "192.0.2.7"


# --- adding


def test_adding_to_what_is_shown_asks_for_more_than_it_has(state, join, fake, result):
    session = join(state, fake)
    state.show(LabelledSource(run(state.config, 3), "shown"))
    session.add()
    assert fake.requests[0].status.asked == 23


def test_adding_after_a_change_of_parameters_begins_anew(state, join, fake):
    """The atlas is shown then."""
    BestKnown(state, None)
    session = join(state, fake)
    state.sigma2 = 0.5
    session.add()
    (job,) = fake.requests
    assert (job.config, job.status.asked) == (state.config, 20)


def test_adding_extends_what_is_shown_whatever_run_the_controls_would_start(state, join, fake, result):
    session = join(state, fake)
    assert state.config != result.config
    session.add()
    (job,) = fake.requests
    assert (job.config, job.status.asked) == (result.config, 23)


def test_adding_to_what_cannot_grow_starts_the_run_that_is_set(state, join, fake):
    state.show(LabelledSource(library.shipped(), SHIPPED))
    session = join(state, fake)
    session.add()
    (job,) = fake.requests
    assert (job.config, job.status.asked) == (state.config, 20)
    assert session.aside == "a new run at nside 4 · 120 fields at nside 32 are shown until it is complete"


def test_adding_to_a_summary_that_is_set_asks_for_more_than_it_has(state, join, fake):
    state.take(library.shipped().config)
    state.show(LabelledSource(library.shipped(), SHIPPED))
    session = join(state, fake)
    session.add()
    assert fake.requests[0].status.asked == 140
    assert session.aside == "120 fields at nside 32 are shown until it has as many"


def test_adding_to_a_run_under_way_asks_for_more_of_it(state, join, fake):
    """Whatever else is shown."""
    session = join(state, fake)
    session.run(5)
    session.add()
    assert [(job.config, job.status.asked) for job in fake.requests] == [(state.config, n) for n in (5, 25)]


def test_adding_while_it_runs_computes_nothing_twice(state, document, join, manager, monkeypatch):
    computed = []
    trace = tracing.draw_field

    def draw_field(config, index):
        computed.append(index)
        return trace(config, index)

    monkeypatch.setattr(tracing, "draw_field", draw_field)
    session = join(state, manager)
    session.run(60)
    document.turn_until(lambda: session.status.done >= 4)
    session.add()
    document.turn_until(lambda: session.status.over)
    # a realisation or two were under way when the run was changed
    assert len(computed) - len(set(computed)) <= 3


# --- in words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "less than a second"),
        (0.99, "less than a second"),
        (1.0, "1 s"),
        (40.2, "40 s"),
        (600.0, "10 min"),
        (9000.0, "2.5 h"),
    ],
)
def test_time_in_words(seconds, words):
    assert duration(seconds) == words


def test_the_cost_of_a_run_is_said_before_it_begins(state, join, fake):
    session = join(state, fake)
    state.realizations = 40  # a second each, by the manager
    assert session.estimate() == "about 40 s on this machine"
    fake.seconds = lambda *_: 0.2  # it said "about less than a second"
    assert session.estimate() == "less than a second on this machine"
    assert fake.requests == []


def test_the_cost_of_what_cannot_be_run_is_the_reason(state, join, fake):
    def refuse(config, realizations):
        raise ParameterError("nside", 4, "is too coarse")

    fake.seconds = refuse
    assert join(state, fake).estimate() == "nside = 4 is too coarse."
