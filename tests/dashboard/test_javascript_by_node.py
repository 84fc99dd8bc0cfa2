"""Modules of the page that know no document: tested by node, and their types checked."""

import dataclasses
import gzip
import json
import math
import shutil
import subprocess

import numpy as np
import pytest
from node import ROOM, STRICT, lay_out, program, run

import crviz
from crviz.config import Config
from crviz.dashboard import atlas_tensors, best_known, chip, theory_feed
from crviz.dashboard.alone import contents_of, labelled, opening, settings
from crviz.dashboard.page import energy_words
from crviz.dashboard.state import State
from crviz.jobs import fine_skies
from crviz.plots.content import evolution
from crviz.plots.content.evolution import analytic

TESTS = ROOM.parents[1] / "tests/javascript"
#: What computes and says, and touches no document.
PURE = [
    *(
        f"browser/{name}.js"
        for name in (
            "tensor",
            "shape",
            "numbers",
            "digits",
            "healpix",
            "lines",
            "series",
            "png",
            "dipole",
            "pulse",
        )
    ),
    *(f"browser/kernel/{name}.js" for name in ("pool", "worker")),
    *(f"browser/{name}.js" for name in ("growth", "atlas/atlas", "atlas/surface")),
    *(f"browser/alone/{name}.js" for name in ("held", "link", "csv")),
    *("browser/view.js", "browser/settings.js", "browser/settling.js", "browser/tour_steps.js"),
    *(f"panels/sky/{name}.js" for name in ("sky", "fine", "one_sky")),
    *(f"panels/{name}/{name}.js" for name in ("evolution", "spectra", "summary")),
    *(f"panels/spectra/{name}.js" for name in ("seeing", "scatter", "table", "own")),
]

#: Of a small run: maps are kept at all of them.
TIMES = tuple(np.geomspace(0.3, 30, 9).tolist())
#: What somebody may set, none of it what is set at first, nor what that is clamped to.
VALUES = [
    *(("theta", 120.0), ("phi", 361), ("p", 0.001), ("p", 0.25), ("p", "a half"), ("p", None)),
    *(("form", "self-consistent"), ("form", "no form"), ("analytic", True), ("estimator", "eq9")),
    *(
        ("limit", 3.5),
        ("limit", 0),
        ("b0", 1e9),
        ("lc", 50),
        ("beside_time", 5),
        ("smooth", 3.5),
        ("smooth", 90),
    ),
]
ENERGIES = [(0.1, 6.0, 100.0), (1.8e-5, 6.0, 100.0), (0.001, 3.0, 1.0), (2.0, 3.0, 10.0), (1e-6, 3.0, 1.0)]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """The modules as node reads them, and their tests."""
    folder = lay_out(tmp_path_factory.mktemp("javascript"))
    shutil.copytree(TESTS, folder / "tests")
    return folder


@pytest.fixture(scope="module")
def files(laid_out):
    """Shipped files of a finer sky, and what Python reads in two of them."""
    for index in (30, 53, 54, 55):
        shutil.copy(fine_skies.folder() / f"{index}.gz", laid_out)
    for index in (30, 55):
        steps, units = fine_skies.steps(index)
        (laid_out / f"{index}.steps").write_bytes(steps.astype("i1").tobytes())
        (laid_out / f"{index}.units").write_bytes(units.tobytes())


#: Places of the atlas that the browser is asked for: corners, points (some C_l are below 0 at (2, 0.05)), on
#: lines between points, where it is steep ((0.07, 4), across B0), beside a point, and anywhere.
PLACES = [
    *((0.05, 0.02), (10.0, 5.0), (0.05, 5.0), (1.0, 0.1), (2.0, 0.05), (0.1, 0.3), (0.7, 1.0), (10.0, 0.03)),
    *((0.07, 4.0), (0.05001, 0.02001)),
    *np.exp(np.random.default_rng(17).uniform(np.log([0.05, 0.02]), np.log([10, 5]), (12, 2))).tolist(),
]


@pytest.fixture(scope="module")
def places(laid_out):
    """The atlas as browsers have it, and what Python says of some places, beside them."""
    (laid_out / "atlas.file").write_bytes(gzip.decompress(atlas_tensors.file()))
    told, arrays = [], b""
    for place in PLACES:
        shown = best_known.from_atlas(Config(sigma2=place[0], rl_over_lc=place[1]))
        said = {"place": place, "what": chip.shown_words(shown), "agreeing": chip.agreeing(shown, 100.0)}
        for name, value in shown.tensors("cross").items():
            if isinstance(value, np.ndarray):
                said[name] = [value.dtype.str[1:], len(arrays), value.size]
                arrays += value.tobytes() + bytes(-value.nbytes % 8)
            else:
                said[name] = value
        curves = evolution.analytic(shown.source, (0.6, 0.9), 0.4)
        said["analytic"] = [[ell, values.tolist()] for ell, values in curves]
        told.append(said)
    modes = {name: np.asarray(value).tolist() for name, value in theory_feed._modes(0.4).items()}
    (laid_out / "modes.json").write_text(json.dumps(modes), encoding="utf8")
    (laid_out / "places.json").write_text(json.dumps(told), encoding="utf8")
    (laid_out / "places.arrays").write_bytes(arrays)


@pytest.fixture(scope="module")
def alone(laid_out):
    """What a page without a server is handed, and what Python makes of it."""
    source = crviz.run(crviz.Config(nside=4, n_modes=20, omega_t=TIMES, grids="cross"), 3)
    state = opening(labelled(source))
    contents = contents_of(state)
    (laid_out / "further.bin").write_bytes(dataclasses.replace(contents, atlas=True).further())
    for index, file in enumerate(contents.skies.files):
        (laid_out / f"small-{index}.gz").write_bytes(file)
    r, units = source.maps[1], [np.abs(each).max(-1) / fine_skies.STEPS for each in source.maps[1]]
    curves = [
        {"p": p, "theta": theta, "phi": phi, "curves": [[ell, one.tolist()] for ell, one in found]}
        for p, theta, phi in ((0.025, 0, 0), (0.5, math.pi / 2, 0), (0.333, 0.6, 2), (0.97, 1, 5))
        for found in [analytic(source, (theta, phi), p)]
    ]
    told = {
        "positions": [each.ravel().tolist() for each in r],
        "units": [each.tolist() for each in units],
        "curves": curves,
        "modes": [
            {name: np.asarray(value).tolist() for name, value in theory_feed._modes(p).items()}
            for p in (0.025, 0.5, 0.333)
        ],
        "rules": settings.rules(contents.controls),
        "taken": [[key, value, taken_by_state(key, value)] for key, value in VALUES],
        "energies": [[*each, energy_words(*each)] for each in ENERGIES],
    }
    (laid_out / "alone.json").write_text(json.dumps(told))


def taken_by_state(key, value):
    """What a state has that is told to take a value, if it is another one than before."""
    state = State()
    before = getattr(state, key)
    state.set(key, value)
    taken = getattr(state, key)
    return taken if taken != before else None


def test_what_they_compute_and_say(laid_out, files, places, alone):
    files = sorted(f"tests/{path.name}" for path in TESTS.glob("*.test.js"))
    assert "# fail 0" in run(laid_out, program("node"), "--test", "--test-reporter=tap", *files)


def test_their_types_fit(laid_out):
    run(laid_out, program("tsc"), *STRICT, "--lib", "es2022,dom,dom.iterable", *PURE)


def test_a_type_that_does_not_fit_would_be_found(laid_out):
    wrong = laid_out / "wrong.js"
    wrong.write_text('import {shape} from "./browser/shape.js"\nshape("a half", "printed", 2)\n')
    command = [program("tsc"), *STRICT, "--lib", "es2022,dom", "wrong.js"]
    done = subprocess.run(command, cwd=laid_out, capture_output=True, text=True, check=False)
    assert "wrong.js(2,7)" in done.stdout
