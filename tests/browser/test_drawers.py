"""The drawers in a browser: files are delivered, and stored runs opened."""

import csv

import numpy as np
import pytest

from crviz import library

pytestmark = pytest.mark.browser


def delivered(page, label, tmp_path):
    """The text of a file that a button of the drawer delivers."""
    with page.expect_download() as download:
        page.get_by_text(label).first.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_text(encoding="utf8")


def test_the_spectra_and_the_script_on_the_page_are_delivered(page, tmp_path):
    page.get_by_role("button", name="Download", exact=True).click()
    text = delivered(page, "Spectra (CSV)", tmp_path)
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    truth = library.shipped().spectrum("parallel", 100.0, "cross")
    # six digits are written
    np.testing.assert_allclose([float(row["C_l_chosen"]) for row in rows], truth.cl, rtol=0.6e-5)
    script = delivered(page, "Script (Python)", tmp_path)
    assert "crviz.load(crviz.library.reference())" in script
    compile(script, "script", "exec")
    assert not page.errors


def test_a_stored_run_is_opened_from_its_drawer(visit):
    page = visit("?sigma2=0.5")
    page.get_by_text("from the atlas").first.wait_for()
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("button", name="Open", exact=True).last.click()  # the shipped run stands last
    page.get_by_text("σ² = 1, r_L = 0.1 L_c: stored, 120 fields").wait_for()
    page.wait_for_function("() => window.crvizValues.sigma2 === 1 && crviz.held.source === 'over 120 fields'")
    assert not page.errors
