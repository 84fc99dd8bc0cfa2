"""The compiled core: floats and arrays in, floats and arrays out. All kernels share this file,
since numba's disk cache does not notice when a callee in another file changes.

Layout. Orbits are followed LANES at a time, side by side, and the lane is the innermost index:
one wave's constants, held in registers, meet all orbits of a block before the next wave is read.

Precision. State is kept in float64. Waves are summed in float32, with phases in turns relative to
an anchor that is renewed in float64 every RENEWAL steps, so that a phase stays accurate to some
1e-6 turns however far an orbit has gone. The kernels are serial and release the GIL.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

from crviz.arrays import Array

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

#: Orbits followed side by side: four vectors of 16 float32 keep both pipelines busy.
LANES = 64
#: Waves handled in one pass over the lanes; the number of waves is padded to a multiple of it.
WAVES_PER_PASS = 2
#: Steps between renewals of the anchors.
RENEWAL = 32
#: Floating-point instructions of one wave at one position, a fused multiply-add counted as one:
#: 3 for the phase, 2 to take it into [-1/2, 1/2], 1 square, 5 for the polynomial, 3 to add up b.
OPERATIONS_PER_WAVE = 14

# Contraction to fused multiply-adds and no special cases for NaN, inf and signed zeros, but no
# reassociation: sums keep their order, so a result does not depend on how loops are vectorised.
_FASTMATH = {"contract", "nsz", "arcp", "nnan", "ninf"}

# numpy's error model: no test before a division, and NaN goes on to where it is looked for
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def _jit(**options: Any) -> Callable[[_Kernel], _Kernel]:
    """njit with the disk cache where some folder can hold it, else compiled anew in each process."""

    def compiled(function: _Kernel) -> _Kernel:
        try:
            return njit(cache=True, **_OPTIONS, **options)(function)
        except RuntimeError:  # numba found no folder to write to
            return njit(**_OPTIONS, **options)(function)

    return compiled


def _cosine_coefficients(degree: int = 5) -> Array:
    """Coefficients in u^2 of the Chebyshev fit to cos(2 pi u), |u| <= 1/2: 8e-7 off at most."""
    fit = np.polynomial.Chebyshev.interpolate(
        lambda s: np.cos(2 * np.pi * np.sqrt(np.maximum(s, 0))), degree, domain=[0, 0.25]
    )
    return fit.convert(kind=np.polynomial.Polynomial).coef.astype(np.float32)


_C0, _C1, _C2, _C3, _C4, _C5 = _cosine_coefficients()
_ZERO = np.float32(0)


@_jit(inline="always", fastmath=_FASTMATH)
def _cos_turns(turns: np.float32) -> np.float32:
    """cos(2 pi turns) in float32."""
    u = turns - np.rint(turns)
    s = u * u
    return _C0 + s * (_C1 + s * (_C2 + s * (_C3 + s * (_C4 + s * _C5))))


@_jit(fastmath=_FASTMATH)
def _sum_waves(
    q: Array, a: Array, anchor_phase: Array, x: Array, y: Array, z: Array, bx: Array, by: Array, bz: Array
) -> None:
    """b = sum_n a_n cos(2 pi (q_n . r + anchor_phase_n)) for every lane, two waves a pass."""
    for lane in range(LANES):
        bx[lane] = _ZERO
        by[lane] = _ZERO
        bz[lane] = _ZERO
    for n in range(0, q.shape[1], WAVES_PER_PASS):
        qx, qy, qz = q[0, n], q[1, n], q[2, n]
        ax, ay, az = a[0, n], a[1, n], a[2, n]
        ux, uy, uz = q[0, n + 1], q[1, n + 1], q[2, n + 1]
        cx, cy, cz = a[0, n + 1], a[1, n + 1], a[2, n + 1]
        first_phase = anchor_phase[n]
        second_phase = anchor_phase[n + 1]
        for lane in range(LANES):
            rx, ry, rz = x[lane], y[lane], z[lane]
            first = _cos_turns(first_phase[lane] + qx * rx + qy * ry + qz * rz)
            second = _cos_turns(second_phase[lane] + ux * rx + uy * ry + uz * rz)
            bx[lane] += ax * first + cx * second
            by[lane] += ay * first + cy * second
            bz[lane] += az * first + cz * second


@_jit(fastmath=_FASTMATH)
def _renew_anchors(q: Array, phase: Array, r: Array, anchor: Array, anchor_phase: Array) -> None:
    """Move every lane's anchor to its position and work its wave phases out in float64 turns."""
    for lane in range(LANES):
        for i in range(3):
            anchor[i, lane] = r[i, lane]
    for n in range(q.shape[1]):
        for lane in range(LANES):
            turns = q[0, n] * r[0, lane] + q[1, n] * r[1, lane] + q[2, n] * r[2, lane] + phase[n]
            anchor_phase[n, lane] = np.float32(turns - np.rint(turns))


@_jit(fastmath=_FASTMATH)
def _turn(h: float, p: Array, bx: Array, by: Array, bz: Array) -> None:
    """Turn every lane's momentum about B = e_z + b for a time -h.

    Boris' rotation, with tan(|B| h/2) in place of |B| h/2, is exact in a uniform field.
    """
    for lane in range(LANES):
        b_x, b_y, b_z = np.float64(bx[lane]), np.float64(by[lane]), np.float64(bz[lane]) + 1.0
        angle2 = (b_x * b_x + b_y * b_y + b_z * b_z) * (0.25 * h * h)
        # tan(a)/a to a^8; a <= 1/4 for typical fields at the largest step, where a^10 is 1e-6
        ratio = 1.0 + angle2 * (
            1.0 / 3.0 + angle2 * (2.0 / 15.0 + angle2 * (17.0 / 315.0 + angle2 * (62.0 / 2835.0)))
        )
        scale = -0.5 * h * ratio
        t_x, t_y, t_z = scale * b_x, scale * b_y, scale * b_z
        weight = 2.0 / (1.0 + t_x * t_x + t_y * t_y + t_z * t_z)
        p_x, p_y, p_z = p[0, lane], p[1, lane], p[2, lane]
        m_x = p_x + p_y * t_z - p_z * t_y
        m_y = p_y + p_z * t_x - p_x * t_z
        m_z = p_z + p_x * t_y - p_y * t_x
        p[0, lane] = p_x + weight * (m_y * t_z - m_z * t_y)
        p[1, lane] = p_y + weight * (m_z * t_x - m_x * t_z)
        p[2, lane] = p_z + weight * (m_x * t_y - m_y * t_x)


@_jit(fastmath=_FASTMATH)
def _drift(h: float, r: Array, p: Array) -> None:
    """Move every lane back for a time h at constant momentum."""
    for i in range(3):
        for lane in range(LANES):
            r[i, lane] -= h * p[i, lane]


@_jit(fastmath=_FASTMATH)
def _offsets(r: Array, anchor: Array, x: Array, y: Array, z: Array) -> None:
    """Positions relative to the anchors in float32."""
    for lane in range(LANES):
        x[lane] = np.float32(r[0, lane] - anchor[0, lane])
        y[lane] = np.float32(r[1, lane] - anchor[1, lane])
        z[lane] = np.float32(r[2, lane] - anchor[2, lane])


@_jit()
def trace(
    wavevectors: Array,
    amplitudes: Array,
    phases: Array,
    directions: Array,
    n_steps: Array,
    step_sizes: Array,
    out_r: Array,
    out_p: Array,
) -> None:
    """Follow orbits back in time through B = e_z + sum_n a_n cos(k_n . r + beta_n).

    Parameters
    ----------
    wavevectors : (3, N) [1/r_L]
    amplitudes : (3, N) [B0]
    phases : (N,) [rad]
    directions : (3, n)
        Unit vectors of the momentum at t = 0, r = 0.
    n_steps, step_sizes : (T,) int and float [1/Omega]
        Equal steps of each interval between two recorded times.
    out_r, out_p : (T, 3, n) [r_L], filled with the positions and momenta at the recorded times.
    """
    n_waves = phases.shape[0]
    padded = (n_waves + WAVES_PER_PASS - 1) // WAVES_PER_PASS * WAVES_PER_PASS
    turns = 1.0 / (2.0 * math.pi)
    q = np.zeros((3, padded))
    a = np.zeros((3, padded), np.float32)
    phase = np.zeros(padded)
    for n in range(n_waves):
        phase[n] = phases[n] * turns
        for i in range(3):
            q[i, n] = wavevectors[i, n] * turns
            a[i, n] = amplitudes[i, n]
    q_single = q.astype(np.float32)

    n_orbits = directions.shape[1]
    r = np.zeros((3, LANES))
    p = np.zeros((3, LANES))
    anchor = np.zeros((3, LANES))
    anchor_phase = np.zeros((padded, LANES), np.float32)
    x, y, z = np.zeros(LANES, np.float32), np.zeros(LANES, np.float32), np.zeros(LANES, np.float32)
    bx, by, bz = np.zeros(LANES, np.float32), np.zeros(LANES, np.float32), np.zeros(LANES, np.float32)

    for start in range(0, n_orbits, LANES):
        live = min(LANES, n_orbits - start)
        for lane in range(LANES):
            for i in range(3):
                r[i, lane] = 0.0
                p[i, lane] = directions[i, start + min(lane, live - 1)]  # spare lanes repeat the last
        since_renewal = RENEWAL
        for t in range(n_steps.shape[0]):
            h = step_sizes[t]
            for _ in range(n_steps[t]):
                if since_renewal == RENEWAL:
                    _renew_anchors(q, phase, r, anchor, anchor_phase)
                    since_renewal = 0
                since_renewal += 1
                _drift(0.5 * h, r, p)
                _offsets(r, anchor, x, y, z)
                _sum_waves(q_single, a, anchor_phase, x, y, z, bx, by, bz)
                _turn(h, p, bx, by, bz)
                _drift(0.5 * h, r, p)
            for i in range(3):
                for lane in range(live):
                    out_r[t, i, start + lane] = r[i, lane]
                    out_p[t, i, start + lane] = p[i, lane]


def compile_trace() -> None:
    """Compile `trace`, or take it from the disk cache, for the arrays that `orbits` hands over."""
    waves, one = np.zeros((3, 1)), np.array([[0.0], [0.0], [1.0]])
    out = np.zeros((1, 3, 1))
    # wave vectors and amplitudes are read-only in a field, which makes them another type
    for array in (waves, phases := np.zeros(1)):
        array.setflags(write=False)
    trace(waves, waves, phases, one, np.ones(1, np.int64), np.ones(1), out, out.copy())


@_jit(fastmath={"contract"})
def multiply_add(values: Array, repetitions: int) -> None:
    """Independent chains of 16 fused multiply-adds an element, again and again: what the machine's
    arithmetic can do at its best, to compare the other kernels with. Changes `values` (n,) float32."""
    factor, summand = np.float32(0.9999999), np.float32(1e-7)
    for _ in range(repetitions):
        for i in range(values.shape[0]):
            v = values[i]
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            v = v * factor + summand
            values[i] = v
