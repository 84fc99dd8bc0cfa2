"""What the documents name is there, and what they tell to type works."""

import gc
import glob
import importlib
import itertools
import json
import re
import shlex
from pathlib import Path

import healpy
import numpy as np
import pytest

import crviz
from crviz import cli, sky
from crviz.cli.obeying import _parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if "_build" not in path.parts
]
QUOTED = re.compile(r"`([^`\s]+)`")
#: Changes tell of what was, and stay as they were written.
TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]


def quoted(path):
    return QUOTED.findall(re.sub(r"```.*?```", "", path.read_text(encoding="utf8"), flags=re.DOTALL))


def attribute(name):
    """The thing of a dotted name, whose first part is a module of the package."""
    module, *rest = name.removeprefix("crviz.").split(".")
    thing = importlib.import_module(f"crviz.{module}")
    for part in rest:
        try:
            thing = getattr(thing, part)
        except AttributeError:
            thing = importlib.import_module(f"{thing.__name__}.{part}")
    return thing


@pytest.mark.parametrize("path", TODAY, ids=lambda path: path.name)
def test_files_that_documents_name_exist(path):
    rooms = {each.name for each in ROOT.iterdir() if each.is_dir()}
    named = [name.partition("::")[0] for name in quoted(path) if name.split("/")[0] in rooms and "/" in name]
    made = ("NAME", "docs/_build")  # by whoever reads it
    wanted = [name for name in named if not any(each in name for each in made)]
    assert [name for name in wanted if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", TODAY, ids=lambda path: path.name)
def test_names_of_code_in_documents_exist(path):
    rooms = {each.stem for each in Path(crviz.__file__).parent.iterdir() if each.suffix in ("", ".py")}
    named = [name.removeprefix("crviz.") for name in quoted(path) if not name.endswith((".py", ".md"))]
    for name in named:
        if re.fullmatch(r"\w+(\.\w+)+", name) and name.split(".")[0] in rooms:
            attribute(name)


#: Commands that are read and not obeyed, and why.
NOT_OBEYED = {
    "serve": "it serves until it is stopped; tests/abuse opens the page of one",
    "bench": "it takes half a minute; tests/test_bench.py",
    "export": "it packs a whole page; tests/cli/test_export.py",
    "site": "the same",
}
#: What makes the runs of the README small, in place of what it says.
SMALL = ["--nside", "4", "--omega-t-max", "20", "--n-times", "4"]
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")


def blocks(path):
    """(language, text, whether it is not run) of all blocks of code in a document."""
    lines = iter(path.read_text(encoding="utf8").splitlines())
    before = ""
    for line in lines:
        if line.startswith("```"):
            text = list(itertools.takewhile(lambda each: each != "```", lines))
            if not line.startswith("```{"):  # a directive of the documentation
                yield line[3:], "\n".join(text), bool(NOT_RUN.fullmatch(before))
        before = line


def commands(text):
    """The words of each command of a block, as a shell reads them; a comment ends its line."""
    for line in text.splitlines():
        words = shlex.split(line.replace(";", " ; "), comments=True)
        for is_end, command in itertools.groupby(words, ";".__eq__):
            if not is_end:
                yield [each for word in command for each in (sorted(glob.glob(word)) or [word])]


def obey(command, further=()):
    program, *arguments = command
    assert program == "crviz", f"{program}: is it another program? Say above its block why it is not run."
    _, unknown = _parser().parse_known_args(arguments)
    assert unknown == [], command
    if arguments[0] not in NOT_OBEYED:
        assert cli.main([*arguments, *(further if arguments[0] == "run" else ())]) == 0, command
        gc.collect()  # what a command opened would be closed by its end


@pytest.fixture
def own_map(tmp_path, monkeypatch):
    """A folder to work in, with the map of somebody's own that documents speak of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    intensity = 1e-3 * sky.pixel_directions(16)[2] + 1e-4 * sky.pixel_directions(16)[0] ** 3
    healpy.write_map("map.fits", intensity, coord="C", dtype=np.float64)


#: What the worksheet says is compared with what comes out by tests/learn/test_worksheet.py.
WITH_CODE = [
    path for path in TODAY if "```" in path.read_text(encoding="utf8") and path.name != "worksheet.md"
]


@pytest.mark.parametrize("path", WITH_CODE, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore:.*assumed")
def test_code_and_command_lines_in_documents_run(path, own_map):
    known = {}
    for language, text, not_run in blocks(path):
        assert language, f"of what language is this? {text}"
        if language == "python" and not not_run:
            exec(compile(text, path.name, "exec"), known)
        if language == "sh" and not not_run:
            for command in commands(text):
                obey(command, SMALL if path.name == "README.md" else ())


def test_a_block_that_is_wrong_is_found(tmp_path):
    path = tmp_path / "wrong.md"
    path.write_text("<!-- not run: a reason -->\n```sh\nls\n```\n\n```python\n1 / 0\n```\n```{note}\n```\n")
    assert list(blocks(path)) == [("sh", "ls", True), ("python", "1 / 0", False)]
    with pytest.raises(AssertionError, match="no-such"):
        obey(["crviz", "serve", "--no-such-option"])
    with pytest.raises(AssertionError, match="another program"):
        obey(["ls"])


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs").glob("notebooks/*.ipynb")), ids=lambda path: path.name
)
def test_notebooks_are_kept_without_what_they_drew(path):
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
