"""When a repeating invoice comes around (facts 6.12)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.sent import Sent

Held = dict[str, Any]  #: a schedule as on the wire, its days as ISO text
_DUE = (
    "DAYSAFTERBILLDATE",
    "DAYSAFTERBILLMONTH",
    "DAYSAFTERINVOICEDATE",
    "DAYSAFTERINVOICEMONTH",
    "OFCURRENTMONTH",
    "OFFOLLOWINGMONTH",
)


def apply(desk: Desk, held: Held, sent: Sent | None) -> None:
    """Put the sent fields onto the schedule; what they break goes to `desk.errors`."""
    if sent is not None:
        for name in ("Period", "DueDate"):
            number = sent.number(name)
            if number is not None:
                held[name] = int(number)
        for name in ("Unit", "DueDateType"):
            held[name] = (sent.text(name) or held.get(name, "")).upper()
        for name in ("StartDate", "EndDate"):
            day = sent.day(name)
            if day is not None:
                held[name] = day.isoformat()
    held.setdefault("StartDate", desk.today.isoformat())
    if not 1 <= held.get("Period", 0) <= 99:
        desk.errors.append("The Period of the Schedule must be from 1 to 99.")
    if held.get("Unit") not in ("WEEKLY", "MONTHLY"):
        desk.errors.append("The Unit of the Schedule must be WEEKLY or MONTHLY.")
    if held.get("DueDateType") not in _DUE or not 0 <= held.get("DueDate", -1) <= 366:
        desk.errors.append("The Schedule must have a DueDate and a DueDateType.")


def wire_form(held: Held, today: date) -> dict[str, Any]:
    shown = dict(held)
    start = date.fromisoformat(held["StartDate"])
    ends = date.fromisoformat(held["EndDate"]) if "EndDate" in held else date.max
    coming = next_day(start, held["Period"], held["Unit"], today)
    for name in ("StartDate", "EndDate"):
        if name in held:
            shown[name] = wire.day_instant(date.fromisoformat(held[name]))
    return shown | ({"NextScheduledDate": wire.day_instant(coming)} if coming <= ends else {})


def next_day(start: date, period: int, unit: str, today: date) -> date:
    """Return the first day of a schedule that is not before `today`."""
    if start >= today:
        return start
    if unit == "WEEKLY":
        step = 7 * period
        return start + timedelta(days=-(-(today - start).days // step) * step)
    months = (today.year - start.year) * 12 + today.month - start.month
    steps = months // period
    day = _months_on(start, steps * period)
    return day if day >= today else _months_on(start, (steps + 1) * period)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
