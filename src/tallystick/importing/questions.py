"""What a file leaves open, asked once for the whole file, and the answers that a mapping takes.

An answer is a key and a value, such as `day_order` and `mdy`: on the page a button, on the command
line `--answer day_order=mdy`. A key with a colon is about one value of a column or one column:
`status:Refunded`, `column:Fee`.
"""

from collections.abc import Mapping as Answers
from enum import StrEnum
from typing import NamedTuple, cast

import msgspec

from tallystick.books.models import Kind
from tallystick.importing.errors import ImportRefused
from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.mapping import (
    MEANINGS,
    DayOrder,
    DecimalMark,
    Mapping,
    RowMeaning,
)
from tallystick.importing.meaning.values import zone_named


class Ask(StrEnum):
    """What can be asked about a file."""

    DAY_ORDER = "day_order"
    DECIMAL_MARK = "decimal_mark"
    TIME_ZONE = "time_zone"
    DISCOUNT = "discount"
    STATUS = "status"
    KIND = "kind"
    TAX = "tax"
    UNNUMBERED = "unnumbered"
    COLUMN = "column"
    TAX_BASIS = "tax_basis"
    TAX_AMOUNTS = "tax_amounts"
    CREDIT_SIGN = "credit_sign"
    ODD = "odd"
    PARTY = "party"
    PARTY_NUMBER = "party_number"
    ZERO = "zero"
    NOBODY = "nobody"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    CHANGED_HERE = "changed_here"


class Choice(NamedTuple):
    """One answer, with the words of its button."""

    value: str
    label: str


class Sample(NamedTuple):
    """A row of the file, and what it would be by each answer, in the order of the choices."""

    line: int
    text: str
    readings: list[str]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, why, and what can be said."""

    #: An Ask, or one with a value behind a colon.
    key: str
    text: str
    choices: list[Choice]
    samples: list[Sample] = []
    #: Nothing of the file is made before it is answered; else all is made but what it is about.
    blocks: bool = True
    #: How many documents or rows it is about; 0 where nobody counted.
    count: int = 0

    @property
    def is_about_column(self) -> bool:
        """Whether the answer may also be what the column holds, said by a mapping."""
        return parted(self.key)[0] is Ask.COLUMN

    @property
    def takes_any_zone(self) -> bool:
        """Whether any other time zone is an answer too."""
        return parted(self.key)[0] is Ask.TIME_ZONE


class Asked(NamedTuple):
    """The row of a kind of question: its answers, and whether they are kept for the next file."""

    choices: tuple[Choice, ...]
    #: Kept with the format, so that the next file is not asked about.
    is_kept: bool


_CORRECTIONS = (
    Choice("leave", "Leave what is here"),
    Choice("edit", "Change what is here"),
    Choice("amend", "Cancel it and make a new one"),
    Choice("credit", "Credit it and make a new one"),
)
#: Every kind of question.
ASKED: dict[Ask, Asked] = {
    Ask.DAY_ORDER: Asked((Choice("dmy", "Day first"), Choice("mdy", "Month first")), is_kept=False),
    Ask.DECIMAL_MARK: Asked(
        (Choice(".", "Point, 1,234.50"), Choice(",", "Comma, 1.234,50")), is_kept=False
    ),
    #: The organisation's zone or UTC; any other by its name.
    Ask.TIME_ZONE: Asked((), is_kept=True),
    Ask.DISCOUNT: Asked(
        (Choice("percent", "Percent as they stand"), Choice("fraction", "Parts of one")),
        is_kept=True,
    ),
    Ask.STATUS: Asked(tuple(Choice(*each) for each in MEANINGS.items()), is_kept=True),
    Ask.KIND: Asked(
        (*(Choice(*each) for each in Kind.choices), Choice("leave_out", "Leave it out")),
        is_kept=True,
    ),
    #: One of the workspace's own tax codes.
    Ask.TAX: Asked((), is_kept=True),
    Ask.UNNUMBERED: Asked(
        (
            Choice("leave", "Leave them out, with the documents before and after"),
            Choice("continue", "They are further lines of the document above"),
        ),
        is_kept=True,
    ),
    Ask.COLUMN: Asked((Choice("unused", "It changes nothing"),), is_kept=True),
    Ask.TAX_BASIS: Asked(
        (
            Choice("exclusive", "Without tax"),
            Choice("inclusive", "With tax inside"),
            Choice("none", "Free of tax"),
        ),
        is_kept=True,
    ),
    Ask.TAX_AMOUNTS: Asked(
        (Choice("computed", "As our rates make it"), Choice("stated", "As the file has it")),
        is_kept=True,
    ),
    Ask.CREDIT_SIGN: Asked(
        (
            Choice("amount", "The amount counts, whichever sign it has"),
            Choice("leave", "Leave out those below zero"),
        ),
        is_kept=False,
    ),
    Ask.ODD: Asked(
        (Choice("leave", "Leave them out"), Choice("take", "They are right: take them")),
        is_kept=False,
    ),
    Ask.PARTY: Asked(
        (
            Choice("name", "One name is one customer"),
            Choice("email", "One e-mail address is one customer"),
        ),
        is_kept=True,
    ),
    Ask.PARTY_NUMBER: Asked(
        (
            Choice("number", "One number is one customer"),
            Choice("leave", "Leave them out"),
        ),
        is_kept=True,
    ),
    Ask.ZERO: Asked(
        (Choice("take", "Take them"), Choice("leave_out", "Leave them out")), is_kept=True
    ),
    Ask.NOBODY: Asked(
        (
            Choice("walk_in", "They are the walk-in customer's"),
            Choice("leave", "Leave them out"),
        ),
        is_kept=True,
    ),
    Ask.CANCELLED: Asked(
        (Choice("leave", "Leave them out"), Choice("make", "Make them anew")), is_kept=False
    ),
    Ask.CHANGED: Asked(_CORRECTIONS, is_kept=False),
    Ask.CHANGED_HERE: Asked(_CORRECTIONS, is_kept=False),
}


#: What is asked of documents that are left out until it is answered; all others are made.
TEXTS: dict[Ask, str] = {
    Ask.UNNUMBERED: "{count} row{s} {are} of no document that is named. What {are} {they}?",
    Ask.STATUS: "{count} document{s} {are} without a status in a file that gives one. What becomes of {them}?",
    Ask.CREDIT_SIGN: "{count} credit note{s} {are} below zero, others above. What {are} {they}?",
    Ask.TAX_BASIS: "{count} document{s} would come to what the file says if its prices are:",
    Ask.TAX_AMOUNTS: "The tax of {count} document{s} is another than the rates make. Take it:",
    Ask.ODD: "The days of {count} {noun}{s} look wrong. Are they right?",
    Ask.PARTY: "The customer of {count} document{s} has another e-mail address here.",
    Ask.PARTY_NUMBER: (
        "The customer of {count} document{s} has another name and another e-mail address here."
    ),
    Ask.ZERO: "{count} document{s} would come to nothing.",
    Ask.NOBODY: "No customer is named for {count} document{s}. Whose {are} {they}?",
    Ask.CANCELLED: "{count} {noun}{s} of the file {are} {gone} here.",
    Ask.CHANGED: "{count} document{s} {are} here with other content.",
    Ask.CHANGED_HERE: (
        "{count} document{s} {are} here with other content, and {were} changed here by somebody "
        "since."
    ),
}


def key_of(ask: Ask, about: str = "") -> str:
    return f"{ask}:{about}" if about else str(ask)


def parted(key: str) -> tuple[Ask, str]:
    """Return the kind of question and what it is about. Raises ValueError for an unknown one."""
    ask, _, about = key.partition(":")
    return Ask(ask), about


def check(answers: Answers[str, str]) -> None:
    """Raise ImportRefused for an answer that no question takes."""
    for key, value in answers.items():
        try:
            ask, _ = parted(key)
        except ValueError:
            raise ImportRefused(
                f"Nothing asks for {key!r}.",
                remedy=f"Answers are about one of {', '.join(Ask)}; nothing was imported.",
            ) from None
        if ask is Ask.TIME_ZONE:
            _check_zone(value)
        values = [choice.value for choice in ASKED[ask].choices]
        if values and value not in values:
            raise ImportRefused(
                f"{value!r} is no answer to {key}.",
                remedy=f"Say one of {', '.join(values)}; nothing was imported.",
            )


def _check_zone(name: str) -> None:
    try:
        zone_named(name)
    except BadValue as bad:
        raise ImportRefused(remedy=f"{bad} Nothing was imported.") from None


def kept(answers: Answers[str, str]) -> dict[str, str]:
    """Return those that count for the next file of the format too."""
    return {key: value for key, value in answers.items() if ASKED[parted(key)[0]].is_kept}


#: What a mapping can say by itself.
_IN_MAPPING = frozenset(
    {
        *(Ask.STATUS, Ask.KIND, Ask.TAX, Ask.COLUMN),
        *(Ask.TAX_BASIS, Ask.TAX_AMOUNTS, Ask.PARTY, Ask.ZERO),
    }
)


def beyond(mapping: Mapping, answers: Answers[str, str]) -> dict[str, str]:
    """Return those that still count once a person has said by the mapping what it can say."""
    said = set(_IN_MAPPING)
    if mapping.day_order:
        said.add(Ask.DAY_ORDER)
    if mapping.decimal_mark:
        said.add(Ask.DECIMAL_MARK)
    return {key: value for key, value in answers.items() if parted(key)[0] not in said}


def answered(mapping: Mapping, answers: Answers[str, str]) -> Mapping:
    """Return the mapping with what was said of this file."""
    statuses, kinds, unused = dict(mapping.statuses), dict(mapping.kinds), list(mapping.unused)
    taxes = dict(mapping.taxes)
    plain: dict[str, str] = {}
    for key, value in answers.items():
        ask, about = parted(key)
        if ask is Ask.STATUS:
            statuses[about.casefold()] = RowMeaning(value)
        elif ask is Ask.KIND:
            kinds[about.casefold()] = value
        elif ask is Ask.TAX:
            taxes[about.casefold()] = value
        elif ask is Ask.COLUMN:
            unused.append(about)
        else:
            plain[ask] = value
    return msgspec.structs.replace(
        mapping,
        statuses=statuses,
        kinds=kinds,
        taxes=taxes,
        unused=tuple(unused),
        day_order=cast(DayOrder, plain.get(Ask.DAY_ORDER, mapping.day_order)),
        decimal_mark=cast(DecimalMark, plain.get(Ask.DECIMAL_MARK, mapping.decimal_mark)),
        time_zone=zone_named(plain[Ask.TIME_ZONE]) if Ask.TIME_ZONE in plain else mapping.time_zone,
        discount_as=plain.get(Ask.DISCOUNT, mapping.discount_as),
        tax_basis=plain.get(Ask.TAX_BASIS, mapping.tax_basis),
        tax_amounts=plain.get(Ask.TAX_AMOUNTS, mapping.tax_amounts),
        party_by=plain.get(Ask.PARTY, mapping.party_by),
        zero=plain.get(Ask.ZERO, mapping.zero),
        nobody=plain.get(Ask.NOBODY, mapping.nobody),
    )


#: What an answer is about, before the words of the choice.
_ABOUT: dict[Ask, str] = {
    Ask.DAY_ORDER: "Days",
    Ask.DECIMAL_MARK: "Decimal mark",
    Ask.TIME_ZONE: "Time zone",
    Ask.DISCOUNT: "Discounts, none above one",
    Ask.STATUS: "Status",
    Ask.KIND: "Kind",
    Ask.TAX: "Tax",
    Ask.UNNUMBERED: "Rows without a number",
    Ask.COLUMN: "Column",
    Ask.TAX_BASIS: "Amounts",
    Ask.TAX_AMOUNTS: "Tax amounts",
    Ask.CREDIT_SIGN: "Credit notes below zero",
    Ask.ODD: "Days that look wrong",
    Ask.PARTY: "Customers",
    Ask.PARTY_NUMBER: "Customers by number",
    Ask.ZERO: "Documents that come to nothing",
    Ask.NOBODY: "Documents without a customer",
    Ask.CANCELLED: "Documents cancelled here",
    Ask.CHANGED: "Documents here with other content",
    Ask.CHANGED_HERE: "Documents changed here",
}


def in_words(key: str, value: str) -> str:
    """Return an answer as a person gave it, such as `Status “Refunded”: Leave it out`."""
    ask, about = parted(key)
    labels = {choice.value: choice.label for choice in ASKED[ask].choices}
    named = f" “{about}”" if about else ""
    return f"{_ABOUT[ask]}{named}: {labels.get(value, value)}"
