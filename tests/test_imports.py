import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crviz

PACKAGE = Path(crviz.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
DRAWING = {"panel", "holoviews", "bokeh"}


def process(*argv):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment)


def loaded_by(statement):
    """Top-level packages in memory after a statement in a fresh interpreter."""
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = process(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def imported_by(path):
    """Top-level packages that a file names in its imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


#: With what the package promises to bring.
PACKAGE_WITH_PARTS = (
    "import crviz; crviz.theory.spectrum, crviz.library.reference, crviz.observations.spectra"
)


@pytest.mark.parametrize("statement", [PACKAGE_WITH_PARTS, "import crviz.jobs", "import crviz.cli"])
def test_what_computes_brings_no_drawing_library(statement):
    loaded = loaded_by(statement)
    assert "crviz" in loaded
    assert not DRAWING & loaded


@pytest.mark.parametrize("package", ["panel"])
def test_only_the_dashboard_knows_panel(package):
    users = {path.relative_to(PACKAGE).parts[0] for path in MODULES if package in imported_by(path)}
    assert users == {"dashboard"}


def test_only_the_kernels_are_compiled():
    users = {path.name for path in MODULES if "numba" in imported_by(path)}
    assert users == {"kernels.py", "compiling.py"}


def test_imports_run_downward_only():
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which(
        "lint-imports"
    )
    if command is None:
        pytest.skip("import-linter is not installed")
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("the contract is in the checkout only")
    done = process(command, "--no-cache", "--no-logo")
    assert done.returncode == 0, done.stdout + done.stderr
