"""The kernel's workers in a browser: skies from coarse to fine while the page answers, orbits, the end."""

import base64
import json

import numpy as np
import pytest

from crviz import Config, backtrack, backtracking_times, draw_field
from crviz.dashboard import javascript
from crviz.dashboard.draws import draws
from crviz.dashboard.panels.orbits.content import content
from crviz.ensemble.observables import observables
from crviz.gradient import components
from crviz.neighbours import field_line
from crviz.sky import pixel_directions
from crviz.spectra import tensor_components

pytestmark = pytest.mark.browser

TIMES = backtracking_times(10.0, 8)
PLACE = {"sigma2": 1.0, "rl_over_lc": 0.1, "realization": 3, "omega_t": TIMES}
#: What a strict host asks for: scripts that it knows, and workers of blobs.
POLICY = "default-src 'none'; script-src 'nonce-own'; worker-src blob:"
PAGE = """<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}">
<script type="module" nonce="own">{code}
window.begin = (text) => {{
  const draws = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer
  window.kernel = new Kernel({{draws, workers: 2}})
}}
// a promise that is not kept is broken
window.asked = (start) => new Promise((resolve, reject) => {{
  setTimeout(() => reject(new Error("no answer in 20 s")), 20_000)
  start(resolve, reject)
}})
window.plain = (value) => JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v))
</script>"""


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Opens a page from the disk, under a policy."""
    context, errors = browser.new_context(), []

    def opened(policy=POLICY):
        file = tmp_path_factory.mktemp("kernel") / "page.html"
        file.write_text(PAGE.format(policy=policy, code=javascript.bundle("kernel/pool")), encoding="utf8")
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(file.as_uri())
        page.evaluate("(text) => begin(text)", base64.b64encode(draws()).decode())
        return page

    yield opened
    context.close()
    assert errors == []


@pytest.fixture(scope="module")
def page(opened):
    return opened()


def test_a_sky_is_followed_coarse_first_while_the_page_answers(page):
    told = json.loads(
        page.evaluate(
            """(place) => asked((resolve, reject) => {
                const told = {skies: [], shares: [], frames: [], at: []}
                const draw = () => {
                    told.frames.push(told.skies.length)
                    if (told.skies.length < 2) requestAnimationFrame(draw)
                }
                draw()
                const done = (sky) => {
                    told.at.push(told.shares.at(-1))
                    if (told.skies.push(sky) === 2) resolve(plain(told))
                }
                const progress = (share) => told.shares.push(share)
                kernel.sky(place, {nsides: [4, 8], done, progress, failed: reject})
            })""",
            PLACE,
        )
    )
    assert [sky["nside"] for sky in told["skies"]] == [4, 8]
    assert told["shares"] == sorted(told["shares"])
    # the first, a fifth of all, was there while the second was followed, and not with the last of it
    assert told["at"][0] < 0.7
    assert told["at"][1] == 1
    assert 0 in told["frames"][1:]  # it went on drawing before the first sky was there
    for sky in told["skies"]:
        _check(sky)


def _check(sky):
    config = Config(nside=sky["nside"], omega_t=TIMES)
    r, p = (np.reshape(sky[name], (len(TIMES), 3, config.n_pixels)) for name in "rp")
    expected = backtrack(draw_field(config, 3), pixel_directions(config.nside), TIMES)
    # pixel by pixel, though they are followed in many tasks: the compiled kernel's single precision, 1e-7 of
    # each wave, grows as neighbouring orbits part, in some to a hundred times what it is in most
    for found, there in ((r, expected.r), (p, expected.p)):
        assert np.quantile(np.linalg.norm(found - there, axis=1), 0.99) < 1e-4
    each, _ = observables(config, 3, r, p)
    kept = {
        "cl": tensor_components(each["cl"]),
        "rr": components(each["rr"]),
        "rp": each["rp"],
        "dipole": each["dipole"],
    }
    for name, value in kept.items():
        np.testing.assert_allclose(np.reshape(sky[name], value.shape), value, atol=1e-9 * np.abs(value).max())


def test_an_orbit_and_its_neighbours_are_what_the_panel_draws(page):
    told = json.loads(
        page.evaluate(
            """(place) => asked((resolve, reject) => {
                let share = 0
                const progress = (reached) => { share = reached }
                const sky = kernel.sky(place, {nsides: [16], done: () => {}, progress, failed: reject})
                const done = (bundle) => {
                    sky.cancel()
                    resolve(plain({share, bundle}))
                }
                kernel.orbits({...place, direction: {theta: 60, phi: 30}}, {done, failed: reject})
            })""",
            PLACE,
        )
    )
    assert told["share"] < 0.7  # it went before the sky that was asked for earlier
    told, expected = told["bundle"], content(Config(omega_t=TIMES), 3, 60, 30, 10.0)
    assert told.keys() == expected.keys()
    for name in ("realization", "theta", "phi", "omega_t_max", "angles", "neighbours"):
        assert told[name] == expected[name]
    # the rounding of the compiled kernel, as above
    for name, off in (("positions", 1e-3), ("separation_times", 1e-5), ("separations", 1e-3)):
        np.testing.assert_allclose(
            np.reshape(told[name], expected[name].shape), expected[name], rtol=1e-5, atol=off
        )
    # the line through the origin, as far as it stays in the box of the orbits and 1 r_L beyond
    line = np.reshape(told["field_line"], (3, -1))
    reach = np.linalg.norm(expected["positions"], axis=1).max()
    _, there = field_line(draw_field(Config(), 3), reach, tolerance=1e-6)
    origin = np.flatnonzero((line == 0).all(0))[0]
    first = there.shape[1] // 2 - origin
    np.testing.assert_allclose(line, there[:, first : first + line.shape[1]], atol=1e-3)
    high, low = expected["positions"].max((0, 2)) + 1, expected["positions"].min((0, 2)) - 1
    inside = ((low[:, None] < there) & (there < high[:, None])).all(0)
    assert inside[first : first + line.shape[1]].all()
    assert first > 0
    assert not inside[first - 1]
    assert first + line.shape[1] == len(inside)  # on the other side it ends there


def test_of_what_is_cancelled_nothing_more_is_heard_or_done(page):
    """Each orbit of a sky takes minutes; its workers are free at once for another."""
    heard = page.evaluate(
        """(place) => asked((resolve, reject) => {
            const heard = []
            const long = kernel.sky({...place, omega_t: [3e6]}, {
                nsides: [1],
                progress: () => heard.push("orbit"),
                done: () => heard.push("sky"),
                failed: reject,
            })
            setTimeout(() => { // its workers are in the middle of an orbit
                long.cancel()
                const done = ({nside}) => resolve([...heard, nside])
                kernel.sky(place, {nsides: [2], done, failed: reject})
            }, 100)
        })""",
        PLACE,
    )
    assert heard == [2]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sigma2": -1}, "sigma2 = -1 must be a finite number at least 0."),
        ({"rl_over_lc": 0}, "rl_over_lc = 0 must be a finite number above 0."),
        (
            {"realization": 10},
            "realization = 10 must be one of those that were drawn, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.",
        ),
        ({"omega_t": [2, 1]}, "omega_t = 2, 1 must be increasing times above 0."),
        (
            {"sigma2": 1e30},
            "omega_t = 10 would take more than 100000000 steps of 8e-17 /Omega, the limit.",
        ),
        ({"omega_t": []}, "omega_t =  must be increasing times above 0."),
        ({"nsides": [4, 6]}, "nside = 6 must be a power of 2 from 1 to 32."),
        ({"direction": {"theta": None, "phi": 0}}, "direction = null must be a finite number."),
        ({"direction": {"theta": 1, "phi": 0}, "angles": [0]}, "angles = 0 must be a finite number above 0."),
        (
            {"direction": {"theta": 1, "phi": 0}, "neighbours": 1.5},
            "neighbours = 1.5 must be a whole number of at least 1.",
        ),
    ],
)
def test_a_wrong_parameter_is_one_sentence(page, wrong, sentence):
    said = page.evaluate(
        """([place, {nsides, ...wrong}]) => {
            try { kernel[wrong.direction ? "orbits" : "sky"]({...place, ...wrong}, {nsides, done: () => {}}) }
            catch (error) { return error.message }
        }""",
        [PLACE, wrong],
    )
    assert said == sentence


def test_no_kernel_has_no_workers(page):
    with pytest.raises(Exception, match=r"workers = 0 must be a whole number of at least 1\."):
        page.evaluate("new kernel.constructor({draws: new ArrayBuffer(0), workers: 0})")


def test_where_there_may_be_no_workers_it_says_so(opened):
    page = opened("default-src 'none'; script-src 'nonce-own'")
    asked = """(place) => asked((resolve) => {
        kernel.sky(place, {nsides: [1], done: () => resolve("done"), failed: resolve})
    })"""
    for _ in range(2):  # whoever asks again too
        said = page.evaluate(asked, PLACE)
        assert said == "this browser does not let the page follow orbits in workers."
