"""Which period, kind and verdict a comparison shows, read from its address and kept there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Self

from tallystick.sync.reconcile.period.words import COMPARED, Verdict
from tallystick.sync.reports.narrowing import PERIODS, DaySpan, day_in, one_of

_FIRST = "this-month"
#: The same as those of lists, save that there is no end to any time.
COMPARED_PERIODS: Mapping[str, str] = MappingProxyType(
    {value: label for value, label in PERIODS.items() if value}
)


@dataclass(frozen=True, slots=True)
class CompareFilter:
    """What is compared; whatever cannot be read counts as not given."""

    kind: str = ""
    verdict: str = ""
    period: str = _FIRST
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        return cls(
            kind=one_of(query.get("kind", ""), COMPARED) or next(iter(COMPARED)),
            verdict=one_of(query.get("verdict", ""), set(Verdict.values)),
            period=one_of(query.get("period", ""), COMPARED_PERIODS) or _FIRST,
            since=day_in(query.get("since", "")),
            until=day_in(query.get("until", "")),
        )

    @property
    def period_words(self) -> str:
        """What the chip of the period says."""
        return DaySpan(self.period, self.since, self.until).words

    @property
    def verdicts(self) -> list[Verdict]:
        """Those that are shown; none named shows all."""
        return [Verdict(self.verdict)] if self.verdict else []

    def bounds(self, today: date) -> tuple[date, date]:
        """Return the first and the last day; an open end goes as far as days go."""
        first, last = DaySpan(self.period, self.since, self.until).bounds(today)
        if self.since or self.until:
            return first or date.min, last or date.max
        first = first or date.min
        return first, last or _end_of(self.period, first)


def _end_of(period: str, first: date) -> date:
    """Return the last day of the month or year that begins so."""
    if period == "this-year":
        return first.replace(month=12, day=31)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
