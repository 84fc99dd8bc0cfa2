import dataclasses

import pytest

from crviz.dashboard import description
from crviz.dashboard.controls import Controls, physics_and_run
from crviz.dashboard.state import State
from crviz.parameters import CONFIGURATION, REQUEST, VIEW


def all_groups():
    """Of the sidebar and below the plots."""
    places = description.controls().items()
    return [group for place, groups in places if place != "toolbar" for group in groups]


def all_controls():
    return [control for group in all_groups() for control in group["controls"]]


@pytest.fixture
def controls(state):
    return Controls(state, physics_and_run(), {"run": lambda: None})


@pytest.fixture
def told(controls):
    """What the browser is told from now on."""
    told = []
    controls.param.watch(lambda event: told.append(event.new), "values")
    return told


def released(controls, key, value):
    """As the browser says that the hand is off."""
    controls._handle_msg({"kind": "set", "key": key, "value": value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("theta", 30.0), ("phi", 200.0), ("p", 0.3), ("sigma2", 0.1), ("rl_over_lc", 1.0), ("nside", 8)],
)
def test_what_is_released_is_set_and_nothing_comes_back(state, controls, told, key, value):
    released(controls, key, value)
    assert getattr(state, key) == value
    assert told == []


def test_what_python_sets_reaches_the_browser(state, controls, told):
    state.theta = 45.0
    (values,) = told
    assert values["theta"] == 45.0
    state.param.update(sigma2=0.1, rl_over_lc=1.0)
    assert (told[-1]["sigma2"], told[-1]["rl_over_lc"]) == (0.1, 1.0)


def test_what_another_group_set_reaches_this_one(state, told, controls):
    other = Controls(state, physics_and_run())
    released(other, "theta", 20.0)
    assert told[-1]["theta"] == 20.0


def test_the_browser_is_told_where_python_made_something_else_of_it(state, controls, told):
    """Else a field goes on showing a number that is not taken."""
    released(controls, "theta", 500.0)
    assert state.theta == 90.0
    assert told
    assert told[-1]["theta"] == 90.0


def test_what_is_set_in_answer_to_the_browser_reaches_it(state, controls, told):
    """As when a change of rigidity brings a result that ends earlier."""
    state.param.watch(lambda _: state.param.update(phi=10.0), "sigma2")
    released(controls, "sigma2", 0.1)
    assert told
    assert told[-1]["phi"] == 10.0


def test_what_python_said_before_can_be_said_again(state, controls, told):
    """As when a preset is chosen, a slider moved away from it, and the preset chosen again."""
    state.sigma2 = 0.1
    released(controls, "sigma2", 10.0)
    state.sigma2 = 0.1
    assert [values["sigma2"] for values in told] == [0.1, 0.1]


def test_a_word_that_is_none_of_the_choices_is_taken_back(state, controls, told):
    released(controls, "form", "of my own")
    assert told[-1]["form"] == state.form == "printed"


def test_a_value_that_is_refused_stops_nothing(state, controls, told):
    released(controls, "theta", "north")
    state.theta = 5.0
    assert told[-1]["theta"] == 5.0


def test_buttons_do_what_they_say(state):
    pressed = []
    controls = Controls(
        state, physics_and_run(), {"run": lambda: pressed.append("run"), "add": lambda: pressed.append("add")}
    )
    controls._handle_msg({"kind": "press", "key": "add"})
    controls._handle_msg({"kind": "press", "key": "run"})
    assert pressed == ["add", "run"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"kind": []},
        {"kind": "press"},
        {"kind": "press", "key": []},
        {"kind": "press", "key": "there is no such button"},
        {"kind": "set", "key": "sigma2"},
        {"kind": "set", "key": "sigma2", "value": "large"},
        {"kind": "set", "key": "sigma2", "value": True},
        {"kind": "set", "key": "sigma2", "value": float("nan")},
        {"kind": "set", "key": "sigma2", "value": 10**400},
        {"kind": "set", "key": "sigma2", "value": [1.0]},
        {"kind": "set", "key": "turbulence", "value": 3},
        {"kind": "set", "key": "shown", "value": "a result"},
        {"kind": "set", "key": "dark", "value": True},
        {"kind": "set", "key": "name", "value": "another"},
    ],
)
def test_what_no_page_sends_changes_nothing(state, message):
    before = dict(state.param.values())
    controls = Controls(state, physics_and_run(), {"run": lambda: pytest.fail("pressed")})
    controls._handle_msg(message)
    assert dict(state.param.values()) == before


# --- what there is to set


def test_every_parameter_of_a_run_has_a_control():
    there = {control["key"] for control in all_controls()}
    assert there >= {each.name for each in (*CONFIGURATION, *REQUEST, *VIEW) if each.control} - {"turbulence"}
    assert there >= {
        "sigma2",
        "n_modes",
        "omega_t_max",
        "realizations",
        "theta",
        "p",
        "estimator",
        "analytic",
    }


def test_nothing_can_be_set_twice():
    keys = [control["key"] for control in all_controls()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("control", all_controls(), ids=lambda control: control["key"])
def test_a_control_fits_its_parameter(control):
    if control["key"] not in State.param:
        assert control["kind"] in ("button", "text")
        return
    parameter = State.param[control["key"]]
    if control["kind"] == "range":
        assert (control["min"], control["max"]) == parameter.bounds
        assert control["step"] == parameter.step
    elif control["kind"] == "log":
        assert (control["values"][0], control["values"][-1]) == parameter.bounds
    elif control["kind"] in ("select", "choice"):
        assert [value for _, value in control["options"]] == list(parameter.objects)
    elif control["kind"] == "switch":
        assert isinstance(parameter.default, bool)
    else:
        assert control["kind"] == "number"
        assert not isinstance(parameter.default, bool)
    assert control["label"]


@pytest.mark.parametrize("key", ["theta", "p", "nside", "smooth"])
def test_values_are_given_with_the_page(state, key):
    specs = all_groups()
    assert Controls(state, specs).values[key] == getattr(state, key)


# --- run, cancel, add, through a session


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


def test_run_cancel_and_add_reach_the_manager(state, session, fake):
    presses = {"run": session.run, "cancel": session.cancel, "add": session.add}
    controls = Controls(state, physics_and_run(), presses)
    controls._handle_msg({"kind": "press", "key": "run"})
    assert [job.config for job in fake.requests] == [state.config]
    controls._handle_msg({"kind": "press", "key": "add"})
    assert fake.requests[-1].status.asked == state.realizations + 20
    controls._handle_msg({"kind": "press", "key": "cancel"})
    assert [job for job, _ in fake.left] == [fake.requests[-1]]


def test_moving_what_is_a_view_starts_no_run(controls, fake, session):
    for key, value in (("theta", 30.0), ("p", 0.3), ("sigma2", 0.1), ("smooth", 4.0)):
        released(controls, key, value)
    assert fake.requests == []


def test_a_session_is_busy_while_its_job_is_not_over(session, fake, document):
    session.run()
    assert session.busy
    (job,) = fake.requests
    job.status = dataclasses.replace(job.status, state="finished")
    job.tell()
    document.turn()
    assert not session.busy


def test_an_emptied_number_of_the_view_is_put_back(state, controls, told):
    """It ended in a traceback: None is no value of it."""
    released(controls, "lc", None)
    assert state.lc == 100.0
    assert told[-1]["lc"] == 100.0


# --- what is said of it


def test_every_setting_says_what_it_means_in_a_line():
    for control in all_controls():
        if control["kind"] not in ("button", "text"):
            assert control["help"][0].isupper() or control["help"][0] == "λ", control["key"]
            assert control["help"].endswith("."), control["key"]


def test_choices_are_offered_in_plain_words():
    words = {control["key"]: [said for said, _ in control.get("options", ())] for control in all_controls()}
    assert words["estimator"] == [
        "subtract Eq. 9 (as the paper)",
        "subtract the plateau",
        "two grids crossed (unbiased)",
        "none",
    ]
    # a sphere of 41253 square degrees in 12 nside^2 pixels
    sizes = [f"{nside} (pixels of {(41253 / 12) ** 0.5 / nside:.2g}°)" for nside in (4, 8, 16, 32, 64)]
    assert words["nside"] == sizes
    assert words["nside"][2] == "16 (pixels of 3.7°)"
