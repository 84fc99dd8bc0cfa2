"""The worksheet's code runs as it stands, and says what stands below it."""

import contextlib
import io
import re
import shlex
from pathlib import Path

from crviz import cli, learn

TEXT = (Path(__file__).parents[2] / "docs/worksheet.md").read_text(encoding="utf8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)


def test_its_solutions_say_what_they_claim(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = {}
    for (language, code), (below, claimed) in zip(BLOCKS[::2], BLOCKS[1::2], strict=True):
        assert below == "text"
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if language == "python":
                exec(compile(code, "worksheet.md", "exec"), known)
            else:
                for program, *arguments in map(shlex.split, code.splitlines()):
                    assert program == "crviz"
                    assert cli.main(arguments) == 0
        assert claimed in said.getvalue(), said.getvalue()


def test_there_are_ten_exercises_with_a_solution_each_and_links_to_the_steps():
    exercises, solutions = TEXT.split("## Solutions")
    assert (
        len(re.findall(r"^\d+\. \*\*", exercises, re.M)) == len(re.findall(r"^### ", solutions, re.M)) == 10
    )
    assert set(re.findall(r"/learn#(\w+)", TEXT)) == set(learn.steps())
