"""What the wheel has beside what pyproject.toml says: the documentation, where it was built before."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Documentation(BuildHookInterface):
    """Puts docs/_build/html into the package."""

    def initialize(self, version, build_data):
        """An editable installation finds it in the checkout."""
        built = Path(self.root) / "docs" / "_build" / "html"
        if version == "standard" and (built / "index.html").is_file():
            build_data["force_include"][str(built)] = "crviz/documentation"
