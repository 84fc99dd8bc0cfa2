import dataclasses

import panel as pn
import panel_material_ui as pmui
import param
import pytest

from crviz.dashboard.controls import Controls


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


@pytest.fixture
def sidebar(state, session):
    return Controls(state, session).__panel__()


def labelled(sidebar, kind, label):
    (found,) = [widget for widget in sidebar.select(kind) if widget.label == label]
    return found


def release(slider, value):
    """Let a slider go, as a visitor does."""
    with param.edit_constant(slider):
        slider.param.update(value=value, value_throttled=value)


@pytest.mark.parametrize(("name", "value"), [("theta", 30.0), ("phi", 200.0), ("p", 0.3)])
def test_a_slider_and_the_state_follow_each_other(state, sidebar, name, value):
    slider = labelled(sidebar, pmui.FloatSlider, state.param[name].label)
    release(slider, value)
    assert getattr(state, name) == value
    low, high = state.param[name].bounds
    assert (slider.start, slider.end) == (low, high)
    setattr(state, name, low)
    assert slider.value == low


def test_a_slider_that_is_still_held_changes_nothing(state, sidebar):
    slider = labelled(sidebar, pmui.FloatSlider, state.param.theta.label)
    slider.value = 30.0
    assert state.theta == 0.0


@pytest.mark.parametrize(("name", "value"), [("sigma2", 0.1), ("rl_over_lc", 1.0)])
def test_a_logarithmic_slider_and_the_state_follow_each_other(state, sidebar, name, value):
    slider = labelled(sidebar, pmui.DiscreteSlider, state.param[name].label)
    slider.value = value
    assert getattr(state, name) == value
    setattr(state, name, 0.01)
    assert slider.value == 0.01


def test_buttons_point_the_gradient_along_the_field_and_across(state, sidebar):
    labelled(sidebar, pmui.Button, "perpendicular").clicks += 1
    assert state.theta == 90
    labelled(sidebar, pmui.Button, "parallel").clicks += 1
    assert state.theta == 0


def test_moving_what_is_a_view_starts_no_run(state, sidebar, fake):
    release(labelled(sidebar, pmui.FloatSlider, state.param.theta.label), 30.0)
    labelled(sidebar, pmui.Button, "perpendicular").clicks += 1
    labelled(sidebar, pmui.DiscreteSlider, state.param.sigma2.label).value = 0.1
    assert fake.requests == []


def test_run_asks_for_a_run_and_cancel_leaves_it(sidebar, state, fake):
    labelled(sidebar, pmui.Button, "Run").clicks += 1
    assert [job.config for job in fake.requests] == [state.config]
    labelled(sidebar, pmui.Button, "Cancel").clicks += 1
    assert [job for job, _ in fake.left] == fake.requests


def test_add_asks_for_twenty_more(sidebar, state, fake):
    labelled(sidebar, pmui.Button, "Add 20 more").clicks += 1
    assert fake.requests[0].status.asked == 20


def test_cancel_can_be_pressed_only_while_something_runs(sidebar, session, fake, document):
    cancel = labelled(sidebar, pmui.Button, "Cancel")
    assert cancel.disabled
    session.run()
    assert not cancel.disabled
    (job,) = fake.requests
    job.status = dataclasses.replace(job.status, state="finished")
    job.tell()
    document.turn()
    assert cancel.disabled


def test_the_cost_stands_beside_run_and_follows_what_is_set(sidebar, state):
    def said():
        return [text.object for text in sidebar.select(pmui.Typography)]

    state.realizations = 40  # a second each, by the manager
    assert "about 40 s on this machine" in said()
    state.realizations = 600
    assert "about 10 min on this machine" in said()


def test_every_parameter_of_a_run_has_a_control(sidebar, state):
    labels = {getattr(widget, "label", None) for widget in sidebar.select(pn.viewable.Viewable)}
    for name in ("sigma2", "rl_over_lc", "realizations", "nside", "omega_t_max", "seed"):
        assert state.param[name].label in labels
