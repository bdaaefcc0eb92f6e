"""Score what the grammars and the gazetteer alone find in the articles of a package.

    python benchmarks/extraction.py [PATH] --texts DIR [--write]

`kzdata draft` proposes an entry of each article, without a look at its rows, and `kzdata eval`
compares all of them with the package. Twice: once with all names and terms that the package has,
once without those that only the article itself brought, as if it were new. It is the least that any
other way to read the articles has to beat.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kzdata
from kzdata.cli.evaluations import HEAD, rows
from kzdata.entries.evaluation import RESAMPLES, SEED, Evaluation, evaluate
from kzdata.evidence.authoring import hashes
from kzdata.standard.dataset import opened_dataset
from timing import ROOT, renew

WAYS = {False: "with all that the package knows", True: "as if each article were new"}
"""Whether an article's own names and terms are left out, and what that is called."""


def sources(path: Path) -> list[str]:
    """The keys of the articles of a package."""
    with opened_dataset(path) as dataset:
        return list(hashes(dataset))


def drafted(path: Path, texts: Path, folder: Path, *, unseen: bool) -> None:
    """Write the entries that a machine proposes into a folder."""
    with kzdata.load(path) as package:
        for source in sources(path):
            text = package.draft(source, texts, unseen=unseen)
            (folder / f"{source}.toml").write_text(text, encoding="utf-8")


def scored(path: Path, texts: Path, *, unseen: bool) -> Evaluation:
    """The scores of these entries."""
    with tempfile.TemporaryDirectory(prefix="kzdata-extraction-") as folder:
        drafted(path, texts, Path(folder), unseen=unseen)
        return evaluate([Path(folder)], path, texts)


def as_table(found: dict[bool, Evaluation]) -> str:
    """The scores of both ways, one below the other, as Markdown."""
    parts = [f"{RESAMPLES:,} draws of articles, seed {SEED}."]
    for unseen, one in found.items():
        parts += [f"Drafts {WAYS[unseen]}:", "\n".join(_lines(one))]
    return "\n\n".join(parts)


def _lines(found: Evaluation) -> Iterator[str]:
    yield from (f"| {' | '.join(HEAD)} |", f"|---|{'---:|' * (len(HEAD) - 1)}")
    yield from (f"| {' | '.join(row)} |" for row in rows(found))


def main() -> None:
    """Draft, compare and list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR", required=True)
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    found = {unseen: scored(given.path, given.texts, unseen=unseen) for unseen in WAYS}
    print(as_table(found))
    if given.write:
        renew("extraction", as_table(found))


if __name__ == "__main__":
    main()
