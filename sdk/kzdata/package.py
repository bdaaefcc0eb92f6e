"""An opened data package: tables, records, receipts, queries, validation."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from kzdata import models
from kzdata.display import html_table
from kzdata.errors import PackageError, UsageError, nearest, require
from kzdata.evidence import authoring
from kzdata.evidence.articles import read
from kzdata.evidence.authoring import Coverage, Located, Reanchored
from kzdata.evidence.receipts import EvidenceIndex, Trace
from kzdata.files.archive import opened
from kzdata.files.limits import DEFAULT, PackageLimits
from kzdata.standard.dataset import Dataset, Table
from kzdata.standard.parsing import parse
from kzdata.standard.row_models import Row

if TYPE_CHECKING:
    from kzdata.engine.queries import Answer
    from kzdata.entries.left import Todo
    from kzdata.evidence.outside import OutsideReport
    from kzdata.evidence.snapshots import Snapshot, Snapshots
    from kzdata.questions.disagreements import Disagreements
    from kzdata.questions.forces import Forces
    from kzdata.questions.timeline import Timeline
    from kzdata.questions.toll import Toll
    from kzdata.site.loopback import Server
    from kzdata.validation import Report


def load(path: str | Path | None = None, *, package_limits: PackageLimits = DEFAULT) -> "Package":
    """Open a package.

    Args:
        path: A directory, a `datapackage.json` or a zip; the bundled package by default.
        package_limits: How large it may be, when it is read and when it is validated.

    Raises:
        PackageError: There is no such path, or it is not a package that can be read.
    """
    return Package(path, package_limits=package_limits)


class Package(models.Tables):
    """An opened package; each of its tables is an attribute: `kz.casualty_reports`.

    Close it, or use it in a `with` block, to free its database and, for a zip, its temporary files;
    otherwise they are freed at the end of the process.

    Args:
        path: A directory, a `datapackage.json` or a zip; the bundled package by default.
        package_limits: How large it may be, when it is read and when it is validated.

    Raises:
        PackageError: There is no such path, or it is not a package that can be read.
    """

    # What this one is the rest of: as long as it is in use, the other's files are kept.
    _whole: "Package | None" = None
    _part: "Snapshot | None" = None  # what remains, where this one is the rest of another

    def __init__(
        self, path: str | Path | None = None, *, package_limits: PackageLimits = DEFAULT
    ) -> None:
        self._stack = ExitStack()
        self._path, self._limits = path, package_limits
        archive = self._stack.enter_context(opened(path, limits=package_limits))
        descriptor = parse(archive)
        # Another package has its row classes made of its own schemas when they are needed.
        own = models.MODELS if descriptor.name == "kzdata" else {}
        self._dataset = Dataset(archive, descriptor, own)
        self._stack.callback(self._dataset.close)

    @property
    def name(self) -> str:
        """Name of the package."""
        return self._dataset.name

    @property
    def version(self) -> str:
        """Version of the package, data and code alike."""
        return self._dataset.version

    @property
    def tables(self) -> Mapping[str, Table[Any]]:
        """All tables by name."""
        # What reads the package reads the same mapping, so that nobody else may change it.
        return MappingProxyType(self._dataset.tables)

    def __repr__(self) -> str:
        part = f" {self._dataset.part}" if self._dataset.part else ""
        return f"<Package {self.name} {self.version}{part}: {len(self.tables)} tables>"

    def _repr_html_(self) -> str:
        rows = (
            (table.name, _size(table), len(table.schema.fields), table.schema.description)
            for table in self.tables.values()
        )
        return html_table(("table", "rows", "columns", "description"), rows, repr(self).strip("<>"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database and temporary files."""
        self._stack.close()

    def __getattr__(self, name: str) -> Table[Any]:
        # `copy` and `pickle` ask before there is a dataset; only tables are found in this way.
        dataset: Dataset | None = self.__dict__.get("_dataset")
        known = dataset.tables if dataset else {}
        if name.startswith("__") or name not in known:
            raise AttributeError(f"no table {name!r}{nearest(name, known)}")
        return known[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def __getitem__(self, key: str) -> Row:
        """The row of a key, such as `CR-0003`, `almaty`, or, in one table, `sources/tass`.

        Raises:
            UsageError: No table has the key, or several have.
        """
        return self._dataset.find(key)[1]

    def table(self, name: str) -> Table[Any]:
        """A table by name.

        Raises:
            UsageError: There is no such table.
        """
        return self._dataset.table(name)

    def as_of(self, day: str | date) -> Self:
        """The same package as a reader of a day could have had it.

        It holds the articles published by that day, what rests on them, and of their claims those
        whose own date is by then. A date known only by its month, or year, is by then once the
        whole of it is over; an article without a date of publication never is.

        Args:
            day: A date, or its text, such as `2022-01-06`.

        Returns:
            A package of its own; `fallen` says what it lacks.

        Raises:
            UsageError: It is not a date, or the package does not declare what this needs.
        """
        from kzdata.evidence.snapshots import parse_day

        return self._rest(day=parse_day(day, lambda: self._snapshots.index.published))

    def without(self, *sources: str) -> Self:
        """The same package with some articles withdrawn: what rests on the others alone.

        Args:
            sources: Keys of articles, such as `tass`.

        Returns:
            A package of its own; `fallen` says what it lacks.

        Raises:
            UsageError: There is no such article, or the package does not declare what this needs.
        """
        return self._rest(withdrawn=frozenset(sources))

    @cached_property
    def _snapshots(self) -> "Snapshots":
        from kzdata.evidence.snapshots import Snapshots

        return self._stack.enter_context(closing(Snapshots(self._dataset)))

    def _rest(self, day: date | None = None, withdrawn: frozenset[str] = frozenset()) -> Self:
        from kzdata.evidence.snapshots import SourceFilter

        # Not by `__init__`, which would open the files once more.
        rest = object.__new__(type(self))
        rest._stack, rest._path, rest._whole = ExitStack(), self._path, self
        rest._limits = self._limits
        rest._snapshots = self._snapshots
        terms = SourceFilter(day, withdrawn)
        rest._dataset = rest._part = self._snapshots.take(terms, self._dataset)
        rest._stack.callback(rest._dataset.close)
        return rest

    @property
    def fallen(self) -> "Answer":
        """What the whole package has and this one, `as_of` a day or `without` an article, has not.

        Its columns are `table`, `record` and `field`; a row that fell whole has no field. Articles,
        passages and edges, which carry the rest, are not listed.
        """
        if self._part:
            return self._part.removal.removed
        # A whole package lacks nothing, and says so in the same columns.
        nothing = "SELECT '' AS \"table\", '' AS record, '' AS field WHERE false"
        return self._dataset.database.answer(nothing)

    def falls(self, *sources: str) -> list[tuple[str, str, str | None]]:
        """What falls if articles are withdrawn, besides what they hold themselves.

        Returns:
            Table, record and field of each; a row that falls whole has no field.

        Raises:
            UsageError: There is no such article, or the package does not declare what this needs.
        """
        with self.without(*sources) as rest:
            # What `as_of` has taken away already does not fall with these articles.
            before = set(self.fallen.rows())
            return [row for row in rest.fallen.rows() if row not in before]

    def trace(
        self, record: str | None = None, field: str | None = None, *, source: str | None = None
    ) -> Trace:
        """The receipts of cells: cell, role, quote, article, link.

        Args:
            record: Key of a row whose cells are traced, such as `CR-0003`; or of a passage, such as
                `SP-0123`, for every cell that rests on it.
            field: One column of the record; all columns by default.
            source: Key of an article instead, for every cell that rests on it.

        Raises:
            UsageError: There is no such record, column or article, or it is not traced.
        """
        if source is not None and record is None and field is None:
            return EvidenceIndex(self._dataset).source(source)
        if record is None or source is not None:
            raise UsageError("trace takes a record, with or without a field, or a source")
        return EvidenceIndex(self._dataset).trace(record, field)

    def outside_of(self, record: str) -> "tuple[OutsideReport, ...]":
        """What publications besides the articles say of a claim or an event.

        Args:
            record: Its key; of an event, also what they say of the claims about it.

        Raises:
            UsageError: There is no such record.
        """
        from kzdata.evidence.outside import outside_of

        _, key = self._dataset.place(record)
        return outside_of(self._dataset, [key]).get(key, ())

    def sql(self, query: str, parameters: Any = None, timeout: float | None = 30.0) -> "Answer":
        """Ask in SQL (DuckDB); each table has its own name and typed columns.

        The database is locked: one SELECT at a time, no files, no network, no settings, no table
        functions but those that read their arguments or the catalogue. It takes at most 2 GB of
        memory for tables; what does not fit goes to a temporary folder, up to 8 GB.

        Args:
            query: One SELECT; `?` or `$name` stand for parameters.
            parameters: A sequence for `?`, a mapping for `$name`.
            timeout: Seconds after which the query is stopped, whenever the answer is read; None for
                never. A single step on a giant value can take longer.

        Raises:
            QueryError: It is not one SELECT, it fails, or it takes too long.
            PackageError: A table cannot be read.
        """
        return self._dataset.database.ask(query, parameters, timeout)

    def texts(self, folder: str | Path) -> dict[str, str]:
        """The articles' texts that a folder holds, by source; found by their hash.

        Raises:
            PackageError: The folder cannot be read.
            UsageError: The package declares no sources.
        """
        return authoring.texts_of(self._dataset, folder)

    def toll(
        self,
        outcome: str | None = None,
        population: str | None = None,
        place: str | None = None,
        policy: str | None = None,
        retracted: bool = False,
        limit: int = 2_000,
        damaged: bool = True,
    ) -> "Toll":
        """What was claimed about how many people, by scope and day; never a sum.

        Args:
            outcome: What happened, such as `killed`; all outcomes by default.
            population: To whom; includes all populations that are part of it.
            place: Where; includes all places that are part of it.
            policy: What vague words such as "dozens" count for; they stay open by default.
            retracted: List retracted claims too; they never count in a range.
            limit: How many claims to list; ranges take in all.
            damaged: Whether claims count whose words are damaged (`damaged` of `kzdata:spans`).

        Raises:
            UsageError: There is no such outcome, population, place or policy, or the package lacks
                a declaration that the question needs; the message names it.
        """
        from kzdata.questions.toll import toll

        return toll(self._dataset, outcome, population, place, policy, retracted, limit, damaged)

    def disagreements(
        self,
        place: str | None = None,
        event: str | None = None,
        policy: str | None = None,
        limit: int = 2_000,
        damaged: bool = True,
    ) -> "Disagreements":
        """Questions that claims, or events, do not agree about, each with its sides.

        They are of three kinds: what cannot all be true, what nobody reconciles, and what only
        looks like a disagreement, with the reason.

        Args:
            place: Only claims about this place and all that is part of it.
            event: Only claims about this event.
            policy: What vague words count for; they stay open by default.
            limit: How many to list.
            damaged: Whether claims count whose words are damaged (`damaged` of `kzdata:spans`).

        Raises:
            UsageError: There is no such place, event or policy, or the package lacks a declaration.
        """
        from kzdata.questions.disagreements import disagreements

        return disagreements(self._dataset, place, event, policy, limit, damaged)

    def timeline(
        self,
        place: str | None = None,
        actor: str | None = None,
        type: str | None = None,
        limit: int = 2_000,
        statements: bool = True,
        standing: bool = True,
    ) -> "Timeline":
        """Events in order, each with the precision of its date and its receipts.

        An event without a date stands where the first article that tells of it speaks from.

        Args:
            place: Only events in this place and all that is part of it.
            actor: Only events with this actor, or one that is part of it.
            type: Only events of this type.
            limit: How many to list.
            statements: Whether to list what was only said (types in `statements` of
                `kzdata:events`).
            standing: Whether to list lasting circumstances (types in `standing`).

        Raises:
            UsageError: There is no such place, actor or type, or the package lacks a declaration.
        """
        from kzdata.questions.timeline import timeline

        return timeline(self._dataset, place, actor, type, limit, statements, standing)

    def forces(
        self,
        country: str | None = None,
        place: str | None = None,
        state: str | None = None,
        limit: int = 2_000,
        damaged: bool = True,
    ) -> "Forces":
        """What is said of forces, by country: who says deployed, who says ready, and how many.

        Args:
            country: Only forces of this country, or of what is part of it.
            place: Only forces in this place, or sent there, and in all that is part of it.
            state: Only what is said in this way, such as `deployed`.
            limit: How many claims to list.
            damaged: Whether claims count whose words are damaged (`damaged` of `kzdata:spans`).

        Raises:
            UsageError: There is no such country, place or state, or the package lacks a
                declaration.
        """
        from kzdata.questions.forces import forces

        return forces(self._dataset, country, place, state, limit, damaged)

    def locate(
        self, quote: str | Iterable[str], folder: str | Path, source: str | None = None
    ) -> list[Row]:
        """Rows for the table of spans: one for each place at which a quote stands.

        Args:
            quote: The words, character for character; or several quotes.
            folder: Directory with the articles' texts.
            source: Only in this article; in all that the folder holds by default.

        Returns:
            Rows by quote, in the order of the articles: with the next free ids, or those that the
            package has already.

        Raises:
            SpanError: A quote stands in none of the texts; it says which words are nearly the same.
            UsageError: The folder has no text of the source.
        """
        return [one.row for one in self.located(quote, folder, source)]

    def located(
        self, quote: str | Iterable[str], folder: str | Path, source: str | None = None
    ) -> list[Located]:
        """The same as `locate`, and of each row whether the package has it already."""
        articles = self.texts(folder)
        if source is not None and source not in articles:
            raise UsageError(f"no text of {source!r} in {folder}{nearest(source, articles)}")
        chosen = {source: articles[source]} if source else articles
        quotes = [quote] if isinstance(quote, str) else quote
        return authoring.locate(self._dataset, chosen, quotes)

    def reanchor(self, file: str | Path, source: str) -> list[Reanchored]:
        """Where the passages of an article stand in another copy of it that differs a little.

        Args:
            file: The other copy: a text file in UTF-8.
            source: Key of the article.

        Returns:
            The article's passages in the order of their offsets, each with its place in the file.

        Raises:
            PackageError: The file cannot be read.
            UsageError: There is no such article.
            SpanError: The passages of the package cannot be those of one text.
        """
        return authoring.reanchor(self._dataset, source, read(file))

    def coverage(self, folder: str | Path) -> list[Coverage]:
        """How far spans and exclusions account for the numbers of each article.

        Args:
            folder: Directory with the articles' texts.

        Raises:
            PackageError: The folder cannot be read, or an article's text is not in it.
        """
        found = self.texts(folder)
        if missing := [source for source in authoring.hashes(self._dataset) if source not in found]:
            raise PackageError(f"no file in {folder} has the SHA-256 of {', '.join(missing)}")
        return authoring.coverage(self._dataset, found)

    def todo(self, source: str, texts: str | Path | None = None) -> "Todo":
        """What is left to do for an article, each thing with the line to write into its entry.

        Args:
            source: Key of the article.
            texts: Folder with the articles; without the text, what needs it is not known.

        Raises:
            UsageError: There is no such article, or the package is not one that can be edited.
            PackageError: A table, or the folder, cannot be read.
        """
        from kzdata.entries.todo import todo

        known = self.texts(texts) if texts else {}
        return todo(self._dataset, source, known.get(source))

    def site(
        self, out: str | Path, *, texts: str | Path | None = None, include_texts: bool = False
    ) -> Path:
        """Write the evidence page: each claim with the words it rests on, for a browser.

        Args:
            out: A directory: not there yet, empty, or an evidence page, which is replaced.
            texts: Directory with the articles: each passage is compared with its article.
            include_texts: Put the articles into the page. They belong to their publishers: such a
                page is for private use only.

        Returns:
            The page; browsers open it from disk.

        Raises:
            UsageError: The directory holds something else, or cannot be written.
            PackageError: A table cannot be read, or a passage does not stand in its article.
        """
        from kzdata.site import Texts, write

        given = Texts(texts, include_texts) if texts else None
        return write(self._dataset, self._snapshots, out, given)

    def serve(
        self, *, port: int = 0, texts: str | Path | None = None, include_texts: bool = False
    ) -> "Server":
        """The evidence page served to this machine alone; see `site`.

        Args:
            port: The port; a free one by default.
            texts: Directory with the articles.
            include_texts: Put the articles into the page, for private use.

        Returns:
            A server with its `address`; `run` serves until interrupted.

        Raises:
            MissingExtraError: The server is not installed; the message says how.
            UsageError: The port cannot be had.
            PackageError: A table cannot be read, or a passage does not stand in its article.
        """
        from kzdata.site import Texts

        for module in ("starlette", "uvicorn"):
            require(module, "edit")
        from kzdata.site.server import serving

        given = Texts(texts, include_texts) if texts else None
        return serving(self._dataset, self._snapshots, given, port)

    def export(self, form: str, out: str | Path, *, force: bool = False) -> Path:
        """Write the package in another format, such as `duckdb`; see `kzdata.exports.export`.

        What is left of a package (`as_of`, `without`) is written out first: formats hold, or name,
        its own files.
        """
        from kzdata.exports import export

        if self._part is None:
            return export(self._dataset, form, out, force=force)
        with self._saved() as folder, Package(folder) as copy:
            return export(copy._dataset, form, out, force=force)

    def validate(
        self,
        *,
        texts: str | Path | None = None,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        allow: str | Path | bool = True,
    ) -> "Report":
        """Check the package against its own declarations; see `kzdata.validate`.

        What is left of a package (`as_of`, `without`) is written out and checked as a package.
        """
        from kzdata.validation import validate

        check = partial(validate, texts=texts, select=select, ignore=ignore, allow=allow)
        check = partial(check, package_limits=self._limits)
        if not self._part:
            return check(self._path)
        with self._saved() as folder:
            return replace(check(folder), path="")

    @contextmanager
    def _saved(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="kzdata-") as folder:
            self.save(place := Path(folder) / "package")
            yield place

    def entry(
        self,
        source: str,
        texts: str | Path | None = None,
        form: str = "toml",
        as_new: bool = False,
    ) -> str:
        """Everything that an article says, as a document that can be entered again.

        Args:
            source: Key of the article.
            texts: Folder with the articles; without the text, each passage has the number of its
                place in it.
            form: `toml` or `json`.
            as_new: Without ids of what rests on this article alone.

        Raises:
            UsageError: There is no such article, or the package is not one that can be edited.
        """
        from kzdata.entries.document import written
        from kzdata.entries.writing import entry_of
        from kzdata.evidence.articles import find
        from kzdata.standard.editing import Draft

        digests = authoring.hashes(self._dataset).values()
        known = find(texts, digests) if texts else {}
        lacking = self._resting_on(source) if as_new else {}
        return written(entry_of(Draft(self._dataset), source, known, lacking=lacking), form)

    def _resting_on(self, source: str) -> dict[str, dict[str, frozenset[str] | None]]:
        """What rests on an article: by table and key, columns of cells, or None for a whole row."""
        with self.without(source) as rest:
            return {
                name: dict(_lacking(table, rest.tables[name]))
                for name, table in self.tables.items()
                if len(table.schema.primary_key) == 1
            }

    def draft(
        self, source: str, texts: str | Path, form: str = "toml", *, unseen: bool = False
    ) -> str:
        """The entry of an article that a machine proposes, without a look at its rows.

        Args:
            source: Key of the article.
            texts: Folder with the articles.
            form: `toml` or `json`.
            unseen: Without the names and terms that only this article brought.

        Raises:
            UsageError: There is no such article, its text is not in the folder, it is not in
                English, or the package is not one that can be edited.
        """
        from kzdata.entries.document import written
        from kzdata.entries.drafting import draft_entry
        from kzdata.evidence.articles import find
        from kzdata.standard.editing import Draft

        known = find(texts, authoring.hashes(self._dataset).values())
        return written(draft_entry(Draft(self._dataset), source, known, unseen=unseen), form)

    def entry_schema(self) -> str:
        """The JSON Schema of entries into this package."""
        import json

        from kzdata.entries.schema import json_schema
        from kzdata.standard.editing import Draft

        return json.dumps(json_schema(Draft(self._dataset)), ensure_ascii=False, indent=2)

    def save(self, folder: str | Path) -> None:
        """Write the package into a folder, as it is opened: descriptor, schemas, CSV files.

        Tables become RFC 4180 CSV in UTF-8, whatever they were. The changelog goes along, an
        allow-list of findings does not.

        Args:
            folder: A folder that is empty or not there yet.

        Raises:
            UsageError: The folder holds something, or cannot be written.
            PackageError: A table cannot be read.
        """
        from kzdata.standard.writer import write

        write(self._dataset, Path(folder))


def _lacking(table: Table[Any], rest: Table[Any]) -> Iterator[tuple[str, frozenset[str] | None]]:
    """The keys of rows that the rest of a table lacks in whole, or some cells of."""
    names = table.schema.names
    place = names.index(table.schema.primary_key[0])
    left = {row[place]: row for row in rest.texts()}
    for row in table.texts():
        if (other := left.get(row[place])) is None:
            yield row[place], None
        elif other != row:
            pairs = zip(names, row, other, strict=True)
            yield row[place], frozenset(name for name, one, two in pairs if one != two)


def _size(table: Table[Any]) -> int | str:
    try:
        return len(table)
    except PackageError:
        return "cannot be read"
