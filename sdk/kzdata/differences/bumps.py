"""The least version bump that a change asks for.

After the recipe "Data Package Version" (datapackage.org/recipes/data-package-version):

* major: names and identifiers changed; fields added, removed, re-ordered; a type or format changed;
  a constraint more restrictive; data gone, or with another meaning, that other data refer to;
* minor: tables or rows added; a constraint less restrictive; a reference updated;
* patch: errors in data corrected; descriptive metadata changed.

Where a table's files lie and how they are written asks for nothing. What the recipe does not name
is decided here: a property of how cells are read (`missingValues`, `groupChar`) counts as the type;
a `unit` as the meaning; keys and the profile's declarations as constraints. A row that is gone and
has a tombstone asks for minor, for whoever refers to it is told where to look. Before 1.0.0 what is
major asks for minor (Semantic Versioning 2.0.0, 4: anything may change in 0.x).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from kzdata.differences.properties import ABSENT, CONTENT, PropertyChange, differences
from kzdata.standard.descriptor import SEMVER
from kzdata.validation.report import counted

Level = Literal["none", "patch", "minor", "major"]
LEVELS: tuple[Level, ...] = ("none", "patch", "minor", "major")
READING = (
    "type format missingValues bareNumber groupChar decimalChar trueValues falseValues "
    "delimiter itemType unit categoriesOrdered"
).split()
"""Properties of a field that decide what its cells mean."""
SILENT = {("version",), ("created",), ("$schema",), ("resources", "order")}
"""Properties of a package that ask for no bump."""


class Reason(NamedTuple):
    """Why a version must change.

    Attributes:
        level: `major`, `minor` or `patch`.
        text: What changed, in words.
        table: The table it changed in, if any.
    """

    level: Level
    text: str
    table: str | None = None

    def __str__(self) -> str:
        return f"{self.table}: {self.text}" if self.table else self.text


def highest(levels: Iterable[Level]) -> Level:
    """The greatest of some levels; `none` where there are none."""
    return max(levels, key=LEVELS.index, default="none")


def core_numbers(version: str) -> tuple[int, int, int] | None:
    """Major, minor and patch number of a semantic version, or None."""
    match = SEMVER.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def precedence(version: str) -> tuple[Any, ...]:
    """What semantic versions are ordered by (Semantic Versioning 2.0.0, 11)."""
    match = SEMVER.fullmatch(version)
    assert match
    # Numbers come before words, fewer parts before more, and a pre-release before its release.
    words = (match[4] or "").removeprefix("-").split(".") if match[4] else []
    parts = tuple((0, int(word), "") if word.isdigit() else (1, 0, word) for word in words)
    return (*map(int, match.group(1, 2, 3)), not words, parts)


def asked(version: str, level: Level) -> Level:
    """What a change asks of the version that follows another one: in 0.x no more than minor."""
    core = core_numbers(version)
    return "minor" if level == "major" and core is not None and core[0] == 0 else level


def least_after(version: str, level: Level) -> str | None:
    """The least version that follows another one after a change; None where it is no version.

    A pre-release may be followed by its release, whatever changed.
    """
    before = core_numbers(version)
    if before is None or level == "none":
        return version if before else None
    if "-" in version.partition("+")[0]:  # build metadata may hold a hyphen, too
        return ".".join(map(str, before))
    major, minor, patch = before
    level = asked(version, level)
    after = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}
    return ".".join(map(str, after.get(level, (major, minor, patch + 1))))


def suffices(old: str, new: str, level: Level) -> bool:
    """Whether a version is far enough from another one after a change."""
    least = least_after(old, level)
    core = core_numbers(new)
    if least is None or core is None:
        return False
    if level == "none":
        return precedence(new) >= precedence(old)
    # A pre-release of the least version comes before it, but says enough.
    return precedence(new) > precedence(old) and core >= (core_numbers(least) or core)


# ------------------------------------------------------------------------------ properties


def property_reasons(changes: Iterable[PropertyChange]) -> Iterator[Reason]:
    """Why a version must change after changes of the descriptor and the schemas."""
    for change in changes:
        for part in _parts(change):
            level, text = _of_property(part)
            if level != "none":
                yield Reason(level, text, change.table)


def _parts(change: PropertyChange) -> Iterable[PropertyChange]:
    # All constraints of a field may have come or gone together: each is weighed alone.
    if not change.field or change.property != "constraints":
        return [change]
    old, new = (side if isinstance(side, dict) else {} for side in (change.old, change.new))
    return differences(old, new, change.where)


def _of_property(change: PropertyChange) -> tuple[Level, str]:
    if change.where in SILENT:
        return "none", ""
    if change.table is None:
        major = change.where in {("name",), ("id",)}
        return "major" if major else "patch", _change_words(change, " of the package")
    if change.field:
        return _of_field(change)
    if change.where[3:4] == ("schema",):
        return _of_schema(change)
    return _of_resource(change)


def _of_resource(change: PropertyChange) -> tuple[Level, str]:
    if len(change.where) == 3:
        added = change.old is ABSENT
        kind = "table" if "schema" in (change.new if added else change.old) else "file"
        return "minor" if added else "major", f"{kind} {_verb(change)}"
    if change.property == "name":
        return "major", f"table renamed from {change.old}"
    if change.property == CONTENT:
        return "patch", "content of the file changed"
    return "none" if change.where[3] == "path" else "patch", _change_words(change)


def _verb(change: PropertyChange) -> str:
    return "added" if change.old is ABSENT else "removed" if change.new is ABSENT else "changed"


def _change_words(change: PropertyChange, of: str = "") -> str:
    return f"{change.property}{of} {_verb(change)}"


def _of_schema(change: PropertyChange) -> tuple[Level, str]:
    inner = change.where[4:]
    if not inner:
        return "major", f"schema {_verb(change)}"
    if inner == ("fields", "order"):
        # Fields that came or went are told as such: what counts is the order of the others.
        return "major" if change.reorders else "none", "fields re-ordered"
    if inner[0] in ("foreignKeys", "uniqueKeys"):
        return _of_keys(change)
    if inner[0].startswith("kzdata:"):
        return "minor" if change.new is ABSENT else "major", _change_words(change)
    if inner[0] in ("primaryKey", "missingValues", "fieldsMatch"):
        return "major", _change_words(change)
    return "patch", _change_words(change, " of the schema")


def _of_keys(change: PropertyChange) -> tuple[Level, str]:
    # Fewer keys are less restrictive; a foreign key that leads elsewhere is an update.
    old, new = ([] if v is ABSENT else v for v in (change.old, change.new))
    looser = all(key in old for key in new)
    same_columns = all(_key_columns(key) in map(_key_columns, old) for key in new)
    if change.property == "foreignKeys" and same_columns and not looser:
        return "minor", "reference of a foreign key updated"
    return _restriction(looser, change.property)


def _restriction(looser: bool, what: str, other: str = "another") -> tuple[Level, str]:
    if looser:
        return "minor", f"{what} less restrictive"
    return "major", f"{what} more restrictive, or {other}"


def _key_columns(key: Any) -> Any:
    fields = key.get("fields") if isinstance(key, dict) else key
    return [fields] if isinstance(fields, str) else fields


def _of_field(change: PropertyChange) -> tuple[Level, str]:
    inner = change.where[7:8]
    if not inner:
        return "major", f"field {change.field} {_verb(change)}"
    if inner == ("constraints",):
        return _of_constraint(change)
    if inner == ("categories",):
        return _of_categories(change)
    level: Level = "major" if inner[0] in READING else "patch"
    if inner[0] == "kzdata:basis":
        return level, f"field {change.field}: {_change_words(change)}"
    # What needs less evidence than before lets more through.
    if inner[0].startswith("kzdata:"):
        level = "minor" if change.new in (ABSENT, "exempt") else "major"
    return level, f"field {change.field}: {_change_words(change)}"


def _of_constraint(change: PropertyChange) -> tuple[Level, str]:
    where, name = f"field {change.field}: {change.property}", change.where[-1]
    # False is the default: to write it out changes nothing.
    if name in ("required", "unique") and True not in (change.old, change.new):
        return "patch", f"{where} stated"
    return _restriction(_is_looser(name, change.old, change.new), where)


def _is_looser(name: str, old: Any, new: Any) -> bool:
    """Whether a constraint lets through all that it let through before; False where unsure."""
    if ABSENT in (old, new):
        return new is ABSENT
    if name in ("required", "unique"):
        return new is False
    if name == "enum" and isinstance(old, list) and isinstance(new, list):
        return all(value in new for value in old)
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in (old, new)):
        return False
    if name in ("minimum", "exclusiveMinimum", "minLength"):
        return bool(new < old)
    return name in ("maximum", "exclusiveMaximum", "maxLength") and bool(new > old)


def _of_categories(change: PropertyChange) -> tuple[Level, str]:
    where = f"field {change.field}: categories"
    if ABSENT in (change.old, change.new):
        return "minor" if change.new is ABSENT else "major", f"{where} {_verb(change)}"
    old, new = _values(change.old), _values(change.new)
    if old == new:
        return "patch", f"labels of {where}"
    return _restriction(all(value in new for value in old), where, "others")


def _values(categories: Any) -> list[Any]:
    listed = categories if isinstance(categories, list) else []
    return [entry.get("value") if isinstance(entry, dict) else entry for entry in listed]


# ------------------------------------------------------------------------------ rows


def row_reasons(table: str, counts: dict[str, int], missed: int) -> Sequence[Reason]:
    """Why a version must change after changes of a table's rows, counted by kind of change.

    `missed`: how many of the rows that are gone, or have another key, left no tombstone in a table
    that other tables refer to.
    """
    lost: Level = "major" if missed else "minor"
    why = ", which other tables refer to, without a tombstone" if missed else ""
    levels: tuple[tuple[str, Level, str], ...] = (
        ("added", "minor", "added"),
        ("changed", "patch", "changed"),
        ("removed", lost, f"removed{why}"),
        ("rekeyed", lost, f"re-keyed{why}"),
        ("moved", "patch", "in another order"),
    )
    return [
        Reason(level, f"{counted(counts[kind], 'row')} {words}", table)
        for kind, level, words in levels
        if counts.get(kind)
    ]
