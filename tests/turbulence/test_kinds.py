"""A kind of turbulence is one file: what it says of itself is all that everything else needs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import crviz
from crviz import Config, backtrack, draw_field, library, load, run, storing, turbulence
from crviz.checks import ParameterError
from crviz.dashboard import address
from crviz.dashboard.chip import shown_words
from crviz.dashboard.controls import physics_and_run
from crviz.dashboard.drawer.more import plots_of
from crviz.dashboard.drawer.reproduction import reproducing_script
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State
from crviz.parameters import SIGMA2, Parameter

SMALL = {"nside": 2, "omega_t": (0.5, 2.0)}


# --- the field that is drawn


def test_what_a_kind_draws_is_the_field(toy):
    """Two waves along x and y, polarised along z: B_z = 1 + sum A cos(k x + beta), and nothing else."""
    field = draw_field(Config(turbulence="monochromatic", wavelength=0.5, waves=2, rl_over_lc=0.2), 3)
    r = np.random.default_rng(1).normal(size=(3, 20))
    k, amplitude = 2 * np.pi / 0.5 * 0.2, 1.0  # [1/r_L]; 2 A^2 / 2 = sigma^2 = 1
    expected = amplitude * np.cos(k * r[:2] + field.phases[:, None])
    # k and A are drawn to 24 bits: of a phase k x, and of each of two waves, as much is lost
    lost = 2.0**-24 * 2 * (k * np.abs(r).max() + 1)
    np.testing.assert_allclose(field.b(r)[2], 1 + expected.sum(0), rtol=0, atol=lost)
    np.testing.assert_array_equal(field.b(r)[:2], 0)


def test_a_caveat_names_no_parameter_that_the_kind_lacks(toy):
    """Waves of 0.5 L_c, and 2 pi r_L = 0.06 L_c."""
    (caveat,) = Config(turbulence="monochromatic", wavelength=0.5, rl_over_lc=0.01).caveats
    assert "0.0628 L_c is shorter than the shortest wave, 0.5 L_c: there are no resonant waves." in caveat
    assert "shorter than lambda_min = 0.01 L_c" in Config(rl_over_lc=0.001).caveats[0]
    caveat = Config(
        turbulence="monochromatic", waves=6, sigma2=100, rl_over_lc=25.0, wavelength=10.0
    ).caveats[-1]
    assert "few waves stay in phase with them: 6 is too few" in caveat


def test_the_kernel_follows_it(toy):
    """B along z alone leaves p_z as it is, whatever the waves do across it."""
    field = draw_field(Config(turbulence="monochromatic"), 0)
    orbits = backtrack(field, [[0.0, 0.6], [0.6, 0.0], [0.8, 0.8]], (1.0, 20.0))
    np.testing.assert_allclose(orbits.p[:, 2], 0.8, rtol=1e-12)
    np.testing.assert_allclose(orbits.r[:, 2, 0], [-0.8, -16.0], rtol=1e-10)  # r_z = -p_z T


def test_fields_of_neighbouring_parameters_are_shared(toy):
    one, other = (draw_field(Config(turbulence="monochromatic", sigma2=s), 2) for s in (0.5, 1.0))
    np.testing.assert_array_equal(one.phases, other.phases)


def test_the_step_resolves_its_waves(toy):
    """Waves of a hundredth of L_c are shorter than the usual step where r_L = L_c."""
    wide, fine = (Config(turbulence="monochromatic", wavelength=w, rl_over_lc=1.0) for w in (1.0, 0.01))
    assert fine.default_step < wide.default_step
    assert fine.default_step < 0.01


# --- configurations


def test_it_brings_its_parameters(toy):
    config = Config(turbulence="monochromatic", wavelength=2.0)
    assert (config.wavelength, config.waves, config.n_waves) == (2.0, 4, 4)
    assert [each.name for each in config.parameters][2:5] == ["turbulence", "wavelength", "waves"]
    with pytest.raises(ParameterError, match=r"^wavelength = 1000 must be"):
        Config(turbulence="monochromatic", wavelength=1000.0)
    with pytest.raises(ParameterError, match=r"^gamma = 3 is no parameter of a configuration"):
        Config(turbulence="monochromatic", gamma=3.0)


def test_its_digest_tells_it_from_others_and_follows_its_own_parameters(toy):
    digests = {Config(**each).digest for each in ({}, {"turbulence": "monochromatic"})}
    digests |= {Config(turbulence="monochromatic", wavelength=w).digest for w in (1.0, 2.0)}
    assert len(digests) == 3  # a wavelength of 1 is its default


def test_a_change_of_kind_leaves_what_both_know(toy):
    other = Config(sigma2=0.3, gamma=3.0, nside=8).replace(turbulence="monochromatic", waves=7)
    assert (other.sigma2, other.nside, other.waves) == (0.3, 8, 7)
    assert other.replace(turbulence="isotropic") == Config(sigma2=0.3, nside=8)


def test_it_survives_json(toy):
    one = Config(turbulence="monochromatic", waves=9)
    assert Config.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_a_kind_that_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(ParameterError, match=r"^turbulence = 'solenoidal' must be one of 'isotropic'.*\.$"):
        Config(turbulence="solenoidal")
    with pytest.raises(ParameterError, match=r"^turbulence = 3 must be one of"):
        Config(turbulence=3)


def test_two_kinds_cannot_have_one_name(toy):
    class Other:
        name, label, parameters = "monochromatic", "another", ()

    with pytest.raises(ParameterError, match="is the name of another kind"):
        turbulence.register(Other())


@pytest.mark.parametrize("name", ["sigma2", "nside", "digest", "omega_t_max", "theta", "replace"])
def test_a_kind_cannot_take_the_name_of_something_else(name):
    class Greedy:
        label, parameters = "greedy", (Parameter(name, 1.0),)

    Greedy.name = "greedy"
    turbulence.register(Greedy())
    try:
        with pytest.raises(ParameterError, match=f"has the parameter {name!r}"):
            Config(turbulence="greedy")
    finally:
        turbulence.unregister("greedy")


# --- runs, files, the command line


def test_it_is_simulated_stored_and_grown(toy, tmp_path):
    config = Config(turbulence="monochromatic", waves=5, **SMALL)
    result = run(config, 2)
    shelf = library.Library(tmp_path)
    shelf.put(result)
    (grown,) = storing.grow(config, 3, [shelf], resume=storing.begun(config, 3, [shelf]))
    np.testing.assert_array_equal(grown.dataset["cl"], run(config, 3).dataset["cl"])
    assert load(shelf.path(config)).config == config


def test_a_file_of_a_kind_that_is_gone_is_told(toy, tmp_path):
    path = tmp_path / "run.nc"
    run(Config(turbulence="monochromatic", **SMALL), 1).save(path)
    turbulence.unregister("monochromatic")
    said = f"{path} cannot be used here: turbulence = 'monochromatic' must be one of 'isotropic'."
    with pytest.raises(ValueError, match=re.escape(said)):
        load(path)
    entry = library.Library(tmp_path).entries()[0]
    assert "monochromatic" in entry.problem


def crviz_command(*words, path):
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(path), str(Path(crviz.__file__).parents[1])])
    }
    return subprocess.run(
        [sys.executable, "-m", "crviz", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_installed_kind_runs_from_the_command_line(installed, tmp_path):
    out = tmp_path / "out.nc"
    words = ["run", out, "--turbulence", "monochromatic", "--waves", 3, "--nside", 1, "--omega-t", "0.5,1"]
    done = crviz_command(*words, "--realizations", 1, path=installed)
    assert done.returncode == 0, done.stderr
    said = crviz_command("info", out, path=installed).stdout
    assert "turbulence   monochromatic" in said
    assert "waves        3" in said
    refused = crviz_command(*words, "--wavelength", 1e9, path=installed)
    assert refused.returncode == 2
    assert "--wavelength: wavelength = 1e+09 must be" in refused.stderr
    unknown = crviz_command(*words, "--colour", "red", path=installed)
    assert unknown.returncode == 2
    assert "unrecognized arguments: --colour red" in unknown.stderr


def test_without_the_package_the_kind_is_refused(tmp_path):
    done = crviz_command("run", tmp_path / "out.nc", "--turbulence", "monochromatic", path=tmp_path)
    assert done.returncode == 2
    known = ", ".join(map(repr, turbulence.known()))
    assert done.stderr == f"crviz run: --turbulence: turbulence = 'monochromatic' must be one of {known}.\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [("raise RuntimeError('half installed')", "half installed"), ("MODEL = None", "calls itself")],
)
def test_a_package_that_is_broken_is_told_and_disturbs_nothing_else(installed, tmp_path, content, said):
    (installed / "toy_turbulence.py").write_text(content, encoding="utf8")
    done = crviz_command("run", tmp_path / "out.nc", "--turbulence", "monochromatic", path=installed)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    tiny = ["--nside", 1, "--omega-t", "0.5", "--n-modes", 2, "--realizations", 1]
    assert crviz_command("run", tmp_path / "out.nc", *tiny, path=installed).returncode == 0


def test_a_package_that_is_broken_keeps_no_server_from_starting(installed, monkeypatch):
    (installed / "toy_turbulence.py").write_text("1 / 0", encoding="utf8")
    monkeypatch.syspath_prepend(str(installed))
    known = turbulence.known()
    (trouble,) = turbulence.install()
    assert "cannot be imported: division by zero" in str(trouble)
    assert turbulence.known() == known


# --- the page


def controls():
    return {each["key"]: each for group in physics_and_run() for each in group["controls"]}


def test_a_single_kind_needs_no_choice(only_isotropic):
    assert "turbulence" not in controls()
    assert "needs" not in controls()["gamma"]


def test_a_second_kind_can_be_chosen_and_its_parameters_come_with_it(only_isotropic, toy):
    offered = controls()
    assert offered["turbulence"]["options"] == [["isotropic", "isotropic"], ["of one wavelength", toy.name]]
    assert offered["wavelength"]["needs"] == {"turbulence": ["monochromatic"]}
    assert offered["gamma"]["needs"] == {"turbulence": ["isotropic"]}
    assert "needs" not in offered[SIGMA2.name]


def test_the_page_runs_it(toy):
    state = State(nside=4)
    state.set("turbulence", "monochromatic")
    state.set("wavelength", 3.0)
    assert state.config == Config(
        turbulence="monochromatic", wavelength=3.0, nside=4, grids="cross", omega_t=state.config.omega_t
    )


def test_a_link_sets_it(toy):
    state = State()
    notice = address.restore(state, {"turbulence": [b"monochromatic"], "wavelength": [b"3"], "waves": [b"0"]})
    assert (state.config.turbulence, state.config.wavelength, state.config.waves) == ("monochromatic", 3.0, 4)
    assert notice.startswith("waves = 0 must be")


def test_a_link_names_what_is_registered_and_imports_nothing(installed, monkeypatch):
    monkeypatch.syspath_prepend(str(installed))
    state = State()
    notice = address.restore(state, {"turbulence": [b"monochromatic"]})
    assert "The link has turbulence = 'monochromatic', which is not a valid value" in notice
    assert state.config == State().config
    assert "toy_turbulence" not in sys.modules


def test_the_server_knows_what_is_installed(installed, monkeypatch):
    monkeypatch.syspath_prepend(str(installed))
    assert turbulence.install() == []
    try:
        assert "monochromatic" in turbulence.known()
    finally:
        turbulence.unregister("monochromatic")
        sys.modules.pop("toy_turbulence", None)


def test_what_is_shown_of_it_has_a_script_and_further_plots(toy):
    state = State()
    config = Config(turbulence="monochromatic", waves=5, grids="cross", **SMALL)
    state.show(LabelledSource(run(config, 1), "simulated, 1 field"))
    assert "crviz.Config(turbulence='monochromatic', waves=5," in reproducing_script(state)
    assert len(list(plots_of(state.shown, dark=False))) == 4
    assert shown_words(state.shown).startswith("of one wavelength, σ² = 1, r_L = 0.1 L_c: ")
