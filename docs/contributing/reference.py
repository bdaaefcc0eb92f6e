"""What is written from the schemas and the rules: `kzdata/models.pyi` and pages of `docs/`.

Run `python docs/contributing/reference.py` after a change to a schema or a rule; a test fails when
it was forgotten.
"""

import json
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

from kzdata.files.archive import opened
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Schema
from kzdata.standard.parsing import parse
from kzdata.standard.row_models import annotation, class_name
from kzdata.validation.rule import GROUPS, in_group

ROOT = Path(__file__).resolve().parents[2]
_HEAD = """# Rows of the bundled package. Written by docs/contributing/reference.py; do not edit.

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from kzdata.standard.dataset import Table
from kzdata.standard.row_models import Row

MODELS: Mapping[str, type[Row]]
"""


def pages(descriptor: Descriptor) -> dict[str, str]:
    """All generated files by their path in the repository."""
    return {
        "sdk/kzdata/models.pyi": models(descriptor),
        "docs/dictionary.md": dictionary(descriptor),
        "docs/rules.md": rules(),
    }


def models(descriptor: Descriptor) -> str:
    """The stub of `kzdata.models`: what type checkers and editors know of the rows."""
    tables = descriptor.tables.values()
    classes = [_class(class_name(table.name), table.schema) for table in tables]
    attributes = [f"    {table.name}: Table[{class_name(table.name)}]\n" for table in tables]
    return "".join([_HEAD, *classes, "\nclass Tables:\n", *attributes])


def _class(name: str, schema: Schema) -> str:
    fields = "".join(
        f"    {field.name}: {_kind(field)}\n    {_quoted(field.description)}\n"
        for field in schema.fields
    )
    return f"\nclass {name}(Row):\n    {_quoted(schema.description)}\n\n{fields}"


def _kind(field: FieldDescriptor) -> str:
    kind = annotation(field)
    name = str(kind.__name__)
    if get_origin(kind) is Literal:
        # With the double quotes of the formatter, which `repr` does not have.
        name = f"Literal[{', '.join(map(json.dumps, get_args(kind)))}]"
    return name if field.constraints.required else f"{name} | None = None"


def _quoted(text: str) -> str:
    raw = "r" if "\\" in text else ""
    return f'{raw}"""{text}"""'


def dictionary(descriptor: Descriptor) -> str:
    """The data dictionary: every table and column, from the schemas."""
    head = (
        "# Data dictionary\n\n"
        "Written from the schemas by docs/contributing/reference.py; do not edit. "
        "*Receipt* says whether a filled cell needs evidence.\n\n"
    )
    schemas = {name: table.schema for name, table in descriptor.tables.items()}
    listed = [f"- [{name}](#{name}): {schema.title}\n" for name, schema in schemas.items()]
    return "".join([head, *listed, *(_section(*one) for one in schemas.items())])


def _section(name: str, schema: Schema) -> str:
    head = f"\n## {name}\n\n{schema.description}\n\n"
    head += f"Primary key: {', '.join(f'`{key}`' for key in schema.primary_key)}.\n"
    for key in schema.foreign_keys:
        parent = f"{key.reference.resource or name}.{', '.join(key.reference.fields)}"
        head += f"`{', '.join(key.fields)}` refers to `{parent}`.\n"
    head += (
        "\n| column | type | receipt | meaning | limits | example |\n|---|---|---|---|---|---|\n"
    )
    return "".join([head, *map(_line, schema.fields), *map(_labels, schema.fields)])


def _labels(field: FieldDescriptor) -> str:
    lines = [f"- `{value}`: {label}\n" for value, label in field.labels.items()]
    return f"\n`{field.name}`:\n\n{''.join(lines)}" if lines else ""


def _line(field: FieldDescriptor) -> str:
    meaning = field.description + (f" Unit: {field.unit}." if field.unit else "")
    meaning += f" Basis: {field.basis}." if field.basis else ""
    example = f"`{field.example}`" if field.example else ""
    limits = ", ".join(_limits(field))
    cells = (f"`{field.name}`", field.type, field.evidence or "", meaning, limits, example)
    # A bar would end the cell, also within a pattern in backquotes.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _limits(field: FieldDescriptor) -> list[str]:
    limits = field.constraints
    told = (
        ("required", limits.required or None),
        ("unique", limits.unique or None),
        ("`{}`", limits.pattern or None),
        ("one of the categories below", limits.enum or None),
        ("at least {} characters", limits.min_length),
        ("at most {} characters", limits.max_length),
        ("at least {}", limits.minimum),
        ("at most {}", limits.maximum),
    )
    return [words.format(value) for words, value in told if value is not None]


def rules() -> str:
    """The rule reference: every rule of `kzdata validate`, from the code."""
    text = (
        "# Rules\n\n"
        "Every rule of `kzdata validate`, written from the code by docs/contributing/reference.py; "
        "do not edit. The name is the public code of a rule.\n"
    )
    for group in GROUPS:
        text += f"\n## {group}\n"
        for rule in in_group(group):
            way = f"Severity: {rule.severity}. Way out: {rule.fix}."
            text += f"\n### {rule.name}\n\n{rule.doc}\n\n{way}\n"
    return text


def main() -> None:
    """Write all generated files into the checkout."""
    with opened(ROOT) as archive:
        for name, content in pages(parse(archive)).items():
            (ROOT / name).parent.mkdir(exist_ok=True)
            (ROOT / name).write_text(content, encoding="utf-8", newline="\n")
            sys.stderr.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
