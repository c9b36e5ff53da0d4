"""The cells of a workbook as texts: exact, days as ISO 8601, without the noise of binary numbers."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from math import isfinite

#: What a workbook keeps of a number; further digits are noise, or were lost.
DIGITS = 15
_ALL_KEPT = 10**DIGITS
#: A number whose shortest text is no longer than this has no noise in it.
_WITHOUT_NOISE = 16
_HALF_A_SECOND = dt.timedelta(microseconds=500_000)


def is_beyond_digits(number: float) -> bool:
    """Whether the last digits of the number may have been lost."""
    return not -_ALL_KEPT < number < _ALL_KEPT


def text_of(value: object) -> str:
    """Return the text of a cell that is none: what a person reads there, in one notation."""
    return _TEXTS.get(type(value), str)(value)


def _number(value: float) -> str:
    if is_beyond_digits(value) and isfinite(value):
        # As the spreadsheet shows it: a code that has lost figures is not to look like a whole one.
        figures, _, exponent = f"{value:.{DIGITS - 1}E}".partition("E")
        return f"{figures.rstrip('0').rstrip('.')}E{exponent}"
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    if len(text) > _WITHOUT_NOISE or "e" in text:
        return format(Decimal(f"{value:.{DIGITS}g}"), "f")
    return text


def _moment(value: dt.datetime) -> str:
    # The serial number of a moment is binary too: it lies a little beside the second.
    if value <= dt.datetime.max - _HALF_A_SECOND:
        value += _HALF_A_SECOND
    value = value.replace(microsecond=0)
    is_day = value.time() == dt.time.min
    return value.date().isoformat() if is_day else value.isoformat(" ")


def _time(value: dt.time) -> str:
    return _moment(dt.datetime.combine(dt.date(2000, 1, 1), value))[11:] or "00:00:00"


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else ''}{hours:02}:{rest // 60:02}:{rest % 60:02}"


_TEXTS: dict[type, Callable] = {
    float: _number,
    int: lambda value: _number(float(value)),
    bool: lambda value: "yes" if value else "no",
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
    dt.time: _time,
    dt.timedelta: _duration,
}
