"""A scheduler that is killed while it has tasks."""

import json
import os
import subprocess
import sys
import time

import pytest

from crviz import load

pytest.importorskip("distributed")


@pytest.fixture
def dask(tmp_path):
    """Starts one of dask's commands."""
    started = []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def dask(name, *words):
        argv = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--no-dashboard", *words]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(argv, env=environment, cwd=tmp_path, **quiet))
        return started[-1]

    yield dask
    for process in started:
        process.kill()
        process.wait()


def test_one_sentence_says_so_and_what_is_finished_is_stored(tmp_path, dask, start, read_until):
    out, file = tmp_path / "out.nc", tmp_path / "scheduler.json"
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
    dask("worker", "--scheduler-file", file, "--nthreads", "1", "--no-nanny")
    while not file.exists():
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]
    fields = ("--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1", "--realizations", 100000)
    process = start("run", out, *fields, "--scheduler", address)
    read_until(process, rb"[1-9]\d* of \d+ realisations")
    scheduler.kill()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.decode() == (
        f"crviz run: the workers, or their scheduler, are gone. {out} holds {load(out).n_realizations} of "
        "100000 realisations; the same command continues.\n"
    )
