"""The course as a document: its words, its script, and what a server says of it."""

import collections
import html
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from crviz import cli, learn
from crviz.dashboard import words as explanations
from crviz.dashboard.serving import headers
from crviz.learn.document import script, words

CATALOGUE = words()
STEPS = CATALOGUE["steps"]
FOLDER = Path(learn.__file__).parent
_DECLARED = re.compile(
    r"^(?:export )?(?:(?:async )?function\*?|class|const|let|var) (?:\{([^}]*)\}|(\w+))", re.MULTILINE
)
MATH = "{http://www.w3.org/1998/Math/MathML}math"


@pytest.fixture(params=STEPS, ids=learn.steps())
def step(request):
    return request.param


def test_there_are_eight_steps_each_with_a_module_of_its_own():
    assert len(learn.steps()) == len(set(learn.steps())) == 8
    assert {path.stem for path in (FOLDER / "browser/steps").glob("*.js")} == set(learn.steps())


def test_a_step_says_all_it_has_to_and_no_more_than_120_words(step):
    assert set(step) == {
        *("id", "title", "text", "controls", "picture", "said"),
        *("question", "answer", "paper", "notes"),
    }
    one_word = re.sub(r"\$[^$]*\$", "formula", step["text"])
    assert 60 <= len(one_word.split()) <= 120
    assert step["question"].count("?") >= 1
    assert re.search(r"Eq\. \d|Section \d", step["paper"])
    assert "$" in step["paper"]
    assert "plain" in step["said"]


def test_its_equations_are_mathml_in_well_formed_html(step):
    for key in ("text", "question", "answer", "paper"):
        shown = explanations.with_mathml(step[key])
        tree = ET.fromstring(f"<p>{shown}</p>")  # raises where it is none
        assert len(list(tree.iter(MATH))) == step[key].count("$") // 2
        assert not re.search(r"\$|\\[a-zA-Z]", shown)


def test_what_is_plain_has_no_latex(step):
    def texts(part):
        if isinstance(part, str):
            return [part]
        return [text for each in (part.values() if isinstance(part, dict) else part) for text in texts(each)]

    for key in ("title", "controls", "picture", "said", "notes"):
        assert not [text for text in texts(step[key]) if "$" in text or "\\" in text or "<" in text]


def test_names_at_the_top_of_the_script_differ():
    counts = collections.Counter(
        name.strip()
        for several, one in _DECLARED.findall(script())
        for name in (several.split(",") if several else [one])
    )
    assert [name for name, count in counts.items() if count > 1] == []
    assert not re.search(r"^\s*import\b", script(), re.M)


def test_it_asks_nobody_for_anything_and_is_small():
    text = learn.document()
    named = re.findall(r"\b(?:src|href)=\"([^\"]+)\"", text.replace(script(), ""))
    own = {f"#{name}" for name in learn.steps()} | {"data:,", "./"}
    assert set(named) == own
    assert re.findall(r"url\(\"(.{5})", text) == ["data:"]
    assert len(text.encode()) < 450_000  # in a blink, by any line


def test_alone_it_leads_nowhere():
    assert 'class="explorer"' not in learn.document(None)
    assert 'class="explorer" href="https://crviz.example.org/"' in learn.document(
        "https://crviz.example.org/"
    )


def test_its_data_end_no_element_and_are_what_is_held():
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', learn.document(), re.S)[1]
    told = json.loads(found)
    assert told["words"] == CATALOGUE
    assert "<" not in found
    assert set(told["held"]) == {"palettes", "draws", "times", "sky", "dipoles", "observed"}


def test_every_step_stands_in_it_with_its_words_though_no_script_runs(step):
    section = re.search(rf'<section id="{step["id"]}".*?</section>', learn.document(), re.S)[0]
    for words_of_it in (step["title"], step["notes"]):
        assert words_of_it in html.unescape(section)
    assert section.count("<details>") == 1


def test_no_words_are_left_over():
    text = html.unescape(learn.document().split('id="told"')[0])
    assert [said for said in CATALOGUE["ui"].values() if said not in text] == []


def test_its_policy_lets_no_other_host_and_no_other_inline_script_run():
    hashes = headers.script_hashes(learn.document())
    assert len(hashes) == 2  # the theme, and the course
    policy = headers.Policy().with_scripts(*hashes)
    allowed = re.search(r"script-src ([^;]*)", policy)[1].split()
    assert allowed == ["'self'", *hashes]


def test_as_a_file_it_says_what_it_may_do(capsys, tmp_path):
    path = tmp_path / "course.html"
    assert cli.main(["export", "--learn", "-o", str(path)]) == 0
    html = path.read_text(encoding="utf8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src 'none'" in policy
    assert [each in policy for each in headers.script_hashes(html)] == [True, True]
    assert 'class="explorer"' not in html  # which is nowhere beside it
    assert "opens in a browser by itself" in capsys.readouterr().out


def test_a_result_is_not_exported_with_the_course(capsys, tmp_path):
    assert cli.main(["export", "run.nc", "--learn", "-o", str(tmp_path / "course.html")]) == 2
    assert "the course alone" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
