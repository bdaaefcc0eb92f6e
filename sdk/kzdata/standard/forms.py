"""In what form a table is: CSV, Parquet, JSON, a sheet ..., and how its file is packed.

A resource says it by `format`, else by `mediatype`, else by the suffix of its path; how the file is
packed by `compression` (recipe "Compression of Resources"), else by the suffix. What is in another
form than these is left unchecked, and never opened as CSV.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import NamedTuple

from kzdata.standard.descriptor import Resource


class Form(NamedTuple):
    """The form of a table's file."""

    name: str  # one of `READ`, or what the resource calls it
    packing: str | None = None  # one of `PACKINGS`, or what the resource calls it


DELIMITED = ("csv", "tsv")
STRUCTURED = ("json", "ndjson")
SPREADSHEETS = ("xlsx", "ods")
READ = (*DELIMITED, "parquet", *STRUCTURED, *SPREADSHEETS)
"""The forms that are read."""
TEXTUAL = (*DELIMITED, *STRUCTURED)
"""Those of them that have an encoding."""
TABULAR = (*DELIMITED, "parquet", *SPREADSHEETS)
"""Those of them that hold nothing but tables; JSON may be anything."""
PACKINGS = ("gz", "zip", "xz", "bz2")
"""The ways to pack a file that are read."""
EXTRAS = {"xlsx": ("openpyxl", "excel")}
"""Forms that need a library: its module, and the extra of kzdata that brings it."""

_PACKING_NAMES = {
    **{name: name for name in PACKINGS},
    **{"gzip": "gz", "bzip2": "bz2", "lzma": "xz"},
    **{name: name for name in "zst zstd lz4 br z lz sz".split()},
}
_ANY_TEXT = "txt text dat data asc".split()  # a table in such a file is CSV, but it may be prose
_NAMES = {
    **{name: name for name in READ},
    **dict.fromkeys(_ANY_TEXT, "csv"),
    **{"tab": "tsv", "pq": "parquet", "xlsm": "xlsx", "jsonl": "ndjson", "ldjson": "ndjson"},
}
# Suffixes of files that are no CSV. Any other one, or none, tells nothing: tables are CSV then.
_OTHERS = frozenset(
    "geojson topojson json5 json-ld jsonld geojsonl avro orc arrow feather ipc h5 hdf5 nc npy npz "
    "xls xlsb xlt numbers gsheet fods dbf sqlite sqlite3 db duckdb mdb accdb sql "
    "fwf prn sav por dta sas7bdat xpt rds rda rdata mat pkl pickle "
    "shp shx gpkg kml kmz gml gpx tif tiff png jpg jpeg gif svg webp bmp wav mp3 mp4 "
    "xml html htm xhtml yaml yml toml ini md rst tex pdf doc docx odt rtf ppt pptx ttl nt nq rdf "
    "tar tgz 7z rar zipx".split()
)
_MEDIATYPES = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/x-csv": "csv",
    "text/x-csv": "csv",
    "text/comma-separated-values": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
    "application/json-lines": "ndjson",
    "application/json-seq": "json-seq",
    "application/geo+json": "geojson",
    "application/vnd.geo+json": "geojson",
    "application/ld+json": "jsonld",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
    "application/parquet": "parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/html": "html",
    "application/pdf": "pdf",
}
_READ_WORDS = "CSV, TSV, JSON, NDJSON, Parquet, xlsx or ods"
_PACKING_WORDS = "gz, zip, xz or bz2"


def form_of(resource: Resource, path: str) -> Form:
    """The form of one of a resource's files, and how it is packed."""
    stem, packing = _packed(path)
    if isinstance(stated := resource.extra.get("compression"), str):
        plain = stated.strip(". ").lower()
        packing = None if plain in ("", "no", "none") else _PACKING_NAMES.get(plain, plain)
    elif stated is not None:
        packing = str(stated)
    name = _stated(resource) or suffix_of(stem) or _unknown(resource.mediatype)
    return Form(name or "csv", packing)


def form_of_data(resource: Resource) -> str:
    """The form of data inside the descriptor: text is what `format` or `mediatype` say."""
    return _stated(resource) or "" if isinstance(resource.extra.get("data"), str) else "json"


def forms_of(resource: Resource) -> list[Form]:
    """The forms of all files of a resource, or that of its data."""
    if not resource.path:
        return [Form(form_of_data(resource))]
    return [form_of(resource, path) for path in resource.path]


def tells_table(resource: Resource) -> bool:
    """Whether a resource says, or all its files' names do, that it is a table."""
    if resource.type == "table":
        return True
    paths = resource.path or ("",)
    stated = _format(resource) or _of_mediatype(resource)
    told = [stated or PurePosixPath(_packed(path.lower())[0]).suffix[1:] for path in paths]
    return all(name not in _ANY_TEXT and _NAMES.get(name) in TABULAR for name in told)


def unread(resource: Resource) -> tuple[str, str] | None:
    """What keeps a resource from being read as a table, and the way out; None if nothing does."""
    for form in forms_of(resource):
        if form.packing not in (None, *PACKINGS):
            return f"a file packed by {form.packing}", f"pack it by {_PACKING_WORDS}"
        if form.name not in READ:
            return f"a table in the format {form.name}", f"write it as {_READ_WORDS}"
        module, extra = EXTRAS.get(form.name, ("", ""))
        if module and find_spec(module) is None:
            return f"a table in the format {form.name}", f"pip install 'kzdata[{extra}]'"
    return None


def suffix_of(path: str) -> str | None:
    """The form that the suffix of a path names, or None where it names none."""
    suffix = PurePosixPath(path.lower()).suffix.removeprefix(".")
    return _NAMES.get(suffix) or (suffix if suffix in _OTHERS else None)


def _packed(path: str) -> tuple[str, str | None]:
    """A path without the suffix that tells how it is packed, and what that tells."""
    stem, dot, suffix = path.rpartition(".")
    packing = _PACKING_NAMES.get(suffix.lower()) if dot else None
    return (stem, packing) if packing else (path, None)


def _stated(resource: Resource) -> str | None:
    """The form that `format`, else `mediatype`, names."""
    return next(filter(None, _stated_names(resource)), None)


def _stated_names(resource: Resource) -> Iterator[str | None]:
    name = _format(resource)
    yield _NAMES.get(name, name)
    yield _of_mediatype(resource)


def _format(resource: Resource) -> str:
    """What `format` says of the form, without how the file is packed."""
    name = (resource.format or "").lower().strip(". ")
    for packing in _PACKING_NAMES:
        name = "" if name == packing else name.removesuffix(f".{packing}")
    return name


def _of_mediatype(resource: Resource) -> str | None:
    return _MEDIATYPES.get(_plain(resource.mediatype))


def _plain(mediatype: str | None) -> str:
    """A media type without parameters such as `charset`, which say nothing of the form."""
    return (mediatype or "").lower().partition(";")[0].strip()


def _unknown(mediatype: str | None) -> str | None:
    """A media type that names a form which is not known here."""
    plain = _plain(mediatype)
    return None if plain in ("text/plain", "application/octet-stream") else plain or None
