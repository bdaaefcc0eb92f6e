"""Write the packages and the index from the tables of cases beside this module.

`cd tests && python -m conformance.source.write` after a change to a table.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from conformance.source import cells, data_package, data_resource, table_dialect, table_schema
from conformance.source.corpus import Case

FOLDER = Path(__file__).resolve().parents[1]
TABLES = (data_package, data_resource, table_dialect, table_schema, cells)


def all_cases() -> Iterator[Case]:
    """All cases, in the order of the index."""
    for table in TABLES:
        yield from table.cases()


def files() -> dict[str, bytes]:
    """What stands in the folder of the corpus, by path: the index and the packages."""
    cases = list(all_cases())
    index = {"$schema": "cases.schema.json", "cases": [case.to_json() for case in cases]}
    written = {
        f"packages/{case.name}/{path}": content
        for case in cases
        for path, content in case.files.items()
    }
    assert len({case.name for case in cases}) == len(cases), "a name stands twice"
    text = json.dumps(index, indent=1, ensure_ascii=False) + "\n"
    return {"cases.json": text.encode()} | written


def write() -> None:
    """Write the corpus anew."""
    shutil.rmtree(FOLDER / "packages", ignore_errors=True)
    for path, content in files().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_bytes(content)


if __name__ == "__main__":
    write()
