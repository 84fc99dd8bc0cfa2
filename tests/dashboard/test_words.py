"""Explanations: well-formed HTML with MathML, all equations converted, nothing from outside."""

import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from crviz.dashboard import words
from crviz.dashboard.page import energy_words
from crviz.dashboard.panels import registered

TEXTS = {path.stem: path for path in (Path(words.__file__).parent / "help").glob("*.html")} | {
    panel.name: panel.folder / "help.html" for panel in registered() if panel.heading
}
DOCUMENTATION = Path(__file__).parents[2] / "docs"
MATH = "{http://www.w3.org/1998/Math/MathML}math"


def source(name):
    return TEXTS[name].read_text(encoding="utf8")


@pytest.fixture(params=sorted(TEXTS))
def name(request):
    return request.param


def test_the_panels_and_the_introduction_have_their_texts():
    further = {"diffusion", "turbulence"}  # below the plots of a drawer
    assert set(TEXTS) == {"evolution", "introduction", "orbits", "sky", "spectra"} | further


def test_a_text_is_well_formed_with_all_its_equations(name):
    tree = ET.fromstring(f"<div>{words.html_of(TEXTS[name])}</div>")  # raises where it is not
    equations = list(tree.iter(MATH))
    displayed = source(name).count("$$") // 2
    in_line = source(name).replace("$$", "").count("$") // 2
    assert source(name).count("$") % 2 == 0
    assert [math.get("display") for math in equations].count("block") == displayed
    assert [math.get("display") for math in equations].count("inline") == in_line
    assert len(equations) > 0
    for math in equations:
        assert "".join(math.itertext()).strip()


def test_the_pages_font_has_every_sign_of_an_equation(name):
    """Letters are drawn in italics, of which the font has the alphabets of Latin and Greek."""
    ranges = (Path(words.__file__).parent / "fonts/characters.txt").read_text().split(",")
    ends = [[int(end, 16) for end in each.split("-")] for each in ranges]
    tree = ET.fromstring(f"<div>{words.html_of(TEXTS[name])}</div>")
    signs = {sign for math in tree.iter(MATH) for sign in "".join(math.itertext()) if not sign.isspace()}
    assert {sign for sign in signs if not any(end[0] <= ord(sign) <= end[-1] for end in ends)} == set()


def test_no_latex_is_left(name):
    html = words.html_of(TEXTS[name])
    assert "$" not in html
    assert not re.search(r"\\[a-zA-Z]", html)


def test_nothing_is_fetched(name):
    html = words.html_of(TEXTS[name]).replace(
        "http://www.w3.org/1998/Math/MathML", ""
    )  # a name, not an address
    assert "//" not in html
    assert not re.search(r"\b(src|href|url)\b", html)
    assert "<script" not in html


@pytest.fixture
def documented(monkeypatch):
    """As where the documentation is served; other tests do not see it."""
    monkeypatch.setattr(words, "_documented", threading.Event())
    words.link_documentation()


def links(name):
    tree = ET.fromstring(f"<div>{words.html_of(TEXTS[name])}</div>")
    return [link.get("href") for link in tree.iter("a")]


def places(page):
    """Ids of a page of the documentation: of its headings, and of the words of the glossary."""
    text = (DOCUMENTATION / page).read_text(encoding="utf8")
    headings = re.findall(r"^#+ (.+)", text, re.MULTILINE)
    rows = re.findall(r"^\| (?!word |---)(.+?) \| ", text, re.MULTILINE)
    return [re.sub(r"[\W]+", "-", each.lower()).strip("-") for each in headings], [*map(words.term, rows)]


def test_every_text_leads_on_where_the_documentation_is_served(name, documented):
    assert [link for link in links(name) if not link.startswith("docs/glossary")]


def test_no_link_to_the_documentation_is_dead(name, documented):
    for link in links(name):
        page, _, place = link.removeprefix("docs/").partition("#")
        (source,) = DOCUMENTATION.glob(page.removesuffix("html") + "[mi]*")  # .md or .ipynb
        if place:
            headings, terms = places(source)
            assert place in (terms if page == "glossary.html" else headings), link


def test_words_of_the_glossary_differ_in_their_places():
    _, terms = places("glossary.md")
    assert len(set(terms)) == len(terms) > 70


def test_without_documentation_its_links_are_words(name, documented, monkeypatch):
    assert "Read on" in words.html_of(TEXTS[name])
    monkeypatch.setattr(words, "_documented", threading.Event())
    html = words.html_of(TEXTS[name])
    assert "Read on" not in html
    assert not re.search(r"docs/|\[\[|\]\]|</?a\b", html)


def test_an_equation_keeps_its_fraction_and_its_sign():
    assert "<mfrac>" in words.html_of(TEXTS["spectra"])
    tree = ET.fromstring(f"<div>{words.html_of(TEXTS['sky'])}</div>")
    said = ["".join(math.itertext()) for math in tree.iter(MATH)]
    # pixels are drawn at n = -p
    assert any(re.fullmatch(r"n.?=[-−]p.?", text.replace(" ", "")) for text in said), said


@pytest.mark.parametrize(
    ("rl_over_lc", "b0", "lc", "words"),
    [
        (0.1, 3.0, 100.0, "Protons of 27.8 PeV, r_L = 10 pc, 1/Ω = 32.6 yr, for B₀ = 3 μG and L_c = 100 pc"),
        (
            1.8e-5,
            6.0,
            100.0,
            "Protons of 9.99 TeV, r_L = 371 AU, 1/Ω = 2.14 d, for B₀ = 6 μG and L_c = 100 pc",
        ),
    ],
)
def test_a_rigidity_is_said_in_physical_units(rl_over_lc, b0, lc, words):
    assert energy_words(rl_over_lc, b0, lc) == words
