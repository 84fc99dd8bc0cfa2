"""crviz beside CRPropa 3 through the same fields: error and time of an orbit, a table in Markdown.

    python benchmarks/crpropa.py [--without-crpropa]

48 directions x 4 fields of the paper's configuration (sigma^2 = 1, r_L = 0.1 L_c, N = 200), followed back to
Omega T = 10: evaluations of the field per 1/Omega, median error of the position against DOP853 at a tolerance
of 1e-12, and processor time an orbit on one thread. The last column says how many times as long the best
setting of CRPropa takes at the same error. It is interpolated in both logarithms between settings of one
scheme, and never extrapolated: below the smallest error of CRPropa the time of that one is a bound.

With CRPropa (3.2 or later, with its Python interface, best built with FAST_WAVES and native SIMD_EXTENSIONS)
the fields are its own `PlaneWaveTurbulence`. It hands out no waves; they are drawn once more from its own
random numbers, as Tautz & Dosch 2013 describe it, and compared with the field that it has. Its spectrum bends
as (1 + (k L_c)^2)^(11/6) where crviz has 1 + (k L_c)^(11/3); both follow the same waves here. Cosmic rays go
back in time as antiprotons set out against their momentum. What its adaptive steps evaluate is counted step
by step, 6 each and 6 more where a step came out shorter than proposed: a bound from below.

Not run where it was written: CRPropa could not be installed there, so that its half was written from the
documented interface and tried on a stand-in with the same names (tests/test_crpropa_benchmark.py). Without
CRPropa the rows of `RECORDED` stand for it. They are of another machine than the one that runs this, so that
ratios to them are those of both programs and both machines.
"""

import argparse
import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy

import crviz
from crviz import Config, adams, draw_field, kernels, orbits
from crviz.field import Field
from crviz.sky import pixel_directions

OMEGA_T = 10.0
FIELDS = 4
#: Of the directions whose errors are taken: 48 of them.
NSIDE = 2
#: Of the kernel, all of them filled, for times.
BLOCKS = 4
#: Steps in 1/Omega and accuracies in r_L of crviz; steps and (tolerance, largest step in r_L) of CRPropa.
STEPS = (0.08, 0.04, 0.035, 0.02, 0.01, 0.005)
ACCURACIES = (1e-4, 3e-5, 1e-5, 3e-6)
CRPROPA_STEPS = (0.08, 0.05, 0.035, 0.02, 0.01, 0.005)
CASH_KARP = ((1e-4, 10.0), (1e-4, 0.2), (1e-4, 0.1), (1e-4, 0.07), (1e-4, 0.05), (1e-4, 0.035), (1e-6, 10.0))


@dataclass(frozen=True)
class Row:
    """One setting of one scheme."""

    scheme: str
    setting: str
    evaluations: float
    error: float
    microseconds: float


#: 2-core Intel (Emerald Rapids, AVX-512), November 2026: trials of this project with CRPropa 3, FAST_WAVES
#: and native vectors (1.26 G waves/s), 48 directions x 4 fields copied wave by wave, processor time.
RECORDED_ON = "Intel Emerald Rapids, AVX-512, November 2026"
RECORDED = (
    Row("CRPropa, Boris", "step 0.035", 29, 3.5e-3, 94.8),
    Row("CRPropa, Boris", "step 0.01", 100, 2.7e-4, 344),
    Row("CRPropa, Cash-Karp", "tolerance 1e-4, no largest step", 73, 1.9e-2, 176),
    Row("CRPropa, Cash-Karp", "tolerance 1e-4, step up to 0.1", 61.5, 2.0e-3, 135),
    Row("CRPropa, Cash-Karp", "tolerance 1e-4, step up to 0.05", 121, 6e-6, 269),
)


def best_time(rows, error):
    """Microseconds of the best of some settings that are as accurate as an error [r_L] or more.

    Also where it lies between two of one scheme. Raises ValueError where none is that accurate.
    """
    times = [row.microseconds for row in rows if row.error <= error]
    for scheme in {row.scheme for row in rows}:
        ordered = sorted((row for row in rows if row.scheme == scheme), key=lambda row: row.error)
        errors = [np.log(row.error) for row in ordered]
        if errors[0] <= np.log(error) <= errors[-1]:
            logs = [np.log(row.microseconds) for row in ordered]
            times.append(float(np.exp(np.interp(np.log(error), errors, logs))))
    return min(times)


def table(ours, theirs):
    """The rows in Markdown."""
    yield "| who | evaluations per 1/Omega | median error [r_L] | µs an orbit | CRPropa at this error |"
    yield "| --- | --- | --- | --- | --- |"
    for row in (*theirs, *ours):
        times = slower(row, theirs) if row in ours else "–"
        cells = (f"{row.scheme}, {row.setting}", f"{row.evaluations:.3g}", f"{row.error:.1e}")
        yield f"| {' | '.join(cells)} | {row.microseconds:.3g} | {times} |"


def slower(row, rows):
    """How many times as long the best of some settings takes at the error of another one, in words."""
    most_accurate = min(rows, key=lambda each: each.error)
    if row.error < most_accurate.error:
        return f"> {most_accurate.microseconds / row.microseconds:.2g} times"
    return f"{best_time(rows, row.error) / row.microseconds:.2g} times"


def processor_time(call, clock, seconds=1.0):
    """Seconds of the quickest of some calls: three, and as many as fit."""
    took, end = [], time.perf_counter() + seconds
    while len(took) < 3 or time.perf_counter() < end:
        start = clock()
        call()
        took.append(clock() - start)
    return min(took)


def median_error(ends, exact):
    """Of positions (fields, 3, n)."""
    return float(np.median(np.linalg.norm(np.array(ends) - exact, axis=1)))


def crviz_rows(fields, directions, exact):
    """crviz by step of Boris' scheme, and by accuracy: the step for it is found once a field, out of time."""
    many = np.ascontiguousarray(pixel_directions(32)[:, :: 12288 // (BLOCKS * kernels.LANES)])
    times = np.array([OMEGA_T])

    def row(scheme, setting, follow, evaluations):
        ends = [follow(which, directions)[0][-1] for which in range(len(fields))]
        took = [
            processor_time(lambda which=which: follow(which, many), time.thread_time)
            for which in range(len(fields))
        ]
        error = median_error(ends, exact)
        return Row(scheme, setting, evaluations, error, 1e6 * np.mean(took) / many.shape[1])

    for step in STEPS:
        steps = orbits.intervals(times, step)
        yield row(
            "crviz, Boris",
            f"step {step:g}",
            lambda which, chosen, steps=steps: orbits.trace(fields[which], chosen, *steps),
            steps[0].sum() / OMEGA_T,
        )
    for accuracy in ACCURACIES:
        found = [adams.step_for(field, accuracy) for field in fields]
        yield row(
            "crviz, Adams",
            f"accuracy {accuracy:g}",
            lambda which, chosen, found=found: adams.trace(fields[which], chosen, times, found[which]),
            np.mean(1 / np.array(found)),
        )


class CRPropa:
    """One field of CRPropa's own making, and orbits through it.

    Attributes
    ----------
    field : crviz.field.Field
        The same one, wave by wave.
    """

    def __init__(self, library, config, seed):
        self.library = library
        length_unit = library.kpc
        self.b0, self.r_l = library.muG, config.rl_over_lc * length_unit
        self.energy = library.eplus * library.c_light * self.b0 * self.r_l
        # the turbulent field refers to its spectrum, which must live as long
        self.spectrum = library.TurbulenceSpectrum(
            np.sqrt(config.sigma2) * self.b0,
            config.lambda_min * length_unit,
            config.lambda_max * length_unit,
            length_unit,
            5 / 3,
            2.0,
        )
        self.whole = library.MagneticFieldList()
        self.whole.addField(library.PlaneWaveTurbulence(self.spectrum, config.n_modes, seed))
        self.whole.addField(library.UniformMagneticField(library.Vector3d(0, 0, self.b0)))
        self.field = self._waves(config, seed)
        self._compare()

    def _waves(self, config, seed):
        """The waves that it has drawn: azimuth and cosine of the direction, polarisation, phase."""
        random = self.library.Random()
        random.seed(seed)
        ranges = ((-np.pi, np.pi), (-1.0, 1.0), (0.0, 2 * np.pi), (0.0, 2 * np.pi))
        draws = [[random.randUniform(*ends) for ends in ranges] for _ in range(config.n_modes)]
        phi, cosine, alpha, beta = np.array(draws).T
        sine, nothing = np.sqrt(1 - cosine**2), np.zeros_like(phi)
        direction = np.array([sine * np.cos(phi), sine * np.sin(phi), cosine])
        along_theta = np.array([cosine * np.cos(phi), cosine * np.sin(phi), -sine])
        along_phi = np.array([-np.sin(phi), np.cos(phi), nothing])
        polarization = np.cos(alpha) * along_theta - np.sin(alpha) * along_phi
        longest, shortest = 2 * np.pi / config.lambda_max, 2 * np.pi / config.lambda_min
        k = np.geomspace(longest, shortest, config.n_modes)  # [1/L_c]
        weight = k**3 / (1 + k**2) ** (11 / 6)
        amplitude = np.sqrt(2 * config.sigma2 * weight / weight.sum())
        return Field(k * config.rl_over_lc * direction, amplitude * polarization, beta, config)

    def _compare(self):
        """Raises ValueError where the waves are not those that it has drawn."""
        places = np.random.default_rng(0).normal(size=(3, 20)) * OMEGA_T / 2
        found = [self.whole.getField(self._vector(place * self.r_l)) for place in places.T]
        found = np.array([[b.x, b.y, b.z] for b in found]).T / self.b0
        away = np.abs(found - self.field.b(places)).max()
        if not away < 1e-6:
            raise ValueError(
                f"this CRPropa draws its waves otherwise: its field differs by {away:.1g} B0 from theirs."
            )

    def _vector(self, values):
        return self.library.Vector3d(*map(float, values))

    def candidate(self, direction, step):
        """A cosmic ray that arrives with a momentum, on its way back; first step [r_L]."""
        start = self.library.ParticleState(
            -self.library.nucleusId(1, 1), self.energy, self._vector(np.zeros(3)), self._vector(-direction)
        )
        if not start.getCharge() < 0:
            raise ValueError("this CRPropa knows no antiprotons: cosmic rays cannot be followed back.")
        candidate = self.library.Candidate(start)
        candidate.setNextStep(step * self.r_l)
        return candidate

    def boris(self, steps):
        """The scheme with so many equal steps to Omega T = 10, and the path after which it stops [r_L].

        Half a step early, so that rounding adds none.
        """
        step = OMEGA_T / steps
        return self.library.PropagationBP(self.whole, step * self.r_l), OMEGA_T - step / 2

    def cash_karp(self, tolerance, largest):
        """The adaptive scheme, and its path [r_L]."""
        smallest = 1e-9 * self.r_l  # overshoots by no more than that
        module = self.library.PropagationCK(self.whole, tolerance, smallest, largest * self.r_l)
        return module, OMEGA_T

    def ends(self, module, path, candidates):
        """Positions (3, n) [r_L] of candidates when they have gone a path [r_L]."""
        chain = self.library.ModuleList()
        chain.add(module)
        chain.add(self.library.MaximumTrajectoryLength(path * self.r_l))
        for candidate in candidates:
            chain.run(candidate)
        places = [candidate.current.getPosition() for candidate in candidates]
        return np.array([[place.x, place.y, place.z] for place in places]).T / self.r_l

    def adaptive_evaluations(self, module, direction, first, largest):
        """Of the field on one orbit of `cash_karp`, with a first and a largest step [r_L]."""
        candidate, total, path = self.candidate(direction, first), 0, OMEGA_T * self.r_l
        while candidate.getTrajectoryLength() < path * (1 - 1e-12):
            candidate.limitNextStep(path - candidate.getTrajectoryLength())
            proposed = min(candidate.getNextStep(), largest * self.r_l)
            module.process(candidate)
            shorter = candidate.getCurrentStep() < proposed * (1 - 1e-9)
            total += 12 if shorter else 6
        return total


def crpropa_rows(peers, directions, exact):
    """CRPropa by step of Boris' scheme, and by tolerance and largest step of Cash-Karp's."""

    def row(scheme, setting, modules, first, evaluations):
        ends, took = [], []
        for peer, (module, path) in zip(peers, modules, strict=True):
            times = []
            for _ in range(3):
                candidates = [peer.candidate(each, first) for each in directions.T]
                start = time.process_time()
                last = peer.ends(module, path, candidates)
                times.append(time.process_time() - start)
            ends.append(last)
            took.append(min(times))
        microseconds = 1e6 * np.mean(took) / directions.shape[1]
        return Row(scheme, setting, evaluations, median_error(ends, exact), microseconds)

    for step in CRPROPA_STEPS:
        steps = round(OMEGA_T / step)
        modules = [peer.boris(steps) for peer in peers]
        yield row("CRPropa, Boris", f"step {step:g}", modules, step, steps / OMEGA_T)
    for tolerance, largest in CASH_KARP:
        first = min(largest, 0.05)
        modules = [peer.cash_karp(tolerance, largest) for peer in peers]
        counts = [
            peer.adaptive_evaluations(module, direction, first, largest)
            for peer, (module, _) in zip(peers, modules, strict=True)
            for direction in directions.T
        ]
        limit = "no largest step" if largest >= OMEGA_T else f"step up to {largest:g}"
        yield row(
            "CRPropa, Cash-Karp",
            f"tolerance {tolerance:g}, {limit}",
            modules,
            first,
            np.mean(counts) / OMEGA_T,
        )


def exact_ends(field, directions):
    """r(-10) (3, n) by DOP853 at a tolerance of 1e-12, all directions as one system."""

    def backward(_, state):
        r, p = state.reshape(2, 3, -1)
        return np.stack([-p, np.cross(field.b(r), p, axis=0)]).ravel()

    start = np.stack([np.zeros_like(directions), directions]).ravel()
    end = scipy.integrate.solve_ivp(backward, (0, OMEGA_T), start, "DOP853", rtol=1e-12, atol=1e-12).y
    return end[:, -1].reshape(2, 3, -1)[0]


def installed():
    """CRPropa's Python interface; None where it is missing."""
    here = Path(__file__).parent.resolve()
    path = list(sys.path)
    try:  # this file has its name
        sys.path[:] = [each for each in path if Path(each).resolve() != here]
        return importlib.import_module("crpropa")
    except ModuleNotFoundError as error:
        if error.name != "crpropa":
            raise
        return None
    finally:
        sys.path[:] = path


def main(arguments=None):
    """Print the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--without-crpropa", action="store_true", help="compare with what was recorded of it")
    without = parser.parse_args(arguments).without_crpropa
    library = None if without else installed()
    if library is None and not without:
        print(
            "CRPropa's Python interface (crpropa) is not installed: see its documentation, or give "
            "--without-crpropa.",
            file=sys.stderr,
        )
        return 2
    config, directions = Config(), np.ascontiguousarray(pixel_directions(NSIDE))
    peers = [] if without else [CRPropa(library, config, seed) for seed in range(1, FIELDS + 1)]
    fields = [draw_field(config, index) for index in range(FIELDS)] if without else [p.field for p in peers]
    exact = np.array([exact_ends(field, directions) for field in fields])
    theirs = list(RECORDED if without else crpropa_rows(peers, directions, exact))
    ours = list(crviz_rows(fields, directions, exact))
    where = f"; CRPropa as recorded on {RECORDED_ON}" if without else ", CRPropa on the same machine"
    print(f"crviz {crviz.__version__}{where}; {directions.shape[1]} directions x {FIELDS} fields\n")
    print("\n".join(table(ours, theirs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
