"""What is written from the schemas and the rules: `kzdata/models.py` and pages of `docs/`.

Run `python -m kzdata.reference` after a change to a schema or a rule; a test fails when it was
forgotten.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from kzdata.archive import bundled, opened
from kzdata.descriptor import Descriptor, FieldDescriptor, Schema, parse
from kzdata.rows import annotation, class_name, limits
from kzdata.validation.rules import GROUPS, in_group

_HEAD = '''"""Rows of the bundled package, one class a table.

Written by `python -m kzdata.reference` from the schemas; do not edit.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from kzdata.rows import Row

if TYPE_CHECKING:
    from kzdata.tables import Table
'''


def pages(descriptor: Descriptor) -> dict[str, str]:
    """All generated files by their path in the repository."""
    return {
        "sdk/kzdata/models.py": models(descriptor),
        "docs/dictionary.md": dictionary(descriptor),
        "docs/rules.md": rules(),
    }


def models(descriptor: Descriptor) -> str:
    """Source of `kzdata.models`."""
    tables = descriptor.tables.values()
    classes = "".join(_class(table.name, table.schema) for table in tables)
    entries = "".join(f'    "{table.name}": {class_name(table.name)},\n' for table in tables)
    index = f"\n\nMODELS: dict[str, type[Row]] = {{\n{entries}}}\n"
    attributes = "".join(
        f'    {table.name}: "Table[{class_name(table.name)}]"\n' for table in tables
    )
    tail = (
        f'\n\nclass Tables:\n    """The tables as attributes, for type checkers."""\n\n{attributes}'
    )
    return f'{_HEAD}{classes}{index}"""Row classes by table."""\n{tail}'


def _class(name: str, schema: Schema) -> str:
    fields = "".join(_attribute(field) for field in schema.fields)
    return (
        f'\n\nclass {class_name(name)}(Row):\n    """{_wrapped(schema.description)}"""\n\n{fields}'
    )


def _wrapped(text: str) -> str:
    import textwrap

    lines = textwrap.wrap(text, 90, break_long_words=False, break_on_hyphens=False)
    return lines[0] if len(lines) == 1 else "\n    ".join(lines) + "\n    "


def _attribute(field: FieldDescriptor) -> str:
    kind, keywords = _kind(annotation(field)), limits(field)
    given = [f"{name}={_literal(value)}" for name, value in keywords.items()]
    given.append(f"description={_literal(field.description)}")
    if not field.constraints.required:
        kind, given = f"{kind} | None", ["None", *given]
    lines = "".join(f"        {argument},\n" for argument in given)
    return f"    {field.name}: {kind} = Field(\n{lines}    )\n"


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        listed = "".join(f"        {_literal(value)},\n" for value in get_args(kind))
        return f"Literal[\n{listed}    ]"
    return str(kind.__name__)


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"date({value.year}, {value.month}, {value.day})"
    if not isinstance(value, str):
        return repr(value)
    if "\\" in value:
        return f'r"{value}"'
    return '"' + value.replace('"', '\\"') + '"'


def dictionary(descriptor: Descriptor) -> str:
    """The data dictionary: every table and column, from the schemas."""
    parts = [
        "# Data dictionary\n\n"
        "Written from the schemas by `python -m kzdata.reference`; do not edit. "
        "*Receipt* says whether a filled cell needs evidence.\n"
    ]
    parts += [
        f"- [{table.name}](#{table.name}): {table.schema.title}\n"
        for table in descriptor.tables.values()
    ]
    parts += [_section(table.name, table.schema) for table in descriptor.tables.values()]
    return "".join(parts)


def _section(name: str, schema: Schema) -> str:
    head = f"\n## {name}\n\n{schema.description}\n\n"
    keys = f"Primary key: {', '.join(f'`{key}`' for key in schema.primary_key)}.\n"
    keys += "".join(
        f"`{', '.join(key.fields)}` refers to "
        f"`{key.reference.resource or name}.{', '.join(key.reference.fields)}`.\n"
        for key in schema.foreign_keys
    )
    table = (
        "\n| column | type | receipt | meaning | limits | example |\n|---|---|---|---|---|---|\n"
    )
    rows = "".join(_line(field) for field in schema.fields)
    labels = "".join(_labels(field) for field in schema.fields if field.labels)
    return head + keys + table + rows + labels


def _line(field: FieldDescriptor) -> str:
    unit = f" Unit: {field.unit}." if field.unit else ""
    example = f"`{field.example}`" if field.example else ""
    cells = (
        f"`{field.name}`",
        field.type,
        field.evidence or "",
        field.description + unit,
        ", ".join(_limits(field)),
        example,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _limits(field: FieldDescriptor) -> Iterator[str]:
    constraints = field.constraints
    if constraints.required:
        yield "required"
    if constraints.unique:
        yield "unique"
    if constraints.pattern:
        yield f"`{constraints.pattern}`"
    if constraints.enum:
        yield "one of the categories below"
    for words, value in (
        ("at least {} characters", constraints.min_length),
        ("at most {} characters", constraints.max_length),
        ("at least {}", constraints.minimum),
        ("at most {}", constraints.maximum),
    ):
        if value is not None:
            yield words.format(value)


def _labels(field: FieldDescriptor) -> str:
    lines = "".join(f"- `{value}`: {label}\n" for value, label in field.labels.items())
    return f"\n`{field.name}`:\n\n{lines}"


def rules() -> str:
    """The rule reference: every rule of `kzdata validate`, from the code."""
    parts = [
        "# Rules\n\n"
        "Every rule of `kzdata validate`, written from the code by `python -m kzdata.reference`; "
        "do not edit. The name is the public code of a rule.\n"
    ]
    for group in GROUPS:
        parts.append(f"\n## {group}\n")
        for rule in in_group(group):
            parts.append(f"\n### {rule.name}\n\n{rule.doc}\n\n")
            parts.append(f"Severity: {rule.severity}. Way out: {rule.fix}.\n")
    return "".join(parts)


def main() -> None:
    """Write all generated files into the checkout."""
    root = Path(bundled())
    with opened(root) as archive:
        for name, content in pages(parse(archive)).items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
            sys.stderr.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
