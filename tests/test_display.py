"""How values look in a notebook: all of a package's text is text, nothing of it is markup."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from kzdata.cli import terminal
from kzdata.display import LONGEST, MOST, MOST_ON_A_LINE, html_record, html_table, safe
from packages import Folder
from strategies import any_text

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"{SCRIPT}\"'><img src=x onerror=alert(1)>&lt;b&gt;\x1b[31m\u202e $x$ "
TAGS = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "a"}
ATTRIBUTES = {"class", "style", "scope", "colspan", "href", "rel"}


class Page(HTMLParser):
    """What a browser makes of HTML: the cells' texts and the links' addresses.

    Anything that is not a plain table fails.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._open.append(tag)
        if tag in ("td", "th", "caption"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


@given(any_text() | st.text(max_size=40), any_text(), any_text())
def test_any_text_comes_out_as_it_went_in(name: str, value: str, caption: str) -> None:
    """Catches a cell that ends its tag, starts another, or cannot be encoded."""
    html = html_table([name], [[value]], caption)
    assert html.encode("utf-8")
    shown = ([safe(caption)] if caption else []) + [safe(name)]
    page = Page(html)
    assert page.cells[:-1] == shown
    assert page.links or page.cells[-1] == safe(value)
    assert Page(html_record([(name, value), ("none", None)], caption)).cells[:-1] == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://tass.com/a?b=1&c=2#:~:text=over%2060", "tass.com"),
        ("https://tass.com@evil.example/", "evil.example"),
        ('https://tass.com/"onmouseover="alert(1)', "tass.com"),
    ],
)
def test_addresses_of_the_web_become_links(address: str, shown: str) -> None:
    """Catches a link that leads elsewhere than it says, or that carries a handler."""
    page = Page(html_table(["link"], [[address]]))
    assert (page.cells, page.links) == (["link", shown], [address])


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://tass.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://tass.com/ and more",
        "https://tass.com\\@evil.example",
        "https://tass.com/\u202egpj",
        "https://[tass.com",
        "https://",
        "//tass.com/",
        "file:///etc/passwd",
    ],
)
def test_other_addresses_stay_text(address: str) -> None:
    """Catches a link that runs a script, or that a browser reads otherwise than Python."""
    page = Page(html_table(["link"], [[address]]))
    assert page.links == []
    assert page.cells == ["link", safe(address)]


def test_a_giant_table_or_cell_is_cut() -> None:
    """Catches a notebook that a giant table, or a giant cell, fills."""
    read = []

    def rows() -> Iterator[list[str]]:
        for number in range(10 * MOST):
            read.append(number)
            yield ["x" * 3 * LONGEST]

    page = Page(html_table(["x"], rows()))
    assert len(read) == MOST + 1
    assert page.cells[1:-1] == ["x" * LONGEST + "…"] * MOST
    assert page.cells[-1] == f"The first {MOST} rows; there are more."
    assert "more" not in html_table(["x"], [["y"]] * MOST)


@pytest.fixture
def hostile(island: Folder) -> Folder:
    """The flood, with markup wherever a package has room for words."""
    island.reschema("tolls", lambda schema: schema.update({
        "description": HOSTILE,
        "kzdata:claims": {"outcome": "fate", "event": "surge", "place": "islet",
                          "claimant": "speaker"}}))  # fmt: skip
    island.reschema("surges", lambda schema: schema.update({
        "kzdata:events": {"title": "title", "type": "sort"}}))  # fmt: skip
    island.reschema("ties", lambda schema: schema["kzdata:links"].update(
        {"contradicts": ["contradicts"]}))  # fmt: skip
    for row in range(len(island.rows("tolls"))):
        for column in ("fate", "wording", "remark"):
            island.edit("tolls", row, column, HOSTILE)
    island.edit("surges", 0, "title", HOSTILE)
    for row in range(len(island.rows("passages"))):
        island.edit("passages", row, "words", HOSTILE)
    for row in range(len(island.rows("letters"))):
        island.edit("letters", row, "web", f"javascript:alert(1)//{SCRIPT}")
    for row in range(len(island.rows("receipts"))):
        island.edit("receipts", row, "how", HOSTILE)
    island.describe(lambda described: described.update(version=HOSTILE))
    return island


def shown(package: kzdata.Package) -> Iterator[Any]:
    """One value of each kind that shows itself in a notebook."""
    yield package
    yield package.table("tolls")
    yield package["T1"]
    yield package.trace("T1")
    yield package.trace("T1")[0]
    yield package.trace(source="gull")
    yield package.toll()
    yield package.disagreements()
    yield package.timeline()
    yield package.sql('select remark, remark as "<script>" from tolls')
    yield package.validate()


def test_a_hostile_package_runs_nothing(hostile: Folder) -> None:
    """Catches a cell, a description, a version or an address that becomes markup."""
    with kzdata.load(hostile.root) as package:
        for value in shown(package):
            html = value._repr_html_()
            page = Page(html)
            assert page.links == []
            assert any(SCRIPT in cell for cell in page.cells), type(value)
            assert "\x1b" not in html
            assert "\u202e" not in html
            assert "mathjax_ignore" in html
        with package.without("tern") as rest:
            assert Page(rest._repr_html_()).cells
            assert "T3" in Page(rest.fallen._repr_html_()).cells


def test_each_representation_names_its_object(package: Any) -> None:
    """Catches an empty table, and a column under another's name."""
    with kzdata.load(package) as kz:
        tables = Page(kz._repr_html_()).cells
        assert tables[0] == repr(kz).strip("<>")
        assert tables[tables.index("casualty_reports") + 1] == str(len(kz.casualty_reports))
        table = Page(kz.casualty_reports._repr_html_()).cells
        assert table[1 : 1 + len(kz.casualty_reports.schema.names)] == [
            *kz.casualty_reports.schema.names
        ]
        record = Page(kz["CR-0019"]._repr_html_()).cells
        assert record[record.index("value_text") + 1] == "over 60"
        assert "value_high" not in record  # empty
        trace = kz.trace("CR-0019", "value_low")
        page = Page(trace._repr_html_())
        assert {"CR-0019", "value_low", "60", "over 60", "tass.com"} <= {*page.cells}
        assert page.links == [trace[0].link]
        assert [dict(zip(trace.columns, row, strict=True))["quote"] for row in trace.rows()] == [
            "over 60"
        ]
        assert "EV-0151" in Page(kz.without("tass").fallen._repr_html_()).cells


def test_a_report_shows_its_findings(copy: Folder) -> None:
    """Catches a report that looks valid in a notebook and is not."""
    assert (
        Page(kzdata.validate(copy.root)._repr_html_()).cells[0].endswith(f": valid ({copy.root})")
    )
    copy.edit("casualty_reports", 0, "outcome", SCRIPT)
    report = kzdata.validate(copy.root)
    page = Page(report._repr_html_())
    assert page.cells[0] == report.verdict
    assert {found.rule for found in report.findings} <= {*page.cells}
    assert {found.where for found in report.findings[:MOST]} <= {*page.cells}
    assert SCRIPT in page.cells


def test_a_table_that_cannot_be_read_is_named(copy: Folder) -> None:
    """Catches a package that cannot even be looked at because one file is broken."""
    copy.file("events").write_text("nothing\n1\n", encoding="utf-8")
    with kzdata.load(copy.root) as kz:
        cells = Page(kz._repr_html_()).cells
        assert cells[cells.index("events") + 1] == "cannot be read"
        assert cells[cells.index("actors") + 1] == str(len(kz.actors))


def test_keys_are_not_wrapped_and_notes_are_wide() -> None:
    """Catches a wide table whose keys break at their hyphens and whose notes are a word wide."""
    short, long = "2022-01-05", "a " * MOST_ON_A_LINE
    html = html_table(("key", "note"), [(short, long)])
    assert f'white-space: nowrap">{short}<' in html
    assert f'min-width: 28em">{long}<' in html
    assert "<td>5<" in html_table(("value",), [(5,)])


def test_an_answer_is_described_without_being_computed() -> None:
    """Catches an address of memory for an answer that is printed; it is not worked out for that."""
    with kzdata.load() as package:
        answer = package.sql("select title, count(*) from events, range(1000000000) group by 1")
        assert repr(answer) == "<Answer: title, count_star()>"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a.b/\x1b\\x",
        "https://a b",
        "https://\u202ea",
    ],
)
def test_only_a_plain_address_of_the_web_becomes_a_link_of_the_terminal(address: str) -> None:
    """Catches an address that ends the link and drives the terminal, or that opens a file."""
    assert terminal.hyperlink("words", address) == "words"
    assert terminal.hyperlink("words", "https://a.b/#c") == (
        "\x1b]8;;https://a.b/#c\x1b\\words\x1b]8;;\x1b\\"
    )
