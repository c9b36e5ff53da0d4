"""A mapping: what the columns of a kind of file mean and how their values are to be read."""

import re
from collections.abc import Container, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from tallystick.importing.meaning.fields import Holds, label_of, lacking

DayOrder = Literal["", "dmy", "mdy"]
DecimalMark = Literal["", ".", ","]
#: A column's name within a fixed text, such as "Order {Order ID}".
_INSERTED = re.compile(r"\{([^{}]+)\}")

#: What the headings of a report are called among its columns.
HEADING = "(heading)"


class RowMeaning(StrEnum):
    """What a value of the status column makes of its document."""

    TAKE = "take"
    LEAVE_OUT = "leave_out"
    CREDIT = "credit"
    CANCEL = "cancel"


MEANINGS = {
    RowMeaning.TAKE: "Take it",
    RowMeaning.LEAVE_OUT: "Leave it out",
    RowMeaning.CREDIT: "Take it as a credit note",
    RowMeaning.CANCEL: "Cancel what is here of it",
}


class Prefix(msgspec.Struct, frozen=True):
    """What documents are whose number begins with `text`: of another kind, or none at all."""

    text: str
    kind: str = ""
    #: Why they are left out; empty where they are not.
    left_out: str = ""


class StatusColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column that says by being filled what the status of the document is.

    A nothing (0.00, a dash) fills no cell.
    """

    column: str
    #: One of `statuses`; goes before what the status column says.
    status: str
    #: Why the document is left out, where that status leaves it out.
    reason: str
    #: What the status column says where it has said this already.
    unless: tuple[str, ...] = ()


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """Columns in each cell of which several lines are packed: `name:Mug|total:5;name:Bowl|…`."""

    #: A column named like one of them, or so with a number behind (`line_item_2`), is such a one.
    columns: tuple[str, ...]
    #: What is said of a line, to the column that it becomes.
    keys: dict[str, str]
    #: What must be said of each line.
    needed: tuple[str, ...]

    def places(self, header: Sequence[str]) -> list[int]:
        """Return where the packed columns stand."""
        names = [re.sub(r"_[0-9]+$", "", plain(name)) for name in header]
        return [place for place, name in enumerate(names) if name in self.columns]

    def names(self) -> list[str]:
        """Return the names of the columns that what is packed becomes."""
        return list(dict.fromkeys(self.keys.values()))


class OrderColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the whole order that makes a line of it, or money off."""

    column: str
    #: What the line says.
    description: str
    #: `freight`, `shipping`, `discount`, `rounding`, or nothing for goods and work.
    charge: str = ""
    #: Its figure is taken off, whichever sign it bears in the file.
    is_discount: bool = False
    #: Off the lines in proportion, each by a percentage; else it is a line of its own.
    is_spread: bool = False
    #: A tax code by code or name; empty for the order's, else as for any line.
    tax_code: str = ""
    #: The column with the tax of it, where tax is taken as the file has it.
    tax_column: str = ""
    #: Further headers of it, as other years or countries have it.
    tax_synonyms: tuple[str, ...] = ()
    #: The column of what the lines come to with it off. No more is spread over them than that says:
    #: the rest is off already, off single lines or off the shipping.
    after_column: str = ""
    #: The column that names its tax code; comes before `tax_code`.
    tax_code_column: str = ""
    #: Each row has a figure of its own there, and so a line of its own.
    of_row: bool = False

    def tax_names(self) -> tuple[str, ...]:
        """Return every header of the column with its tax; the first that a file has is it."""
        return (self.tax_column, *self.tax_synonyms)


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that hold no line but what the rows of the file come to; all others are held against it."""

    #: The column of the total; a row with it and without `of` is such a row.
    total: str
    #: The column that adds up to it.
    of: str
    #: The column that names what both belong to: each has one total.
    by: str
    #: The column of its currency, which is that of the rows that name none.
    currency: str


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The columns of a kind of file and how their values are to be read.

    What is left open here ("" of `day_order` and `decimal_mark`) is decided for each file.
    """

    name: str
    title: str
    #: Field to header; headers are compared without case, blanks or a star in front.
    columns: dict[str, str]
    #: Field to further headers of the same column, as other years or countries have it.
    synonyms: dict[str, tuple[str, ...]] = {}
    #: Field to a fixed text, or one with columns in braces, for where the file gives none.
    texts: dict[str, str] = {}
    #: Value of the kind column, in small letters, to the text that makes the number of such
    #: documents; for kinds not named here as for all.
    numbers: dict[str, str] = {}
    #: Headers without which a file is none of this kind, whatever else it has.
    needed: tuple[str, ...] = ()
    #: Headers that change nothing, whatever they are called.
    unused: tuple[str, ...] = ()
    #: Beginnings of such headers, in small letters.
    unused_beginnings: tuple[str, ...] = ()
    #: Header to the reason why it is not taken, which is told where the column says something.
    not_taken: dict[str, str] = {}
    #: Headers, stars included, that tell the file from those of other mappings; of one group all
    #: must be there. None at all: nothing else has such a header.
    told_by: tuple[tuple[str, ...], ...] = ()
    #: Made in a workspace for one kind of file: then all its columns must be there.
    is_own: bool = False
    holds: Holds = "documents"
    day_order: DayOrder = ""
    decimal_mark: DecimalMark = ""
    #: IANA zone of times that bear none; empty: the organisation's.
    time_zone: str = ""
    #: Whether 0.1 in the discount column is a tenth of a percent or ten percent; empty: asked where
    #: all of a file are that small.
    discount_as: Literal["", "percent", "fraction"] = ""
    #: Where the file has no column for it.
    tax_basis: Literal["exclusive", "inclusive", "none"] = "exclusive"
    #: A document whose sums fit only if its prices stand to tax the other way is read that way: for
    #: files that hold both kinds and do not say which is which.
    basis_by_sums: bool = False
    #: As the rates make it, compared with what the file states; as the file states it; or so where
    #: the document's tax is but rounded otherwise: `close`, at most a cent a line.
    tax_amounts: Literal["computed", "close", "stated"] = "computed"
    #: The tax code, by code or name, of lines that name none and of which the file states no tax;
    #: empty for `No tax`. Only where tax is taken as stated.
    untaxed_code: str = ""
    #: ISO 4217, where the file has no column; empty for the workspace's.
    currency: str = ""
    #: How the lines before the header name the currency of files that have no column of it, with {}
    #: for its code.
    currency_before: str = ""
    #: Rows of one document are of different days; that of the first counts.
    days_differ: bool = False
    #: Days from date to due date where the file has none.
    terms_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    #: The name of a party that has only a number.
    party_name: str = "{number}"
    #: Whether a customer without a number is told from others by name or by e-mail address.
    party_by: Literal["name", "email"] = "name"
    #: Value of the status column, in small letters, to a RowMeaning.
    statuses: dict[str, RowMeaning] = {}
    #: Files without a column of it hold nothing but what counts.
    status_is_optional: bool = False
    status_columns: tuple[StatusColumn, ...] = ()
    #: Value of the kind column, in small letters, to a kind of document.
    kinds: dict[str, str] = {}
    #: What the tax column says, in small letters, to one of the workspace's tax codes.
    taxes: dict[str, str] = {}
    #: What the tax column of a line says instead of a tax, in small letters, to the name of one;
    #: empty for the document's.
    tax_words: dict[str, str] = {}
    #: Names of taxes end in their rate, such as "VAT 20%".
    tax_names_end_in_rate: bool = False
    prefixes: tuple[Prefix, ...] = ()
    packed: Packed | None = None
    order_columns: tuple[OrderColumn, ...] = ()
    #: The column with what the lines of a row come to, tax included; compared.
    row_total: str = ""
    control: Control | None = None
    #: A report whose rows stand under headings, which are the column HEADING.
    has_headings: bool = False
    #: Prices are shown with fewer decimals than they have: the amount of the line counts, if that
    #: is all that they differ by.
    price_is_rounded: bool = False
    #: Invoices that come to less than nothing are credit notes.
    negative_is_credit: bool = True
    #: Documents that come to nothing; with the reason why where they are left out.
    zero: Literal["take", "leave_out"] = "take"
    #: Sales that name no customer: the walk-in customer's, or left out, asked about or not.
    nobody: Literal["ask", "walk_in", "leave"] = "ask"
    zero_reason: str = "it comes to nothing"

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Return where in a row each field stands, for the columns that the file has."""
        found = places_of(self.unpacked(header))
        places: dict[str, int] = {}
        for field, name in self.columns.items():
            for each in (name, *self.synonyms.get(field, ())):
                if plain(each) in found:
                    places.setdefault(field, found[plain(each)])
        return places

    def unpacked(self, header: Sequence[str]) -> list[str]:
        """Return the header with the columns behind it that what is packed becomes."""
        if not (self.packed and self.packed.places(header)):
            return list(header)
        return [*header, *(name for name in self.packed.names() if name not in header)]

    def lacks(self, header: Sequence[str]) -> list[str]:
        """Return the names of the columns that must be there and are not."""
        found = places_of(self.unpacked(header))
        if self.is_own:
            needed = [*self.columns.values(), *(each.column for each in self.order_columns)]
            return [name for name in dict.fromkeys(needed) if plain(name) not in found]
        texts = {field for field, text in self.texts.items() if _can_be_filled(text, found)}
        given = self.places(header).keys() | texts
        missing = lacking(self.holds, given)
        if self.statuses and "status" not in given and not self.status_is_optional:
            # Without it, what was cancelled would be taken with the rest.
            missing.append("status")
        return [
            *(name for name in self.needed if plain(name) not in found),
            *(self.columns.get(field) or label_of(field) for field in missing),
        ]

    def unmapped(self) -> list[str]:
        """Return the fields without which nothing can be made and which have no column."""
        return lacking(self.holds, self.columns.keys() | self.texts.keys())

    def used(self) -> Iterator[str]:
        """Give every header, as `plain` has it, that the mapping uses or knows to be of no use."""
        yield from map(plain, self.columns.values())
        yield from map(plain, self.unused)
        yield from map(plain, self.not_taken)
        yield from (plain(each.column) for each in self.status_columns)
        for names in self.synonyms.values():
            yield from map(plain, names)
        for each in self.order_columns:
            yield from map(plain, (each.column, *each.tax_names(), each.tax_code_column))
            yield plain(each.after_column)
        yield plain(self.row_total)
        if (control := self.control) is not None:
            yield from map(plain, (control.total, control.of, control.by, control.currency))
        for text in (*self.texts.values(), *self.numbers.values()):
            yield from map(plain, _INSERTED.findall(text))

    def is_told_by(self, header: Sequence[str]) -> bool:
        """Return whether the header is of no other mapping."""
        names = {name.strip().casefold() for name in header}
        groups = [{name.casefold() for name in group} for group in self.told_by]
        return not groups or any(group <= names for group in groups)

    def explained(self, header: Sequence[str]) -> int:
        """Return how many columns of the header the mapping knows."""
        known = set(self.used()) - {""}
        places = self.packed.places(header) if self.packed else []
        return len(places) + sum(plain(name) in known for name in header)


def places_of(header: Sequence[str]) -> dict[str, int]:
    """Return the place of each header, as `plain` has it; of two alike the first."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        found.setdefault(plain(name), place)
    return found


def inserted(text: str) -> list[str]:
    """Return the names in braces."""
    return _INSERTED.findall(text)


def _can_be_filled(text: str, found: Container[str]) -> bool:
    names = inserted(text)
    return not names or any(plain(name) in found for name in names)


def plain(name: str) -> str:
    """Return the header as headers are compared."""
    return " ".join(name.split()).lstrip("*").strip().casefold()
