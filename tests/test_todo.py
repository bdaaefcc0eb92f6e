"""The work list of an article, and how an article is registered."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from commands import kz, refused
from kzdata.entries import adding, outcome
from kzdata.entries.alike import Happening
from kzdata.entries.article import Passage
from kzdata.entries.document import read
from kzdata.entries.left import KINDS, OF_TEXT, Left, words_line
from kzdata.entries.notation import Receipt
from kzdata.entries.shortening import savings, share, too_long
from kzdata.entries.todo import todo
from kzdata.evidence.dates import printed, resolve
from kzdata.evidence.figures import number_tokens
from kzdata.package import Package
from packages import FLOOD_TEXTS, GULL, TERN, Folder, flood, keep_texts
from strategies import any_text

STEPPE = (
    "Eighteen police officers and National Guard members have been killed in Kazakhstan, the "
    "Interior Ministry said on Friday. Tokayev had warned of it.\n"
    "More than 740 people were injured in Almaty since January 5, one hospital said.\n"
)
ENTRY = """
[source]
source_id = "steppe-news"
text = "steppe.txt"

[[alias]]
entity_id = "kz-interior-ministry"
alias = "Interior Ministry"

[[alias]]
entity_id = "kazakhstan"
alias = "Kazakhstan"

[[alias]]
entity_id = "kz-national-guard"
alias = "National Guard"

[[term]]
field = "events.event_type"
category = "killing"
term = "have been killed"

[[term]]
field = "casualty_reports.population"
category = "police-and-national-guard"
term = "police officers and National Guard members"

[[event]]
ref = "toll"
title = "More of the police and the National Guard are killed and injured"
event_type = "killing <- have been killed"
date = "on Friday"
place_id = "kazakhstan"
certainty = "reported <- said @1"

[[claim]]
table = "casualty_reports"
event = "toll"
quote = "Eighteen police officers and National Guard members have been killed"
figure = "Eighteen"
outcome = "killed"
population = "police-and-national-guard <- police officers and National Guard members"
place_id = "kazakhstan"
claimant_id = "kz-interior-ministry"
date = "on Friday"
"""


@contextmanager
def opened(root: Path) -> Iterator[Package]:
    with kzdata.load(root) as package:
        yield package


def left(root: Path, source: str, text: str | None, kind: str) -> list[Left]:
    """What is left of one kind."""
    with opened(root) as package:
        return list(todo(package._dataset, source, text).of_kind(kind))


@pytest.fixture(scope="module")
def steppe(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped package with an invented article, of which one claim is entered."""
    root = tmp_path_factory.mktemp("steppe")
    for name in ("datapackage.json", "CHANGELOG.md"):
        shutil.copy(package / name, root)
    for name in ("data", "schemas"):
        shutil.copytree(package / name, root / name)
    texts = keep_texts(root / "texts", {})
    (texts / "steppe.txt").write_text(STEPPE, encoding="utf-8")
    (texts / "steppe.toml").write_text(ENTRY, encoding="utf-8")
    described = adding.Described("Steppe News", "January 7, 2022")
    found = adding.add(root, texts / "steppe.txt", described)
    assert (found.source, found.characters, found.outcome.unfinished) == ("steppe-news", 228, 4)
    documents = [(read(ENTRY.encode(), "steppe.toml"), texts)]
    entered = outcome.enter(root, documents, waiting=outcome.WAITING)
    assert entered.written, entered
    assert (entered.unfinished, entered.valid) == (3, False)
    assert [one.source for one in entered.todo] == ["steppe-news"]
    return root


# ------------------------------------------------------------------------------ the list


def test_a_list_says_what_the_text_has_and_no_row(steppe: Path) -> None:
    """Catches a kind that is not looked for, and a line that cannot be entered as it is."""
    with opened(steppe) as package:
        found = package.todo("steppe-news", steppe / "texts")
    lines = {(one.kind, one.section, one.line) for one in found}
    assert lines >= {
        ("number", "claim", 'figure = "More than 740"'),
        ("date", "event", 'date = "since January 5"'),
        ("alias", "alias", 'entity_id = "tokayev"\nalias = "Tokayev"'),
        ("alias", "alias", 'entity_id = "almaty"\nalias = "Almaty"'),
    }
    (nobody,) = found.of_kind("participant")
    who = 'actor_id = "kz-national-guard <- National Guard"'
    assert nobody.line == f'event_id = "{nobody.words}"\n{who}'
    assert found.of_kind("name") == ()  # it is asked once
    assert found.unknown == ()
    assert [one.kind for one in found] == sorted((one.kind for one in found), key=list(KINDS).index)


def test_lines_of_the_list_can_be_entered(steppe: Path) -> None:
    """Catches a line that no entry takes: another key, other words, wrong TOML."""
    with opened(steppe) as package:
        found = package.todo("steppe-news", steppe / "texts")
    blocks = [f"[[{one.section}]]\n{one.line}" for one in found if one.kind == "alias"]
    (nobody,) = found.of_kind("participant")
    blocks.append(
        f'[[participant]]\n{nobody.line}\nrole = "target <- have been killed ?? They were killed."'
    )
    number = next(one for one in found if one.words == "one")
    blocks.append('[[exclusion]]\nwords = "one"\nreason = "A hospital is not counted."')
    assert number.kind == "number"
    text = '[source]\nsource_id = "steppe-news"\n' + "\n".join(blocks)
    documents = [(read(text.encode(), "more.toml"), steppe)]
    entered = outcome.enter(
        steppe, documents, steppe / "texts", dry_run=True, waiting=outcome.WAITING
    )
    assert (entered.faults, entered.accepted, entered.unfinished) == ((), True, 2)
    (list_,) = entered.todo
    assert not {"alias", "participant"} & {one.kind for one in list_}
    assert [one.words for one in list_.of_kind("number")] == ["More than 740"]


def test_without_the_text_only_rows_are_known(steppe: Path) -> None:
    """Catches "nothing is left" of what nobody has looked for."""
    with opened(steppe) as package:
        found = package.todo("steppe-news")
    assert found.unknown == OF_TEXT
    assert not {one.kind for one in found} & set(OF_TEXT)


@given(st.one_of(any_text(), st.text(st.sampled_from("12 ,.aone twohundred-\n"), max_size=80)))
def test_every_number_is_quoted_excluded_or_listed(text: str) -> None:
    """Catches a number that no list and no row shows; the text is any, the rows are the flood's."""
    text = GULL.body[:200] + text
    with _flood() as package:
        found = todo(package._dataset, "gull", text)
        tables = package.tables
        known = [(int(r["from"]), int(r["to"])) for r in _rows(tables["passages"], "gull")]
        known += [(int(r["from"]), int(r["to"])) for r in _rows(tables["skipped"], "gull")]
    known += [(o.start, o.start + len(o.words)) for o in found if o.start is not None]
    for token in number_tokens(text):
        inside = [n for n in range(token.start, token.end) if any(a <= n < b for a, b in known)]
        assert len(inside) == token.end - token.start, (token, found)


def _rows(table: "kzdata.Table[Any]", letter: str) -> list[dict[str, str]]:
    return [row for one in table if (row := one.model_dump(by_alias=True))["letter"] == letter]


@contextmanager
def _flood() -> Iterator[Package]:
    """The flood, made once."""
    if not hasattr(_flood, "root"):
        import tempfile

        vars(_flood)["folder"] = tempfile.TemporaryDirectory()
        vars(_flood)["root"] = flood(Path(vars(_flood)["folder"].name) / "island").root
    with kzdata.load(vars(_flood)["root"]) as package:
        yield package


def test_an_article_with_nothing_left_says_so(island: Folder, island_texts: Path) -> None:
    """Catches a list that asks about what is entered."""
    shown = kz("todo", "gull", "--texts", island_texts, "-p", island.root)
    assert (shown.code, shown.out, shown.err) == (0, "gull: nothing is left\n", "")
    unsure = kz("todo", "gull", "-p", island.root)
    assert unsure.lines[0] == "gull: nothing is left as far as is known"
    assert [line.strip() for line in unsure.lines if line.startswith("  ")] == [
        KINDS[kind] for kind in OF_TEXT
    ]


def test_a_number_is_proposed_as_what_it_is(island: Folder) -> None:
    """Catches a distance that is offered as a figure, and a figure without its qualifier."""
    kept = [row for row in island.rows("skipped") if row["token"] != "9"]
    island.write("skipped", kept)
    more = GULL.body + "Later more than 30 goats were lost, and 9 lambs.\n"
    found = {one.words: one for one in left(island.root, "gull", more, "number")}
    assert found.keys() == {"9", "more than 30"} and len(found) == 2
    assert found["more than 30"].line == 'figure = "more than 30"'
    shown = left(island.root, "gull", GULL.body, "number")
    assert [(o.section, o.line, o.why) for o in shown] == [
        ("exclusion", 'words = "9"', "it is no count (measure)")
    ]
    assert "hangs [9] miles off" in shown[0].around


def test_a_date_that_no_cell_rests_on_is_listed(island: Folder) -> None:
    """Catches a date that is overlooked, and one that is asked for though a row has it."""
    more = GULL.body + "The rain had begun on Sunday.\n"
    (found,) = left(island.root, "gull", more, "date")
    assert (found.words, found.line) == ("on Sunday", 'date = "on Sunday"')
    assert more[found.start :].startswith("on Sunday")
    twice = more + "It was to end on Sunday.\n"
    both = left(island.root, "gull", twice, "date")
    assert [one.line for one in both] == ['date = "on Sunday @1"', 'date = "on Sunday @2"']


def test_a_known_name_beside_a_claim_is_listed(island: Folder) -> None:
    """Catches an entity that an article names and no row of it has."""
    text = GULL.body.replace("among them", "in Aske, among them")
    assert left(island.root, "gull", text, "name") == []
    island.append("called", who="aske", printed="Aske", letter="gull")
    (found,) = left(island.root, "gull", text, "name")
    assert (found.why, text[found.start :][:4]) == ("aske", "Aske")
    # Where nothing is claimed, a name is none of a claim's.
    assert left(island.root, "gull", GULL.body, "name") == []


def test_counts_that_are_wrong_are_listed(island: Folder) -> None:
    """Catches a count of receipts that a receipt added by hand has made wrong."""
    index = next(n for n, row in enumerate(island.rows("receipts")) if row["row"] == "T1")
    before = island.edit("receipts", index, "many", "7")
    (found,) = left(island.root, "gull", None, "count")
    assert (found.words, found.why) == ("T1", f"{before} receipts, counted as 7")


def test_quotes_over_the_limits_are_listed_with_what_to_save(island: Folder) -> None:
    """Catches a quote or a share that is too large, without saying by how much."""
    schema = island.schema("passages")
    quotes = {row["passage"]: row["words"] for row in island.rows("passages")
              if row["letter"] == "gull"}  # fmt: skip
    longest = max(map(len, quotes.values()))
    _limit(island, schema, maxLength=longest - 1, maxShare=1)
    over = left(island.root, "gull", None, "quote")
    assert {one.words for one in over} == {k for k, q in quotes.items() if len(q) == longest}
    assert over[0].why == f"1 over the {longest - 1} characters of a quote"
    for share_ in (0.05, 0.3):
        _limit(island, schema, maxLength=1000, maxShare=share_)
        saved = [int(re.findall(r"[0-9]+", one.why)[0]) for one in
                 left(island.root, "gull", None, "quote")]  # fmt: skip
        assert sum(saved) == _covered(island) - int(share_ * len(GULL.body)) > 0
    _limit(island, schema, maxLength=1000, maxShare=_covered(island) / len(GULL.body) + 0.001)
    (near,) = left(island.root, "gull", None, "quote")
    assert near.around == "all quotes"
    assert re.fullmatch(r"\d characters are left to quote, of \d+", near.why)


def _limit(island: Folder, schema: dict[str, object], **limits: float) -> None:
    part = schema["kzdata:spans"]
    assert isinstance(part, dict)
    described = island.descriptor()
    for entry in described["resources"]:
        if entry["name"] == "passages":
            entry["schema"] = {**schema, "kzdata:spans": {**part, **limits}}
    (island.root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")


def _covered(island: Folder) -> int:
    rows = [row for row in island.rows("passages") if row["letter"] == "gull"]
    return len({n for row in rows for n in range(int(row["from"]), int(row["to"]))})


# ------------------------------------------------------------------------------ the shipped package


def test_a_disagreement_without_its_link_is_listed(copy: Folder) -> None:
    """Catches two claims that cannot both be true, and that nobody is told of."""
    assert left(copy.root, "meduza", None, "disagreement") == []
    links = copy.rows("claim_links")
    gone = next(row for row in links if row["relation"] == "contradicts")
    copy.write("claim_links", [row for row in links if row != gone])
    copy.write(
        "evidence", [row for row in copy.rows("evidence") if row["record_id"] != gone["link_id"]]
    )
    with opened(copy.root) as package:
        source = package.trace(gone["claim_id"])[0].source
    found = left(copy.root, source, None, "disagreement")
    pair = {gone["claim_id"], gone["other_id"]}
    (listed,) = [one for one in found if one.words in pair]
    (other,) = pair - {listed.words}
    assert listed.line == f'links = ["contradicts {other} ?? why"]'


def test_few_events_of_the_shipped_package_are_taken_for_one(package: Path) -> None:
    """Catches a likeness that names many pairs: each event of this package is there once."""
    with opened(package) as opened_:
        lists = [todo(opened_._dataset, source, None) for source in ("meduza", "tass")]
    found = [one for list_ in lists for one in list_.of_kind("event")]
    pairs = {frozenset([one.words, one.line.split('"')[1]]) for one in found}
    assert 0 < len(pairs) <= 10


@pytest.mark.slow
def test_the_lists_of_the_shipped_articles_are_short(package: Path, texts: Path) -> None:
    """Catches a list that nobody reads: everything in these articles is entered."""
    with opened(package) as opened_:
        found = {row.source_id: opened_.todo(row.source_id, texts) for row in opened_.sources}
    for one in found.values():
        assert one.of_kind("number") == one.of_kind("disagreement") == one.of_kind("count") == ()
        assert len(one) <= 20, one


def _event(key: str = "E1", title: str = "", **parts: object) -> Happening:
    known = {"type": "attack", "days": ("2031-01-05", "2031-01-06"), "ways": ("city", "land"),
             "whole": "", "names": ("Norholm", "Aske")}  # fmt: skip
    return Happening(key, title, **{**known, **parts})  # type: ignore[arg-type]


ONE = _event("E1", "Crowds storm the harbour office of Norholm")
LIKE = _event("E2", "The harbour office is stormed by crowds")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (LIKE, True),
        (LIKE._replace(type="protest"), False),
        (LIKE._replace(days=("2031-01-07", "2031-01-07")), False),
        (LIKE._replace(days=("0000", "9999")), True),
        (LIKE._replace(ways=("land",)), True),
        (LIKE._replace(ways=("town", "land")), False),
        (LIKE._replace(ways=()), True),
        (LIKE._replace(whole="E1"), False),
        (LIKE._replace(title="A school burns in Norholm"), False),
        (LIKE._replace(title="Norholm of Aske"), False),
    ],
)
def test_events_are_alike_in_type_day_place_and_title(other: Happening, same: bool) -> None:
    """Catches a twin that is overlooked, and one that agrees in the name of a place alone."""
    assert ONE.may_be(other) is same
    assert other.may_be(ONE) is same


# ------------------------------------------------------------------------------ shortening


def _passage(place: tuple[int, int]) -> Passage:
    start, length = place
    return Passage(start, start + length, 1, "x" * length)


passages = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(_passage), min_size=1, max_size=8
)


@given(passages, st.integers(0, 200))
def test_what_is_saved_is_what_is_too_much(quotes: list[Passage], excess: int) -> None:
    """Catches quotes that are shortened by more, or less, than the limit asks for."""
    found = savings(quotes, excess)
    places = {(one.start, one.end) for one in quotes}
    own = {
        one: len(set(range(*one)) - {n for other in places - {one} for n in range(*other)})
        for one in places
    }
    assert sum(found.values()) == min(excess, sum(own.values()))
    kept = {(one.start, one.end): own[one.start, one.end] - n for one, n in found.items()}
    assert all(n >= 0 for n in kept.values())
    rest = [n for place, n in own.items() if place not in kept]
    if kept:  # the longest first, down to one length, or a character more
        assert max(kept.values()) - min(kept.values()) <= 1
        assert max(rest, default=0) <= min(kept.values()) + 1


@given(passages, st.integers(100, 300), st.sampled_from([None, 0.05, 0.29, 0.5, 1]))
def test_the_share_is_that_of_the_characters(
    quotes: list[Passage], length: int, most: float | None
) -> None:
    """Catches a limit that is rounded up, and characters that are counted twice."""
    found = share(quotes, length, most)
    assert found.covered == len({n for one in quotes for n in range(one.start, one.end)})
    if most is None:
        assert (found.excess, found.room, found.near) == (0, None, False)
    else:
        assert found.most == int(round(most * 100) * length // 100)
        assert found.excess == max(0, found.covered - found.most)
        assert found.room == max(0, found.most - found.covered)
        assert found.near or not found.excess
        least = share(quotes, length, most, floor=90)
        assert least.most == max(found.most, 90)
        assert share(quotes, length, most, floor=1000).most == length


def test_too_long_quotes_say_by_how_much() -> None:
    assert too_long([_passage((0, 12)), _passage((0, 10))], 10) == {_passage((0, 12)): 2}
    assert too_long([_passage((0, 12))], None) == {}


# ------------------------------------------------------------------------------ dates of a text

DAY = date(2022, 1, 7)
WORDS = st.sampled_from("the crowd of may march 12 2019 a said now, in police".split())
DATES = st.sampled_from(
    ["on Friday", "January 5, 2022", "since January 5", "in October", "Overnight", "in 2019",
     "January 5-7", "2022-01-05", "two days ago", "Late on Wednesday", "from Monday to Friday"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=8), DATES, st.lists(WORDS, max_size=8))
def test_a_date_is_found_among_words(before: list[str], when: str, after: list[str]) -> None:
    """Catches a date that is overlooked or cut out of a longer one."""
    head = " ".join([*before, "yes; "]).lstrip()
    text = f"{head}{when}; {' '.join(after)}"
    assert (len(head), len(head) + len(when)) in list(printed(text, DAY))


@given(any_text() | st.lists(WORDS | DATES, max_size=12).map(" ".join))
def test_what_is_found_reads_as_a_date(text: str) -> None:
    """Catches words that are offered as a date and that the grammar refuses, or a bare number."""
    last = 0
    for start, end in printed(text, DAY):
        assert last <= start < end
        assert resolve(text[start:end], DAY)
        assert not text[start:end].isdigit()
        last = end


# ------------------------------------------------------------------------------ lines


@given(st.text(min_size=1, max_size=30), st.none() | st.integers(1, 99))
def test_a_line_is_read_as_the_words_that_it_is_of(words: str, occurrence: int | None) -> None:
    """Catches words with quotes, arrows or control characters that break the line."""
    import tomllib

    from kzdata.entries.document import Block
    from kzdata.entries.receipts import words_of

    line = words_line("figure", Receipt(words=words, occurrence=occurrence))
    cell = Block.model_validate(tomllib.loads(line)).cells["figure"]
    (receipt,) = words_of(cell)
    assert (receipt.words, receipt.occurrence) == (words, occurrence)


# ------------------------------------------------------------------------------ adding


@given(st.text(max_size=30))
def test_a_key_is_made_of_any_name(name: str) -> None:
    """Catches a key that the pattern of keys refuses."""
    made = adding.slug(name)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", made)
    assert adding.slug(made) == made


def test_keys_are_the_names_of_publishers() -> None:
    assert adding.slug("Steppe News") == "steppe-news"
    assert adding.slug("L'Écho d’Almaty, 24.kz") == "lecho-dalmaty-24-kz"
    assert adding.slug("Степь") == ""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "note.txt"
    file.write_text("At Norholm 3 sheep came back on Friday.\n", encoding="utf-8")
    return file


def test_an_article_is_added_and_says_what_comes_next(
    island: Folder, note: Path, tmp_path: Path
) -> None:
    """Catches an article that is lost, and a next command that does not work."""
    made = tmp_path / "note.toml"
    arguments = ["--publisher", "Harbour Post", "--published", "March 7, 2031"]
    done = kz("add", note, *arguments, "--entry", made, "-p", island.root)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "harbour-post: registered, 40 characters"
    assert done.lines[1].startswith("1 number waits for a row or an exclusion; ")
    (row,) = [row for row in island.rows("letters") if row["letter"] == "harbour-post"]
    assert (row["size"], row["sent"], row["spoken"]) == ("40", "2031-03-07", "2031-03-07")
    for line in done.lines[4:]:
        again = kz(*line.split()[1:])
        assert (again.code, again.err) == (0, "")
    assert 'text = "note.txt"' in made.read_text("utf-8")
    assert again.lines[-1] == "nothing changes"


def test_the_next_commands_write_an_entry_where_none_was_asked_for(
    island: Folder, note: Path
) -> None:
    done = kz("add", note, "--publisher", "Post", "--published", "2031-03-07", "-p", island.root)
    (entry,) = [line for line in done.lines if line.startswith("  kzdata entry ")]
    written = kz(*entry.partition(" > ")[0].split()[1:])
    assert read(written.out.encode(), "post.toml").entry.article["letter"].value == "post"


def test_a_taken_key_gets_a_number(island: Folder, note: Path) -> None:
    """Catches a second article of a publisher that is refused, or takes the place of the first."""
    arguments = ["--publisher", "Gull", "--published", "2031-03-07", "-p", str(island.root)]
    assert kz("add", note, *arguments).lines[0].startswith("gull-2: registered")
    note.write_text("No sheep came back.\n", encoding="utf-8")
    assert kz("add", note, *arguments).lines[0].startswith("gull-3: registered")


def _again(island: Folder, note: Path) -> None:
    note.write_bytes(TERN.body.encode())


def _nothing(island: Folder, note: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("publisher", "more", "spoil", "said"),
    [
        ("Post", ["--source-id", "gull"], _nothing, "an article 'gull' is there already"),
        ("Почта", [], _nothing, "no key can be made of 'Почта'; give one: --source-id ID"),
        ("Post", ["--kind", "report"], _nothing, "letters has no column for --kind"),
        ("Post", ["--entry", "note.txt"], _nothing, "note.txt is there already"),
        ("Post", [], _again, "this text is an article of the package already: tern"),
    ],
)
def test_what_cannot_be_added_is_one_line(
    island: Folder,
    note: Path,
    monkeypatch: pytest.MonkeyPatch,
    publisher: str,
    more: list[str],
    spoil: Callable[[Folder, Path], None],
    said: str,
) -> None:
    """Catches a half registered article, and an error without a way out."""
    spoil(island, note)
    monkeypatch.chdir(note.parent)
    before = island.rows("letters")
    arguments = ["--publisher", publisher, "--published", "2031-03-07", *more]
    assert said in refused(kz("add", note, *arguments, "-p", island.root))
    assert island.rows("letters") == before


def test_a_day_that_is_none_is_told(island: Folder, note: Path) -> None:
    done = kz("add", note, "--publisher", "Post", "--published", "soon", "-p", island.root)
    assert done.code == 1
    assert "'soon' is no day; write YYYY-MM-DD" in done.out
    assert "registered" not in done.out


def test_a_package_is_named(note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = kz("add", note, "--publisher", "Post", "--published", "2031-03-07")
    assert refused(done) == "name the package: kzdata add TEXT --package PATH"


# ------------------------------------------------------------------------------ commands


def test_the_list_as_json_is_that_of_the_library(steppe: Path) -> None:
    """Catches a command and a method that do not say the same."""
    with opened(steppe) as package:
        found = package.todo("steppe-news", steppe / "texts")
    said = kz("todo", "steppe-news", "--texts", steppe / "texts", "-p", steppe, "-f", "json")
    assert json.loads(said.out) == found.as_dict()


def test_the_list_of_an_article_that_is_not_there_is_refused(island: Folder) -> None:
    assert refused(kz("todo", "gul", "-p", island.root)) == "no article 'gul'; did you mean gull?"


def test_a_part_of_a_package_has_no_list(island: Folder) -> None:
    """Catches a list of the whole package for who asks about a part of it."""
    said = refused(kz("todo", "gull", "--without", "tern", "-p", island.root))
    assert said.endswith("without tern: rows are entered into the whole package")


def test_an_entry_shows_what_is_left(island: Folder, island_texts: Path, tmp_path: Path) -> None:
    """Catches a number that an entry leaves behind unseen, and one that is let through unasked."""
    rows = [row for row in island.rows("skipped") if row["token"] != "9"]
    island.write("skipped", rows)
    island.reseal()
    file = tmp_path / "more.toml"
    file.write_text('[source]\nletter = "gull"\nweb = "http://a.example/"\n', encoding="utf-8")
    asked: list[str | Path] = ["enter", file, "-p", island.root, "--texts", island_texts]
    kept = kz(*asked)
    assert kept.code == 1
    assert "number-unexplained" in kept.out
    assert "--partial" in kept.lines[-1]
    shown = json.loads(kz(*asked, "--partial", "--dry-run", "-f", "json").out)
    assert [one["words"] for one in shown["todo"][0]["left"]] == ["9"]
    entered = kz(*asked, "--partial")
    assert entered.code == 0
    assert '[[exclusion]] words = "9"' in entered.out
    assert "number-unexplained" not in entered.out
    assert entered.lines[-1].startswith("1 number waits for a row or an exclusion; ")
    assert "a.example" in island.file("letters").read_text("utf-8")


def test_what_else_is_wrong_never_waits(island: Folder, island_texts: Path, tmp_path: Path) -> None:
    """Catches `--partial` that writes what is wrong."""
    file = tmp_path / "wrong.toml"
    file.write_text('[source]\nletter = "gull"\nspoken = "2031-03-01"\n', encoding="utf-8")
    before = island.file("letters").read_bytes()
    done = kz("enter", file, "-p", island.root, "--texts", island_texts, "--partial")
    assert done.code == 1
    assert island.file("letters").read_bytes() == before


def test_texts_of_the_flood_are_all_listed() -> None:
    """Catches a property above that asks about nothing: its texts have numbers."""
    assert [one.token for one in number_tokens(FLOOD_TEXTS["gull"][:200])]
