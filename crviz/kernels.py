"""The compiled core: floats and arrays in, floats and arrays out. All kernels share this file,
since numba's disk cache does not notice when a callee in another file changes.

Two schemes: Boris' (`trace`), of second order, for skies and spectra, and that of Adams (`trace_adams`), of
seventh, for orbits of high accuracy. Both spend nearly all of their time in one sum of waves, whose
instructions are written out.

Layout. Orbits are followed LANES at a time, side by side, and the lane is the innermost index:
one wave's constants, held in registers, meet all orbits of a block before the next wave is read.

Precision. State is kept in float64. Waves are summed in float32, with phases in turns relative to
an anchor that is renewed in float64 every RENEWAL steps, so that a phase stays accurate to some
1e-6 turns however far an orbit has gone.

The same bits. No flag lets the compiler change the arithmetic: what is fused into one multiply-add is said,
and sums have an order that no width of vectors changes. So all processors with fused multiply-adds find the
same orbits. The kernels are serial and release the GIL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from crviz.arrays import Array
from crviz.compiling import jit

#: Orbits followed side by side: four vectors of 16 float32 keep both pipelines busy.
LANES = 64
#: Steps between renewals of the anchors.
RENEWAL = 64
#: Degrees in u^2 of the polynomials for cos(2 pi u), |u| <= 1/2: 8e-7 and 2e-8 off at most.
DEGREE, FINE_DEGREE = 5, 6
#: Floating-point instructions of one wave at one position, a fused multiply-add counted as one:
#: 3 for the phase, 2 to take it into [-1/2, 1/2], 1 square, 5 for the polynomial, 3 to add up b.
OPERATIONS_PER_WAVE = 9 + DEGREE

#: Of the scheme of Adams: how many past values a step takes.
ORDER = 8
#: Rounds in which its first nodes settle.
STARTING_ROUNDS = 7


def _inline(generator: Callable[..., Any]) -> Any:
    """What compiled code calls by name, in place of which the instructions stand that are generated."""
    return intrinsic(generator)


@_inline
def _at_full_width(_typing: Any) -> Any:
    """Loops of the function that calls this take vectors as wide as there are. For Intel's processors the
    compiler prefers half of that, unless a function says otherwise; the bits are the same."""

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        # llvmlite lists the attributes that it knows, and this is none of them
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate


def _fuses(features: set[str]) -> bool:
    """Whether a processor has fused multiply-adds; else a product is rounded before it is added."""
    return bool({"+fma", "+neon"} & features)


def _host(context: Any) -> tuple[str, set[str]]:
    """The processor that is compiled for, and what it has."""
    _, processor, features = context.codegen().magic_tuple()
    return processor, set(features.split(","))


@_inline
def _fused(_typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c of float64, rounded once where the processor can."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        if _fuses(_host(context)[1]):
            return builder.fma(*arguments)
        return builder.fadd(builder.fmul(arguments[0], arguments[1]), arguments[2])

    return types.float64(types.float64, types.float64, types.float64), generate


def fused() -> bool:
    """Whether this processor has fused multiply-adds, so that it finds the same bits as others that have."""
    return _fuses(_host(cpu_target.target_context)[1])


# --- the sum of waves
#
# Left to itself the compiler takes half the width on some processors, and chooses which products and sums
# it fuses. Here both are said. Widths differ from machine to machine and the numbers do not: every lane
# sees the same operations in the same order.

_FLOAT, _INT, _LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)


def cosine_coefficients(degree: int) -> Array:
    """Coefficients in u^2 of the Chebyshev fit to cos(2 pi u), |u| <= 1/2."""
    fit = np.polynomial.Chebyshev.interpolate(
        lambda s: np.cos(2 * np.pi * np.sqrt(np.maximum(s, 0))), degree, domain=[0, 0.25]
    )
    return fit.convert(kind=np.polynomial.Polynomial).coef.astype(np.float32)


class _Vectors:
    """Instructions on vectors of float32 as wide as the processor has them.

    Attributes
    ----------
    width
        Floats in a vector.
    groups
        Vectors of lanes whose three sums and three offsets stay in registers together, beside the
        coefficients: 6 registers each, of 32 with AVX-512 and NEON and 16 before.
    """

    def __init__(self, builder: Any, processor: str, features: set[str]) -> None:
        if "+avx512f" in features:
            self.width, self.groups = 16, 4
        elif "+avx" in features:
            self.width, self.groups = 8, 2
        else:
            self.width, self.groups = 4, 4 if "+neon" in features else 1
        self.fused = _fuses(features)
        # x - rint(x) as one instruction, which Zen 4 takes apart
        self.reduces = "+avx512dq" in features and processor != "znver4"
        self.builder = builder
        self.type = ir.VectorType(_FLOAT, self.width)

    def constant(self, value: float) -> Any:
        """The same value in all places."""
        return ir.Constant(self.type, [ir.Constant(_FLOAT, float(value))] * self.width)

    def everywhere(self, scalar: Any) -> Any:
        """A scalar in all places."""
        nothing = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(nothing, scalar, ir.Constant(_INT, 0))
        return self.builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_INT, self.width), None))

    def _at(self, pointer: Any, index: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(pointer, [index]), self.type.as_pointer())

    def load(self, pointer: Any, index: Any) -> Any:
        """A vector from an array of float32."""
        loaded = self.builder.load(self._at(pointer, index))
        loaded.align = 4
        return loaded

    def store(self, value: Any, pointer: Any, index: Any) -> None:
        """A vector into an array of float32."""
        self.builder.store(value, self._at(pointer, index)).align = 4

    def _call(self, name: str, *arguments: Any) -> Any:
        signature = ir.FunctionType(self.type, [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(self.builder.module, signature, name)
        return self.builder.call(function, arguments)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, rounded once where the processor can."""
        if self.fused:
            return self._call(f"llvm.fma.v{self.width}f32", a, b, c)
        return self.builder.fadd(self.builder.fmul(a, b), c)

    def from_nearest(self, x: Any) -> Any:
        """x less the whole number nearest to it."""
        if self.reduces:
            to_nearest, usual_mode = ir.Constant(_INT, 8), ir.Constant(_INT, 4)
            everywhere = ir.Constant(ir.IntType(16), -1)
            return self._call("llvm.x86.avx512.mask.reduce.ps.512", x, to_nearest, x, everywhere, usual_mode)
        return self.builder.fsub(x, self._call(f"llvm.rint.v{self.width}f32", x))

    def cosine_of_turns(self, turns: Any, coefficients: Array) -> Any:
        """cos(2 pi turns) by a polynomial in the square of what is left of a turn."""
        u = self.from_nearest(turns)
        square = self.builder.fmul(u, u)
        cosine = self.constant(coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            cosine = self.multiply_add(cosine, square, self.constant(coefficient))
        return cosine


def _long(value: int) -> Any:
    return ir.Constant(_LONG, value)


@contextmanager
def _counted(builder: Any, number: Any, values: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """A loop that runs `number` times, once at least, and carries values along in registers.

    Yields
    ------
    The index, and a list of the values as they come in, which the body replaces by those that go on.
    """
    before, body = builder.block, builder.append_basic_block("body")
    after = builder.append_basic_block("after")
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(_LONG)
    carried = [builder.phi(value.type) for value in values]
    new = list(carried)
    yield index, new
    following = builder.add(index, _long(1))
    for phi, start, end in zip([index, *carried], [_long(0), *values], [following, *new], strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(end, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, number), body, after)
    builder.position_at_end(after)


def _write_wave_sum(
    vectors: _Vectors, degree: int, n_waves: Any, waves: Any, anchor_phase: Any, offsets: Any, b: Any
) -> None:
    """The instructions of a sum of waves, for pointers to its arrays."""
    builder, together = vectors.builder, vectors.width * vectors.groups
    coefficients = cosine_coefficients(degree)
    for start in range(0, LANES, together):
        lanes = range(start, start + together, vectors.width)
        places = [[vectors.load(offsets, _long(i * LANES + lane)) for i in range(3)] for lane in lanes]
        nothing = [vectors.constant(0)] * (3 * len(lanes))
        with _counted(builder, n_waves, nothing) as (n, sums):
            wave, phases = builder.mul(n, _long(6)), builder.mul(n, _long(LANES))
            q_and_a = [
                vectors.everywhere(builder.load(builder.gep(waves, [builder.add(wave, _long(i))])))
                for i in range(6)
            ]
            for group, lane in enumerate(lanes):
                turns = vectors.load(anchor_phase, builder.add(phases, _long(lane)))
                for q, place in zip(q_and_a[:3], places[group], strict=True):
                    turns = vectors.multiply_add(q, place, turns)
                cosine = vectors.cosine_of_turns(turns, coefficients)
                for i, a in enumerate(q_and_a[3:]):
                    at = 3 * group + i
                    sums[at] = vectors.multiply_add(a, cosine, sums[at])
        for group, lane in enumerate(lanes):
            for i in range(3):
                vectors.store(sums[3 * group + i], b, _long(i * LANES + lane))


def _summing(degree: int) -> Any:
    """b = sum_n a_n cos(2 pi (q_n . r + anchor_phase_n)) for every lane, by a cosine of some degree.

    Arrays of float32: waves (N, 6) with q_n [turns/r_L] and a_n [B0]; anchor_phase (N, LANES) [turns];
    offsets (3, LANES) [r_L]; b (3, LANES), which is written.
    """

    def sum_waves(_typing: Any, waves: Any, anchor_phase: Any, offsets: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = [
                context.make_array(kind)(context, builder, argument)
                for kind, argument in zip(signature.args, arguments, strict=True)
            ]
            n_waves = builder.extract_value(arrays[0].shape, 0)
            vectors = _Vectors(builder, *_host(context))
            _write_wave_sum(vectors, degree, n_waves, *(array.data for array in arrays))
            return context.get_dummy_value()

        return types.void(waves, anchor_phase, offsets, b), generate

    return _inline(sum_waves)


_sum_waves = _summing(DEGREE)
_sum_waves_finely = _summing(FINE_DEGREE)


# --- what both schemes do beside it


@jit
def _renew_anchors(
    q: Array, phase: Array, r: Array, anchor: Array, anchor_phase: Array, offsets: Array
) -> None:
    """Move every lane's anchor to its position and work its wave phases out in float64 turns."""
    _at_full_width()
    for i in range(3):
        for lane in range(LANES):
            anchor[i, lane] = r[i, lane]
            offsets[i, lane] = 0
    for n in range(q.shape[1]):
        for lane in range(LANES):
            turns = _fused(q[2, n], r[2, lane], phase[n])
            turns = _fused(q[1, n], r[1, lane], turns)
            turns = _fused(q[0, n], r[0, lane], turns)
            anchor_phase[n, lane] = np.float32(turns - np.rint(turns))


@jit
def _in_turns(wavevectors: Array, amplitudes: Array, phases: Array) -> tuple[Array, Array, Array]:
    """A field as the sums of waves take it: q = k / 2 pi (3, N) and phases (N,) in turns, for the anchors;
    q_n and a_n (N, 6) in float32."""
    n_waves = phases.shape[0]
    turns = 1.0 / (2.0 * math.pi)
    q, phase = np.zeros((3, n_waves)), np.zeros(n_waves)
    waves = np.zeros((n_waves, 6), np.float32)
    for n in range(n_waves):
        phase[n] = phases[n] * turns
        for i in range(3):
            q[i, n] = wavevectors[i, n] * turns
            waves[n, i], waves[n, 3 + i] = q[i, n], amplitudes[i, n]
    return q, phase, waves


# --- Boris' scheme


@jit
def _turn(h: float, p: Array, b: Array) -> None:
    """Turn every lane's momentum about B = e_z + b for a time -h.

    Boris' rotation, with tan(|B| h/2) in place of |B| h/2, is exact in a uniform field.
    """
    _at_full_width()
    for lane in range(LANES):
        b_x, b_y, b_z = np.float64(b[0, lane]), np.float64(b[1, lane]), np.float64(b[2, lane]) + 1.0
        angle2 = _fused(b_x, b_x, _fused(b_y, b_y, b_z * b_z)) * (0.25 * h * h)
        # tan(a)/a to a^8; a <= 1/4 for typical fields at the largest step, where a^10 is 1e-6
        ratio = _fused(angle2, 62.0 / 2835.0, 17.0 / 315.0)
        ratio = _fused(angle2, ratio, 2.0 / 15.0)
        ratio = _fused(angle2, ratio, 1.0 / 3.0)
        ratio = _fused(angle2, ratio, 1.0)
        scale = -0.5 * h * ratio
        t_x, t_y, t_z = scale * b_x, scale * b_y, scale * b_z
        weight = 2.0 / _fused(t_x, t_x, _fused(t_y, t_y, _fused(t_z, t_z, 1.0)))
        p_x, p_y, p_z = p[0, lane], p[1, lane], p[2, lane]
        m_x = _fused(p_y, t_z, _fused(-p_z, t_y, p_x))
        m_y = _fused(p_z, t_x, _fused(-p_x, t_z, p_y))
        m_z = _fused(p_x, t_y, _fused(-p_y, t_x, p_z))
        p[0, lane] = _fused(weight, _fused(m_y, t_z, -(m_z * t_y)), p_x)
        p[1, lane] = _fused(weight, _fused(m_z, t_x, -(m_x * t_z)), p_y)
        p[2, lane] = _fused(weight, _fused(m_x, t_y, -(m_y * t_x)), p_z)


@jit
def _drift(h: float, r: Array, p: Array, anchor: Array, offsets: Array) -> None:
    """Move every lane back for a time h at constant momentum, and tell how far it is from its anchor then."""
    _at_full_width()
    for i in range(3):
        for lane in range(LANES):
            moved = _fused(-h, p[i, lane], r[i, lane])
            r[i, lane] = moved
            offsets[i, lane] = np.float32(moved - anchor[i, lane])


@jit
def trace(
    wavevectors: Array,
    amplitudes: Array,
    phases: Array,
    directions: Array,
    n_steps: Array,
    step_sizes: Array,
    out_r: Array,
    out_p: Array,
    state: Array,
    anchor_phase: Array,
    offsets: Array,
    reached: Array,
    most_steps: int,
) -> bool:
    """Follow orbits back in time through B = e_z + sum_n a_n cos(k_n . r + beta_n), or go on with that.

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
    state : (3, 3, LANES), anchor_phase : (N, LANES) float32, offsets : (3, LANES) float32
        Positions, momenta and anchors of the orbits that are under way, and what belongs to the anchors.
    reached : (4,) int
        How far they are: first orbit of the group, recorded time, step, and steps since the anchors were
        renewed. All of these are only handed from one call to the next: (0, 0, 0, 0) begins.
    most_steps
        So many are taken at most, each by one group of LANES orbits.

    Returns whether all is done. However it is cut into calls, the bits are the same.
    """
    q, phase, waves = _in_turns(wavevectors, amplitudes, phases)
    n_orbits = directions.shape[1]
    r, p, anchor = state[0], state[1], state[2]
    b = np.zeros((3, LANES), np.float32)
    start, t, step, since_renewal = reached[0], reached[1], reached[2], reached[3]

    while start < n_orbits:
        live = min(LANES, n_orbits - start)
        if t == 0 and step == 0:
            for lane in range(LANES):
                for i in range(3):
                    r[i, lane] = 0.0
                    p[i, lane] = directions[i, start + min(lane, live - 1)]  # spare lanes repeat the last
            since_renewal = RENEWAL
        while t < n_steps.shape[0]:
            h = step_sizes[t]
            if step == 0:
                _drift(0.5 * h, r, p, anchor, offsets)
            while step < n_steps[t]:
                if since_renewal == RENEWAL:
                    _renew_anchors(q, phase, r, anchor, anchor_phase, offsets)
                    since_renewal = 0
                since_renewal += 1
                _sum_waves(waves, anchor_phase, offsets, b)
                _turn(h, p, b)
                step += 1
                _drift(h if step < n_steps[t] else 0.5 * h, r, p, anchor, offsets)
                most_steps -= 1
                if most_steps == 0:
                    reached[0], reached[1], reached[2], reached[3] = start, t, step, since_renewal
                    return False
            for i in range(3):
                for lane in range(live):
                    out_r[t, i, start + lane] = r[i, lane]
                    out_p[t, i, start + lane] = p[i, lane]
            t += 1
            step = 0
        start += LANES
        t = 0
    return True


def beginning(n_waves: int) -> tuple[Array, Array, Array, Array]:
    """What `trace` hands from call to call, as it begins: state, anchor_phase, offsets and reached."""
    single = np.zeros((n_waves, LANES), np.float32), np.zeros((3, LANES), np.float32)
    return np.zeros((3, 3, LANES)), *single, np.zeros(4, np.int64)


def compile_trace() -> None:
    """Compile `trace`, or take it from the disk cache, for the arrays that `orbits` hands over."""
    waves, one = np.zeros((3, 1)), np.array([[0.0], [0.0], [1.0]])
    out = np.zeros((1, 3, 1))
    # wave vectors and amplitudes are read-only in a field, which makes them another type
    for array in (waves, phases := np.zeros(1)):
        array.setflags(write=False)
    trace(waves, waves, phases, one, np.ones(1, np.int64), np.ones(1), out, out.copy(), *beginning(1), 1)


# --- the scheme of Adams: high order with one field evaluation a step


@jit
def _deflect(
    waves: Array, anchor: Array, anchor_phase: Array, r: Array, p: Array, offsets: Array, b: Array, out: Array
) -> None:
    """-p x B at r for every lane: what turns p on the way back."""
    _at_full_width()
    for i in range(3):
        for lane in range(LANES):
            offsets[i, lane] = np.float32(r[i, lane] - anchor[i, lane])
    _sum_waves_finely(waves, anchor_phase, offsets, b)
    for lane in range(LANES):
        b_x, b_y, b_z = np.float64(b[0, lane]), np.float64(b[1, lane]), np.float64(b[2, lane]) + 1.0
        out[0, lane] = _fused(p[2, lane], b_y, -(p[1, lane] * b_z))
        out[1, lane] = _fused(p[0, lane], b_z, -(p[2, lane] * b_x))
        out[2, lane] = _fused(p[1, lane], b_x, -(p[0, lane] * b_y))


@jit
def _add_past(h: float, weights: Array, newest: int, past: Array, start: Array, out: Array) -> None:
    """out = start + h sum_j weights_j past_(newest - j), of a ring of ORDER arrays (3, LANES)."""
    _at_full_width()
    by_slot = np.empty(ORDER)
    for j in range(ORDER):
        by_slot[(newest - j) % ORDER] = h * weights[j]
    for i in range(3):
        for lane in range(LANES):
            total = start[i, lane]
            for slot in range(ORDER):
                total = _fused(by_slot[slot], past[slot, i, lane], total)
            out[i, lane] = total


@jit
def trace_adams(
    wavevectors: Array,
    amplitudes: Array,
    phases: Array,
    directions: Array,
    h: float,
    start_weights: Array,
    p_weights: Array,
    r_weights: Array,
    out_steps: Array,
    out_weights: Array,
    out_r: Array,
    out_p: Array,
) -> None:
    """Follow orbits back in time as `trace` does, by the scheme of Adams with steps h [1/Omega].

    Parameters
    ----------
    wavevectors, amplitudes, phases, directions, out_r, out_p
        As in `trace`.
    start_weights : (ORDER, ORDER)
        Integrals from node 0 to each node over the polynomial through nodes 0 to ORDER - 1.
    p_weights, r_weights : (ORDER,)
        Of one step, for p over past nodes and for r over these and the next, the newest first.
    out_steps : (T,) int
        The node at or after each recorded time, ORDER - 1 at least.
    out_weights : (T, ORDER)
        Integrals from there back to the recorded time, the newest node first.
    """
    q, phase, waves = _in_turns(wavevectors, amplitudes, phases)
    n_orbits = directions.shape[1]
    origin, arrival = np.zeros((3, LANES)), np.zeros((3, LANES))
    recorded, anchor = np.zeros((3, LANES)), np.zeros((3, LANES))
    places, momenta = np.zeros((ORDER, 3, LANES)), np.zeros((ORDER, 3, LANES))
    forces = np.zeros((ORDER, 3, LANES))
    anchor_phase = np.zeros((phases.shape[0], LANES), np.float32)
    offsets, b = np.zeros((3, LANES), np.float32), np.zeros((3, LANES), np.float32)

    for begin in range(0, n_orbits, LANES):
        live = min(LANES, n_orbits - begin)
        for lane in range(LANES):
            arrival[:, lane] = directions[:, begin + min(lane, live - 1)]  # spare lanes repeat the last
        # the first nodes, from straight flight on: each round takes in one more order
        _renew_anchors(q, phase, origin, anchor, anchor_phase, offsets)
        for node in range(ORDER):
            momenta[node], places[node] = arrival, -h * node * arrival
        for _ in range(STARTING_ROUNDS):
            for node in range(ORDER):
                _deflect(waves, anchor, anchor_phase, places[node], momenta[node], offsets, b, forces[node])
            for node in range(ORDER):
                _add_past(h, start_weights[node, ::-1], ORDER - 1, forces, arrival, momenta[node])
            for node in range(ORDER):
                _add_past(-h, start_weights[node, ::-1], ORDER - 1, momenta, origin, places[node])
        node = since_renewal = ORDER - 1
        for t in range(out_steps.shape[0]):
            while node < out_steps[t]:
                if since_renewal == RENEWAL:
                    _renew_anchors(q, phase, places[node % ORDER], anchor, anchor_phase, offsets)
                    since_renewal = 0
                since_renewal += 1
                here, there = node % ORDER, (node + 1) % ORDER
                _add_past(h, p_weights, node, forces, momenta[here], momenta[there])
                _add_past(-h, r_weights, node + 1, momenta, places[here], places[there])
                _deflect(
                    waves, anchor, anchor_phase, places[there], momenta[there], offsets, b, forces[there]
                )
                node += 1
            _add_past(h, out_weights[t], node, forces, momenta[node % ORDER], recorded)
            out_p[t, :, begin : begin + live] = recorded[:, :live]
            _add_past(-h, out_weights[t], node, momenta, places[node % ORDER], recorded)
            out_r[t, :, begin : begin + live] = recorded[:, :live]


# --- means over the sky


@jit
def mean_products(a: Array, b: Array, n: int) -> Array:
    """1/n sum a_i b_j over the first n pixels, in an order that no width changes: (T, 3, M) -> (T, 3, 3)."""
    _at_full_width()
    out, sums = np.empty((a.shape[0], 3, 3)), np.empty(LANES)
    whole = n // LANES * LANES
    for t in range(a.shape[0]):
        for i in range(3):
            for j in range(3):
                for lane in range(LANES):
                    sums[lane] = 0.0
                for start in range(0, whole, LANES):
                    for lane in range(LANES):
                        sums[lane] = _fused(a[t, i, start + lane], b[t, j, start + lane], sums[lane])
                for lane in range(n - whole):
                    sums[lane] = _fused(a[t, i, whole + lane], b[t, j, whole + lane], sums[lane])
                half = LANES
                while half > 1:
                    half //= 2
                    for lane in range(half):
                        sums[lane] += sums[half + lane]
                out[t, i, j] = sums[0] / n
    return out


# --- what the machine's arithmetic can do at its best, to compare with

#: Vectors that `multiply_add` works on in turn: so many products wait for each other in none of them.
CHAINS = 12
#: Rounds of one repetition.
ROUNDS = 8


@_inline
def _chains(_typing: Any, values: Any, repetitions: Any) -> Any:
    """ROUNDS multiply-adds, again and again, on each of the first CHAINS vectors of an array of float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vectors = _Vectors(builder, *_host(context))
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        factor, summand = vectors.constant(0.9999999), vectors.constant(1e-7)
        places = [_long(vectors.width * chain) for chain in range(CHAINS)]
        first = [vectors.load(data, place) for place in places]
        with _counted(builder, arguments[1], first) as (_, chains):
            for _ in range(ROUNDS):
                chains[:] = [vectors.multiply_add(chain, factor, summand) for chain in chains]
        for chain, place in zip(chains, places, strict=True):
            vectors.store(chain, data, place)
        return _long(vectors.width)

    return types.int64(values, repetitions), generate


@jit
def multiply_add(values: Array, repetitions: int) -> int:
    """Independent chains of fused multiply-adds of full vectors, ROUNDS * CHAINS a repetition.

    Parameters
    ----------
    values : (16 CHAINS,) float32
        Changed.

    Returns
    -------
    Floats in a vector.
    """
    return _chains(values, repetitions)
