"""The conformance corpus: it is what its tables say, and kzdata says of each package what is right.

Where kzdata is not right yet stands in conformance/known.toml, by cause; such a case fails here as
soon as it is mended.
"""

import json
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance import run
from conformance.run import ELSEWHERE, INVALID, NONE, RIGHT, UNCHECKED, VALID, WARNING, WRONG
from conformance.source import write
from kzdata.validation.frictionless import CRASHES, DIFFERENCES

CASES = {case["name"]: case for case in run.index()}
KNOWN = {
    name: kind["reason"]
    for kind in tomllib.loads((run.FOLDER / "known.toml").read_text("utf-8")).values()
    for name in kind["cases"]
}
SHOWN = {
    "blanks": "integer/default/invalid",
    "underscores": "integer/default/invalid",
    "other digits": "integer/default/invalid",
    "other words for special numbers": "number/special/invalid",
    "short dates": "date/default/invalid",
    "more than a time": "time/default/invalid",
    "other date-times": "datetime/default/invalid",
    "years before 1 and after 9999": "year/default/valid",
    "no year 0": "year/default/invalid",
    "years in other forms": "yearmonth/default/invalid",
    "weeks and other durations": "duration/default/invalid",
    "exact fractions of a second": "datetime/default/valid",
    "NaN in JSON": "object/default/invalid",
    "numbers as JSON strings": "geopoint/geo-array/invalid",
    "laxer e-mail addresses": "string/email/invalid",
    "quoted e-mail addresses": "string/email/valid",
    "laxer addresses": "string/uri/invalid",
    "laxer UUIDs": "string/uuid/invalid",
    "laxer base64": "string/binary/invalid",
    "grouped integers": "integer/group/valid",
    "groups anywhere": "number/group/invalid",
    "signs among affixes": "integer/bare/invalid",
    "affixes of decimal numbers": "number/bare/valid",
    "GeoJSON by the RFC": "geojson/default/invalid",
    "empty coordinates": "geojson/default/valid",
    "JSON Schema of values": "jsonSchema/object-invalid",
    "categories": "categories/string/invalid",
    "whole values": "pattern/string/invalid",
    "unique keys": "uniqueKeys/twice",
    "both rows of a key": "primaryKey/part-is-null",
    "keys with an empty part": "foreignKeys/part-is-null",
    "NaN is itself": "foreignKeys/nan",
    "keys of no value": "primaryKey/a-cell-of-no-value",
    "offset-naive": "minimum/datetime/valid",
    "NoneType": "constraints/minimum-word",
}
"""A case for each known difference from frictionless, below `table-schema/`."""


@cache
def outcome(name: str) -> run.Result:
    return run.judged(CASES[name], run.kzdata)


def _known(name: str) -> Any:
    marks = [pytest.mark.xfail(reason=KNOWN[name], strict=True)] if name in KNOWN else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [_known(name) for name in CASES])
def test_kzdata_says_what_is_right(name: str) -> None:
    """Catches a package that is judged otherwise than the standard's sentence has it."""
    assert outcome(name).outcome == RIGHT, (CASES[name]["sentence"], outcome(name).verdict)


def test_what_is_known_is_a_case() -> None:
    """Catches an entry of known.toml that no case has, or that stands twice."""
    kinds = tomllib.loads((run.FOLDER / "known.toml").read_text("utf-8")).values()
    assert set(KNOWN) <= set(CASES)
    assert len(KNOWN) == sum(len(kind["cases"]) for kind in kinds)


def test_the_corpus_is_what_its_tables_say() -> None:
    """Catches a package that was changed by hand, or a table that was not written out."""
    folder = run.FOLDER / "packages"
    there = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(run.FOLDER).as_posix(): path.read_bytes() for path in there}
    found["cases.json"] = (run.FOLDER / "cases.json").read_bytes()
    assert found == write.files()


def test_the_index_follows_its_schema() -> None:
    """Catches an index that another program cannot read."""
    schema = json.loads((run.FOLDER / "cases.schema.json").read_text("utf-8"))
    index = json.loads((run.FOLDER / "cases.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(index)
    assert all((run.FOLDER / case["path"]).is_file() for case in index["cases"])


def test_packages_are_small() -> None:
    """Catches a package that nobody reads at a glance."""
    sizes = Counter[str]()
    for name, case in CASES.items():
        root = (run.FOLDER / case["path"]).parent
        sizes[name] = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    large = [name for name in sizes if sizes[name] > 4_096]
    assert all("thousand-and-one" in name for name in large)


def test_each_known_difference_has_a_case() -> None:
    """Catches a difference from frictionless that the corpus does not show."""
    assert set(SHOWN) == {*DIFFERENCES, *CRASHES}
    said = run.kept("frictionless")
    assert all(said[f"table-schema/{case}"].outcome != RIGHT for case in SHOWN.values())


def test_the_page_is_up_to_date() -> None:
    """Catches a page that says of kzdata what is no longer so."""
    found = {name: outcome(name) for name in CASES}
    assert run.kept("kzdata") == found
    assert run.page({"kzdata": found, "frictionless": run.kept("frictionless")}) == (
        run.PAGE.read_text("utf-8")
    )


@pytest.mark.slow
def test_what_frictionless_says_is_up_to_date() -> None:
    """Catches kept results that are those of another version, or of another corpus."""
    pytest.importorskip("frictionless")
    told = "print(json.dumps(run.results(run.frictionless)))"
    program = f"import json; from conformance import run; run.stay_offline(); {told}"
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, capture_output=True, check=True, text=True, cwd=run.FOLDER.parent
    )
    found = {name: run.Result(*result) for name, result in json.loads(done.stdout).items()}
    assert found == run.kept("frictionless")


FAULT = {"fault": "type", "resource": "table", "row": 3, "field": "id"}
PLACE = run.Found(("type",), "table", 3, "id")
ANSWERS = [
    (VALID, [], run.Answer(VALID), RIGHT),
    (VALID, [], run.Answer(WARNING), WRONG),
    (VALID, [], run.Answer(UNCHECKED), NONE),
    (VALID, [], run.Answer(None), NONE),
    (WARNING, [], run.Answer(WARNING), RIGHT),
    (WARNING, [], run.Answer(VALID), NONE),
    (UNCHECKED, [], run.Answer(VALID), WRONG),
    (INVALID, [FAULT], run.Answer(VALID), WRONG),
    (INVALID, [FAULT], run.Answer(INVALID, (PLACE,)), RIGHT),
    (INVALID, [FAULT], run.Answer(INVALID), ELSEWHERE),
    (INVALID, [FAULT], run.Answer(INVALID, (PLACE._replace(row=2),)), ELSEWHERE),
    (INVALID, [FAULT], run.Answer(INVALID, (PLACE._replace(kinds=("enum",)),)), ELSEWHERE),
    (INVALID, [FAULT], run.Answer(INVALID, (PLACE, PLACE._replace(kinds=("enum",)))), RIGHT),
    (INVALID, [FAULT], run.Answer(INVALID, (PLACE, PLACE._replace(row=4))), ELSEWHERE),
    (INVALID, [FAULT | {"row": [2, 3]}], run.Answer(INVALID, (PLACE,)), RIGHT),
    (INVALID, [{"fault": "descriptor", "property": "name"}],
     run.Answer(INVALID, (run.Found(("descriptor",)), PLACE)), RIGHT),
    (INVALID, [{"fault": "descriptor", "property": "name"}], run.Answer(INVALID, (PLACE,)),
     ELSEWHERE),
]  # fmt: skip


@pytest.mark.parametrize(("verdict", "faults", "answer", "expected"), ANSWERS)
def test_an_answer_is_compared_with_the_index(
    tmp_path: Path, verdict: str, faults: list[Any], answer: run.Answer, expected: str
) -> None:
    """Catches a runner that calls an answer right which is not."""
    case = {"path": "none", "verdict": verdict, "faults": faults}
    assert run.judged(case, lambda path: answer).outcome == expected


def test_a_command_is_a_validator(tmp_path: Path) -> None:
    """Catches an adapter whose answer is not read, or that stops the runner."""
    program = tmp_path / "adapter.py"
    program.write_text(
        "import json, sys\n"
        "assert sys.argv[-1].endswith('datapackage.json')\n"
        f"print(json.dumps({{'verdict': 'invalid', 'faults': [{FAULT!r}]}}))\n"
    )
    judge = run.command(shlex.join([sys.executable, str(program)]))
    assert judge(Path("datapackage.json")) == run.Answer(INVALID, (PLACE,))
    assert judge(Path("other")) == run.Answer(None)
    assert run.command("no-such-program")(Path("datapackage.json")) == run.Answer(None)
