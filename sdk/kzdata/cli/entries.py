"""How the plan of an entry looks for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kzdata.cli.terminal import aligned, bold, safe, shortened

if TYPE_CHECKING:
    from kzdata.entries.outcome import Inferred, Outcome, Quoted

_MOST = 20  # lines of one kind
_WIDTH = 60  # characters of a note


def outcome(found: "Outcome", dry_run: bool) -> str:
    """The plan, what is wrong, and whether it was written."""
    plan = [] if found.faults else _plan(found)
    blocks = [*plan, *_wrong(found), [_end(found, dry_run)]]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


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
    if found.findings:
        lines = [safe(f"  {finding.severity}: {place}") for place, finding in found.findings]
        yield [bold("validation"), *_shown(lines)]


def _shown(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST
    return [
        *lines[:_MOST],
        *([f"  and {more} more; see them with --format json"] if more > 0 else []),
    ]


def _end(found: "Outcome", dry_run: bool) -> str:
    if found.written:
        return "entered"
    if not found.valid:
        return "nothing is written: mend what is wrong and enter it again"
    if not found.rows:
        return "nothing changes"
    return "nothing is written (--dry-run)" if dry_run else "nothing is written (--strict)"
