"""How well entries, or a package, say what a gold package says of the same articles.

docs/evaluate.md says what each score means. The words of receipts are checked by the resolver of
entries, claims are paired by `kzdata.entries.matching`, and their cells compared by
`kzdata.entries.fields`.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from kzdata.entries.article import Place
from kzdata.entries.claims import Said, Spoken, of_entries, of_rows, source_of
from kzdata.entries.fields import Fields, named_parts, scope_of
from kzdata.entries.matching import matched, numbers_of, shared
from kzdata.entries.outcome import read_documents
from kzdata.errors import FigureError, UsageError, nearest
from kzdata.evidence import figures, spans
from kzdata.evidence.articles import find
from kzdata.evidence.authoring import hashes
from kzdata.evidence.claims import UNQUANTIFIED
from kzdata.evidence.profile import needed
from kzdata.files.archive import DESCRIPTOR, workspace
from kzdata.standard.dataset import opened_dataset
from kzdata.standard.declarations import Claims, Sources
from kzdata.standard.editing import Draft
from kzdata.standard.writer import write

SEED = 2022
RESAMPLES = 1_000
"""How often the articles are drawn anew for an interval."""
MIDDLE = 0.95
"""The part of the drawn scores that an interval holds."""
SUFFIXES = (".toml", ".json")
"""How the names of entries in a folder end."""


class Counts(NamedTuple):
    """What a score is made of.

    Attributes:
        right: How many are right.
        found: How many the predictions have.
        wanted: How many the gold package has; of receipts and errors as many as `found`.
    """

    right: int
    found: int
    wanted: int

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def precision(self) -> float | None:
        """The right ones of those that were found; None where nothing was."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The right ones of those that were wanted; None where nothing was."""
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None where nothing was found or wanted."""
        both = self.found + self.wanted
        return 2 * self.right / both if both else None


NONE = Counts(0, 0, 0)


class Score(NamedTuple):
    """A score over all articles.

    Attributes:
        name: What is scored.
        counts: The counts of all articles together; their F1 is the micro average.
        macro: The mean of the articles' F1; None where no article has one.
        low: Lower end of the bootstrap interval of the micro average; None for a single article.
        high: Its upper end.
    """

    name: str
    counts: Counts
    macro: float | None
    low: float | None
    high: float | None


class Miss(NamedTuple):
    """Something that is not as in the gold package.

    Attributes:
        kind: `missed`, `unfounded`, `wrong`, `unsupported`, `invented`, `collapsed`, `zero` or
            `contradiction`; see docs/evaluate.md.
        source: Key of the article.
        claim: The claim, in words.
        field: The field, where one is meant.
        expected: What the gold package has, in words.
        found: What the predictions have.
        quote: The words of the claim, or of the receipt.
        place: Where these stand in the article; None where they do not.
        gold: Key of the gold claim, if there is one.
        prediction: Key of the prediction, if there is one.
    """

    kind: str
    source: str
    claim: str
    field: str = ""
    expected: str = ""
    found: str = ""
    quote: str = ""
    place: Place | None = None
    gold: str = ""
    prediction: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The scores of predictions, and what is not right in them.

    Attributes:
        articles: By article and score, the counts.
        wanted: How many articles the gold package has.
        misses: What is not as in the gold package, article by article.
        seed: Of the bootstrap.
    """

    articles: Mapping[str, Mapping[str, Counts]]
    wanted: int
    misses: tuple[Miss, ...]
    seed: int = SEED

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """The scores over all articles, each with its interval."""
        names = dict.fromkeys(name for counts in self.articles.values() for name in counts)
        return tuple(
            _score(n, [c.get(n, NONE) for c in self.articles.values()], self.seed) for n in names
        )

    def __getitem__(self, name: str) -> Score:
        return next(score for score in self.scores if score.name == name)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "articles": {
                k: {n: _shown(c) for n, c in by.items()} for k, by in self.articles.items()
            },
            "articles_in_gold": self.wanted,
            "scores": {
                one.name: {
                    **_shown(one.counts),
                    "macro": one.macro,
                    "interval": [one.low, one.high],
                }
                for one in self.scores
            },
            "misses": [one._asdict() for one in self.misses],
            "seed": self.seed,
            "resamples": RESAMPLES,
        }


def _shown(counts: Counts) -> dict[str, Any]:
    return {
        **counts._asdict(),
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }


def _score(name: str, each: Sequence[Counts], seed: int) -> Score:
    """A score over articles, with the interval of scores of articles that are drawn anew."""
    known = [f1 for counts in each if (f1 := counts.f1) is not None]
    total = sum(each, NONE)
    low, high = _interval(each, seed) if len(each) > 1 else (None, None)
    return Score(name, total, fmean(known) if known else None, low, high)


def _interval(each: Sequence[Counts], seed: int) -> tuple[float | None, float | None]:
    draw = random.Random(seed)  # noqa: S311
    drawn = (sum(draw.choices(each, k=len(each)), NONE).f1 for _ in range(RESAMPLES))
    found = sorted(f1 for f1 in drawn if f1 is not None)
    if not found:
        return None, None
    out = int(len(found) * (1 - MIDDLE) / 2)
    return found[out], found[-1 - out]


# ------------------------------------------------------------------------------ reading


def evaluate(
    predictions: Iterable[Path], gold: Path, texts: Path, *, seed: int = SEED
) -> Evaluation:
    """Compare predictions with a gold package.

    Args:
        predictions: Entries, folders of entries, or one package.
        gold: The package that is right.
        texts: Folder with the articles.
        seed: Of the bootstrap.

    Raises:
        EntryError: A file is no entry.
        PackageError: A package cannot be read.
        UsageError: There is nothing to compare, an article is not in the gold package, or its text
            is not at hand.
    """
    paths = list(predictions)
    with ExitStack() as stack:
        right, other = (_opened(stack, gold) for _ in range(2))
        known = find(texts, hashes(right.dataset).values())
        if _is_package(paths):
            said = _of_package(_opened(stack, paths[0]), right, known)
        else:
            said = _of_files(paths, other, known)
        sources = sorted(said)
        spoken = of_rows(right, known, sources)
        found = Spoken(
            tuple(claim for one in said.values() for claim in one.claims),
            frozenset(pair for one in said.values() for pair in one.contradictions),
        )
        return compare(spoken, found, right, known, sources, seed=seed)


def _opened(stack: ExitStack, path: Path) -> Draft:
    """The rows of a package; one that is no folder of plain CSV is written out as such."""
    dataset = stack.enter_context(opened_dataset(path))
    try:
        return Draft(dataset)
    except UsageError:
        plain = stack.enter_context(workspace()) / "package"
        write(dataset, plain)
        return Draft(stack.enter_context(opened_dataset(plain)))


def _is_package(paths: Sequence[Path]) -> bool:
    if len(paths) != 1:
        return False
    named = paths[0].name == DESCRIPTOR or paths[0].suffix == ".zip"
    return named or (paths[0] / DESCRIPTOR).is_file()


def _of_files(paths: Iterable[Path], draft: Draft, texts: Mapping[str, str]) -> dict[str, Spoken]:
    """What entries say, by article."""
    files = [file for path in paths for file in _entries(path)]
    documents = read_documents(files)
    if not documents:
        raise UsageError(f"no entries ({', '.join(SUFFIXES)}) to compare")
    names = {source_of(draft, document) for document, _ in documents}
    for document, _ in documents:
        _check_source(draft, document.name, source_of(draft, document))
    _check_texts(draft, sorted(names), texts)
    return _by_source(of_entries(draft, texts, documents), names)


def _entries(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)


def _check_source(draft: Draft, name: str, source: str) -> None:
    table, _ = needed(draft.descriptor, Sources, "an evaluation")
    known = draft.tables[table.name].by_key
    if source not in known:
        raise UsageError(
            f"{name}: the gold package has no article {source!r}{nearest(source, known)}"
        )


def _of_package(draft: Draft, gold: Draft, texts: Mapping[str, str]) -> dict[str, Spoken]:
    """What a package says of the gold package's articles, which are known by their hash."""
    keys = {digest: key for key, digest in hashes(gold.dataset).items()}
    own = {key: keys[one] for key, one in hashes(draft.dataset).items() if one in keys}
    if not own:
        raise UsageError("the predictions have no article of the gold package")
    _check_texts(draft, sorted(own), texts)
    said = of_rows(draft, texts, own)
    claims = tuple(one._replace(source=own[one.source]) for one in said.claims)
    return _by_source(said._replace(claims=claims), own.values())


def _by_source(said: Spoken, names: Iterable[str]) -> dict[str, Spoken]:
    found = {}
    for name in names:
        claims = tuple(one for one in said.claims if one.source == name)
        found[name] = Spoken(claims, said.contradictions)
    return found


def _check_texts(draft: Draft, sources: Iterable[str], texts: Mapping[str, str]) -> None:
    digests = hashes(draft.dataset)
    if lacking := [key for key in sources if digests[key] not in texts]:
        raise UsageError(
            f"the text of {', '.join(lacking)} is not there; name its folder: --texts DIR"
        )


# ------------------------------------------------------------------------------ comparing


def compare(
    gold: Spoken,
    found: Spoken,
    draft: Draft,
    texts: Mapping[str, str],
    sources: Sequence[str],
    *,
    seed: int = SEED,
) -> Evaluation:
    """Compare what predictions say of some articles with what a gold package says.

    Args:
        gold: What the gold package says.
        found: What the predictions say.
        draft: The gold package.
        texts: Articles by the SHA-256 of their bytes.
        sources: Keys of the articles.
        seed: Of the bootstrap.
    """
    fields, digests = Fields(draft), hashes(draft.dataset)
    articles = [_Compared(key, texts[digests[key]], gold, found, fields) for key in sources]
    ties = _Ties(gold, found, articles)
    return Evaluation(
        {one.source: {**one.counts(), "contradictions": ties.counts(one)} for one in articles},
        len(digests),
        tuple(miss for one in articles for miss in (*one.misses(), *ties.misses(one))),
        seed,
    )


class _Compared:
    """One article: its gold claims, the predictions, and which are the same."""

    def __init__(self, source: str, text: str, gold: Spoken, found: Spoken, fields: Fields) -> None:
        self.source, self.text, self.fields = source, text, fields
        self.gold, self.found = (
            [claim for claim in one.claims if claim.source == source] for one in (gold, found)
        )
        self.pairs = matched(self.gold, self.found, text)
        self.owners = {right: left for left, right in self.pairs.items()}

    def counts(self) -> dict[str, Counts]:
        """The counts of all scores but contradictions."""
        return {
            **self._of_receipts(),
            "passages: the same": self._strict(),
            "passages: characters": self._partial(),
            "claims": Counts(len(self.pairs), len(self.found), len(self.gold)),
            "claims with a number": self._numbered(),
            **self._of_fields(),
            "numbers of the article": self._without(self._invented()),
            "scopes kept apart": self._without(self._collapsed()),
            "absence kept": self._without(self._zeros()),
        }

    def _of_receipts(self) -> dict[str, Counts]:
        receipts = [one for claim in self.found for one in claim.receipts]
        number = len(receipts)
        stand = sum(one.place is not None for one in receipts)
        support = sum(one.supports for one in receipts)
        return {
            "receipts: words stand there": Counts(stand, number, number),
            "receipts: words say it": Counts(support, number, number),
        }

    def _numbered(self) -> Counts:
        ours = {n for n, one in enumerate(self.gold) if _gives_number(one)}
        theirs = {n for n, one in enumerate(self.found) if _gives_number(one)}
        both = sum(left in ours and right in theirs for left, right in self.pairs.items())
        return Counts(both, len(theirs), len(ours))

    def _without(self, wrong: Sequence[int]) -> Counts:
        number = len(self.found)
        return Counts(number - len(wrong), number, number)

    def _strict(self) -> Counts:
        ours, theirs = _places(self.gold), _places(self.found)
        return Counts(len(ours & theirs), len(theirs), len(ours))

    def _partial(self) -> Counts:
        ours, theirs = (
            {at for a, b in _places(one) for at in range(a, b)} for one in (self.gold, self.found)
        )
        return Counts(len(ours & theirs), len(theirs), len(ours))

    def _of_fields(self) -> dict[str, Counts]:
        totals: dict[str, Counts] = dict.fromkeys(self._field_names(), NONE)
        for left, right in self.pairs.items():
            for one in self.fields.compared(self.gold[left], self.found[right]):
                filled = bool(one.found), bool(one.expected)
                totals[one.name] += Counts(int(one.equal and all(filled)), *map(int, filled))
                if one.near is not None:
                    right_ones = int((one.equal or one.near) and all(filled))
                    totals[f"{one.name}, nearly"] += Counts(right_ones, *map(int, filled))
        return totals

    def _field_names(self) -> list[str]:
        """The names of the fields of all tables of claims, in one order."""
        names: dict[str, None] = dict.fromkeys(("figure", "figure, nearly", "qualifier"))
        for table in self.fields.draft.descriptor.declaring("claims"):
            for name, column in named_parts(table):
                near = bool(self.fields.wholes(table.name, column))
                names |= dict.fromkeys([name, f"{name}, nearly"] if near else [name])
        return [*names, "day", "day, nearly"]

    # -------------------------------------------------------------------- errors

    def _invented(self) -> list[int]:
        """Predictions with a number that stands nowhere in the article."""
        return [n for n, one in enumerate(self.found) if not self._stands(one)]

    def _stands(self, claim: Said) -> bool:
        figure = claim.table.schema.figure
        wording = claim.cell(figure.text) if figure else ""
        if wording:
            return spans.printed_at(self.text, wording) is not None
        interval = numbers_of(claim).interval
        ends = {end for end in (interval.low, interval.high) if end is not None} if interval else ()
        return all(end in self._numbers for end in ends)

    @cached_property
    def _numbers(self) -> set[float]:
        """All numbers that the article prints."""
        found = set[float]()
        for token in figures.number_tokens(self.text):
            try:
                low, high, _ = figures.parse(token.token)
            except FigureError:
                continue
            found |= {float(end) for end in (low, high) if end is not None}
        return found

    def _collapsed(self) -> list[int]:
        """Predictions that stand for two gold claims of different scope.

        Both stand in its passage, or with it; each of its scopes is theirs, takes it in, or is
        left open; and no other prediction is one of the two.
        """
        found = []
        for number, one in enumerate(self.found):
            held = [
                claim
                for left, claim in enumerate(self.gold)
                if self.pairs.get(left, number) == number and self._covers(one, claim)
            ]
            if any(scope_of(a) != scope_of(b) for a, b in combinations(held, 2)):
                found.append(number)
        return found

    def _covers(self, one: Said, claim: Said) -> bool:
        if one.table.name != claim.table.name or not shared(one.place, claim.place):
            return False
        c = one.table.schema.claims or Claims()
        columns = [n for n in (*c.subject, c.outcome, c.population, c.place) if n and n != c.event]
        values = [(n, claim.cell(n), one.cell(n)) for n in columns]
        return all(not own or self.fields.within(one.table, n, its, own) for n, its, own in values)

    def _zeros(self) -> list[int]:
        """Predictions of zero where the gold claim gives no number."""
        return [n for n, one in enumerate(self.found) if _is_zero(one) and self._absent(n, one)]

    def _absent(self, number: int, one: Said) -> bool:
        if (left := self.owners.get(number)) is not None:
            return not _gives_number(self.gold[left])
        near = [claim for claim in self.gold if shared(claim.place, one.place)]
        return bool(near) and not any(map(_gives_number, near))

    # -------------------------------------------------------------------- misses

    def misses(self) -> Iterator[Miss]:
        """What is not as in the gold package."""
        for left, claim in enumerate(self.gold):
            if left not in self.pairs:
                yield self.miss("missed", claim)
        for number, one in enumerate(self.found):
            if number not in self.owners:
                yield self.miss("unfounded", None, one)
        yield from self._wrong()
        yield from self._unsupported()
        for kind, wrong in (
            ("invented", self._invented()),
            ("collapsed", self._collapsed()),
            ("zero", self._zeros()),
        ):
            for number in wrong:
                yield self.miss(kind, self._gold_of(number), self.found[number])

    def _gold_of(self, number: int) -> Said | None:
        left = self.owners.get(number)
        return None if left is None else self.gold[left]

    def miss(
        self, kind: str, ours: Said | None = None, theirs: Said | None = None, **more: Any
    ) -> Miss:
        """What is wrong with a prediction (`theirs`), or lacks of a gold claim (`ours`)."""
        shown = theirs or ours
        assert shown
        told = {"claim": self.fields.described(shown), "quote": shown.quote, "place": shown.place}
        keys = {"gold": ours.key if ours else "", "prediction": theirs.key if theirs else ""}
        return Miss(kind, self.source, **{**told, **keys, **more})

    def _wrong(self) -> Iterator[Miss]:
        for left, right in sorted(self.pairs.items()):
            gold, found = self.gold[left], self.found[right]
            for one in self.fields.compared(gold, found):
                if not one.equal:
                    named = {"field": one.name, "expected": one.expected, "found": one.found}
                    claim = self.fields.described(gold)
                    yield self.miss("wrong", gold, found, claim=claim, **named)

    def _unsupported(self) -> Iterator[Miss]:
        for one in self.found:
            for receipt in one.receipts:
                if not receipt.supports:
                    column, words, place, _ = receipt
                    value = self.fields.called(one.table, column, one.cell(column))
                    told = {"field": column, "found": value, "quote": words, "place": place}
                    yield self.miss("unsupported", None, one, **told)


def _places(claims: Iterable[Said]) -> set[Place]:
    """The passages on which claims rest."""
    return {one.place for claim in claims for one in claim.receipts if one.place is not None}


def _is_zero(claim: Said) -> bool:
    interval = numbers_of(claim).interval
    return interval is not None and (interval.low, interval.high) == (0, 0)


def _gives_number(claim: Said) -> bool:
    numbers = numbers_of(claim)
    return bool(numbers.qualifier) and numbers.qualifier != UNQUANTIFIED


class _Ties:
    """The contradictions of the gold package and of the predictions, by article."""

    def __init__(self, gold: Spoken, found: Spoken, articles: Sequence[_Compared]) -> None:
        self.claims = {claim.key: claim for claim in gold.claims}
        self.homes = {key: claim.source for key, claim in self.claims.items()}
        names = {}
        for one in articles:
            for number, claim in enumerate(one.found):
                left = one.owners.get(number)
                # A prediction that is no gold claim is of its own article.
                names[claim.key] = f"? {claim.key}" if left is None else one.gold[left].key
                self.homes.setdefault(names[claim.key], one.source)
        self.wanted = {pair for pair in gold.contradictions if pair <= self.claims.keys()}
        stated = (pair for pair in found.contradictions if pair <= names.keys())
        self.found = {frozenset(names[key] for key in pair) for pair in stated}

    def _of(self, pairs: Iterable[frozenset[str]], source: str) -> set[frozenset[str]]:
        """The pairs of an article: that of the first of their claims."""
        return {pair for pair in pairs if self.homes[min(pair)] == source}

    def counts(self, article: _Compared) -> Counts:
        """How many contradictions of an article are found."""
        wanted, found = (self._of(each, article.source) for each in (self.wanted, self.found))
        return Counts(len(wanted & found), len(found), len(wanted))

    def misses(self, article: _Compared) -> Iterator[Miss]:
        """The contradictions of an article that the predictions do not have."""
        for pair in sorted(map(sorted, self._of(self.wanted - self.found, article.source))):
            first, last = (self.claims[key] for key in (pair[0], pair[-1]))
            yield article.miss("contradiction", first, expected=article.fields.described(last))
