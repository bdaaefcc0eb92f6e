"""How the plan of an entry, and what is left to do for an article, look for people."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.cli.terminal import aligned, bold, safe, shortened
from kzdata.entries.left import KINDS

if TYPE_CHECKING:
    from kzdata.entries.adding import Added
    from kzdata.entries.left import Left, Todo
    from kzdata.entries.outcome import Inferred, Outcome, Quoted
    from kzdata.entries.proposing import Proposed

_MOST = 20  # lines of one kind
_WIDTH = 60  # characters of a note
_AROUND = 80  # characters of words in their surroundings
_OF_RECORDS = ("participant", "quote")  # kinds of the work list that name a record


def outcome(found: "Outcome", dry_run: bool) -> str:
    """The plan, what is wrong, and whether it was written."""
    plan = [] if found.faults else _plan(found)
    lists = [block for one in found.todo for block in todo(one)]
    blocks = [*plan, *_wrong(found), *lists, [_end(found, dry_run)]]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def admission(proposed: Sequence["Proposed"], found: "Outcome | None", dry_run: bool) -> str:
    """How many proposals have which state, the reasons, and what was entered."""
    blocks = [_counts(proposed), *_verdicts(proposed)]
    lines = "\n\n".join("\n".join(block) for block in blocks if block)
    return lines if found is None else f"{lines}\n\n{outcome(found, dry_run)}"


def admission_values(proposed: Sequence["Proposed"], found: "Outcome | None") -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "articles": [
            {
                "unit": one.unit,
                "counts": one.admission.counts(),
                "proposals": [
                    {
                        "block": ".".join(map(str, verdict.path)),
                        "state": verdict.state,
                        "reasons": [reason.as_dict() for reason in verdict.reasons],
                    }
                    for verdict in one.admission.verdicts
                ],
                "unplaced": [{"words": u.words, "reason": u.reason} for u in one.unplaced],
            }
            for one in proposed
        ],
        "entered": None if found is None else found.as_dict(),
    }


def _counts(proposed: Sequence["Proposed"]) -> list[str]:
    rows = []
    for one in proposed:
        counts = one.admission.counts()
        source = next(iter(one.admission.document.entry.article.values())).value or ""
        rows.append(
            (safe(source), *(str(n) for n in counts.values()), str(len(one.unplaced)), one.unit)
        )
    head = ("article", "accepted", "review", "rejected", "unplaced", "offsets")
    return aligned([head, *rows], (False, True, True, True, True, False))


def _verdicts(proposed: Sequence["Proposed"]) -> Iterator[list[str]]:
    for state in ("review", "rejected"):
        lines = [
            safe(f"  {reason.what}: {reason.message}")
            for one in proposed
            for verdict in one.admission.verdicts
            if verdict.state == state
            for reason in verdict.reasons
        ]
        yield [bold(state), *_shown(lines)] if lines else []
    lost = [safe(f"  {u.label}: {u.words!r}: {u.reason}") for one in proposed for u in one.unplaced]
    yield [bold("unplaced"), *_shown(lost)] if lost else []


def _plan(found: "Outcome") -> Iterator[list[str]]:
    if found.rows:
        kinds = ("added", "changed", "withdrawn")
        tables = found.by_table().items()
        rows = [(name, *(str(counts[kind] or "") for kind in kinds)) for name, counts in tables]
        head = ("table", *kinds)
        yield aligned([head, *map(_safe, rows)], (False, True, True, True))
    if found.roles:
        counts = ", ".join(f"{number} {role}" for role, number in sorted(found.roles.items()))
        yield [bold("receipts"), f"  {counts}", *_shown(list(map(_inferred, found.inferred)))]
    if found.quoted:
        yield [bold("quoted"), *map(_quoted, found.quoted)]


def _safe(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(safe, row))


def _inferred(one: "Inferred") -> str:
    note = shortened(one.note, _WIDTH)
    return safe(f"  {one.role}: {one.record}, {one.column} = {one.value}, as {note}")


def _quoted(one: "Quoted") -> str:
    most = f" (at most {100 * one.most:.0f} %)" if one.most is not None else ""
    return safe(f"  {one.source}: {100 * one.before:.1f} % to {100 * one.after:.1f} %{most}")


def _wrong(found: "Outcome") -> Iterator[list[str]]:
    if found.faults:
        yield [bold("the entry"), *_shown([safe(f"  {fault}") for fault in found.faults])]
    # What waits is on the work list.
    kept = [(place, one) for place, one in found.findings if one.rule not in found.waiting]
    if kept:
        lines = [safe(f"  {finding.severity}: {place}") for place, finding in kept]
        yield [bold("validation"), *_shown(lines)]


def _shown(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST
    return [
        *lines[:_MOST],
        *([f"  and {more} more; see them with --format json"] if more > 0 else []),
    ]


def _end(found: "Outcome", dry_run: bool) -> str:
    if found.written:
        return "\n".join(["entered", *([_unfinished(found)] if found.unfinished else [])])
    if not found.accepted and _only_waits(found):
        return "nothing is written: numbers have no row yet; --partial lets them wait"
    if not found.accepted:
        return "nothing is written: mend what is wrong and enter it again"
    if not found.rows:
        return "nothing changes"
    return "nothing is written (--dry-run)" if dry_run else "nothing is written (--strict)"


def _only_waits(found: "Outcome") -> bool:
    from kzdata.entries.outcome import WAITING

    return replace(found, waiting=WAITING).accepted


def _unfinished(found: "Outcome") -> str:
    wait = "number waits" if found.unfinished == 1 else "numbers wait"
    what = "for a row or an exclusion; until then the package is not valid with its texts"
    return f"{found.unfinished:,} {wait} {what}"


def todo(found: "Todo") -> Iterator[list[str]]:
    """What is left to do for an article, kind by kind, one line each."""
    if not found.left:
        unsure = " as far as is known" if found.unknown else ""
        yield [bold(safe(f"{found.source}: nothing is left{unsure}"))]
    else:
        yield [bold(safe(f"{found.source}: {counted(len(found), 'thing')} left to do"))]
    for kind, title in KINDS.items():
        if some := found.of_kind(kind):
            yield [bold(title), *_shown([f"  {line}" for line in aligned(list(map(_left, some)))])]
    if found.unknown:
        yield [bold("not known without the article's text (--texts) and its day")]
        yield [f"  {KINDS[kind]}" for kind in found.unknown]


def _left(one: "Left") -> tuple[str, ...]:
    line = f"[[{one.section}]] {one.line}".replace("\n", "; ") if one.line else ""
    # In a text the words stand in their surroundings already.
    key = one.words if one.start is None or one.kind in _OF_RECORDS else ""
    around = " ".join(filter(None, [key, shortened(one.around, _AROUND)]))
    return around, shortened(one.why, _WIDTH), line


def added(found: "Added", text: Path, entry: Path | None, package: Path | None) -> str:
    """What became of an article, and the commands that go on with it."""
    if not found.outcome.written:
        return outcome(found.outcome, dry_run=False)
    name, option = found.source, f" --package {package}" if package else ""
    lines = [f"{name}: registered, {counted(found.characters, 'character')}"]
    if found.outcome.unfinished:
        lines.append(_unfinished(found.outcome))
    given = f"--texts {text.parent}{option}"
    lines += ["", "next:", f"  kzdata todo {name} {given}"]
    lines += [] if entry else [f"  kzdata entry {name} {given} > {name}.toml"]
    lines += [f"  kzdata enter {entry or f'{name}.toml'} {given} --partial"]
    return "\n".join(map(safe, lines))


def counted(number: int, what: str) -> str:
    """A number of things: `1 number`, `1,219 characters`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
