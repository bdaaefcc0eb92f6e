"""Intervals: what numbers a figure leaves possible, in Python and as SQL."""

from dataclasses import dataclass
from typing import Self

from kzdata.database import double, literal

Number = int | float


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends; an end that is None is open.

    Attributes:
        low: Lower end.
        high: Upper end.
        above: The number is more than `low`, not `low` itself.
        below: The number is less than `high`, not `high` itself.
    """

    low: Number | None
    high: Number | None
    above: bool = False
    below: bool = False

    @classmethod
    def of(cls, row: tuple[float | None, float | None, bool | None, bool | None]) -> Self:
        """An interval out of a row with the columns of `bounds` or `HULL`."""
        low, high, above, below = row
        return cls(whole(low), whole(high), bool(above), bool(below))

    def __str__(self) -> str:
        least = (
            "" if self.low is None else f"{'more than' if self.above else 'at least'} {self.low}"
        )
        most = (
            "" if self.high is None else f"{'less than' if self.below else 'at most'} {self.high}"
        )
        if least and most and not (self.above or self.below):
            return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return ", ".join(filter(None, [least, most])) or "open"

    def __contains__(self, number: Number) -> bool:
        low, high = self.low, self.high
        enough = low is None or (number > low if self.above else number >= low)
        return enough and (high is None or (number < high if self.below else number <= high))


def whole(value: float | None) -> Number | None:
    """A number without a point where it needs none."""
    return int(value) if value is not None and value.is_integer() else value


def bounds(low: str, high: str, qualifier: str) -> dict[str, str]:
    """The four attributes of a figure's `Interval` as SQL, from its three columns."""
    above, below = (f"{qualifier} = {literal(word)}" for word in ("more_than", "less_than"))
    return {
        "low": double(low),
        "high": double(high),
        "above": f"coalesce({above}, false)",
        "below": f"coalesce({below}, false)",
    }


def exceeds(one: str, other: str, counts: bool) -> str:
    """SQL: whether every number of one interval is larger than every number of another.

    Two intervals have a number in common if and only if neither exceeds the other.

    Args:
        one: Alias of a relation with the columns of `bounds`.
        other: Another.
        counts: Only whole numbers are meant, as of people.
    """
    if counts:
        least = f"(CASE WHEN {one}.above THEN floor({one}.low) + 1 ELSE ceil({one}.low) END)"
        most = f"(CASE WHEN {other}.below THEN ceil({other}.high) - 1 ELSE floor({other}.high) END)"
        return f"{least} > {most}"
    touch = f"{one}.low = {other}.high AND ({one}.above OR {other}.below)"
    return f"({one}.low > {other}.high OR ({touch}))"


def span(counts: bool) -> str:
    """SQL: the columns `least` and `most`, the smallest and the largest number that fit.

    Where one interval exceeds another, its `least` is `beyond` the `most` of the other.

    Args:
        counts: Only whole numbers are meant.
    """
    if counts:
        least, most = "floor(low) + 1", "ceil(high) - 1"
        ends = "ceil(low)", "floor(high)"
    else:
        least, most = (f"nextafter({end})" for end in ("low, 'infinity'", "high, '-infinity'"))
        ends = "low", "high"
    return (
        f"CASE WHEN above THEN {least} ELSE {ends[0]} END AS least, "
        f"CASE WHEN below THEN {most} ELSE {ends[1]} END AS most"
    )


def beyond(least: str, most: str) -> str:
    """SQL: whether a `least` is larger than a `most`; what is no number may always be."""
    return f"({least} > {most} OR NOT isfinite({least}))"


HULL = {
    "low": "CASE WHEN count(low) = count(*) THEN min(low) END",
    "high": "CASE WHEN count(high) = count(*) THEN max(high) END",
    "above": "min(low) < coalesce(min(CASE WHEN NOT above THEN low END), 'infinity')",
    "below": "max(high) > coalesce(max(CASE WHEN NOT below THEN high END), '-infinity')",
}
"""The smallest interval that contains all of a group's intervals, as SQL aggregates."""
