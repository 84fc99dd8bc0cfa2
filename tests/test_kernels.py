"""The compiled kernel against the same scheme written down in float64."""

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from crviz import Config, backtrack, draw_field, kernels
from crviz.waves import automatic


def boris(field, directions, omega_t, n_steps):
    """Boris' scheme in plain numpy: r, p (3, n) at -omega_t."""
    h = omega_t / n_steps
    r, p = np.zeros_like(directions), directions.copy()
    for _ in range(n_steps):
        r = r - 0.5 * h * p
        b = field.b(r)
        strength = np.linalg.norm(b, axis=0)
        t = -np.tan(0.5 * h * strength) / strength * b
        s = 2 * t / (1 + (t * t).sum(0))
        p = p + np.cross(p + np.cross(p, t, axis=0), s, axis=0)
        r = r - 0.5 * h * p
    return r, p


def unit_vectors(n):
    vectors = np.random.default_rng(7).normal(size=(3, n))
    return vectors / np.linalg.norm(vectors, axis=0)


@pytest.mark.parametrize("n_modes", [1, 2, 33, 200])
def test_the_kernel_is_boris_scheme_whatever_the_number_of_waves(n_modes):
    field = draw_field(Config(n_modes=n_modes), 2)
    p0 = unit_vectors(70)
    orbits = backtrack(field, p0, (4.0,), 0.02)
    r, p = boris(field, p0, 4.0, 200)
    # waves summed in float32 are some 1e-6 off, for a time 4; few orbits have begun to diverge by then
    for kernel, plain in ((orbits.r[0], r), (orbits.p[0], p)):
        assert np.median(np.abs(kernel - plain)) < 4e-6
        assert np.abs(kernel - plain).max() < 1e-3


def test_phases_stay_accurate_however_far_an_orbit_goes():
    # waves of 0.05 to 0.1 r_L, so weak that orbits do not diverge, over 300 r_L or some 4000 wave lengths
    field = draw_field(Config(sigma2=1e-6, n_modes=20, lambda_min=0.005, lambda_max=0.01), 0)
    p0 = unit_vectors(16)
    r, _ = boris(field, p0, 300.0, 3750)
    # phases good to 2e-6 turns, times 1e-3 of field, turn p by 1e-9 a step at random: 6e-8 in all. Counted
    # from the origin in float32 they would be off by 1e-4 turns in the end, and positions by 1e-6 or more
    assert np.median(np.abs(backtrack(field, p0, (300.0,), 0.08).r[0] - r)) < 4e-7


def test_the_field_is_as_accurate_a_thousand_larmor_radii_away_at_small_rigidities():
    """One step from where the orbits are by then tells the field that they feel. In single precision the sum
    of 300 waves is good to some 4e-7; phases counted from the origin would be off by 1e-4 turns."""
    config = Config(rl_over_lc=1e-3, **automatic(1e-3))
    field, far, step = draw_field(config, 0), 3000.0, config.default_step
    found = backtrack(field, unit_vectors(64), (far, far + step))
    r, p = found.r[0], found.p[0]
    away = np.linalg.norm(r, axis=0) > 1000
    assert away.sum() > 10
    middle = r - 0.5 * step * p
    b = field.b(middle)
    t = -np.tan(0.5 * step * np.linalg.norm(b, axis=0)) / np.linalg.norm(b, axis=0) * b
    turned = p + np.cross(p + np.cross(p, t, axis=0), 2 * t / (1 + (t * t).sum(0)), axis=0)
    of_field = np.linalg.norm(found.p[1] - turned, axis=0) / (step * np.linalg.norm(b, axis=0))
    assert np.median(of_field[away]) < 1e-6


def test_large_turns_per_step_are_exact_rotations():
    field = draw_field(Config(sigma2=0), 0)
    p0 = unit_vectors(5)
    orbits = backtrack(field, p0, (3.0,), 0.5)
    # the series of tan(a)/a is cut at a^8: 2e-9 at a = 1/4 on a turn of 1/2, six times
    np.testing.assert_allclose(orbits.p[0], boris(field, p0, 3.0, 6)[1], atol=1e-7)


@pytest.mark.parametrize("number", [1, 63, 64, 65])
def test_an_orbit_does_not_depend_on_its_neighbours(paper_field, number):
    p0 = unit_vectors(130)
    together = backtrack(paper_field, p0, (1.0, 3.0))
    alone = backtrack(paper_field, p0[:, :number], (1.0, 3.0))
    np.testing.assert_array_equal(alone.r, together.r[..., :number])
    np.testing.assert_array_equal(alone.p, together.p[..., :number])


def test_no_direction_no_orbit(paper_field):
    assert backtrack(paper_field, np.empty((3, 0)), (1.0,)).r.shape == (1, 3, 0)


def assembly_of_the_wave_sum(triple, processor, features):
    """What `_write_wave_sum` becomes on a processor that need not be this one."""
    module = ir.Module()
    arrays = [ir.FloatType().as_pointer()] * 4
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [ir.IntType(64), *arrays]), "wave_sum")
    builder = ir.IRBuilder(function.append_basic_block())
    vectors = kernels._Vectors(builder, processor, set(features.split(",")))
    kernels._write_wave_sum(vectors, kernels.DEGREE, *function.args)
    builder.ret_void()
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=processor, features=features, opt=3)
    return machine.emit_assembly(llvm.parse_assembly(str(module)))


@pytest.mark.parametrize(
    ("triple", "processor", "features", "fused", "register"),
    [
        ("aarch64-linux-gnu", "neoverse-n1", "+neon", "fmla", ".4s"),
        ("arm64-apple-darwin", "apple-m1", "+neon", "fmla", ".4s"),
        ("x86_64-linux-gnu", "haswell", "+avx,+avx2,+fma", "vfmadd", "%ymm"),
        ("x86_64-linux-gnu", "sapphirerapids", "+avx,+avx2,+fma,+avx512f,+avx512dq", "vfmadd", "%zmm"),
        ("x86_64-linux-gnu", "znver4", "+avx,+avx2,+fma,+avx512f,+avx512dq", "vfmadd", "%zmm"),
    ],
)
def test_the_wave_sum_takes_full_vectors_and_fuses_on_every_processor(
    triple, processor, features, fused, register
):
    lines = assembly_of_the_wave_sum(triple, processor, features).splitlines()
    instructions = [line for line in lines if fused in line]
    chunks = {".4s": 16, "%ymm": 8, "%zmm": 4}[register]  # vectors for 64 lanes
    assert len(instructions) == chunks * (3 + kernels.DEGREE + 3)  # phase, polynomial, field
    assert all(register in line or register == ".4s" for line in instructions)
    assert not [line for line in lines if "fmaf" in line or "rintf" in line]  # no calls for single floats
    single_step = [line for line in lines if "vreduceps" in line]
    assert len(single_step) == (chunks if processor == "sapphirerapids" else 0)
