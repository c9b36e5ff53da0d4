"""Calls kept back for people's own work: Xero allows so many a day, and reading must not use them up."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from tallystick.connections.models import ApiCall
from tallystick.sync.models import Reading

#: So many of the day's calls a first import leaves, and so many what is read in turn.
OF_IMPORTS, OF_TURNS = 500, 100
#: What Xero said of the rest of the day is asked again after this.
_ASK_AGAIN = timedelta(minutes=30)


def calls_left(organisation_id: int) -> int | None:
    """Return how many calls Xero allows today, as its newest answer said; None where nobody knows."""
    newest = ApiCall.objects.filter(organisation=organisation_id, at__gt=Now() - _ASK_AGAIN)
    found = newest.exclude(day_remaining=None).order_by("-pk").values_list("day_remaining")
    left = found.first()
    return left[0] if left else None


def calls_short(reading: Reading) -> dict[str, Any]:
    """Return for how long the reading is put off, and why in a sentence; empty where it need not."""
    left = calls_left(reading.organisation_id)
    kept = OF_TURNS if reading.whole_at else OF_IMPORTS
    if left is None or left >= kept:
        return {}
    what = str(reading.get_kind_display())
    why = (
        f"Xero allows {left:,} more calls today. {what} are read on once more than {kept:,} are "
        "left, so that your own work can go on; what is here stays."
    )
    return {"wait": _ASK_AGAIN, "why": why}
