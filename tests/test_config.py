import dataclasses
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import crviz
from crviz import Config, backtracking_times, config, load
from crviz.waves import automatic

NAN, INF = math.nan, math.inf
NOT_NUMBERS = (True, "1", None, 1j)
BAD = [
    *(("sigma2", value) for value in (-0.1, NAN, INF, *NOT_NUMBERS)),
    *(("rl_over_lc", value) for value in (0, -0.1, NAN, INF, *NOT_NUMBERS)),
    *(("gamma", value) for value in (0, -1.0, NAN, *NOT_NUMBERS)),
    *(("lambda_min", value) for value in (0, -0.01, NAN, 100.0, 200.0, *NOT_NUMBERS)),
    *(("lambda_max", value) for value in (0, INF, 0.01, 0.001, *NOT_NUMBERS)),
    *(("n_modes", value) for value in (0, -5, 2.5, 200.0, *NOT_NUMBERS)),
    *(("nside", value) for value in (0, -2, 3, 12, 2048, 8.0, *NOT_NUMBERS)),
    *(("step", value) for value in (0, -0.01, NAN, INF, 0.26, True, "0.01")),
    *(("seed", value) for value in (-1, 0.5, *NOT_NUMBERS)),
    *(("grids", value) for value in ("double", "", None, True, 2)),
]
BAD_TIMES = [(), (0.0, 1.0), (-1.0,), (2.0, 1.0), (1.0, 1.0), (1.0, NAN), (1.0, INF), 5.0, None, "early"]
CHANGES = {
    "sigma2": 2.0,
    "rl_over_lc": 0.2,
    "gamma": 3.5,
    "lambda_min": 0.02,
    "lambda_max": 50.0,
    "n_modes": 100,
    "nside": 16,
    "omega_t": (1.0, 2.0),
    "step": 0.01,
    "seed": 1,
    "grids": "cross",
}


def test_defaults_are_the_configuration_of_the_paper():
    paper = Config()
    assert (paper.sigma2, paper.rl_over_lc, paper.gamma) == (1.0, 0.1, 11 / 3)
    assert (paper.lambda_min, paper.lambda_max, paper.n_modes) == (0.01, 100.0, 200)
    assert (paper.nside, paper.n_pixels, paper.grids) == (32, 12288, "single")


def test_default_times_are_64_log_spaced_from_0_3_to_100():
    assert len(Config().omega_t) == 64
    # kept to 12 digits, so that every machine has the same
    np.testing.assert_allclose(Config().omega_t, np.geomspace(0.3, 100, 64), rtol=1e-11)
    assert Config().omega_t[-1] == 100.0


def test_backtracking_times_of_a_short_run_begin_at_a_tenth_of_the_last():
    assert backtracking_times(2.0, 3) == pytest.approx((0.2, math.sqrt(0.4), 2.0), rel=1e-11)
    assert backtracking_times(50, 1) == (50.0,)


@pytest.mark.parametrize("arguments", [(0, 3), (NAN, 3), (10, 0), (10, 2.5), (10, True)])
def test_backtracking_times_refuse_what_makes_no_sequence(arguments):
    with pytest.raises(ValueError, match="must be"):
        backtracking_times(*arguments)


def test_two_grids_take_twice_the_orbits():
    assert Config(nside=4).n_orbits == 192
    assert Config(nside=4, grids="cross").n_orbits == 384


@pytest.mark.parametrize("name", CHANGES)
def test_no_field_can_be_set(name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(Config(), name, CHANGES[name])


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_in_one_sentence_with_name_value_and_range(name, value):
    with pytest.raises(ValueError, match=name) as refused:
        Config(**{name: value})
    sentence = str(refused.value)
    shown = {repr(value)} | ({f"{value:g}"} if isinstance(value, (int, float)) else set())
    assert any(f"{name} = {form}" in sentence for form in shown)
    assert "must be" in sentence or "allowed" in sentence
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert refused.value.parameter in {name, "lambda_min"}  # which of the two lambdas is for them to say


@pytest.mark.parametrize("times", BAD_TIMES)
def test_times_that_do_not_increase_from_above_zero_are_refused(times):
    with pytest.raises(ValueError, match="omega_t") as refused:
        Config(omega_t=times)
    assert "above 0" in str(refused.value)


@pytest.mark.parametrize("times", ["12", ("1", "2"), (True, 2.0)])
def test_times_that_are_no_numbers_are_refused(times):
    with pytest.raises(ValueError, match="omega_t"):
        Config(omega_t=times)


def test_a_step_too_large_is_told_which_one_would_do():
    assert Config(step=0.25).resolved_step == 0.25  # 0.5 / (1 + sqrt(1)), the bound itself
    with pytest.raises(ValueError, match=r"at most 0\.25 .* 0\.04 would be chosen"):
        Config(step=0.2501)


def test_the_bound_on_the_step_follows_the_strength_of_the_field():
    assert Config(sigma2=0, step=0.5).resolved_step == 0.5
    with pytest.raises(ValueError, match="step"):
        Config(sigma2=9, step=0.13)  # bound 0.5 / 4


def test_every_field_changes_the_digest():
    assert set(CHANGES) == {parameter.name for parameter in Config().parameters} - {"turbulence"}
    digests = {Config().digest} | {Config(**{name: value}).digest for name, value in CHANGES.items()}
    assert len(digests) == len(CHANGES) + 1


def test_the_digest_depends_on_what_is_computed_not_on_how_it_was_written():
    default = Config(omega_t=(1.0, 2.0))
    assert default.replace(step=default.default_step).digest == default.digest
    assert Config(sigma2=1, omega_t=[1, 2]).digest == default.digest
    assert Config(nside=np.int64(32), omega_t=np.array([1.0, 2.0])).digest == default.digest


def test_a_new_version_of_the_numerics_changes_the_digest(monkeypatch):
    before = Config().digest
    monkeypatch.setattr(config, "NUMERICS_VERSION", config.NUMERICS_VERSION + 1)
    assert Config().digest != before


def test_the_digest_is_the_same_in_another_process():
    command = "from crviz import Config; print(Config(sigma2=0.3, seed=7).digest)"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=Path(crviz.__file__).parents[1],
        env=os.environ | {"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == Config(sigma2=0.3, seed=7).digest


@pytest.mark.parametrize("one", [Config(), Config(**CHANGES)])
def test_a_configuration_survives_json(one):
    back = Config.from_dict(json.loads(json.dumps(one.to_dict())))
    assert back == one
    assert back.digest == one.digest


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="sigma3"):
        Config.from_dict({"sigma3": 1.0})


def test_replace_validates_anew():
    assert Config().replace(sigma2=0.5) == Config(sigma2=0.5)
    with pytest.raises(ValueError, match="nside"):
        Config().replace(nside=5)


def test_the_paper_has_no_caveats():
    assert Config().caveats == ()


def test_missing_resonant_waves_are_a_caveat():
    edge = 0.01 / (2 * math.pi)  # 2 pi r_L = lambda_min
    assert "there are no resonant waves" in Config(rl_over_lc=0.99 * edge).caveats[0]
    assert "pitch angle" in Config(rl_over_lc=1.01 * edge).caveats[0]


def test_waves_that_miss_the_resonance_at_large_pitch_angles_are_a_caveat():
    """From lambda_min = 0.1 r_L on, which the paper has, up to 2 pi r_L, beyond which there are none."""
    (said,) = Config(rl_over_lc=0.05, omega_t=(1.0,)).caveats
    assert said.startswith("The shortest wave, 0.01 L_c, is above 0.1 r_L: ")
    assert "cosine of the pitch angle is below 0.032" in said  # lambda_min / 2 pi r_L
    assert Config(rl_over_lc=0.05, lambda_min=0.005).caveats == ()


@pytest.mark.parametrize(("rl_over_lc", "omega_t"), [(1e-3, 100.0), (1e-2, 50.0), (1e-4, 2000.0)])
def test_times_that_are_far_too_short_for_diffusion_are_a_caveat(rl_over_lc, omega_t):
    config = Config(rl_over_lc=rl_over_lc, omega_t=(omega_t,), **automatic(rl_over_lc))
    (said,) = config.caveats
    assert said.startswith(f"Omega T = {omega_t:g} is far too short for diffusion")
    assert config.replace(omega_t=(100 * omega_t,)).caveats == ()
    # whoever stops within five gyrations looks at something else
    assert config.replace(omega_t=(20.0,)).caveats == ()


def test_without_turbulence_there_is_nothing_to_be_too_short_for():
    assert Config(sigma2=0, omega_t=(1000.0,)).caveats == ()


def test_waves_that_are_chosen_are_those_of_the_paper_where_it_has_them():
    """50 a decade, from 0.1 r_L to 100 L_c."""
    paper = {"lambda_min": 0.01, "lambda_max": 100.0, "n_modes": 200}
    assert automatic(0.1) == automatic(1.0) == paper  # no longer ones for large rigidities
    assert automatic(1e-3) == {"lambda_min": 1e-4, "lambda_max": 100.0, "n_modes": 300}
    assert automatic(1e-3, lambda_max=50.0)["n_modes"] == 285
    assert automatic(1e-3, lambda_min=1e-3)["n_modes"] == 250
    with pytest.raises(ValueError, match="lambda_max = 10 must be at least 50 L_c where n_modes is chosen"):
        automatic(1e-3, lambda_max=10.0)


def test_the_command_chooses_the_waves(call, tmp_path):
    out, words = tmp_path / "out.nc", ("--nside", 1, "--omega-t", "0.5", "--realizations", 1)
    done = call("run", out, "--n-modes", "auto", "--rl-over-lc", 0.01, *words)
    assert done.status == 0, done.err
    assert load(out).config == Config(rl_over_lc=0.01, nside=1, omega_t=(0.5,), **automatic(0.01))
    refused = call("run", out, "--n-modes", "auto", "--lambda-max", 10, *words)
    assert refused.err.startswith("crviz run: --lambda-max: lambda_max = 10 must be at least 50 L_c")
    unknown = call("run", out, "--n-modes", "many", *words)
    assert unknown.err.endswith("'many' must be a whole number, or auto.\n")


def test_a_step_that_leaves_waves_unresolved_is_a_caveat():
    config = Config(rl_over_lc=5.0, n_modes=1000)
    assert "unresolved" in config.replace(step=2 * config.default_step).caveats[0]
    assert config.replace(step=config.default_step).caveats == ()


@pytest.mark.parametrize("gamma", [5 / 3, 1.67, 1.7])
def test_the_exponent_of_a_one_dimensional_spectrum_is_a_caveat(gamma):
    (said,) = Config(gamma=gamma).caveats
    assert said.startswith(f"gamma = {gamma:.4g} is about the 5/3")
    assert "three-dimensional" in said
    assert "11/3" in said
    assert Config(gamma=1.5).caveats == Config(gamma=3.5).caveats == ()


@pytest.mark.parametrize(("sigma2", "rl_over_lc"), [(1e6, 3e3), (100.0, 25.0), (30.0, 30.0), (10.0, 10.0)])
def test_few_waves_for_nearly_straight_orbits_are_a_caveat(sigma2, rl_over_lc):
    """docs/modes.md: K is 5 to 12 % higher there with N = 200 than with 3200."""
    (said,) = [each for each in Config(sigma2=sigma2, rl_over_lc=rl_over_lc).caveats if "waves stay" in each]
    assert "n_modes = 200 is too few" in said
    many = Config(sigma2=sigma2, rl_over_lc=rl_over_lc, n_modes=2000)
    assert not any("too few" in each for each in many.caveats)


@pytest.mark.parametrize(
    ("sigma2", "rl_over_lc"), [(1.0, 2.0), (1.0, 5.0), (1.0, 10.0), (10.0, 5.0), (10.0, 20.0)]
)
def test_where_b0_bends_orbits_200_waves_are_enough(sigma2, rl_over_lc):
    """There K is right to 2 or 3 %, as docs/modes.md has it; each had the caveat of r_L >> L_c without B0."""
    assert Config(sigma2=sigma2, rl_over_lc=rl_over_lc).caveats == ()
