"""Compiled code that is damaged, or cannot be kept, is compiled anew with one warning."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import crviz

#: Compiles two small kernels in a copy of the module, calls them, and prints what they yield.
KERNELS = """
import warnings
warnings.simplefilter("always")
warnings.showwarning = lambda message, *_, **__: print("warning:", message)
import numpy as np
from crviz import compiling, kernels
{prelude}
x, p = np.arange(12.0).reshape(1, 3, 4), np.ones((1, 3, 4))
print(kernels.mean_products(x, p, 4)[0, 1, 1], len(kernels._in_turns(p[0], p[0], p[0, 0])))
print("hits", sum(sum(k.stats.cache_hits.values()) for k in (kernels.mean_products, kernels._in_turns)))
"""
#: <x_1 p_1>: the mean of 4, 5, 6, 7; and three arrays.
RESULT = "5.5 3"
FULL = """
import errno, os
from contextlib import contextmanager
@contextmanager
def full(self, path):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
compiling._SealedFiles._open_for_write = full
"""


@pytest.fixture
def compiled(tmp_path):
    """Runs the kernels with a cache in a folder of their own: their lines."""
    folders = [str(Path(crviz.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(folders)}

    def compiled(prelude=""):
        argv = [sys.executable, "-c", KERNELS.format(prelude=prelude)]
        done = subprocess.run(argv, env=os.environ | variables, capture_output=True, text=True, timeout=240)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return compiled


def test_damaged_code_is_compiled_anew_with_one_warning_and_kept_again(compiled, tmp_path):
    assert compiled() == [RESULT, "hits 0"]
    code, index = next(tmp_path.rglob("*.mean_products*.nbc")), next(tmp_path.rglob("*._in_turns*.nbi"))
    content = code.read_bytes()
    at = len(content) // 2  # one bit in the middle of it
    code.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    index.write_bytes(index.read_bytes()[:-40])
    warning, *lines = compiled()
    assert warning.startswith(f"warning: compiled code that is kept in {tmp_path}")
    assert lines == [RESULT, "hits 0"]
    assert compiled() == [RESULT, "hits 2"]
    for path in tmp_path.rglob("*.nbi"):  # can be neither read nor written
        path.unlink()
        path.mkdir()
    warning, *lines = compiled()
    assert "Is a directory" in warning
    assert lines == [RESULT, "hits 0"]


def test_a_full_disk_under_the_cache_is_said_once(compiled):
    warning, *lines = compiled(FULL)
    assert "No space left on device" in warning
    assert lines == [RESULT, "hits 0"]
