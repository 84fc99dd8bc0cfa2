"""Every equation with its code, its test and how well it holds; every statement on the figures with ours.

    python validation/write.py [FILE]     # writes docs/validation.md by default, in half a minute

Fails where a function or a test that is named does not exist.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from pkgutil import resolve_name

import comparison
from beyond import BEYOND
from equations import PAPER
from figures import FIGURE_1, FIGURE_2
from published import PUBLISHED
from rows import Row, Statement, covariances_known, reference

ROOT = Path(__file__).parents[1]

INTRODUCTION = """# Validation

What crviz computes, equation by equation: the code, a test that checks it, and the measured agreement.
Written by `python validation/write.py`, which works out every figure here anew and fails where a
function or test is missing. Simulated figures are those of the shipped result: σ² = 1, r_L = 0.1 L_c,
N = 200, {fields} fields, two grids of nside {nside}; lengths in r_L, times in 1/Ω, |∇n|/n = 1/r_L.
∥ and ⊥ are gradients along and across B₀. {errors}
"""


def tests() -> dict[str, list[str]]:
    """{name of a test function: the files that have one} for all tests."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf8"), re.MULTILINE):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def place(name: str, known: dict[str, list[str]]) -> str:
    """path::name of a test. Raises ValueError where it is not there, or there more than once."""
    paths = known.get(name, [])
    if len(paths) != 1:
        raise ValueError(f"{name} is a test in {len(paths)} files, but must be one in exactly 1.")
    return f"{paths[0]}::{name}"


def code(name: str) -> str:
    """The dotted name of a function. Raises AttributeError, ImportError or ValueError where it is none."""
    if not callable(resolve_name(":".join(name.rsplit(".", 1)))):
        raise ValueError(f"{name} is no function.")
    return name


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    for cells in (header, ["---"] * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def equations(rows: Iterable[Row], numbered: bool) -> Iterator[str]:
    """Lines of the table of some `Row`."""
    known = tests()
    body = []
    for one in rows:
        names = "<br>".join(f"`{code(name)}`" for name in one.code)
        checks = "<br>".join(f"`{place(name, known)}`" for name in one.tests)
        first = [one.number] if numbered else []
        body.append([*first, one.says, names, checks, one.measure()])
    yield from table([*(["Eq."] if numbered else []), "what", "code", "tests", "measured"], body)


def statements(pairs: Iterable[tuple[str, Statement]]) -> Iterator[str]:
    """Lines of the table of statements on a figure."""
    yield from table(["stated", "ours", "the same?"], [[stated, *measure()] for stated, measure in pairs])


def page() -> Iterator[str]:
    """The whole page."""
    config = reference().config
    errors = (
        "Errors of slopes and fits know the correlations between multipoles."
        if covariances_known()
        else "Slopes and fits take multipoles as independent, since the shipped result has their variances "
        "only: their errors are too small."
    )
    yield INTRODUCTION.format(fields=reference().n_realizations, nside=config.nside, errors=errors)
    yield "## The equations of the paper\n"
    yield from equations(PAPER, numbered=True)
    yield "\n## Beyond the paper\n"
    yield from equations(BEYOND, numbered=False)
    yield "\n## Figure 1: evolution\n"
    yield from statements(FIGURE_1)
    yield "\n## Figure 2: spectra\n"
    yield from statements(FIGURE_2)
    yield f"\n## Observed spectra, as they were measured\n{comparison.INTRODUCTION}"
    yield from table(comparison.HEADER, comparison.rows())
    yield f"{comparison.SINGLE_SKIES}{comparison.HELD}"
    yield "\n## Published tests of diffusion\n"
    yield from statements(PUBLISHED)


def main() -> None:
    """Work out and write."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "validation.md"
    path.write_text("\n".join(page()) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
