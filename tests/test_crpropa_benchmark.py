"""The comparison with CRPropa, through a stand-in with the names of its Python interface, which moves
particles by the Lorentz force in SI units: signs, units and the order of the draws are held, not speed."""

import importlib.util
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from crviz import Config, draw_field

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "crpropa.py"
CONFIG = Config(n_modes=12, lambda_min=0.5)
DIRECTIONS = np.array([[0.6, 0.0, -0.8], [0.0, 1.0, 0.0], [-0.36, 0.48, 0.8]]).T


@pytest.fixture(scope="module")
def benchmark():
    """The script, as a module of another name."""
    spec = importlib.util.spec_from_file_location("crpropa_benchmark", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Vector3d:
    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def array(self):
        return np.array([self.x, self.y, self.z])


class Random:
    def seed(self, seed):
        self.generator = np.random.default_rng(seed)

    def randUniform(self, low, high):
        return self.generator.uniform(low, high)


class MagneticField:
    def getField(self, position):
        return Vector3d(*self.at(position.array()))


class UniformMagneticField(MagneticField):
    def __init__(self, value):
        self.value = value

    def at(self, _):
        return self.value.array()


class MagneticFieldList(MagneticField):
    def __init__(self):
        self.fields = []

    def addField(self, field):
        self.fields.append(field)

    def at(self, position):
        return sum(field.at(position) for field in self.fields)


class PlaneWaveTurbulence(MagneticField):
    """A_n psi_n cos(k_n kappa_n . x + beta_n) of Tautz & Dosch 2013, with A_n^2 as G(k_n) delta k_n."""

    def __init__(self, spectrum, number, seed):
        random = Random()
        random.seed(seed)
        self.waves = []
        weights = []
        for n in range(number):
            k = 2 * np.pi / spectrum.l_max * (spectrum.l_max / spectrum.l_min) ** (n / (number - 1))
            hat = k * spectrum.l_bendover
            weights.append(k * hat**spectrum.q / (1 + hat**2) ** ((spectrum.s + spectrum.q) / 2))
            phi, eta = random.randUniform(-math.pi, math.pi), random.randUniform(-1.0, 1.0)
            alpha, beta = random.randUniform(0.0, 2 * math.pi), random.randUniform(0.0, 2 * math.pi)
            # the polarisation is the x axis turned by alpha, and then as z is turned to the wave
            theta = math.acos(eta)
            turn_y = np.array(
                [[math.cos(theta), 0, math.sin(theta)], [0, 1, 0], [-math.sin(theta), 0, math.cos(theta)]]
            )
            turn_z = np.array(
                [[math.cos(phi), -math.sin(phi), 0], [math.sin(phi), math.cos(phi), 0], [0, 0, 1]]
            )
            turn = turn_z @ turn_y
            self.waves.append((k * turn[:, 2], turn @ [math.cos(alpha), -math.sin(alpha), 0], beta))
        self.amplitudes = spectrum.b_rms * np.sqrt(2 * np.array(weights) / sum(weights))
        self.k, self.psi, self.beta = (np.array(part) for part in zip(*self.waves, strict=True))

    def at(self, position):
        return (self.amplitudes * np.cos(self.k @ position + self.beta)) @ self.psi


class TurbulenceSpectrum:
    def __init__(self, b_rms, l_min, l_max, l_bendover, s, q):
        self.b_rms, self.l_min, self.l_max = b_rms, l_min, l_max
        self.l_bendover, self.s, self.q = l_bendover, s, q


class ParticleState:
    def __init__(self, identity, energy, position, direction):
        self.charge = math.copysign(abs(identity) // 10000 % 1000, identity) * E_PLUS
        self.energy, self.position, self.direction = energy, position, direction

    def getCharge(self):
        return self.charge

    def getPosition(self):
        return self.position


class Candidate:
    def __init__(self, state):
        self.current, self.length, self.next, self.step, self.active = state, 0.0, 0.0, 0.0, True

    def setNextStep(self, step):
        self.next = step

    def getNextStep(self):
        return self.next

    def limitNextStep(self, step):
        self.next = min(self.next, step)

    def getCurrentStep(self):
        return self.step

    def getTrajectoryLength(self):
        return self.length

    def moved(self, step, x, u):
        self.current.position, self.current.direction = Vector3d(*x), Vector3d(*u)
        self.step, self.length = step, self.length + step


class PropagationBP:
    def __init__(self, field, step):
        self.field, self.step = field, step

    def process(self, candidate):
        state = candidate.current
        x, u = state.position.array(), state.direction.array()
        x = x + u * self.step / 2
        turn = state.charge * C_LIGHT / state.energy * self.field.at(x) * self.step
        angle = np.linalg.norm(turn)
        axis = turn / angle  # du/ds = u x turn / step: a rotation by -angle
        along = axis * (u @ axis)
        u = along + (u - along) * math.cos(angle) + np.cross(u, axis) * math.sin(angle)
        candidate.moved(self.step, x + u * self.step / 2, u)


class PropagationCK:
    """Steps of Runge and Kutta, one against two of half the length; which scheme does not matter here."""

    def __init__(self, field, tolerance, smallest, largest):
        self.field, self.tolerance, self.ends = field, tolerance, (smallest, largest)

    def process(self, candidate):
        state = candidate.current
        start = np.concatenate([state.position.array(), state.direction.array()])
        step = np.clip(candidate.next, *self.ends)
        while True:
            once = self.advanced(state, start, step)
            end = self.advanced(state, self.advanced(state, start, step / 2), step / 2)
            error = np.linalg.norm(end[3:] - once[3:]) / self.tolerance + 1e-9
            following = np.clip(np.clip(0.95 * step * error**-0.2, 0.1 * step, 5 * step), *self.ends)
            if error <= 1 or step == self.ends[0]:
                break
            step = following
        candidate.moved(step, end[:3], end[3:])
        candidate.next = following

    def advanced(self, state, start, step):
        def slope(here):
            force = state.charge * C_LIGHT / state.energy * np.cross(here[3:], self.field.at(here[:3]))
            return np.concatenate([here[3:], force])

        first = slope(start)
        second = slope(start + step / 2 * first)
        third = slope(start + step / 2 * second)
        fourth = slope(start + step * third)
        return start + step / 6 * (first + 2 * second + 2 * third + fourth)


class MaximumTrajectoryLength:
    def __init__(self, length):
        self.length = length

    def process(self, candidate):
        if candidate.length >= self.length:
            candidate.active = False
        else:
            candidate.limitNextStep(self.length - candidate.length)


class ModuleList:
    def __init__(self):
        self.modules = []

    def add(self, module):
        self.modules.append(module)

    def run(self, candidate):
        while candidate.active:
            for module in self.modules:
                module.process(candidate)


E_PLUS, C_LIGHT = 1.602176487e-19, 2.99792458e8


@pytest.fixture
def crpropa():
    """The stand-in."""
    classes = (
        Vector3d,
        Random,
        UniformMagneticField,
        MagneticFieldList,
        PlaneWaveTurbulence,
        TurbulenceSpectrum,
        ParticleState,
        Candidate,
        PropagationBP,
        PropagationCK,
        MaximumTrajectoryLength,
        ModuleList,
    )
    names = {each.__name__: each for each in classes}
    units = {"eplus": E_PLUS, "c_light": C_LIGHT, "muG": 1e-10, "kpc": 3.0857e19}
    return SimpleNamespace(**names, **units, nucleusId=lambda a, z: 1000000000 + z * 10000 + a * 10)


def test_without_crpropa_it_says_so_in_one_sentence(benchmark, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "crpropa", None)  # an import of it fails, installed or not
    assert benchmark.main([]) == 2
    out, complaint = capsys.readouterr()
    assert out == ""
    assert complaint.startswith("CRPropa's Python interface (crpropa) is not installed")
    assert complaint.count("\n") == 1


def test_its_own_name_does_not_hide_crpropa(benchmark, monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    monkeypatch.delitem(sys.modules, "crpropa", raising=False)
    found = benchmark.installed()
    assert found is None or Path(found.__file__) != SCRIPT


def test_the_waves_are_those_that_crpropa_has_drawn(benchmark, crpropa):
    peer = benchmark.CRPropa(crpropa, CONFIG, 3)  # compares the two by itself
    place = np.array([1.0, -2.0, 0.5])
    b = peer.whole.getField(Vector3d(*(place * peer.r_l)))
    np.testing.assert_allclose(
        np.array([b.x, b.y, b.z]) / crpropa.muG, peer.field.b(place[:, None])[:, 0], rtol=1e-9
    )
    assert (peer.field.amplitudes**2).sum() / 2 == pytest.approx(CONFIG.sigma2)
    k = np.linalg.norm(peer.field.wavevectors, axis=0)
    np.testing.assert_allclose(k, np.linalg.norm(draw_field(CONFIG, 0).wavevectors, axis=0), rtol=2.0**-24)


def test_another_way_to_draw_is_noticed(benchmark, crpropa):
    class Otherwise(PlaneWaveTurbulence):
        def __init__(self, spectrum, number, seed):
            super().__init__(spectrum, number, seed + 1)

    crpropa.PlaneWaveTurbulence = Otherwise
    with pytest.raises(ValueError, match="draws its waves otherwise: its field differs by"):
        benchmark.CRPropa(crpropa, CONFIG, 3)


def test_both_programs_end_at_the_same_places(benchmark, crpropa):
    peer = benchmark.CRPropa(crpropa, CONFIG, 3)
    exact = benchmark.exact_ends(peer.field, DIRECTIONS)
    errors = []
    for steps in (400, 800):
        ends = peer.ends(*peer.boris(steps), [peer.candidate(each, 0.01) for each in DIRECTIONS.T])
        errors.append(np.linalg.norm(ends - exact, axis=0))
    # second order: half the step, a quarter of the error
    np.testing.assert_allclose(errors[0] / errors[1], 4, rtol=0.15)
    assert errors[1].max() < 1e-2
    module, path = peer.cash_karp(1e-9, 1.0)
    ends = peer.ends(module, path, [peer.candidate(each, 0.05) for each in DIRECTIONS.T])
    np.testing.assert_allclose(ends, exact, atol=1e-5)


def test_evaluations_of_adaptive_steps_are_six_each_and_six_more_where_one_was_refused(benchmark, crpropa):
    peer = benchmark.CRPropa(crpropa, CONFIG, 3)
    module, _ = peer.cash_karp(1.0, 0.1)  # never refused
    assert peer.adaptive_evaluations(module, DIRECTIONS[:, 0], 0.1, 0.1) == 6 * 100
    strict, _ = peer.cash_karp(1e-7, 10.0)  # the first step of 10 is refused
    assert peer.adaptive_evaluations(strict, DIRECTIONS[:, 0], 10.0, 10.0) % 6 == 0
    candidate = peer.candidate(DIRECTIONS[:, 0], 10.0)
    steps = 0
    while candidate.getTrajectoryLength() < 10 * peer.r_l * (1 - 1e-12):
        candidate.limitNextStep(10 * peer.r_l - candidate.getTrajectoryLength())
        strict.process(candidate)
        steps += 1
    assert peer.adaptive_evaluations(strict, DIRECTIONS[:, 0], 10.0, 10.0) > 6 * steps


def test_times_are_compared_at_equal_error(benchmark):
    """Time proportional to error^(-1/2), as of a scheme of second order: interpolation is exact."""
    scheme = [benchmark.Row("B", "", 0, error, error**-0.5) for error in (1e-2, 1e-4)]
    assert benchmark.best_time(scheme, 1e-3) == pytest.approx(1e-3**-0.5)
    assert benchmark.best_time(scheme, 1e-1) == pytest.approx(10)  # what is more accurate does as well
    other = benchmark.Row("C", "", 0, 5e-4, 15.0)
    assert benchmark.best_time([*scheme, other], 1e-3) == 15
    ours = benchmark.Row("crviz", "", 0, 1e-3, 2.0)
    assert benchmark.slower(ours, scheme) == "16 times"
    assert benchmark.slower(benchmark.Row("crviz", "", 0, 1e-5, 2.0), scheme) == "> 50 times"


def test_the_table_has_a_row_for_every_setting(benchmark, crpropa, monkeypatch, capsys):
    settings = {"FIELDS": 1, "STEPS": (0.1, 0.05), "ACCURACIES": (1e-4,), "CRPROPA_STEPS": (0.2, 0.1)}
    for name, value in {**settings, "CASH_KARP": ((0.1, 1.0),), "NSIDE": 1, "BLOCKS": 1}.items():
        monkeypatch.setattr(benchmark, name, value)
    monkeypatch.setattr(benchmark, "Config", lambda: CONFIG)
    monkeypatch.setitem(sys.modules, "crpropa", crpropa)
    assert benchmark.main([]) == 0
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert "CRPropa on the same machine; 12 directions x 1 fields" in head
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| CRPropa, Boris, step 0.2",
        "| CRPropa, Boris, step 0.1",
        "| CRPropa, Cash-Karp, tolerance 0.1, step up to 1",
        "| crviz, Boris, step 0.1",
        "| crviz, Boris, step 0.05",
        "| crviz, Adams, accuracy 0.0001",
    ]
    # the same scheme through the same field, in two programs
    errors = [float(line.split(" | ")[2]) for line in lines[2:]]
    assert errors[3] == pytest.approx(errors[1], rel=0.1)


def test_recorded_figures_stand_in_for_it(benchmark, monkeypatch, capsys):
    for name, value in {"FIELDS": 1, "STEPS": (0.1,), "ACCURACIES": (), "BLOCKS": 1}.items():
        monkeypatch.setattr(benchmark, name, value)
    monkeypatch.setattr(benchmark, "Config", lambda: CONFIG)
    assert benchmark.main(["--without-crpropa"]) == 0
    out = capsys.readouterr().out
    assert f"CRPropa as recorded on {benchmark.RECORDED_ON}" in out
    assert out.count("| CRPropa, ") == len(benchmark.RECORDED)
