"""Build hook: a wheel carries the data package, an editable install reads the checkout's own.

`force-include` in pyproject.toml would copy the files into an editable install too, where they
would go stale with the next edit.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = (
    "datapackage.json",
    "data",
    "schemas",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-DATA.md",
)


class CustomBuildHook(BuildHookInterface):
    """Adds the data package to `kzdata/bundle/` of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before the files are collected.

        Args:
            version: "standard" for a wheel, "editable" for an editable install.
            build_data: What hatchling reads back, here `force_include`: path to path in the wheel.
        """
        if version == "standard":
            build_data["force_include"].update({name: f"kzdata/bundle/{name}" for name in PACKAGE})
