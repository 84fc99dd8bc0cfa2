"""Terminals, pipes and files that are full, closed, gone or know no Greek: stored first, spoken after."""

import errno
import io
import os
import sys

import pytest

from crviz import Config, library, load, run
from crviz.cli import progress, speaking

TINY = ("--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")


class Spoilt(io.StringIO):
    """A stream that fails as one does whose terminal or disk is gone."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def write(self, text):
        raise OSError(self.number, os.strerror(self.number))

    def fileno(self):
        raise ValueError("no number")


# --- real processes


def test_a_pipe_that_nobody_reads_costs_no_result(command, tmp_path):
    out = tmp_path / "out.nc"
    reading, writing = os.pipe()
    os.close(reading)
    done = command("run", out, *TINY, "--realizations", 2, stdout=writing, stderr=writing)
    os.close(writing)
    assert done.status == 0
    assert load(out).n_realizations == 2


def test_closed_streams_cost_no_result_and_are_not_written_into_it(command, tmp_path):
    out = tmp_path / "out.nc"
    prelude = "import os; os.close(0); os.close(1); os.close(2)"
    done = command("run", out, *TINY, "--realizations", 2, prelude=prelude)
    assert done == (0, "", "")
    assert load(out).n_realizations == 2


@full
def test_what_was_asked_to_be_printed_and_could_not_be_is_a_failure(command):
    with open("/dev/full", "w") as nowhere:
        done = command("info", library.reference(), stdout=nowhere)
    assert (done.status, done.err) == (2, "crviz info: the standard output: No space left on device.\n")


def test_what_an_encoding_lacks_is_replaced(command, tmp_path):
    out = tmp_path / "Ω.nc"
    run(Config(nside=1, n_modes=10, omega_t=(0.5, 1.0)), 2).save(out)
    words = ("run", out, *TINY, "--realizations", 2)
    done = command(*words, variables={"PYTHONIOENCODING": "ascii"})
    assert (done.status, done.err) == (0, "")
    assert "?.nc has 2 realisations already" in done.out


# --- in this process


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EPIPE])
def test_a_command_that_works_does_so_whatever_becomes_of_its_words(call, tmp_path, monkeypatch, number):
    out = tmp_path / "out.nc"
    monkeypatch.setattr(sys, "stdout", Spoilt(number))
    monkeypatch.setattr(sys, "stderr", Spoilt(number))
    assert call("run", out, *TINY, "--realizations", 2).status == 0
    assert load(out).n_realizations == 2


def test_what_cannot_be_written_is_tried_once():
    stream = speaking.Steady(Spoilt(errno.ENOSPC))
    assert stream.write("some") == 4
    assert stream.trouble.errno == errno.ENOSPC
    stream.flush()


def test_without_a_terminal_a_line_says_now_and_then_how_far_a_run_is(call, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    done = call("run", tmp_path / "out.nc", *TINY, "--realizations", 3)
    *lines, last = done.out.splitlines()
    assert last == f"{tmp_path / 'out.nc'}: 3 realisations."
    assert lines
    assert all(" of 3 realisations, " in line and " % of the work" in line for line in lines)
    assert "\x1b" not in done.out


def test_without_a_terminal_a_short_run_says_its_end_only(call, tmp_path):
    done = call("run", tmp_path / "out.nc", *TINY, "--realizations", 3)
    assert done.out == f"{tmp_path / 'out.nc'}: 3 realisations.\n"
