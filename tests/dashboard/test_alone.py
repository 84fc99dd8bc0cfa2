"""Pages without a server: what is left in them, what they hold, and how large they may be."""

import json
import re

import numpy as np
import pytest

import crviz
from crviz import config as configuration
from crviz.dashboard import description
from crviz.dashboard.alone import (
    MOST,
    TooLarge,
    check_atlas,
    contents_of,
    document,
    labelled,
    one_file,
    opening,
    settings,
    skies,
)
from crviz.dashboard.alone.skies import NoSkies, skies_of
from crviz.dashboard.controls import keys_of
from crviz.parameters import VIEW
from crviz.result.summary import Summary

TIMES = tuple(np.geomspace(0.3, 20, 6).tolist())


@pytest.fixture(scope="module")
def result():
    return crviz.run(crviz.Config(nside=16, n_modes=20, omega_t=TIMES, grids="cross", seed=1), 3)


@pytest.fixture(scope="module")
def contents(result):
    return contents_of(opening(labelled(result)))


def test_controls_that_a_server_must_answer_are_not_there_and_each_group_says_so(contents):
    left = {key for groups in contents.controls.values() for key in keys_of(groups)}
    of_a_run = set(description.keys()) - {each.name for each in VIEW}
    stay = {"orbit", "pin", "share", "downloads", "help", "pinned_words", "notice", "energy"}
    assert left & of_a_run == stay  # buttons and words that are answered here
    assert {each.name for each in VIEW} & left == {
        *(
            "theta",
            "phi",
            "p",
            "form",
            "analytic",
            "estimator",
            "b0",
            "lc",
            "observed",
            "normalization",
            "d_ell",
        ),
        *("without_dipole", "smooth", "limit", "drawn", "beside", "beside_time"),
    }
    assert {"fixed", "no_fit", "no_run"} <= left
    beside = next(c for g in contents.controls["sky"] for c in g["controls"] if c["key"] == "beside")
    assert [value for _, value in beside["options"]] == ["nothing", "pinned", "across", "time"]


def unpacked(content):
    """The JSON of what is held, with arrays in their places: what held.js does."""
    line, kinds = content.index(b"\n"), {"f4": "<f4", "f8": "<f8", "i1": "i1", "i2": "<i2"}
    assert (line + 1) % 8 == 0  # arrays of the browser begin at multiples of 8 bytes

    def array(value):
        if "array" not in value:
            return value
        kind, byte, number = value["array"]
        assert byte % 8 == 0
        return np.frombuffer(content, kinds[kind], number, line + 1 + byte)

    return json.loads(content[:line], object_hook=array)


def test_it_holds_the_arrays_of_a_session_for_every_estimator(contents, result):
    first, further = unpacked(contents.first()), unpacked(contents.further())
    held = first["tensors"] | further["tensors"]
    assert list(first["tensors"]) == ["cross"]
    assert set(held) == set(result.estimators)
    for estimator, tensors in held.items():
        wanted = contents.state.shown.tensors(estimator)
        assert set(tensors) == set(wanted)
        for name, value in wanted.items():
            np.testing.assert_array_equal(tensors[name], value)
    # of what all estimators share there is one copy
    places = json.loads(contents.further().partition(b"\n")[0])["tensors"]
    assert places["eq9"]["standard"] == places["none"]["standard"] != places["none"]["estimate"]


def test_a_value_that_cannot_be_chosen_without_a_server_is_the_first_one(result):
    state = opening(labelled(result))
    state.param.update(beside="field", theta=33.0)
    held = unpacked(contents_of(state).first())
    assert (held["values"]["beside"], held["values"]["theta"]) == ("nothing", 33.0)


def test_orbits_that_the_browser_would_not_follow_alike_are_held(result, contents):
    assert (contents.draws is not None, contents.orbit) == (True, None)
    own_step = crviz.run(result.config.replace(nside=2, step=0.05), 1)
    held = contents_of(opening(labelled(own_step)))
    assert (held.draws, unpacked(held.first())["followed"]) == (None, None)
    assert (unpacked(held.orbit)["theta"], unpacked(held.orbit)["phi"]) == (90, 0)


@pytest.fixture(scope="module")
def of_atlas():
    """A result that the atlas can stand beside."""
    return crviz.run(crviz.Config(nside=4, omega_t=TIMES[:2], grids="cross", seed=3), 1)


def test_with_the_atlas_its_range_can_be_set_and_its_fields_are_held(of_atlas, monkeypatch):
    monkeypatch.setattr(document.atlas_tensors, "file", lambda: b"takes seconds to be made")
    held = contents_of(opening(labelled(of_atlas)), with_atlas=True)
    first = unpacked(held.first())
    ranges = {key: (rule["low"], rule["high"]) for key, rule in first["rules"].items() if "low" in rule}
    assert {key: ranges[key] for key in ("sigma2", "rl_over_lc", "realization")} == {
        "sigma2": (0.05, 10),
        "rl_over_lc": (0.02, 5),
        "realization": (0, 9),
    }
    own = {key: first["values"][key] for key in ("sigma2", "rl_over_lc", "realization")}
    assert own == {"sigma2": 1.0, "rl_over_lc": 0.1, "realization": 0}
    sliders = {c["key"]: c for groups in held.controls.values() for g in groups for c in g["controls"]}
    assert sliders["sigma2"]["values"][:2] == [0.05, 0.056]
    text = held.draws[4 : 4 + int.from_bytes(held.draws[:4], "little")]
    assert json.loads(text)["realizations"] == list(settings.FIELDS)
    assert {"atlas", "places", "kernel", "draws"} < set(document.parts_of(held))


def test_without_it_nothing_of_it_is_there(contents):
    assert not {"atlas", "places"} & set(document.parts_of(contents))
    assert not {"sigma2", "rl_over_lc", "realization"} & set(unpacked(contents.first())["rules"])


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"sigma2": 0.01}, "sigma2 = 0.01 of the result is not in the atlas, which has 0.05 to 10: leave"),
        (
            {"n_modes": 20},
            "n_modes = 20 of the result is not in the atlas, which has 200: leave --atlas out.",
        ),
        ({"step": 0.05}, "step = 0.05 is the result's own, the atlas has none: leave --atlas out."),
    ],
)
def test_a_result_that_the_atlas_does_not_have_is_refused_beside_it(other, sentence):
    source = crviz.run(crviz.Config(nside=2, omega_t=TIMES[:1]).replace(**other), 1)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        check_atlas(source)


def test_a_file_names_no_other_host_and_runs_what_is_in_it_alone(result):
    html = one_file(opening(labelled(result))).decode()
    assert len(html) < MOST
    head = html[: html.index('id="parts"')]
    assert not re.findall(r'(?:src|href|url\()\s*=?\s*["\']?https?:', head)
    assert "default-src 'none'" in head
    assert html.count("</script>") == html.count("<script")  # none is ended by what it holds


def test_the_same_page_has_the_same_bytes(result):
    assert one_file(opening(labelled(result))) == one_file(opening(labelled(result)))


def test_skies_get_coarser_and_then_estimators_fewer_where_a_page_would_be_too_large(result, monkeypatch):
    made = []
    monkeypatch.setattr(document, "_file", lambda contents, story: made.append(contents) or "too much")
    with pytest.raises(
        TooLarge, match=r"Without any sky the page has 0\.0 MB, more than 5e-06 MB: a run of fewer"
    ):
        one_file(opening(labelled(result)), most=5)
    seen = [(each.skies and each.skies.nsides[0], len(each.estimators)) for each in made]
    assert seen == [(16, 4), (16, 4), (8, 4), (8, 1), (None, 1)]
    assert made[-1].why in made[-1]._texts()["no_run"]


def test_a_sky_is_followed_again_at_all_times_where_maps_are_kept_at_some(result):
    found = skies_of(result.reduced().smallest())
    assert found.times.tolist() == list(TIMES)
    assert str(found) == "the sky of field 0 at 6 times, nside 16, to 1/256 of the largest value"
    assert found.files == skies_of(result, known=result.maps[1]).files


def test_orbits_of_earlier_numerics_are_not_followed_again(result, monkeypatch):
    small = result.reduced().smallest()
    earlier = Summary(small.dataset.assign_attrs(numerics=configuration.NUMERICS_VERSION - 1), small.groups)
    found = skies_of(earlier, most=8)
    assert (found.times.tolist(), found.nsides) == ([TIMES[-1]], (8,))  # what is kept
    with pytest.raises(NoSkies, match="The sky of field 2 takes too long"):
        skies_of(earlier, 2)


def test_more_times_than_a_page_has_room_for_are_thinned_out(result, monkeypatch):
    monkeypatch.setattr(skies, "TIMES", 3)
    found = skies_of(result, known=result.maps[1])
    assert found.times.tolist() == [TIMES[0], TIMES[2], TIMES[5]]
