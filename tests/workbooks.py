"""Workbooks for tests, written without kzdata: xlsx by XlsxWriter, ods as plain XML."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Sheets = Mapping[str, Iterable[Sequence[Any]]]
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """Write a workbook; None is an empty cell."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(at, column, value, day)
                elif value is not None:
                    sheet.write(at, column, value)
    book.close()
    return path


def write_ods(path: Path, sheets: Sheets) -> Path:
    """Write a workbook as OpenDocument 1.2 has it; None is an empty cell."""
    tables = (
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    return write_content(path, "".join(tables))


def write_content(path: Path, tables: str, start: str = "") -> Path:
    """An ods file of these tables, in XML."""
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"<office:document-content {_SPACES}>{body}</office:document-content>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f'<?xml version="1.0" encoding="UTF-8"?>{start}{content}')
    return path


def _row(values: Iterable[Any]) -> str:
    return f"<table:table-row>{''.join(map(_cell, values))}</table:table-row>"


def _cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, stated = "boolean", ("boolean-value", str(value).lower())
    elif isinstance(value, int | float):
        kind, stated = "float", ("value", repr(value))
    elif isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        kind, stated = "time", ("time-value", f"PT{hours}H{rest // 60}M{rest % 60}S")
    elif isinstance(value, date):
        text = value.isoformat() if isinstance(value, datetime) else f"{value:%Y-%m-%d}"
        kind, stated = "date", ("date-value", text)
    else:
        return (
            f'<table:table-cell office:value-type="string">{_paragraphs(value)}</table:table-cell>'
        )
    name, text = stated
    return f'<table:table-cell office:value-type="{kind}" office:{name}={quoteattr(text)}/>'


def _paragraphs(text: str) -> str:
    # Blanks in a row are one in XML, unless they are elements.
    blanks = {" ": "<text:s/>", "\t": "<text:tab/>"}
    return "".join(f"<text:p>{escape(line, blanks)}</text:p>" for line in text.split("\n"))
