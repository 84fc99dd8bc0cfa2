"""What the documents name is there."""

import importlib
import re
from pathlib import Path

import pytest

import crviz

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
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
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", TODAY, ids=lambda path: path.name)
def test_names_of_code_in_documents_exist(path):
    rooms = {each.stem for each in Path(crviz.__file__).parent.iterdir() if each.suffix in ("", ".py")}
    named = [name.removeprefix("crviz.") for name in quoted(path) if not name.endswith((".py", ".md"))]
    for name in named:
        if re.fullmatch(r"\w+(\.\w+)+", name) and name.split(".")[0] in rooms:
            attribute(name)
