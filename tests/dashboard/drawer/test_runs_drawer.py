"""The drawer of stored runs: what it lists and says, and what its buttons do."""

import dataclasses
import datetime
import threading
import time
from pathlib import Path

import h5netcdf
import h5py
import numpy as np
import pytest
from panel.io.state import set_curdoc

from crviz import Config, housekeeping, library, run
from crviz.dashboard.best_known import BestKnown
from crviz.dashboard.chip import shown_words
from crviz.dashboard.drawer.runs import MOST, Runs, words
from crviz.library import Entry, Library

CONFIG = Config(sigma2=0.5, rl_over_lc=0.2, gamma=3.5, nside=4, omega_t=(0.5, 3.0, 20.0), seed=3)

#: How the line of the paper's run begins.
PAPER = "shipped · σ² = 1,"


class Shelf:
    """A drawer over a library, with what happened to the visitor."""

    def __init__(self, state, session, stored):
        self.state, self.session, self.stored = state, session, stored
        self.public = False

    @property
    def drawer(self):
        return Runs(self.state, self.session, self.stored, self.public)

    def lines(self):
        return [group["legend"] for group in self.drawer.spec if group["legend"]]

    def buttons(self, legend):
        (group,) = [g for g in self.drawer.spec if legend in g["legend"]]
        return {control["label"]: control["key"] for control in group["controls"]}

    def press(self, legend, label):
        drawer, key = self.drawer, self.buttons(legend)[label]
        drawer._handle_msg({"kind": "press", "key": key})


@pytest.fixture(scope="session")
def kept():
    return run(CONFIG, 2)


@pytest.fixture
def shelf(tmp_path, state, join, fake, kept):
    stored = Library(tmp_path)
    stored.put(kept)
    return Shelf(state, join(state, fake), stored)


def spoil(shelf):
    """A broken file in the library."""
    path = shelf.stored.folder / "broken.nc"
    path.write_bytes(b"this is no result")
    shelf.stored.entries()  # it is known
    return path


# --- listing


def test_own_runs_come_first_and_the_shipped_one_is_there(shelf):
    own, shipped, bare = shelf.lines()
    assert bare.startswith(
        "shipped · σ² = 0.01, r_L = 0.1 L_c, nside 16, two grids, Ω T to 300, seed 0 · 8 fields"
    )
    assert own.startswith("σ² = 0.5, r_L = 0.2 L_c, nside 4, one grid, Ω T to 20, seed 3 · 2 fields · ")
    assert own.endswith(" MB")
    assert shipped.startswith(
        "shipped · σ² = 1, r_L = 0.1 L_c, nside 32, two grids, Ω T to 300, seed 0 · 120 fields"
    )


def test_an_empty_library_lists_the_shipped_runs_alone(tmp_path, state, join, fake):
    lines = Shelf(state, join(state, fake), Library(tmp_path / "nothing")).lines()
    assert [line[:7] for line in lines] == ["shipped"] * 2


# --- many files


@pytest.fixture
def many(shelf, monkeypatch):
    """800 files that somebody else has put there; and the threads that have HDF5's libraries open one."""
    content, opening = shelf.stored.path(CONFIG).read_bytes(), []
    for number in range(800):
        (shelf.stored.folder / f"{number:032x}.nc").write_bytes(content)

    def told(kind):
        original = kind.__init__

        def init(self, path, *arguments, **options):
            if str(shelf.stored.folder) in str(path):
                opening.append(threading.current_thread())
            original(self, path, *arguments, **options)

        monkeypatch.setattr(kind, "__init__", init)

    told(h5py.File)
    told(h5netcdf.File)
    yield opening
    shelf.stored._unknown = []  # the others are not waited for


def test_nobody_waits_until_hundreds_of_files_are_known(shelf, many, state, document):
    """The first page with "Runs" took 9 s of the server: it opened each of them."""
    drawer = shelf.drawer
    assert drawer.texts["looking"] == "800 files are being looked at."
    with set_curdoc(document):
        BestKnown(state, shelf.stored).look()
    end, again = time.monotonic() + 120, []
    while not again:  # it fills itself in
        assert drawer.follow(lambda: again.append(True)) is not bool(again)
        assert time.monotonic() < end
        time.sleep(0.05)
    while len(shelf.lines()) < MOST + 1:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(set(shelf.lines()[:MOST])) == 1  # copies of one result
    assert shelf.drawer.texts["looking"].endswith(" files are being looked at.")
    assert threading.current_thread() not in many


def test_what_becomes_known_of_the_parameters_is_shown(shelf, state, document):
    physics = {name: getattr(CONFIG, name) for name in ("sigma2", "rl_over_lc", "gamma")}
    state.param.update(**physics)
    others = Library(shelf.stored.folder)  # which does not know the file yet
    with set_curdoc(document):
        BestKnown(state, others).look()
        assert "atlas" in state.shown.origin
        end = time.monotonic() + 60
        while state.shown.origin != "stored, 2 fields":
            assert time.monotonic() < end
            for callback in document.session_callbacks:
                document.remove_timeout_callback(callback)
                callback.callback()
            time.sleep(0.05)
    assert not document.session_callbacks


def test_once_something_was_deleted_a_list_stays_as_it_is(shelf):
    """Else it could not be brought back."""
    drawer = shelf.drawer
    drawer._handle_msg({"kind": "press", "key": f"delete:{CONFIG.digest}.nc"})
    assert not drawer.follow(lambda: pytest.fail("it is made anew"))


def test_a_line_gives_date_and_size():
    entry = Entry(Path("x.nc"), CONFIG, CONFIG.digest, 1, datetime.datetime(2026, 11, 24, 6, 5), 2_345_678)
    assert words(entry).endswith("seed 3 · 1 field · 2026-11-24 06:05 · 2.3 MB")
    assert " · no date · " in words(dataclasses.replace(entry, created=None))


def test_the_newest_are_listed_and_the_shipped_one_always(shelf):
    (entry, shipped, _) = shelf.stored.entries()

    class Many:
        def known(self):
            return [entry] * (MOST + 5) + [shipped], 0

    shelf.stored = Many()
    lines = shelf.lines()
    assert len(lines) == MOST + 1
    assert lines[-1].startswith("shipped")


def test_a_broken_file_says_what_is_wrong_and_can_only_be_deleted(shelf):
    path = spoil(shelf)
    assert len(shelf.lines()) == 4
    (line,) = [line for line in shelf.lines() if "broken.nc" in line]
    assert line.startswith("broken.nc is not a crviz result: ")
    assert set(shelf.buttons("broken.nc")) == {"Delete"}
    shelf.press("broken.nc", "Delete")
    assert not path.exists()
    assert len(shelf.lines()) == 3


# --- open


def test_opening_shows_the_run_and_takes_its_settings(shelf, kept):
    shelf.press("σ² = 0.5", "Open")
    state = shelf.state
    np.testing.assert_array_equal(state.shown.source.spectrum().cl, kept.spectrum().cl)
    assert state.shown.origin == "stored, 2 fields"
    assert shown_words(state.shown) == "σ² = 0.5, r_L = 0.2 L_c: stored, 2 fields, nside 4"
    assert state.config == CONFIG.replace(omega_t=state.config.omega_t)
    assert state.config.omega_t[-1] == 20
    assert shelf.session.notice == ""


def test_what_was_opened_stays_though_the_physics_have_changed_to_its(shelf, kept):
    """Setting the physics looks for the best stored run: it must not take the place of the opened one."""
    shelf.stored.put(run(CONFIG.replace(seed=8), 4))
    BestKnown(shelf.state, shelf.stored)
    shelf.press("seed 3", "Open")
    assert shelf.state.shown.config == kept.config


def test_the_shipped_run_opens(shelf):
    shelf.press(PAPER, "Open")
    assert shelf.state.shown.source.digest == library.shipped().digest
    assert (shelf.state.nside, shelf.state.grids, shelf.state.omega_t_max) == (32, "cross", 300)


def test_a_run_that_has_gone_meanwhile_is_said_to_be_gone(shelf):
    drawer, key = shelf.drawer, shelf.buttons("σ² = 0.5")["Open"]
    before = shelf.state.shown
    shelf.stored.delete(CONFIG.digest)
    drawer._handle_msg({"kind": "press", "key": key})
    assert shelf.session.notice.endswith("does not exist.")
    assert shelf.state.shown is before


# --- extend


def test_extending_asks_for_twenty_more_of_the_very_configuration(shelf, fake):
    shelf.press("σ² = 0.5", "Extend by 20")
    (job,) = fake.requests
    assert job.config == CONFIG  # its own times, not those that the controls would take
    assert job.status.asked == 22
    assert shelf.state.shown.config == CONFIG


# --- delete


@pytest.fixture
def deletion(shelf):
    """The drawer, a function that presses a button of the stored run, and what the drawer says of it."""
    drawer, name = shelf.drawer, f"{CONFIG.digest}.nc"

    def press(what):
        drawer._handle_msg({"kind": "press", "key": f"{what}:{name}"})

    return press, lambda: drawer.texts.get(f"delete:{name}", ""), lambda: drawer.texts.get(f"open:{name}")


def test_a_deleted_run_can_be_brought_back(shelf, deletion):
    press, said, can_open = deletion
    content = shelf.stored.path(CONFIG).read_bytes()
    press("delete")
    assert list(shelf.stored) == []
    assert (said(), can_open()) == ("deleted", False)
    assert [line[:7] for line in shelf.lines()] == ["shipped"] * 2
    press("undo")
    assert shelf.stored.path(CONFIG).read_bytes() == content
    assert (said(), can_open()) == ("", True)
    press("delete")  # and once more
    assert list(shelf.stored) == []
    assert shelf.session.notice == ""


def test_what_was_deleted_goes_for_good_when_the_server_ends(shelf, deletion):
    press, said, _ = deletion
    press("delete")
    shelf.stored.end()
    assert list(shelf.stored.folder.iterdir()) == []
    press("undo")
    assert said() == "deleted"
    assert shelf.session.notice == f"{CONFIG.digest}.nc has been removed for good."


def test_what_was_deleted_goes_for_good_after_an_hour_whoever_deleted_it(shelf, deletion, monkeypatch):
    deletion[0]("delete")
    another = Library(shelf.stored.folder)
    another.keep_house()
    another.end()
    assert len(list(shelf.stored.folder.iterdir())) == 1
    now = time.time()
    monkeypatch.setattr(housekeeping.time, "time", lambda: now + housekeeping.RECALL + 1)
    another.keep_house()
    assert list(shelf.stored.folder.iterdir()) == []


@pytest.mark.parametrize(("meanwhile", "there"), [(1, 2), (2, 2), (4, 4)])
def test_what_was_stored_meanwhile_stays_where_it_is_as_good(shelf, deletion, meanwhile, there):
    deletion[0]("delete")
    shelf.stored.put(run(CONFIG, meanwhile))
    deletion[0]("undo")
    assert shelf.stored.get(CONFIG).n_realizations == there
    assert [path.name for path in shelf.stored.folder.iterdir()] == [f"{CONFIG.digest}.nc"]
    assert shelf.session.notice == ""


def test_what_holds_something_else_meanwhile_is_not_replaced(shelf, deletion):
    deletion[0]("delete")
    run(CONFIG.replace(seed=4), 1).save(shelf.stored.path(CONFIG))
    deletion[0]("undo")
    assert shelf.session.notice == f"{CONFIG.digest}.nc has been replaced by another result, which is kept."
    shelf.stored.path(CONFIG).write_bytes(b"damaged")
    deletion[0]("undo")
    assert shelf.stored.get(CONFIG).n_realizations == 2
    assert (shelf.stored.folder / f"{CONFIG.digest}.nc.damaged").read_bytes() == b"damaged"


def test_each_file_is_deleted_alone(shelf, kept):
    """A run and the summary of its configuration had one key, and went together."""
    shelf.stored.put(run(CONFIG, 3).reduced())
    drawer = shelf.drawer
    keys = [control["key"] for group in drawer.spec for control in group["controls"]]
    assert len(keys) == len(set(keys))
    drawer._handle_msg({"kind": "press", "key": f"delete:{CONFIG.digest}-summary.nc"})
    assert [path.name for path in shelf.stored] == [f"{CONFIG.digest}.nc"]


def test_in_public_nobody_deletes(shelf):
    """Any visitor could delete any stored run."""
    shelf.public = True
    spoil(shelf)
    assert [set(shelf.buttons(words)) for words in ("σ² = 0.5", "broken.nc")] == [
        {"Open", "Extend by 20"},
        set(),
    ]
    shelf.drawer._handle_msg({"kind": "press", "key": f"delete:{CONFIG.digest}.nc"})  # forged
    assert shelf.session.notice == "Stored runs cannot be deleted here: other visitors may want them."
    assert len(list(shelf.stored)) == 2


def test_the_shipped_run_can_neither_be_deleted_nor_extended(shelf):
    # it holds means only, from which no run can go on
    assert set(shelf.buttons(PAPER)) == {"Open"}


def test_deleting_twice_says_that_it_is_gone(shelf, deletion):
    shelf.stored.delete(CONFIG.digest)
    deletion[0]("delete")
    assert shelf.session.notice == f"{CONFIG.digest}.nc has already been deleted."
    assert deletion[1]() == ""
