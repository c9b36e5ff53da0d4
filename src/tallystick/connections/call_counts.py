"""What the calls to Xero were for, and what they come to: of a day, and by its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from tallystick.connections.models import ApiCall, CallPurpose, Organisation

#: Xero allows 5,000 calls a day; a few more fail or renew the access. More rows are never looked at.
_LOOKED_AT = 10_000
_PACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PurposeCalls:
    """The calls of one purpose; bytes are of the bodies, unpacked."""

    purpose: str
    label: str
    calls: int
    failed: int
    sent_bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class DayOfCalls:
    """The calls of an organisation since a beginning."""

    since: datetime
    by_purpose: Sequence[PurposeCalls]
    #: In the last hour.
    lately: int
    #: How many more Xero allows today, as its newest answer said; None where no answer told.
    left: int | None
    #: Class of the newest error, and when; empty where none of these calls failed.
    last_error: str
    last_error_at: datetime | None

    @property
    def calls(self) -> int:
        return sum(one.calls for one in self.by_purpose)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.by_purpose)

    @property
    def sent_bytes(self) -> int:
        return sum(one.sent_bytes for one in self.by_purpose)

    @property
    def received_bytes(self) -> int:
        return sum(one.received_bytes for one in self.by_purpose)

    def forecast(self, now: datetime, until: datetime) -> int:
        """Return how many there will be, if the rest of the day goes on like the last hour.

        Never more than Xero allows.
        """
        more = round(self.lately * ((until - now) / _PACE))
        return self.calls + (more if self.left is None else min(more, self.left))


def calls_since(organisation: Organisation, since: datetime) -> DayOfCalls:
    """Return the organisation's calls since then, not more than a day ago."""
    calls = ApiCall.objects.filter(organisation=organisation).order_by("-pk")
    edge = calls.values_list("pk", flat=True)[_LOOKED_AT : _LOOKED_AT + 1].first() or 0
    # By the key, which the log is indexed by: its length costs nothing.
    newest = calls.filter(pk__gt=edge, at__gte=since)
    counted = newest.order_by().values("purpose").annotate(
        calls=Count("*"),
        failed=Count("pk", filter=~Q(error="")),
        sent=Sum("request_bytes"),
        received=Sum("response_bytes"),
    )  # fmt: skip
    by_purpose = {row["purpose"]: row for row in counted}
    told = newest.exclude(day_remaining=None).values_list("day_remaining", flat=True)
    failed = newest.exclude(error="").values_list("error", "at").first()
    return DayOfCalls(
        since=since,
        by_purpose=[
            PurposeCalls(
                purpose=purpose,
                label=_label(purpose),
                calls=row["calls"],
                failed=row["failed"],
                sent_bytes=row["sent"],
                received_bytes=row["received"],
            )
            for purpose in (*CallPurpose.values, "")
            if (row := by_purpose.get(purpose))
        ],
        lately=newest.filter(at__gt=Now() - _PACE).count(),
        left=told.first(),
        last_error=failed[0] if failed else "",
        last_error_at=failed[1] if failed else None,
    )


def _label(purpose: str) -> str:
    return str(CallPurpose(purpose).label) if purpose else "Other"
