"""A page without a server that holds the atlas: one file from the disk, and no host is there."""

import numpy as np
import pytest
from test_alone import VALUES, alone, wait
from visitor import Visitor

import crviz
from crviz.dashboard.alone import labelled, one_file, opening
from crviz.dashboard.best_known import from_atlas
from crviz.gradient import gradient_vector
from crviz.plots.content import evolution
from crviz.plots.content.series import subscript
from crviz.sky import pixel_directions

pytestmark = pytest.mark.browser

FIELD = 3
CONFIG = crviz.Config(nside=4, omega_t=(1.0, 3.0, 9.0), grids="cross", seed=5)
#: Two steps of the slider below 1.
SIGMA2 = 0.79


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Address of a page on the disk."""
    path = tmp_path_factory.mktemp("mail") / "page.html"
    path.write_bytes(one_file(opening(labelled(crviz.run(CONFIG, 2))), with_atlas=True))
    return path.as_uri()


def test_a_place_of_the_atlas_has_its_spectra_its_words_its_link_and_a_sky(browser, file):
    place = from_atlas(crviz.Config(sigma2=SIGMA2))
    gradient, omega_t = (np.radians(60), np.radians(30)), place.recorded_time(7)
    link = f"{file}#theta=60&phi=30&p=0.4&analytic=true&realization={FIELD}&T={omega_t}"
    with alone(browser, link, offline=True) as page:
        assert page.evaluate("crviz.tensors.omega_t.length") == len(CONFIG.omega_t)  # of the result
        Visitor(page).label("sigma2").focus()
        wait(page, "crviz.atlas")
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        wait(page, "crviz.complete && crviz.tensors.omega_t.length === 32")
        Visitor(page).move_to(place.source.time_index(omega_t))
        found = page.evaluate(
            "Object.fromEntries(Object.entries(crviz.tensors).filter(([, each]) => ArrayBuffer.isView(each))"
            ".map(([name, each]) => [name, Array.from(each)]))"
        )
        for name, wanted in place.tensors("cross").items():
            if isinstance(wanted, np.ndarray) and wanted.dtype.kind == "f":
                np.testing.assert_allclose(found[name], wanted, rtol=VALUES, atol=1e-12, err_msg=name)
        assert page.locator("#chip .what").inner_text().startswith(f"σ² = {SIGMA2}, r_L = 0.1 L_c: interpol")
        assert page.locator("#chip .differs").inner_text() == ""
        drawn = Visitor(page).lines("evolution")
        for ell, values in evolution.analytic(place.source, gradient, 0.4):
            np.testing.assert_allclose(drawn[f"analytic C{subscript(ell)}"][1], values, rtol=1e-4)
        # the sky: what is there is marked as another's till then
        wait(page, f"crviz.sky.shown.physics.startsWith('σ² = {SIGMA2},')")
        assert page.evaluate("crviz.sky.caption") in [f"field {FIELD}, nside {nside}" for nside in (4, 8, 16)]
        note = page.locator(".card.sky .note").inner_text()
        assert note.endswith("the sky is one field's, the spectra are the atlas's mean over fields")
        check_sky(page, gradient, place)
        page.get_by_role("button", name="Pin", exact=True).click()
        wait(page, "location.hash.includes('pin=atlas')")
        at_place = page.url
    assert f"sigma2={SIGMA2}" in at_place
    with alone(browser, at_place, offline=True) as page:  # at once where the link says
        assert page.evaluate("[crviz.tensors.source, crviz.pinned.source]") == 2 * [place.source.provenance]
        assert page.evaluate("crviz.omegaT") == pytest.approx(omega_t)
        page.evaluate("location.hash = '#sigma2=0.02'")
        said = "The link has sigma2 = 0.02, which is out of range; 0.05 is used."
        page.get_by_role("alert").filter(has_text=said).wait_for()
        assert page.locator("#chip .what").inner_text().startswith("σ² = 0.05,")


def check_sky(page, gradient, place):
    """It is that of the compiled kernel, along the same waves and at the same steps."""
    nside, omega_t = page.evaluate("[crviz.sky.nside, crviz.sky.shown.omegaT]")
    config = CONFIG.replace(sigma2=SIGMA2, nside=nside, omega_t=place.config.omega_t)
    orbits = crviz.backtrack(crviz.draw_field(config, FIELD), pixel_directions(nside), config.omega_t)
    r = orbits.r[place.source.time_index(omega_t)]
    off = np.abs(Visitor(page).map() - gradient_vector(gradient) @ r)
    # single precision of the compiled kernel's phases, which grows as neighbouring orbits part
    assert np.quantile(off, 0.9) < 1e-4
