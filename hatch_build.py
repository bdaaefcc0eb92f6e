"""Build hooks: what a wheel carries, and what the index shows of it.

A wheel carries the data package, an editable install reads the checkout's own: `force-include` in
pyproject.toml would copy the files into an editable install too, where they would go stale with
the next edit.
"""

import json
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PACKAGE = (
    "datapackage.json",
    "data",
    "schemas",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-DATA.md",
)
LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\]\()(?![a-z]+:|#)(?P<path>[^)]+)\)")


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


class CustomMetadataHook(MetadataHookInterface):
    """Gives the addresses of the project and its description, from one address: the repository's.

    As long as that is a placeholder (OWNER) there are no addresses, and links stay as they are.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        """Called by hatchling once the version is known.

        Args:
            metadata: The table `project`, to be filled.
        """
        text = Path(self.root, "README.md").read_text("utf-8")
        repository = self.config["repository"]
        if "/OWNER/" not in repository:
            metadata["urls"] = urls(repository)
            # Not `metadata["version"]`: the tag of 1.0.0rc1, as Python spells it, is v1.0.0-rc.1.
            version = json.loads(Path(self.root, "datapackage.json").read_text("utf-8"))["version"]
            text = absolute(text, repository, f"v{version}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def urls(repository: str) -> dict[str, str]:
    """The addresses of a project on GitHub, its documentation on Pages."""
    owner, name = repository.rsplit("/", 2)[1:]
    pages = f"https://{owner.lower()}.github.io/{name}/"
    return {
        "Homepage": pages,
        "Documentation": pages,
        "Source": repository,
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }


def absolute(text: str, repository: str, tag: str) -> str:
    """A page of the repository whose links work anywhere: files and pictures as of a tag."""

    def link(found: re.Match[str]) -> str:
        kind = "raw" if found["image"] else "blob"
        return f"{found['image']}{found['text']}{repository}/{kind}/{tag}/{found['path']})"

    return LINK.sub(link, text)
