"""A first look through the whole file: what is decided for it, what it leaves open, what is told.

Columns are looked at a batch at a time and each of their texts once, so that it costs little more
than reading the file.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tallystick.books.models import Kind
from tallystick.importing.documents.plausible import Plausible
from tallystick.importing.documents.unpacking import Rows
from tallystick.importing.home import Home
from tallystick.importing.meaning.control import ControlSums
from tallystick.importing.meaning.conventions import (
    DayEvidence,
    Decision,
    NumberEvidence,
    in_words,
    zone_in_header,
)
from tallystick.importing.meaning.days import as_written, hangs_on_zone, is_serial
from tallystick.importing.meaning.fields import CODE_FIELDS, DAY_FIELDS, NUMBER_FIELDS
from tallystick.importing.meaning.leftover import leftovers, says_something
from tallystick.importing.meaning.mapping import Mapping, places_of, plain
from tallystick.importing.meaning.parts import is_part
from tallystick.importing.meaning.texts import Filler, filler
from tallystick.importing.meaning.values import BadValue, day, number
from tallystick.importing.questions import ASKED, Ask, Choice, Question, Sample, key_of
from tallystick.importing.tables.table import Row

_BATCH = 5_000
#: Texts of a column that are remembered as seen; of more, some are looked at again.
_MOST_SEEN = 50_000
#: Values of a status or kind column that can be asked about; more are no such values.
_MOST_VALUES = 40

_SAMPLES = 3

#: Called after each batch.
OnRead = Callable[[], None]


class Surveyed(NamedTuple):
    """What is known of a file before its first row is staged."""

    #: With day order and decimal mark decided, if the questions do not block.
    mapping: Mapping
    home: Home
    plausible: Plausible
    questions: list[Question]
    #: Sentences: what was decided or assumed, and by what.
    told: list[str]
    rows: int
    #: Where the file's numbers stand.
    number_places: frozenset[int]


def survey(table: Rows, mapping: Mapping, home: Home, *, on_read: OnRead) -> Surveyed:
    """Go through the file once. Raises ImportRefused where it breaks off or its totals are wrong."""
    look = _Look(table.header, mapping)
    rows = table.rows()
    while batch := list(islice(rows, _BATCH)):
        look.at([row for row in batch if row.problem is None])
        look.beside([row for row in batch if row.problem is not None])
        on_read()
    return look.found(home)


class _Column:
    """The distinct texts of a column, each given on once with the line that it stands on first."""

    def __init__(
        self, place: int, tell: Callable[[str, int], None], *, is_of_numbers: bool = False
    ) -> None:
        """`is_of_numbers`: cells of a workbook that are numbers are exact and show nothing."""
        self.place = place
        self._tell = tell
        self._seen: set[str] = set()
        self._is_of_numbers = is_of_numbers

    def look(self, texts: Sequence[str], rows: Sequence[Row]) -> None:
        new = set(texts) - self._seen
        if not new:
            return
        for text, row in zip(texts, rows, strict=True):
            if text in new and not (self._is_of_numbers and self.place in row.numeric):
                new.discard(text)
                if text.strip():
                    self._tell(text.strip(), row.line)
                if len(self._seen) < _MOST_SEEN:
                    self._seen.add(text)


class _Values:
    """The values of a column, and how many rows bear each; not more than can be asked about."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.counts: Counter[str] = Counter()
        self.is_too_many = False

    def look(self, texts: Sequence[str]) -> None:
        if not self.is_too_many:
            self.counts.update(" ".join(text.split()) for text in texts)
            self.is_too_many = len(self.counts) > 10 * _MOST_VALUES


class _Look:
    """What is gathered of one file."""

    def __init__(self, header: Sequence[str], mapping: Mapping) -> None:
        self._header, self._mapping = header, mapping
        self._places = places = mapping.places(header)
        #: Columns that the mapping puts together, behind those of the file.
        self._composed = self._compose(places)
        self._control = ControlSums(mapping.control, header) if mapping.control else None
        self._days, self._numbers = DayEvidence(), NumberEvidence()
        self._rows = self._numeric_codes = 0
        numbers = self._number_columns(header)
        self._number_places = frozenset(numbers.values())
        self._columns = [
            *(
                _Column(places[field], partial(self._note_day, field))
                for field in DAY_FIELDS
                if field in places
            ),
            *(
                _Column(place, self._number_sink(name), is_of_numbers=True)
                for name, place in numbers.items()
            ),
        ]
        #: Texts of days, with the line that each stands on first.
        self._day_texts: dict[str, int] = {}
        #: Likewise of discounts.
        self._discounts: dict[str, int] = {}
        if "discount" in places and not mapping.discount_as:
            self._columns.append(_Column(places["discount"], self._note_discount))
        self._leftover = list(leftovers(mapping, header))
        #: Name and reason of the columns that are told of once one of their cells says something.
        self._not_taken = _not_taken(mapping, header)
        self._values = {
            ask: _Values(places[ask])
            for ask in (Ask.STATUS, Ask.KIND)
            if ask in places and mapping.holds == "documents"
        }
        self._codes = [places[field] for field in CODE_FIELDS if field in places]
        #: Where the day of the document, payment or allocation stands.
        own = (places[field] for field in DAY_FIELDS if field != "due_on" and field in places)
        self._day_place = next(own, None)
        self._dates: Counter[str] = Counter()
        self._told: list[str] = []

    def _compose(self, places: dict[str, int]) -> list[Filler]:
        """Return what puts days together from several columns, each with its place in `places`."""
        fillers: list[Filler] = []
        for field in DAY_FIELDS:
            if field in self._mapping.texts and field not in places:
                places[field] = len(self._header) + len(fillers)
                fillers.append(filler(self._mapping.texts[field], places_of(self._header)))
        return fillers

    def _number_columns(self, header: Sequence[str]) -> dict[str, int]:
        found = {
            header[self._places[field]]: self._places[field]
            for field in NUMBER_FIELDS
            if field in self._places
        }
        by_name = places_of(header)
        for each in self._mapping.order_columns:
            for name in (each.column, *each.tax_names(), each.after_column):
                if plain(name) in by_name and name:
                    found[name] = by_name[plain(name)]
        return found

    def _number_sink(self, name: str) -> Callable[[str, int], None]:
        return lambda text, line: self._numbers.add(text, line, name)

    def _note_day(self, field: str, text: str, line: int) -> None:
        self._days.add(text, line, field)
        if len(self._day_texts) < _MOST_SEEN:
            self._day_texts[text] = line

    def _note_discount(self, text: str, line: int) -> None:
        if len(self._discounts) < _MOST_SEEN:
            self._discounts[text] = line

    def at(self, rows: Sequence[Row]) -> None:
        """Look at so many rows that can be read."""
        if not rows:
            return
        self._rows += len(rows)
        columns = list(zip(*(row.cells for row in rows), strict=True))
        columns += [tuple(fill(row.cells) for row in rows) for fill in self._composed]
        for column in self._columns:
            column.look(columns[column.place], rows)
        for values in self._values.values():
            values.look(columns[values.place])
        self._look_at_leftover(columns)
        if self._control:
            for row in rows:
                self._control.add(row.line, row.cells)
        if (issued := self._day_place) is not None:
            if len(self._dates) < _MOST_SEEN:
                self._dates.update(columns[issued])
            if (due := self._places.get("due_on")) is not None:
                pairs = dict(
                    zip(zip(columns[issued], columns[due], strict=True), rows, strict=True)
                )
                for (one, other), row in pairs.items():
                    self._days.pair(one, other, row.line)
        if codes := self._codes:
            self._numeric_codes += sum(
                any(place in row.numeric for place in codes) for row in rows if row.numeric
            )

    def beside(self, rows: Sequence[Row]) -> None:
        """Remember rows that cannot be read, where the file states what its rows come to."""
        if self._control:
            for row in rows:
                self._control.miss(row.line, row.problem or "")

    def _look_at_leftover(self, columns: Sequence[Sequence[str]]) -> None:
        for column in self._leftover:
            if not column.is_settled:
                column.look(dict.fromkeys(columns[column.place]))
        for place in list(self._not_taken):
            if any(map(says_something, set(columns[place]))):
                name, reason = self._not_taken.pop(place)
                self._told.append(f"{name} is not taken: {reason}")

    def found(self, home: Home) -> Surveyed:
        """Decide what the file and the books' country decide, and ask what they do not."""
        questions: list[Question] = []
        told = list(self._told)
        mapping = self._in_zone(self._decided(home, questions, told), home, questions, told)
        told += self._of_currency(home)
        questions += _asked_discounts(self._discounts, mapping.decimal_mark)
        questions += self._asked_values()
        questions += self._asked_columns()
        if self._numeric_codes:
            told.append(
                f"{self._numeric_codes:,} rows hold a number where a code is expected: zeros in "
                "front of it are lost if it had any. Format that column as text in the workbook."
            )
        return Surveyed(
            mapping,
            home,
            Plausible(_today(home), self._years(mapping, home)),
            questions,
            told,
            self._rows,
            self._number_places,
        )

    def _decided(self, home: Home, questions: list[Question], told: list[str]) -> Mapping:
        mapping = self._mapping
        changed: dict[str, str] = {}
        if not mapping.day_order:
            decision = self._days.decide(home.country, _today(home))
            changed["day_order"] = _taken(
                decision,
                Ask.DAY_ORDER,
                "Which comes first in the days of this file?",
                questions,
                told,
            )
        if not mapping.decimal_mark:
            decision = self._numbers.decide(home.country)
            changed["decimal_mark"] = _taken(
                decision,
                Ask.DECIMAL_MARK,
                "Which mark stands before the decimals?",
                questions,
                told,
            )
        if self._control:
            changed["currency"] = self._control.currency() or mapping.currency
            mark = changed.get("decimal_mark", mapping.decimal_mark)
            if mark and not is_part(self._header):
                self._control.check(mark)
        return msgspec.structs.replace(mapping, **changed)

    def _of_currency(self, home: Home) -> Iterator[str]:
        """Tell in what the amounts are, where that stands outside the table or nowhere."""
        if self._mapping.currency_before:
            currency = self._mapping.currency
            yield (
                f"All amounts are taken for {currency}, as the file says."
                if currency
                else f"All amounts are taken for {home.currency}, that of your books, as the file "
                "names none."
            )

    def _in_zone(
        self, mapping: Mapping, home: Home, questions: list[Question], told: list[str]
    ) -> Mapping:
        """Decide the zone of times that name none, or ask where a day hangs on it.

        None where there are no such times, for a plain day is the same day everywhere.
        """
        told += self._counted_days()
        told += self._turned(mapping.day_order, home.zone)
        if not self._days.stamps:
            return msgspec.structs.replace(mapping, time_zone="")
        place = self._day_place
        said = ""
        if place is not None and place < len(self._header):
            said = zone_in_header(self._header[place])
        # What was answered for a file whose column names none does not hold for one that does.
        zone = (mapping.time_zone or said) if mapping.is_own else (said or mapping.time_zone)
        if "time_zone" not in self._places:
            samples = [] if zone else self._both_days(mapping.day_order, home.zone)
            why = "as none is named"
            if zone:
                why = "as their column says" if zone == said else "as is said for this format"
            if samples:
                questions.append(_asked_zone(home.zone, samples))
            else:
                told.append(
                    f"Times without a zone are taken for those of {zone or home.zone}, {why}."
                )
        return msgspec.structs.replace(mapping, time_zone=zone)

    def _turned(self, order: str, to_zone: str) -> Iterator[str]:
        """Tell of the first time that names its zone and is of another day where the books lie."""
        for text, line in islice(self._day_texts.items(), _BATCH) if order else ():
            with suppress(BadValue):
                if (turned := day(text, order, "", to_zone)) != as_written(text, order, to_zone):
                    yield (
                        f"Times that name their zone were turned into days of {to_zone}: {text} in "
                        f"line {line} is {in_words(turned)} there."
                    )
                    return

    def _counted_days(self) -> Iterator[str]:
        """Tell how the first day that is a plain number is read."""
        for text, line in islice(self._day_texts.items(), _BATCH):
            if is_serial(text):
                with suppress(BadValue):
                    yield (
                        f"Days that are plain numbers are counted from 1900: {text} in line {line} "
                        f"is {in_words(day(text, 'dmy'))}."
                    )
                    return

    def _both_days(self, order: str, to_zone: str) -> list[Sample]:
        """Return times that are of one day where the books lie and of another in UTC, both told."""
        samples: list[Sample] = []
        for text, line in self._day_texts.items() if order else ():
            with suppress(BadValue):
                if hangs_on_zone(text, order, to_zone):
                    days = (day(text, order, zone, to_zone) for zone in ("", "UTC"))
                    samples.append(Sample(line, text, [in_words(each) for each in days]))
            if len(samples) == _SAMPLES:
                break
        return samples

    def _asked_values(self) -> Iterator[Question]:
        """Ask what values of the status and of the kind column mean that the mapping does not know."""
        for ask, values in self._values.items():
            known = self._mapping.statuses if ask is Ask.STATUS else self._mapping.kinds
            for value, count in values.counts.most_common(_MOST_VALUES):
                # Exports often say it in a document's first row only.
                if not value or value.casefold() in known:
                    continue
                if ask is Ask.KIND and value.casefold().replace(" ", "_") in Kind.values:
                    continue
                yield Question(
                    key=key_of(ask, value),
                    text=f"What becomes of documents whose {ask} is “{value}”?",
                    choices=list(ASKED[ask].choices),
                    count=count,
                )

    def _asked_columns(self) -> Iterator[Question]:
        """Ask about columns that nobody knows and that say something."""
        for column in self._leftover:
            if shown := column.samples():
                samples = ", ".join(f"“{text[:40]}”" for text in shown)
                named = column.name or "without a name"
                yield Question(
                    key=key_of(Ask.COLUMN, column.name),
                    text=(
                        f"The file has a column {named} ({samples}) that is not read. Does it change "
                        "what the rows mean? If so, choose what it holds among the columns."
                    ),
                    choices=list(ASKED[Ask.COLUMN].choices),
                )

    def _years(self, mapping: Mapping, home: Home) -> Counter[int]:
        years: Counter[int] = Counter()
        for text, count in self._dates.items():
            if text.strip():
                with suppress(BadValue):
                    found = day(text, mapping.day_order or "dmy", mapping.time_zone, home.zone)
                    years[found.year] += count
        return years


def _asked_zone(zone: str, samples: list[Sample]) -> Question:
    return Question(
        key=Ask.TIME_ZONE,
        text="Of which time zone are the times of this file? Days hang on it, and no zone is named.",
        choices=[Choice(zone, f"That of your books, {zone}"), Choice("UTC", "UTC")],
        samples=samples,
    )


def _asked_discounts(discounts: dict[str, int], mark: str) -> Iterator[Question]:
    """Ask what discounts without a percent sign are of which none is above one: is 0.1 a tenth of
    a percent or ten, 1 one or all?"""
    found = {text: value for text in discounts if (value := _discount(text, mark))}
    if found and all(abs(value) <= 1 for value in found.values()):
        yield Question(
            key=Ask.DISCOUNT,
            text="What are the discounts of this file? None of them is above one.",
            choices=list(ASKED[Ask.DISCOUNT].choices),
            samples=[
                Sample(discounts[text], text, [f"{value:f} %", f"{value * 100:f} %"])
                for text, value in list(found.items())[:_SAMPLES]
            ],
        )


def _discount(text: str, mark: str) -> Decimal | None:
    """Return what the text says, with the file's mark or, as numbers of workbooks have, a point."""
    for each in dict.fromkeys((mark, ".")) if mark else ():
        with suppress(BadValue):
            return number(text, each)
    return None


def _taken(
    decision: Decision, ask: Ask, text: str, questions: list[Question], told: list[str]
) -> str:
    """Return what was decided; where nothing was, ask, with rows of the file read both ways."""
    if decision.value is not None:
        if decision.reason:
            told.append(decision.reason)
        return decision.value
    choices = list(ASKED[ask].choices)
    samples = [
        Sample(each.line, each.text, [each.readings.get(choice.value, "") for choice in choices])
        for each in decision.samples
    ]
    questions.append(
        Question(key=ask, text=f"{text} {decision.reason}", choices=choices, samples=samples)
    )
    return ""


def _not_taken(mapping: Mapping, header: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Return by place name and reason of the columns that are not taken."""
    reasons = {plain(name): reason for name, reason in mapping.not_taken.items()}
    return {
        place: (name, reasons[plain(name)])
        for place, name in enumerate(header)
        if plain(name) in reasons
    }


def _today(home: Home) -> date:
    return datetime.now(ZoneInfo(home.zone)).date()
