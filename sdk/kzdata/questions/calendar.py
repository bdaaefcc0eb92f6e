"""A timeline as iCalendar (RFC 5545), written by the icalendar library.

Its long lines go on in the next one, after a blank: a line of the file may begin with any word.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kzdata.display import safe
from kzdata.errors import require

if TYPE_CHECKING:
    from icalendar import Event as Entry

    from kzdata.questions.timeline import Event, Timeline

_LAST = date.max - timedelta(days=1)


def calendar(timeline: "Timeline") -> str:
    """The events whose days are known, as all-day entries."""
    require("icalendar", "calendar")
    from icalendar import Calendar

    name, version = timeline.package
    made = Calendar()
    made.add("prodid", _printable(f"-//{name}//{version}//EN"))
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    for event in timeline.events:
        if event.days_known:
            made.add_component(_entry(event, name, _stamp(timeline.created)))
    return bytes(made.to_ical()).decode("utf-8")


def _entry(event: "Event", package: str, stamp: datetime) -> "Entry":
    from icalendar import Event as Entry

    assert event.start
    # The end of an all-day entry is the day after it, which the last day of all has not.
    last = min(event.end or event.start, _LAST)
    entry = Entry()
    entry.add("uid", _printable(f"{event.key}@{package}"))
    entry.add("dtstamp", stamp)
    entry.add("dtstart", event.start)
    entry.add("dtend", last + timedelta(days=1))
    entry.add("summary", _printable(event.title))
    entry.add("description", "\n".join(map(_printable, _description(event))))
    entry.add("transp", "TRANSPARENT")
    if event.place:
        entry.add("location", _printable(event.place))
    if event.type:
        entry.add("categories", [_printable(event.type)])
    return entry


def _description(event: "Event") -> Iterator[str]:
    yield ", ".join(filter(None, [event.when, event.certainty]))
    if event.description:
        yield event.description
    for receipt in event.receipts:
        cited = receipt.citation
        yield f"“{cited.quote}” ({cited.source}) {cited.link or ''}".rstrip()


def _printable(text: str) -> str:
    """The text without control characters, which RFC 5545 does not allow, and without commands."""
    return re.sub(":(?=:)", r"\\x3a", safe(text))


def _stamp(created: str | None) -> datetime:
    """When the package says that it was made, so that the same data give the same calendar."""
    try:
        stamp = datetime.fromisoformat(created or "")
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
