"""How many records, of which kinds, for how much money: of links of every kind, in one query."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from tallystick.english import counted, listed
from tallystick.money import Money
from tallystick.sync.links.record_kinds import noun_of
from tallystick.sync.models import Link

#: Of a link's record; a party has neither.
CURRENCY = F("currency")
AMOUNT = F("total")
#: The document's kind, or `party`, `payment`, `allocation`.
KIND = F("kind")


@dataclass(frozen=True, slots=True)
class RecordSum:
    """Some records together: how many, their money by currency, and how many of each kind."""

    count: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    #: There are more: counting stopped here, and nothing was added up.
    is_capped: bool = False

    def __add__(self, other: "RecordSum") -> "RecordSum":
        totals: defaultdict[str, Decimal] = defaultdict(Decimal, self.totals)
        for code, total in other.totals.items():
            totals[code] += total
        kinds = Counter(self.kinds) + Counter(other.kinds)
        is_capped = self.is_capped or other.is_capped
        return RecordSum(self.count + other.count, dict(totals), dict(kinds), is_capped)

    def __str__(self) -> str:
        """Say it as people do: `3 invoices and 1 payment, 120.00 NZD`."""
        return ", ".join(filter(None, [self.counted, self.money]))

    @property
    def count_text(self) -> str:
        """Such as `1,204`, or `10,000+` where counting stopped."""
        return f"{self.count:,}{'+' if self.is_capped else ''}"

    @property
    def counted(self) -> str:
        """Such as `3 invoices and 1 payment`; `10,000+ records` where counting stopped."""
        if self.is_capped:
            return f"{self.count_text} records"
        words = [counted(count, noun_of(kind)) for kind, count in sorted(self.kinds.items())]
        return listed(words) or "nothing"

    @property
    def money(self) -> str:
        """Such as `120.00 NZD and 10.00 USD`."""
        return " and ".join(str(Money(self.totals[code], code)) for code in sorted(self.totals))


def sum_of(links: QuerySet[Link], *, at_most: int | None = None) -> RecordSum:
    """Return count and money of what the links stand for; of more than `at_most` just that."""
    if at_most and links.order_by().values("kind")[: at_most + 1].count() > at_most:
        return RecordSum(at_most, is_capped=True)
    rows = links.order_by().values(the_currency=CURRENCY, the_kind=KIND)
    return sum_of_rows(rows.annotate(count=Count("*"), the_total=Sum(AMOUNT)))


def sum_of_rows(rows: Iterable[Mapping[str, Any]]) -> RecordSum:
    """Add up rows with `the_currency`, `the_kind`, `count` and `the_total`."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    kinds: Counter[str] = Counter()
    for row in rows:
        kinds[row["the_kind"]] += row["count"]
        if row["the_currency"]:
            totals[row["the_currency"]] += row["the_total"] or 0
    return RecordSum(kinds.total(), dict(totals), dict(kinds))
