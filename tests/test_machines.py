"""The kernels on machines other than this one: plain processors, folders that cannot be written to."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import crviz

_ORBITS = """
import numpy as np, crviz
config = crviz.Config(omega_t=(1.0, 5.0))
directions = crviz.sky.pixel_directions(2)
np.save({out!r}, crviz.backtrack(crviz.draw_field(config, 0), directions, config.omega_t).r)
"""


def orbits_of_another_process(out, **environment):
    code = "import crviz.sky\n" + _ORBITS.format(out=str(out))
    subprocess.run([sys.executable, "-c", code], env=os.environ | environment, check=True, timeout=300)
    return np.load(out)


def test_a_processor_without_wide_vectors_finds_the_same_orbits(tmp_path):
    plain = orbits_of_another_process(
        tmp_path / "plain.npy",
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        NUMBA_CACHE_DIR=str(tmp_path / "cache"),
    )
    own = orbits_of_another_process(tmp_path / "own.npy")
    # without fused multiply-adds float32 phases differ by 1e-6 turns; the motion magnifies that
    # by some 10 within a few gyrations
    assert np.abs(plain - own).max() < 1e-3
    assert np.median(np.abs(plain - own)) < 1e-5


_INSTRUCTIONS = """
import crviz
from crviz import kernels

kernels.compile_trace()
print(kernels.trace.inspect_asm(kernels.trace.signatures[0]).count("zmm"))
"""
# what Intel's processors and AMD's have in common, so that either can run the code of the other
_SERVER = (
    "+avx,+avx2,+fma,+bmi,+bmi2,+f16c,+lzcnt,+popcnt,+sse4.1,+sse4.2,"
    "+avx512f,+avx512dq,+avx512bw,+avx512vl,+avx512cd"
)
INTEL = {"NUMBA_CPU_NAME": "sapphirerapids", "NUMBA_CPU_FEATURES": _SERVER}


def has_vectors_of_512_bits():
    about = Path("/proc/cpuinfo")
    return about.exists() and {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= set(
        about.read_text().split()
    )


@pytest.mark.skipif(not has_vectors_of_512_bits(), reason="needs a processor with vectors of 512 bits")
def test_the_code_for_intel_s_processors_has_their_full_width_and_the_same_bits(tmp_path):
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    code = [sys.executable, "-c", _INSTRUCTIONS]
    environment = os.environ | INTEL | cache
    done = subprocess.run(code, env=environment, check=True, capture_output=True, text=True, timeout=300)
    assert int(done.stdout) > 100
    own, intel = (
        orbits_of_another_process(tmp_path / f"{name}.npy", **how)
        for name, how in (("own", {}), ("intel", INTEL | cache))
    )
    np.testing.assert_array_equal(intel, own)


_WAVE_SUMS = """
import sys
import numpy as np
from numba import njit
from crviz import kernels

@njit
def sums(waves, phases, offsets, b):
    kernels._sum_waves_finely(waves, phases, offsets, b)

random = np.random.default_rng(0)
waves, phases, offsets = (
    random.normal(size=(n, m)).astype(np.float32) for n, m in ((200, 6), (200, 64), (3, 64))
)
b = np.zeros((3, 64), np.float32)
sums(waves, phases, offsets, b)
exact = np.cos(2 * np.pi * (phases + waves[:, :3].astype(float) @ offsets)).T @ waves[:, 3:].astype(float)
# 200 waves: phases of some 3 turns are good to 2e-7, sums to 5e-7
assert np.abs(b - exact.T).max() < 1e-4
assembly = sums.inspect_asm(sums.signatures[0])
print("zmm" in assembly, "vfmadd" in assembly)
np.save(sys.argv[1], b)
"""


def wave_sums(out, **environment):
    """Sums of waves by another process, and whether it has vectors of 512 bits and fused multiply-adds."""
    done = subprocess.run(
        [sys.executable, "-c", _WAVE_SUMS, str(out)],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    wide, fused = done.stdout.split()
    return np.load(out), wide == "True", fused == "True"


HASWELL = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi2,+sse4.1,+sse4.2"}


X86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names processors of x86")


@X86
def test_the_width_of_vectors_changes_no_bit(tmp_path):
    own, _, fused = wave_sums(tmp_path / "own.npy")
    if not fused:
        pytest.skip("this processor has no fused multiply-adds of x86")
    narrow, wide, fused = wave_sums(tmp_path / "narrow.npy", **HASWELL)
    assert not wide
    assert fused
    np.testing.assert_array_equal(narrow, own)


_RUN = """
import sys
import numpy as np
import numpy._core._multiarray_umath as core
import crviz, crviz.sky
from crviz import ensemble, kernels

config = crviz.Config(nside=2, grids="cross", omega_t=(0.5, 10.0, 100.0))
fields = [crviz.draw_field(config, index) for index in range(40)]
result = ensemble.run(config, 10)
accurate = crviz.backtrack(fields[0], crviz.sky.pixel_directions(1), (5.0,), accuracy=1e-4)
wide = "zmm" in kernels.trace.inspect_asm(kernels.trace.signatures[0]) or any(
    core.__cpu_features__[name] for name in core.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))
)
arrays = {name: result.dataset[name].values for name in ("rr", "rp", "pp", "mean_r", "sample_r", "sample_p")}
arrays |= {f"{name} of fields": np.array([getattr(field, name) for field in fields])
           for name in ("wavevectors", "amplitudes", "phases")}
arrays |= {"accurate r": accurate.r, "accurate p": accurate.p}
arrays |= {f"spectra {name}": result.dataset[name].values
           for name in ("cl", "cl_cross", "dipole", "cl_rp", "cl_pp", "cl_rp_cross", "cl_pp_cross")}
np.savez(sys.argv[1], wide=wide, fused=result.fused, **arrays)
"""


def small_run(out, **environment):
    """Fields, orbits, sky means and spectra of a small run in another process."""
    command = [sys.executable, "-c", _RUN, str(out)]
    subprocess.run(command, env=os.environ | environment, check=True, timeout=300)
    return dict(np.load(out))


def without_wide_vectors():
    """What makes numpy and OpenBLAS forget vectors of 512 bits, beside numba."""
    core = np._core._multiarray_umath
    wide = [name for name in core.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
    here = [name for name in wide if core.__cpu_features__.get(name)]
    return {"NPY_DISABLE_CPU_FEATURES": ",".join(here), "OPENBLAS_CORETYPE": "Haswell"}


@X86
def test_every_processor_with_fused_multiply_adds_finds_the_same_bits(tmp_path):
    own = small_run(tmp_path / "own.npz")
    if not own.pop("fused"):
        pytest.skip("this processor has no fused multiply-adds of x86")
    narrow = small_run(
        tmp_path / "narrow.npz", **HASWELL, **without_wide_vectors(), NUMBA_CACHE_DIR=str(tmp_path / "cache")
    )
    assert narrow.pop("fused")
    assert not narrow["wide"]
    del own["wide"], narrow["wide"]
    for name, values in own.items():
        if name.startswith("spectra"):
            # of single precision some, and transforms add in an order of their own
            rounding = 1e-12 if values.dtype == float else 2.0**-23
            scale = np.abs(values).max()
            np.testing.assert_allclose(narrow[name], values, rtol=rounding, atol=1e-12 * scale, err_msg=name)
        else:
            np.testing.assert_array_equal(narrow[name], values, err_msg=name)


@X86
def test_a_run_without_fused_multiply_adds_says_so(tmp_path):
    plain = small_run(
        tmp_path / "plain.npz",
        NUMBA_CPU_NAME="x86-64",
        NUMBA_CPU_FEATURES="",
        NUMBA_CACHE_DIR=str(tmp_path / "cache"),
    )
    assert not plain["fused"]


@X86
def test_without_fused_multiply_adds_products_are_rounded_first(tmp_path):
    own, _, _ = wave_sums(tmp_path / "own.npy")
    plain, wide, fused = wave_sums(tmp_path / "plain.npy", NUMBA_CPU_NAME="x86-64", NUMBA_CPU_FEATURES="")
    assert not wide
    assert not fused
    # 200 phases of some 3 turns, each rounded to 2e-7 turns once more
    np.testing.assert_allclose(plain, own, atol=1e-4)


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a namespace to mount in")
def test_an_installation_that_cannot_be_written_to_still_works(tmp_path):
    """A read-only mount: root ignores the modes of files."""
    package = Path(crviz.__file__).parent
    copy = tmp_path / "site" / "crviz"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        f"mount --bind {tmp_path / 'site'} {tmp_path / 'site'} && "
        f'mount -o remount,bind,ro {tmp_path / "site"} && cd / && exec {sys.executable} -c "$CODE"'
    )
    code = "import crviz.sky, crviz\nassert crviz.__file__.startswith({site!r}), crviz.__file__\n"
    code = code.format(site=str(tmp_path / "site")) + _ORBITS.format(out=str(tmp_path / "r.npy"))
    environment = os.environ | {
        "CODE": code,
        "PYTHONPATH": str(tmp_path / "site"),
        "HOME": str(tmp_path / "site" / "nobody"),  # nor can the user's cache be made there
        "XDG_CACHE_HOME": str(tmp_path / "site" / "cache"),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], env=environment, capture_output=True, text=True, timeout=300
    )
    if "ermission" in done.stderr or "not permitted" in done.stderr:
        pytest.skip("may not mount here")
    assert done.returncode == 0, done.stderr
    assert np.isfinite(np.load(tmp_path / "r.npy")).all()
    assert not list(copy.rglob("*.nbc"))


_FREED = """
import numpy as np
from crviz import machine
def freed(number, size):
    return [np.ones(size // 8) for _ in range(number)] and None
freed(1, 32_000_000)  # from now on the allocator thinks that such sizes come often
if {wanted}:
    machine.give_back_what_is_freed()
before = machine.resident()
freed(5, 8_000_000)
print(machine.resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
@pytest.mark.parametrize("wanted", [False, True])
def test_freed_memory_goes_back_where_that_is_wanted(wanted):
    usual = {name: each for name, each in os.environ.items() if not name.startswith("MALLOC_")}
    code = _FREED.format(wanted=wanted)
    done = subprocess.run(
        [sys.executable, "-c", code], env=usual, capture_output=True, check=True, timeout=60
    )
    assert (float(done.stdout) < 4e6) == wanted  # of 40 MB
