"""Whether two versions of kzdata say the same of many packages: findings, order, places, counts.

    git worktree add ../before COMMIT
    python benchmarks/reports.py --before ../before [FOLDER...]

Each `datapackage.json`, `datapackage.yaml` and zip beneath the folders is validated by both
versions, one process each, and the reports are compared whole. By default these are the packages of
the repository and invented ones with faults. The exit code is 1 where a report differs.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from timing import ROOT, measured, python
from validate import package

NAMES = ("datapackage.json", "datapackage.yaml", "*.zip")
OWN = ("datapackage.json", "examples", "tests/conformance/packages")
ROWS = 10_000


def packages(folders: Iterable[Path]) -> list[Path]:
    """The packages beneath some folders, or these themselves, in the order of their paths."""
    found = {
        path
        for folder in folders
        for path in ([folder] if folder.is_file() else (p for n in NAMES for p in folder.rglob(n)))
    }
    return sorted(found)


def invented() -> list[Path]:
    """Invented packages: with faults in rows, and with receipts."""
    return [package(ROWS, "--dirty", "0.01"), package(ROWS // 10, "--traceable")]


def tell(paths: Iterable[str]) -> None:
    """Print what this process's kzdata says of each package, a line of JSON for each."""
    import kzdata

    for path in paths:
        try:
            told: Any = asdict(kzdata.validate(path))
        except kzdata.KzdataError as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told, default=str, sort_keys=True), flush=True)


def told_by(checkout: Path, paths: list[Path]) -> list[dict[str, Any]]:
    """What a version says of the packages, in their order."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump([str(path) for path in paths], file)
        file.flush()
        answer = measured(python(checkout, __file__, "--tell", file.name))
    return [json.loads(line) for line in answer.output.splitlines()]


def differences(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Where two reports differ, in words; of findings the first that does."""
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if not (isinstance(old, list) and isinstance(new, list)):
            yield f"{name}: {old} before, {new} now"
            continue
        place = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
        at = min(len(old), len(new)) if place is None else place
        both = f"{old[at : at + 1]} before, {new[at : at + 1]} now"
        yield f"{name}: {len(old)} before, {len(new)} now; number {at}: {both}"


def main() -> int:
    """Compare, and say what differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    parser.add_argument("--tell", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.tell:
        tell(json.loads(given.tell.read_text(encoding="utf-8")))
        return 0
    if given.before is None:
        parser.error("--before CHECKOUT is missing")
    own = [] if given.folders else invented()
    folders = given.folders or [ROOT / name for name in OWN]
    paths = packages(folder.resolve() for folder in [*folders, *own])
    both = zip(told_by(given.before.resolve(), paths), told_by(ROOT, paths), strict=True)
    differ = 0
    for path, (before, now) in zip(paths, both, strict=True):
        found = list(differences(before, now))
        differ += bool(found)
        for words in found:
            print(f"{path}: {words}")
    print(f"{len(paths)} packages, {len(paths) - differ} with the same report")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
