"""How the plan of an entry looks for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kzdata.cli.terminal import aligned, bold, safe, shortened

if TYPE_CHECKING:
    from kzdata.entries.outcome import Inferred, Outcome, Quoted
    from kzdata.entries.proposing import Proposed

_MOST = 20  # lines of one kind
_WIDTH = 60  # characters of a note


def outcome(found: "Outcome", dry_run: bool) -> str:
    """The plan, what is wrong, and whether it was written."""
    plan = [] if found.faults else _plan(found)
    blocks = [*plan, *_wrong(found), [_end(found, dry_run)]]
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
