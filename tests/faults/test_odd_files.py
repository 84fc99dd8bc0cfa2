"""Files that are not what they should be: one sentence each, and nobody waits for them for long."""

import os
import signal
import socket
import threading
import time
from contextlib import suppress

import h5py
import numpy as np
import pytest

from crviz import Config, library, load, result, run
from crviz.dashboard.drawer.runs import words
from crviz.library import Library
from crviz.result import examining, netcdf

CONFIG = Config(nside=2, n_modes=10, omega_t=(0.5, 1.0))
#: Of these files that are damaged at random.
MUTATIONS = 30


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The bytes of a sound run and of a sound summary."""
    folder = tmp_path_factory.mktemp("sound")
    whole = run(CONFIG, 3)
    whole.save(folder / "run.nc")
    whole.reduced().save(folder / "summary.nc")
    return [(folder / name).read_bytes() for name in ("run.nc", "summary.nc")]


@pytest.fixture(autouse=True)
def others(monkeypatch):
    """All files are those of others: nothing is trusted because it was written here."""
    monkeypatch.setattr(netcdf, "is_own", lambda path: False)


@pytest.fixture
def put(tmp_path):
    """Puts bytes into a file."""

    def put(content, name="odd.nc"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return put


@pytest.fixture
def spoil(put, sound):
    """A sound file with something done to it by h5py."""

    def spoil(change, which=0):
        path = put(sound[which])
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return spoil


def replaced(name, values, **options):
    """Gives a variable other values, and its dimensions as far as they fit."""

    def change(file):
        old = file[name]
        dims = [tuple(dim.values()) for dim in old.dims]
        attributes = {key: value for key, value in old.attrs.items() if key in ("units", "long_name")}
        del file[name]
        new = file.create_dataset(name, data=values(old) if callable(values) else values, **options)
        for dim, scales in zip(new.dims, dims, strict=False):
            for scale in scales:
                dim.attach_scale(scale)
        new.attrs.update(attributes)

    return change


def set_attribute(name, value):
    return lambda file: file.attrs.__setitem__(name, value)


def with_nan(name):
    def change(file):
        file[name][(0,) * file[name].ndim] = np.nan

    return change


ODD = {
    "a variable is missing": lambda file: file.__delitem__("rp"),
    "a mean is missing": lambda file: file.__delitem__("cl_pp"),
    "a coordinate is missing": lambda file: file.__delitem__("omega_t_map"),
    "an array is NaN": with_nan("rr"),
    "spectra are NaN": with_nan("cl"),
    "times are others": lambda file: file["omega_t"].__setitem__(0, 0.7),
    "fields have no order": lambda file: file["realization"].__setitem__(1, 7),
    "text in place of numbers": replaced("rp", [b"seven"] * 3),
    "a variable has another shape": replaced("rr", np.ones((3, 2, 3))),
    "a number": replaced("cl", 3.0),
    "no sums of one kind": lambda file: file["sums"].__delitem__("cl_pp_3"),
    "sums of nothing": lambda file: file["sums"].create_dataset("cheese_3", data=[1.0]),
    "NaN sums": with_nan("sums/mean_r_3"),
    "a layout in words": set_attribute("schema", "one"),
    "a configuration that is a number": set_attribute("config", 3),
    "a configuration of a number": set_attribute("config", "3"),
    "another configuration": set_attribute("config", '{"nside": 4, "omega_t": [0.5, 1.0]}'),
    "no date": lambda file: file.attrs.__delitem__("created"),
    "spread over other files": lambda file: file.create_dataset(
        "far", (10_000_000,), "f8", external=[("/dev/zero", 0, h5py.h5f.UNLIMITED)]
    ),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_what_is_missing_or_misshapen_is_one_sentence_with_the_path(spoil, change):
    path = spoil(change)
    with pytest.raises(ValueError, match=f"^{path} ") as caught:
        result.load(path)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    with pytest.raises(ValueError) as again:  # noqa: PT011 - compared in full
        load(path)
    assert str(again.value) == sentence


@pytest.mark.parametrize("which", [0, 1])
def test_files_damaged_at_random_raise_the_documented_errors_only(put, sound, monkeypatch, which):
    """Bits, blocks of zeros, and ends that are cut off, of a run and of a summary. Half of the damage is in
    the first 8 kB, where HDF5 keeps what it needs to find anything. The other process reads them, as it does
    for the command line and the library: HDF5 may hang in some."""
    monkeypatch.setattr(examining, "PATIENCE", 5.0)
    rng = np.random.default_rng([7, which])
    refused = 0
    for _ in range(MUTATIONS):
        content = bytearray(sound[which])
        at = int(rng.integers(len(content) if rng.random() < 0.5 else 8192))
        kind = rng.integers(3)
        if kind == 0:
            content[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            content[at : at + 512] = bytes(len(content[at : at + 512]))
        else:
            del content[at:]
        path = put(content)
        os.utime(path, ns=(0, int(rng.integers(1 << 60))))  # another file, also where its size is the same
        try:
            load(path).spectrum()
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017 - most are refused, some are sound
            refused += 1
    assert refused > MUTATIONS / 4


def test_a_heap_of_zeros_in_which_hdf5_never_ends_is_refused_before(put, sound, python):
    content = bytearray(sound[0])
    at = content.index(b"GCOL")
    content[at + 16 : at + 528] = bytes(512)
    path = put(content)
    done = python(f"import crviz\ntry: crviz.load({str(path)!r})\nexcept ValueError as error: print(error)")
    assert done.stdout == f"{path} is damaged: a heap of it has zeros.\n"


def test_a_block_of_zeros_among_the_spectra_is_found_before_a_run_goes_on(put, sound, call):
    with h5py.File(put(sound[0])) as file:
        chunk = file["cl"].id.get_chunk_info(1)
    content = bytearray(sound[0])
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    path = put(content)
    done = call("run", path, "--nside", 2, "--n-modes", 10, "--omega-t", "0.5,1", "--realizations", 5)
    assert done.status == 2
    assert done.err.startswith(f"crviz run: {path} is damaged: ")
    assert len(done.err.splitlines()) == 1
    assert path.read_bytes() == content


def test_a_file_that_declares_4_gb_is_refused_before_it_is_read(spoil):
    size = 500_000_000
    path = spoil(lambda file: file.create_dataset("vast", (size,), "f8", chunks=(1000,), compression="gzip"))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ValueError, match=r"it declares 4e\+03 MB of vast that are not there"):
        load(path)


def test_a_file_that_does_not_fit_into_memory_is_said_to_be_one(put, sound, monkeypatch):
    path = put(sound[0])
    monkeypatch.setattr(netcdf.machine, "memory", lambda: 1000.0)
    with pytest.raises(ValueError, match="GB of memory to be read, and 1e-06 GB are left"):
        load(path)
    assert load(path, lazily=True).n_realizations == 3


def a_pipe(path):
    os.mkfifo(path)
    return "it is not a file, but a pipe, a socket or a device."


def a_socket(path):
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.close()
    return "it is not a file, but a pipe, a socket or a device."


def a_loop(path):
    path.symlink_to(path.name)
    return "Too many levels of symbolic links."


def a_folder(path):
    path.mkdir()
    return "Is a directory."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("make", [a_pipe, a_socket, a_loop, a_folder])
def test_what_is_no_file_is_not_opened(call, tmp_path, make):
    path = tmp_path / "odd.nc"
    rule = make(path)
    with pytest.raises(ValueError, match=r"odd\.nc") as caught:
        load(path)
    assert str(caught.value).endswith(rule)
    done = call("info", path)
    assert (done.status, done.err) == (2, f"crviz info: {caught.value}\n")


def test_a_missing_file_is_still_a_missing_file(tmp_path):
    for path in (tmp_path / "none.nc", tmp_path / "none" / "none.nc"):
        with pytest.raises(FileNotFoundError, match="does not exist"):
            load(path)


def test_a_run_whose_sums_cannot_be_read_is_not_taken_for_a_summary(spoil):
    """`read_sums` took any OSError for 'means only'."""
    path = spoil(lambda file: file["sums"].__delitem__("cl_rp_3"))
    with pytest.raises(netcdf.Damaged, match="its sums are not those of its fields"):
        load(path)


# --- the process that reads


@pytest.fixture
def reader(monkeypatch):
    """A process of its own that examines files, whose program can be spoilt."""
    own = examining.Reader()
    monkeypatch.setattr(examining, "_reader", own)
    yield own
    if own._process is not None:
        own._process.kill()
        own._process.communicate()


def test_what_holds_up_the_reading_process_is_one_sentence_once(put, sound, reader, monkeypatch, call):
    """In place of a file that makes HDF5 hang: which do depends on its version."""
    monkeypatch.setattr(examining, "PATIENCE", 0.5)
    hang = "import time; examining.result.load = lambda path, **_: time.sleep(600); examining.serve()"
    monkeypatch.setattr(examining, "_PROGRAM", examining._PROGRAM.replace("examining.serve()", hang))
    path = put(sound[0])
    done = call("info", path)
    assert done.status == 2
    assert done.err == f"crviz info: {path} cannot be used: reading it takes longer than 1 s.\n"
    monkeypatch.setattr(reader, "_started", None)  # it is not asked again
    assert call("info", path) == done


def test_a_file_in_which_hdf5_never_ends_ends_in_a_sentence_in_python_too(put, sound, reader, monkeypatch):
    """`crviz.load` waited for ever. The one such damage that is known is looked for before, but not here."""
    monkeypatch.setattr(examining, "PATIENCE", 3.0)
    blind = "examining.netcdf.check_heaps = lambda path: None; examining.serve()"
    monkeypatch.setattr(examining, "_PROGRAM", examining._PROGRAM.replace("examining.serve()", blind))
    content = bytearray(sound[0])
    at = content.index(b"GCOL")
    content[at + 16 : at + 528] = bytes(512)
    path = put(content)
    with pytest.raises(ValueError, match=rf"^{path} cannot be used: reading it takes longer than 3 s\.$"):
        load(path)
    assert load(put(sound[0], "fine.nc")).n_realizations == 3


SCRIPT = """
import sys, os
import crviz
from crviz.result import examining
{before}
print(crviz.load({path!r}).n_realizations, examining._reader._process is not None)
"""


@pytest.mark.parametrize(
    ("before", "another"),
    [
        ("", True),
        ("sys.executable = ''", False),
        ("sys.executable = None", False),
        ("sys.executable = '/usr/bin/blender'", False),
        ("sys.executable = '/nowhere/python3'", False),
        ("os.symlink('/bin/echo', {folder!r} + '/python'); sys.executable = {folder!r} + '/python'", False),
    ],
)
def test_a_script_reads_files_by_another_process_where_python_can_be_started(
    tmp_path, put, sound, python, before, another
):
    """It has no `if __name__ == "__main__"`."""
    path = put(sound[0])
    done = python(SCRIPT.format(path=str(path), before=before.format(folder=str(tmp_path))))
    assert (done.stdout, done.stderr) == (f"3 {another}\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no processes that are copies")
def test_processes_that_are_copies_each_have_a_reader_of_their_own(put, sound, python):
    """As those of a pool of `multiprocessing`: else one would have the other's answers."""
    first, *others = [str(put(sound[n % 2], f"{n}.nc")) for n in range(5)]
    before = f"""
crviz.load({first!r})
children = []
for path in {others!r}:
    children.append(os.fork())
    if not children[-1]:
        crviz.load(path)
        sys.exit(7)  # which must not end the reader of its parent
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""
    path = str(put(sound[0], "last.nc"))
    done = python(SCRIPT.format(path=path, before=before) + "print(examining._reader._process.poll())")
    assert (done.stdout, done.stderr) == ("[7, 7, 7, 7]\n3 True\nNone\n", "")


def test_who_is_interrupted_while_a_file_is_read_hears_no_answer_to_an_earlier_question(
    put, sound, reader, monkeypatch
):
    def interrupted(process, patience):
        raise KeyboardInterrupt

    load(put(sound[0]))
    with monkeypatch.context() as patch:
        patch.setattr(examining, "_line", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load(put(b"odd", "other.nc"))
    assert load(put(sound[1], "fine.nc")).n_realizations == 3


def test_the_shipped_result_needs_no_other_process(reader):
    assert load(library.reference()).n_realizations == 120
    assert reader._process is None


def test_what_crashes_the_reading_process_is_damaged_and_the_next_file_has_a_new_one(
    put, sound, reader, monkeypatch
):
    program = examining._PROGRAM
    crash = "import os; examining.result.load = lambda path, **_: os.kill(os.getpid(), 11); examining.serve()"
    monkeypatch.setattr(examining, "_PROGRAM", program.replace("examining.serve()", crash))
    odd, fine = put(sound[0]), put(sound[0], "fine.nc")
    assert examining.verdict(odd) == examining.Verdict(
        f"{odd} is damaged: what reads it crashes.", damaged=True
    )
    monkeypatch.setattr(examining, "_PROGRAM", program)
    assert examining.verdict(fine).said == ""


def test_the_reading_process_ends_with_the_one_that_started_it(python, put, sound):
    path = put(sound[0])
    code = (
        "from pathlib import Path; from crviz.result import examining\n"
        f"examining.verdict(Path({str(path)!r})); print(examining._reader._process.pid, flush=True)"
    )
    number, end = int(python(code).stdout), time.monotonic() + 60
    with suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.kill(number, 0)
            time.sleep(0.1)
        os.kill(number, signal.SIGKILL)
        pytest.fail("it goes on")


# --- in a library


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    shipped = tmp_path / "shipped.nc"
    run(CONFIG.replace(seed=9), 1).save(shipped)
    monkeypatch.setattr(library, "references", lambda: (shipped,))
    (tmp_path / "shelf").mkdir()
    return Library(tmp_path / "shelf")


def test_a_library_of_odd_files_lists_each_in_a_line(shelf, sound):
    shelf.path(CONFIG).write_bytes(sound[0])
    own = shelf.path(CONFIG.replace(seed=3))
    own.write_bytes(sound[0][:5000])
    (shelf.folder / "mine.nc").write_bytes(b"no result")
    for make in (a_pipe, a_loop, a_folder):
        make(shelf.folder / f"{make.__name__}.nc")
    lines = {entry.path.name: words(entry) for entry in shelf.entries()}
    sentence = f"{own.name} is not a crviz result: it cannot be read as NetCDF-4."
    assert lines[own.name] == f"{sentence} It was set aside as {own.name}.damaged."
    assert lines["mine.nc"] == "mine.nc is not a crviz result: it cannot be read as NetCDF-4."
    assert lines["a_pipe.nc"].startswith("a_pipe.nc is not a crviz result: it is not a file, but a pipe")
    assert lines["a_loop.nc"].startswith("a_loop.nc cannot be read: Too many levels")
    assert lines["a_folder.nc"].startswith("a_folder.nc cannot be read: ")
    assert lines[shelf.path(CONFIG).name].startswith("σ² = 1, ")
    aside = own.with_name(f"{own.name}.damaged")
    assert aside.read_bytes() == sound[0][:5000]  # nothing is deleted
    lines = {entry.path.name: words(entry) for entry in shelf.entries()}
    assert lines[aside.name] == f"{own.name} was damaged and set aside as {aside.name}."
    assert len(lines) == 7
    assert shelf.get(CONFIG).n_realizations == 3
    shelf.delete(aside.stem)
    assert not aside.exists()


def test_a_run_whose_stored_file_is_damaged_is_told_once_and_then_begins_anew(shelf, sound):
    shelf.path(CONFIG).write_bytes(sound[0][:-3000])
    with pytest.raises(ValueError, match="It was set aside as"):
        shelf.stored(CONFIG)
    assert shelf.stored(CONFIG) == []
    shelf.put(run(CONFIG, 1))
    assert shelf.get(CONFIG).n_realizations == 1


def test_a_damaged_file_is_set_aside_where_another_result_takes_its_place(shelf):
    shelf.path(CONFIG).write_bytes(b"spoilt")
    shelf.put(run(CONFIG, 1))
    assert shelf.get(CONFIG).n_realizations == 1
    assert shelf.path(CONFIG).with_name(f"{CONFIG.digest}.nc.damaged").read_bytes() == b"spoilt"


def once(fact):
    """Wait for something that another thread brings about."""
    end = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_page_does_not_wait_for_what_is_being_examined(shelf, sound, reader, monkeypatch):
    release, ask = os.pipe(), reader._ask
    monkeypatch.setattr(
        reader, "_ask", lambda *its: os.read(release[0], 1) and ask(*its)
    )  # when the test says
    shelf.path(CONFIG).write_bytes(sound[0])
    entries, looking = shelf.known()
    assert ([entry.shipped for entry in entries], looking) == ([True], 1)
    os.write(release[1], b"x")
    once(lambda: not shelf.known()[1])
    (line, _) = map(words, shelf.known()[0])
    assert line.startswith("σ² = 1, ")


def test_who_opens_a_file_need_not_wait_until_all_others_are_known(shelf, sound, reader, monkeypatch):
    """It stood behind all of them."""
    release, asked = os.pipe(), []

    def ask(path, depth, patience):
        asked.append((path.name, depth))
        os.read(release[0], 1)
        return examining.Verdict("not now")

    monkeypatch.setattr(reader, "_ask", ask)
    for number in range(5):
        (shelf.folder / f"{number}.nc").write_bytes(b"0")
    shelf.known()
    once(lambda: asked)
    threading.Thread(target=examining.verdict, args=(shelf.folder / "0.nc", "whole")).start()
    once(lambda: reader._waiting)
    os.write(release[1], b"x" * 6)
    once(lambda: len(asked) == 6)
    assert asked[1] == ("0.nc", "whole")


def test_a_damaged_file_that_a_list_finds_is_set_aside(shelf, sound):
    shelf.path(CONFIG).write_bytes(sound[0][:5000])
    once(lambda: not shelf.known()[1])
    (line, _) = map(words, shelf.known()[0])
    name = shelf.path(CONFIG).name
    assert line == f"{name} was damaged and set aside as {name}.damaged."


def test_a_part_in_a_library_is_said_to_be_one(shelf):
    run(CONFIG, 4, first=2).save(shelf.folder / "part.nc")
    (line, _) = map(words, shelf.entries())
    assert " · 2 fields, a part of a run: fields 2 to 3 · " in line
    with pytest.raises(
        ValueError, match=r"^a part of a run \(fields 2 to 3\) belongs in a file of its own\.$"
    ):
        shelf.put(run(CONFIG, 4, first=2))
