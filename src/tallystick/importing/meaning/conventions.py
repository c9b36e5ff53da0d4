"""Decides for a whole file how its days and numbers are written; never for one cell.

Two things speak: the file's own texts (31/12/2026 is a day only day first, 12,5 a number only with
a decimal comma) and the custom of the organisation's country. Where they contradict each other, or
texts that can be read both ways have nobody to speak for them, the decision is left open: the
person is asked once, with rows of the file read both ways.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.customs import country_of_zone, day_order, decimal_mark
from tallystick.importing.meaning.days import bare_time, day, hanging_on_order
from tallystick.importing.meaning.numbers import number
from tallystick.importing.meaning.zones import zone_named

__all__ = [
    "DayEvidence",
    "Decision",
    "NumberEvidence",
    "Sample",
    "country_of_zone",
    "in_words",
    "zone_in_header",
]

#: Different texts of one kind that are remembered; those beyond are looked at each time.
_MOST_REMEMBERED = 50_000
#: Longer texts are neither numbers nor days.
_LONGEST = 100
_SAMPLES = 3
#: Due dates alone, without a country, decide from so many different pairs on: one may be mistyped.
_ENOUGH_PAIRS = 3
#: A due date counts as before the date from two days on: a stamp's zone can shift its day by one.
_SHIFT = timedelta(days=1)
#: Texts of one shape can be read in the same ways. Zeros matter: 0,500 is not five hundred.
_SHAPE = str.maketrans("23456789", "11111111")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-([0-9]{2})(?![0-9])")
_TWELFTH = 12  #: A day after it is no month.
#: A day with a year of two digits: the last figures, unless the file shows otherwise.
_SHORT = re.compile(r"([0-9]{2})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{2})\.?")
#: A day is of our time that lies no further from today.
_OUR_TIME = timedelta(days=2 * 366)
_IN_HEADER = re.compile(
    r"(?:(?<![A-Za-z])(?:UTC|GMT|utc|gmt)|Utc|Gmt|(?<=[a-z])UTC)(?:[+-][0-9:]+)?(?![A-Za-z])"
    r"|(?<=[(\[])[A-Z]\w+/\w+(?=[)\]])|(?<=[(\[])[+-][0-9]{1,2}:?[0-9]{2}(?=[)\]])"
)


class Sample(NamedTuple):
    """A text of the file, read both ways."""

    line: int
    text: str
    readings: dict[str, str]  #: Choice to what the text means then, in words.


class Decision(NamedTuple):
    """How the file writes days or numbers."""

    value: str | None  #: The choice ("dmy", "mdy"; ".", ","); None where a person must say.
    reason: str  #: Whole sentences on what spoke for it; empty where nothing hangs on it.
    samples: tuple[Sample, ...] = ()  #: Where it is open.


class _Evidence:
    """What the texts of a file say about a choice of two."""

    def __init__(self, words: dict[str, str], refused: str) -> None:
        self._words = words  #: Choice to its words.
        self._refused = refused  #: What a text is that cannot be read.
        self._only: dict[str, Sample] = {}  #: Choice to the first text that leaves no other.
        self._open: list[Sample] = []  #: The first texts that can be read both ways.

    def _weigh(self, text: str, line: int, read: Callable[[str], str]) -> tuple[Sample, set[str]]:
        """Note what the text says, and return it with the choices that make sense of it.

        `read` gives its meaning in words or raises BadValue.
        """
        readings: dict[str, str] = {}
        for choice in self._words:
            with suppress(BadValue):
                readings[choice] = read(choice)
        sample = Sample(line, text, dict.fromkeys(self._words, self._refused) | readings)
        if len(readings) == 1:
            self._only.setdefault(next(iter(readings)), sample)
        elif len(set(readings.values())) > 1 and len(self._open) < _SAMPLES:
            self._open.append(sample)
        return sample, set(readings)

    def _reasons(self, found: dict[str, Sample]) -> dict[str, str]:
        return {
            choice: f"{sample.text} in line {sample.line} only makes sense {self._words[choice]}."
            for choice, sample in found.items()
        }

    def _judge(self, reasons: dict[str, str], custom: str, customary: str) -> Decision:
        """Decide by what the file says (choice to sentence) and the country's custom, if any."""
        if not self._only and not self._open:
            return Decision(next(iter(self._words)), "")
        if len(reasons) == 1 and (not self._open or custom in ("", *reasons)):
            [(choice, reason)] = reasons.items()
            return Decision(choice, reason)
        if reasons:
            against = customary if custom and custom not in reasons else ""
            return self._left_open(" ".join(filter(None, [*reasons.values(), against])))
        if custom:
            return Decision(custom, f"{customary} Nothing in the file speaks against it.")
        ways = " or ".join(self._words.values())
        return self._left_open(f"Nothing in the file shows whether it is written {ways}.")

    def _left_open(self, reason: str) -> Decision:
        samples = [*self._only.values(), *self._open]
        return Decision(None, reason, tuple(samples[:_SAMPLES]))


class _Notations:
    """The two ways in which a column may write its days, as a spreadsheet leaves them that took
    03/04 for a day of its own order and 31/12, which it could not, for a text."""

    def __init__(self) -> None:
        #: The first date, and whether some date is of a day after the twelfth.
        self.date, self.is_past_twelfth = "", False
        #: The first day that makes sense in one order only, and whether some does in both.
        self.text: Sample | None = None
        self.is_open = False

    def doubt(self) -> str:
        """Return why the dates may have day and month swapped; empty where they may not."""
        if not (self.date and self.text) or self.is_past_twelfth or self.is_open:
            return ""
        return (
            f"One column has days in two notations: {self.text.text} in line {self.text.line}, and "
            f"dates such as {self.date}, none of which is after the twelfth. A spreadsheet that "
            "reads days the other way round makes such dates, with day and month swapped. Compare "
            "some with where they come from. If they are swapped, discard this file and import the "
            "one that the spreadsheet was made of; if not, say how the others are written."
        )


class DayEvidence(_Evidence):
    """The order of day and month in a file: "dmy" or "mdy"."""

    def __init__(self) -> None:
        super().__init__({"dmy": "day first", "mdy": "month first"}, "no day")
        #: Whether times other than midnight stand in the file that name no zone. Where they do
        #: not, days are plain, and `day` wants no zone.
        self.stamps = False
        self._texts: set[str] = set()
        self._days: set[str] = set()
        self._zoned_shapes: set[str] = set()
        self._notations: dict[str, _Notations] = {}  #: By column.
        self._short: dict[str, int] = {}  #: Days with a year of two digits, and their lines.
        self._due: set[tuple[str, str]] = set()
        self._pairs: dict[str, list[Sample]] = {}  #: Choice to pairs that only it puts in order.

    def add(self, text: str, line: int, column: str = "") -> None:
        """Take a text of a column of days into account."""
        if len(text) <= _LONGEST:
            self._look_at_notation(text, line, self._notations.setdefault(column, _Notations()))
            self._note(text, line)

    def _note(self, text: str, line: int) -> None:
        if text in self._texts:
            return
        _remember(self._texts, text)
        if not self.stamps:
            self._look_for_time(text)
        written = hanging_on_order(text)
        if written and written not in self._days:
            _remember(self._days, written)
            if _SHORT.fullmatch(written) and len(self._short) < _MOST_REMEMBERED:
                self._short[written] = line
            self._weigh(written, line, lambda order: in_words(day(written, order)))

    def pair(self, issued: str, due: str, line: int) -> None:
        """Take into account that the second day should not be before the first."""
        if (issued, due) in self._due or len(issued) + len(due) > 2 * _LONGEST:
            return
        _remember(self._due, (issued, due))
        self._note(issued, line)
        self._note(due, line)
        issued, due = hanging_on_order(issued) or issued, hanging_on_order(due) or due
        try:
            read = {order: (day(issued, order), day(due, order)) for order in self._words}
        except BadValue:
            return
        in_order = [order for order, (first, second) in read.items() if first <= second + _SHIFT]
        if len(in_order) == 1:
            readings = {
                order: f"{in_words(first)}, due {in_words(second)}"
                for order, (first, second) in read.items()
            }
            sample = Sample(line, f"{issued}, due {due}", readings)
            pairs = self._pairs.setdefault(in_order[0], [])
            if len(pairs) < _ENOUGH_PAIRS:
                pairs.append(sample)

    def decide(self, country: str, today: date | None = None) -> Decision:
        """Decide for an organisation in the country (ISO 3166 alpha-2; empty for unknown).

        `today` there, left out where nobody looks at years of two digits.
        """
        if today and (doubted := self._year_first(today)):
            return doubted
        if swapped := next(filter(None, (each.doubt() for each in self._notations.values())), ""):
            return self._left_open(swapped)
        custom = day_order(country)
        reasons = self._reasons(self._first_pairs(custom) | self._only)
        customary = f"Days in the organisation's country ({country}) are written {{}}."
        return self._judge(reasons, custom, customary.format(self._words.get(custom)))

    def _year_first(self, today: date) -> Decision | None:
        """Leave the order open where all years of two digits would be of our time in front, and
        none of them is where it is read: at the end."""
        samples = []
        for text, line in self._short.items():
            first = _with_year_first(text)
            last = []
            for order in self._words:
                with suppress(BadValue):
                    last.append((order, day(text, order)))
            if not _is_near(first, today) or any(_is_near(found, today) for _, found in last):
                return None
            readings = {order: in_words(found) for order, found in last}
            samples.append(Sample(line, text, dict.fromkeys(self._words, self._refused) | readings))
        if not samples:
            return None
        text, line = samples[0].text, samples[0].line
        reason = (
            f"{text} in line {line} may have its year in front. Where a year has two digits it is "
            "read at the end; if that is wrong, write it with four in the file, such as 2026-11-21."
        )
        return Decision(None, reason, tuple(samples[:_SAMPLES]))

    def _first_pairs(self, custom: str) -> dict[str, Sample]:
        few = sum(map(len, self._pairs.values())) < _ENOUGH_PAIRS
        if few and not custom and not self._only:
            return {}
        return {order: pairs[0] for order, pairs in self._pairs.items()}

    def _left_open(self, reason: str) -> Decision:
        pairs = [found[0] for found in self._pairs.values()]
        samples = [*self._only.values(), *pairs, *self._open]
        return Decision(None, reason, tuple(samples[:_SAMPLES]))

    def _look_at_notation(self, text: str, line: int, found: _Notations) -> None:
        if iso := _ISO_DAY.match(text):
            found.date = found.date or iso[0]
            found.is_past_twelfth = found.is_past_twelfth or int(iso[1]) > _TWELFTH
        elif not found.is_open and (written := hanging_on_order(text)):
            orders = []
            for order in self._words:
                with suppress(BadValue):
                    day(written, order)
                    orders.append(order)
            found.is_open = len(orders) > 1
            if len(orders) == 1 and not found.text:
                found.text = Sample(line, written, {})

    def _look_for_time(self, text: str) -> None:
        shape = text.translate(_SHAPE)
        if shape in self._zoned_shapes:
            return
        with suppress(BadValue):
            clock = bare_time(text)
            self.stamps = clock is not None and clock != time()
            if clock is None:
                _remember(self._zoned_shapes, shape)


class _Column:
    """What stands in one column of numbers."""

    def __init__(self) -> None:
        self.seen: set[str] = set()  #: Shapes of what was read, and texts that could not be.
        self.open: Sample | None = None  #: The first that can be read both ways.
        self.otherwise = False  #: Whether a number but zero stands there that cannot.


class NumberEvidence(_Evidence):
    """The decimal mark of a file: "." or ","."""

    def __init__(self) -> None:
        super().__init__({".": "with a decimal point", ",": "with a decimal comma"}, "no number")
        self._columns: dict[str, _Column] = {}

    def add(self, text: str, line: int, column: str) -> None:
        """Take a text of a column of numbers into account."""
        try:
            known = self._columns[column]
        except KeyError:
            known = self._columns[column] = _Column()
        shape = text.translate(_SHAPE)
        if shape in known.seen or text in known.seen or len(text) > _LONGEST:
            return
        sample, possible = self._weigh(text, line, lambda mark: f"{number(text, mark):f}")
        _remember(known.seen, shape if possible else text)
        if len(possible) > 1 and len(set(sample.readings.values())) > 1:
            known.open = known.open or sample
        elif possible and "1" in shape:
            known.otherwise = True

    def decide(self, country: str) -> Decision:
        """Decide for an organisation in the country (ISO 3166 alpha-2; empty for unknown).

        A column in which every number is like 1,000 can hold thousands, or ones with three
        decimals: a country's custom alone does not decide there.
        """
        alike = {
            name: column.open
            for name, column in self._columns.items()
            if column.open and not column.otherwise
        }
        if alike and not self._only:
            return self._left_open(" ".join(_thousands_or_decimals(alike)))
        custom = decimal_mark(country)
        customary = f"Numbers in the organisation's country ({country}) are written {{}}."
        decision = self._judge(
            self._reasons(self._only), custom, customary.format(self._words.get(custom))
        )
        told = [
            f"So every number in {name} is a thousand or more, such as {sample.text} in line "
            f"{sample.line}."
            for name, sample in alike.items()
            if decision.value and decision.value not in sample.text
        ]
        return decision._replace(reason=" ".join(filter(None, [decision.reason, *told])))


def _thousands_or_decimals(alike: dict[str, Sample]) -> Iterator[str]:
    for name, sample in alike.items():
        yield (
            f"Every number in {name} is written like {sample.text} in line {sample.line}: that can "
            "be thousands, or three decimals."
        )


def zone_in_header(name: str) -> str:
    """Return the zone that a column's name gives its times; empty where it gives none.

    "Date (UTC)", "created_utc" and "createdAtUTC" are in UTC, "Time (GMT+1)" an hour ahead, "Paid
    (Europe/Paris)" in that zone. Abbreviations such as EST are not believed: a header keeps them
    when the clock changes.
    """
    for written in _IN_HEADER.findall(name):
        with suppress(BadValue):
            return zone_named(written)
    return ""


def _with_year_first(text: str) -> date | None:
    match = _SHORT.fullmatch(text)
    with suppress(ValueError):
        return date(2000 + int(match[1]), int(match[3]), int(match[4])) if match else None
    return None


def _is_near(found: date | None, today: date) -> bool:
    return found is not None and abs(found - today) <= _OUR_TIME


def _remember(known: set[Any], what: Hashable) -> None:
    if len(known) < _MOST_REMEMBERED:
        known.add(what)


def in_words(found: date) -> str:
    """Return the day as questions tell it, such as 3 April 2026."""
    return f"{found.day} {found:%B %Y}"
