import numpy as np
import pytest

from crviz import run
from crviz.dashboard.summary_view import SummaryView, summarize, with_error

GRADIENT = (0.5, 1.0)
FOUR_PI = 4 * np.pi


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (1.23456, 0.012, "1.235 ± 0.012"),
        (1.23456, 0.12, "1.23 ± 0.12"),
        (12.3456, 1.2, "12.3 ± 1.2"),
        (123.456, 12.0, "123 ± 12"),
        (1234.5, 120.0, "1234 ± 120"),
        (-0.5, 0.25, "-0.50 ± 0.25"),
        (0.000123, 0.000045, "0.000123 ± 0.000045"),
        (1.23456, np.nan, "1.23"),
        (1.23456, 0.0, "1.23"),
        (np.nan, 0.1, "–"),
        (np.inf, np.nan, "–"),
    ],
)
def test_numbers_have_two_digits_of_their_error_and_three_without_one(value, error, words):
    assert with_error(value, error) == words


def number(cell):
    return float(cell.split(" ± ")[0])


def test_the_table_gives_the_numbers_of_the_result(result):
    time = result.omega_t[8]
    table = dict(summarize(result, GRADIENT, time, "eq9")["table"])
    tensors = result.diffusion()
    g = np.array([np.sin(0.5) * np.cos(1.0), np.sin(0.5) * np.sin(1.0), np.cos(0.5)])
    across = np.diag([0.5, 0.5, 0.0])
    for column, name, tensor in ((0, GRADIENT, np.outer(g, g)), (1, "perpendicular", across)):
        spectrum = result.spectrum(name, time, "eq9")
        expected = {
            "K": (tensor * tensors.k[8]).sum(),
            "⟨r r⟩ / 2T": (tensor * tensors.running[8]).sum(),
            "C₀ / 4π": spectrum.cl[0] / FOUR_PI,
            "C₁ / 4π": spectrum.cl[1] / FOUR_PI,
            "standard C₁ / 4π": result.standard_dipole(name)[0][8] / FOUR_PI,
            "C₂ / C₁": spectrum.cl[2] / spectrum.cl[1],
            "noise / 4π": spectrum.noise / FOUR_PI,
        }
        assert set(expected) == set(table)
        for row, value in expected.items():
            cell = table[row][column]
            error = float(cell.split(" ± ")[1]) if "±" in cell else 0.0
            # three digits, or two of the error
            assert number(cell) == pytest.approx(value, rel=5e-3, abs=0.06 * error), row


def test_the_errors_of_the_table_are_those_of_the_spectrum(result):
    cell = dict(summarize(result, GRADIENT, None, "eq9")["table"])["C₁ / 4π"][0]
    error = result.spectrum(GRADIENT).error[1] / FOUR_PI
    assert float(cell.split(" ± ")[1]) == pytest.approx(error, rel=0.05)  # two digits


def test_the_sentence_compares_the_dipole_with_that_of_standard_diffusion(result):
    time = result.omega_t[8]
    dipole = result.spectrum("parallel", time).cl[1] / FOUR_PI
    standard = result.standard_dipole("parallel")[0][8] / FOUR_PI
    assert standard > 0  # otherwise there is nothing to compare with
    assert summarize(result, (0.0, 0.0), time, "eq9")["sentence"] == (
        f"At Ω T = {time:.3g}, over 3 fields, ⟨C₁⟩/4π is {dipole:.3g}, "
        f"{dipole / standard:.2g} times the dipole of standard diffusion."
    )


def test_the_estimator_is_that_of_the_visitor(result):
    with_noise = dict(summarize(result, GRADIENT, None, "none")["table"])["C₁ / 4π"][0]
    without = dict(summarize(result, GRADIENT, None, "eq9")["table"])["C₁ / 4π"][0]
    noise = result.spectrum(GRADIENT).noise / FOUR_PI
    assert number(with_noise) - number(without) == pytest.approx(noise, rel=0.5)  # of rounded numbers
    assert noise > 0


def test_a_single_field_has_neither_errors_nor_a_standard_dipole(result):
    summary = summarize(run(result.config, 1), GRADIENT, None, "eq9")
    assert "over 1 field," in summary["sentence"]
    assert "standard" not in summary["sentence"]
    table = dict(summary["table"])
    assert table["standard C₁ / 4π"][0] == "–"
    assert "±" not in table["C₁ / 4π"][0]


def test_the_view_holds_the_sentence_and_the_table(state):
    html = SummaryView(state=state)._words(state.result, 0.0, 0.0, state.omega_t, "eq9")
    summary = summarize(state.result, (0.0, 0.0), state.omega_t, "eq9")
    assert summary["sentence"] in html
    for name, cells in summary["table"]:
        assert f"<th scope='row'>{name}</th>" in html
        for cell in cells:
            assert f"<td>{cell}</td>" in html
