"""`jsonSchema`: the values of objects and arrays, checked by the library jsonschema.

What a stranger's schema could do is bounded: nothing is fetched, regular expressions are carried
out by RE2 and not by Python, and each value has so many steps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from kzdata.errors import KzdataError, MissingExtraError, require
from kzdata.standard.field_types.base import MisdeclaredError, UnsupportedError
from kzdata.standard.field_types.shapes import json_value
from kzdata.standard.json_model import distinct, short

JSON_TYPES = ("object", "array")  # types that jsonSchema is for
MAX_STEPS = 300_000  # keywords asked of one value, and items of what they are asked of
Matches = Callable[[str, str], bool]
"""Whether a pattern matches somewhere in a text; raises UnsupportedError where it is not read."""
Judge = Callable[[str], str | None]
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
# Their patterns are Python's, also for the keywords that ask for what they leave.
_UNREAD = ("patternProperties",)


def json_schema_judge(schema: Mapping[str, Any], matches: Matches) -> Judge:
    """A judge of texts of JSON: what of one is against a schema, in words, or None.

    Raises the errors of `check_json_schema`; the judge raises UnsupportedError where it cannot
    tell.
    """
    kind, library = check_json_schema(schema), _library()
    spent = _Steps()
    keywords = kind.VALIDATORS | {
        "pattern": _pattern(library, matches),
        "uniqueItems": _unique_items(library),
    }
    counted = {name: spent.counted(keyword) for name, keyword in keywords.items()}
    kind = library.validators.extend(kind, counted)
    validator = _offline(kind, _without_version(schema))

    def judge(text: str) -> str | None:
        spent.number = 0
        error = _first_error(validator, _value(text))
        return error and f"{error.json_path}: {error.validator} {short(error.validator_value)}"

    return judge


def check_json_schema(schema: Mapping[str, Any]) -> Any:
    """The library's class for a schema, which is one and holds nothing that is not read.

    Raises:
        MisdeclaredError: It is no JSON Schema.
        UnsupportedError: It has something that is not read, or jsonschema is not installed.
    """
    for name, value in _members(_without_version(schema)):
        if name in _UNREAD:
            raise UnsupportedError(f"{name} in a jsonSchema")
        if name in _REFERENCES and not str(value).startswith("#"):
            raise UnsupportedError(f"{name} {short(value)} in a jsonSchema, which is not fetched")
        if name == "$schema":
            raise UnsupportedError("a jsonSchema with parts of another version")
    return _version(schema)


def _without_version(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema whose version is known; where the library sees it, it takes a class of its own."""
    return {name: value for name, value in schema.items() if name != "$schema"}


def _value(text: str) -> Any:
    """The value of a text that DuckDB takes for JSON."""
    try:
        return json_value(text)
    except UnsupportedError:
        raise
    except ValueError as error:
        raise UnsupportedError(f"JSON that Python does not read: {error}") from error


def _members(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object in a schema."""
    pending = [schema]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield from value.items()
        if isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value


@cache
def _library() -> Any:
    """The library jsonschema; UnsupportedError where it is not installed."""
    try:
        require("jsonschema", "jsonschema")
    except MissingExtraError as error:
        raise UnsupportedError("constraint jsonSchema", str(error)) from error
    import jsonschema

    return jsonschema


def _version(schema: Mapping[str, Any]) -> Any:
    """The library's class for the `$schema` of a schema, or the newest version that it is of."""
    library, named = _library(), schema.get("$schema")
    kinds = [library.Draft202012Validator, library.Draft7Validator]
    if named is not None:
        known = library.validators.validator_for({"$schema": str(named)}, default=None)
        if known is None:
            raise UnsupportedError(f"a jsonSchema of the version {short(named)}")
        kinds = [known]
    faults = [_first_error(_of_schemas(kind), dict(schema)) for kind in kinds]
    for kind, fault in zip(kinds, faults, strict=True):
        if fault is None:
            return kind
    found = f"jsonSchema, at {faults[0].json_path}: {short(faults[0].instance)}"
    raise MisdeclaredError(found, "a JSON Schema")


def _of_schemas(kind: Any) -> Any:
    """What checks schemas of a version; without formats, whose regular expressions are Python's."""
    return _offline(kind, kind.META_SCHEMA)


def _offline(kind: Any, schema: Mapping[str, Any]) -> Any:
    """What checks values by a schema; a registry that retrieves nothing keeps it from fetching."""
    from referencing import Registry  # which jsonschema itself stands on

    return kind(schema, registry=Registry())


def _first_error(validator: Any, value: Any) -> Any:
    """The first fault of a value, or None; UnsupportedError where it cannot tell."""
    try:
        return next(validator.iter_errors(value), None)
    except (KzdataError, UnsupportedError):
        raise
    except RecursionError as error:
        words = "a jsonSchema that leads back to itself, or that is nested too deep"
        raise UnsupportedError(words) from error
    except Exception as error:  # of arithmetic, or of a reference that leads nowhere
        name = type(error).__name__
        raise UnsupportedError(f"a jsonSchema that cannot be carried out ({name})") from error


class _Steps:
    """Counts what the keywords of a schema are asked for one value."""

    def __init__(self) -> None:
        self.number = 0

    def counted(self, keyword: Any) -> Any:
        """The same keyword, refused after too many steps."""

        def ask(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
            self.number += 1 + _size(value) + _size(instance)
            if self.number > MAX_STEPS:
                raise UnsupportedError(f"a jsonSchema that takes over {MAX_STEPS} steps for a cell")
            return keyword(validator, value, instance, schema)

        return ask


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def _pattern(library: Any, matches: Matches) -> Any:
    """The keyword `pattern`, carried out by RE2."""

    def keyword(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterable[Any]:
        if isinstance(instance, str) and not matches(pattern, instance):
            yield library.ValidationError("no match")

    return keyword


def _unique_items(library: Any) -> Any:
    """The keyword `uniqueItems`; the library's own takes the square of the items."""

    def keyword(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterable[Any]:
        if wanted and isinstance(instance, list) and not distinct(instance):
            yield library.ValidationError("an item twice")

    return keyword
