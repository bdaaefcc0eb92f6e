"""Checks what a release would publish, and prints its notes: its section of the changelog.

    python .github/release.py TAG REPOSITORY

TAG is that of the checked-out commit, REPOSITORY the address that the files must name; `dist/` has
the wheel and the source distribution. Exit code 1 and one line where they do not agree.
"""

import json
import re
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path


def metadata(wheel: Path) -> Message:
    """What the index will show of a wheel."""
    return Parser().parsestr(_member(wheel, ".dist-info/METADATA"))


def data_version(wheel: Path) -> str:
    """The version of the data package in a wheel, as its descriptor spells it."""
    return str(json.loads(_member(wheel, "kzdata/bundle/datapackage.json"))["version"])


def _member(wheel: Path, ending: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(ending))
        return archive.read(name).decode("utf-8")


def check(dist: Path, tag: str, repository: str) -> None:
    """Refuse files that are not those of the tag, or that name another repository.

    Raises:
        ValueError: Says what differs.
    """
    wheels = sorted(dist.glob("*.whl"))
    described = metadata(wheels[0]) if wheels else Message()
    # Python spells a version its own way: 1.0.0rc1 is the 1.0.0-rc.1 of the tag and of the data.
    version = described["Version"]
    names = [f"kzdata-{version}-py3-none-any.whl", f"kzdata-{version}.tar.gz"]
    found = sorted(file.name for file in dist.iterdir())
    if found != names:
        raise ValueError(f"{dist} has {found}, and a release has a wheel and its source")
    if (stated := data_version(wheels[0])) != tag.removeprefix("v"):
        raise ValueError(f"the tag is {tag}, and the files are those of version {stated}")
    if f"Source, {repository}" not in described.get_all("Project-URL", []):
        raise ValueError(f"the wheel does not name {repository}: put it into pyproject.toml, "
                         "[tool.hatch.metadata.hooks.custom] repository")  # fmt: skip
    relative = re.search(r"\]\((?!https:|#)[^)]*\)", str(described.get_payload()))
    if relative:
        raise ValueError(f"a link of the description leads nowhere: {relative.group()}")
    files = re.findall(
        rf"{re.escape(repository)}/(?:blob|raw)/([^/]+)/", str(described.get_payload())
    )
    if others := set(files) - {tag}:
        raise ValueError(f"links of the description lead to {sorted(others)}, not to {tag}")


def notes(changelog: str, version: str) -> str:
    """The section of a version.

    Raises:
        ValueError: There is none.
    """
    for section in re.split(r"^## ", changelog, flags=re.M):
        if section.startswith(f"[{version}]"):
            return section.partition("\n")[2].strip() + "\n"
    raise ValueError(f"CHANGELOG.md has no section [{version}]")


def main(tag: str, repository: str) -> None:
    """Print the notes of what may be published, or say why it may not."""
    try:
        check(Path("dist"), tag, repository)
        text = notes(Path("CHANGELOG.md").read_text("utf-8"), tag.removeprefix("v"))
    except ValueError as error:
        sys.exit(f"release.py: {error}")
    sys.stdout.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
