"""Sets a document as an A4 PDF: the same revision always gives the same bytes."""

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from typing import Literal, cast

from fpdf import FPDF
from fpdf.fonts import TTFFont
from ttf_opensans import OPENSANS_REGULAR, OPENSANS_SEMIBOLD  # type: ignore[import-untyped]

from tallystick.books.models import Document, Kind, Line, Party, TaxBasis, TaxCode
from tallystick.money import minor_units, round_money

__all__ = ["document_pdf"]

# It tells of every table of a font that it cuts down.
logging.getLogger("fontTools").setLevel(logging.WARNING)

Align = Literal["L", "R"]

# Places and distances on A4, in millimetres.
LEFT, RIGHT = 18.0, 192.0
TOP, BOTTOM = 18.0, 274.0
FOOT = 282.0
FACTS = 124.0
SUMS = 104.0
GAP = 5.0
PADDING = 1.4
#: A column of figures is at most, the description at least so wide.
WIDEST, NARROWEST = 38.0, 30.0
#: Rows of lines taller than this may go on on the next page.
TALLEST = 60.0

INK, QUIET, RULE = 32, 105, 214  # Greys, from 0 (black) to 255 (white).

#: What the paper is called, and what the party is to it.
TITLES = {
    Kind.SALES_INVOICE: ("Invoice", "Billed to"),
    Kind.BILL: ("Bill", "Supplier"),
    Kind.SALES_CREDIT_NOTE: ("Credit note", "Credited to"),
    Kind.SUPPLIER_CREDIT_NOTE: ("Supplier credit note", "Supplier"),
}


@dataclass(frozen=True, slots=True)
class Style:
    """A size in points, how far apart its lines are in millimetres, and its looks."""

    size: float
    pitch: float
    bold: bool = False
    grey: int = INK


TITLE = Style(20, 9)
NAME = Style(12, 5.6, bold=True)
TEXT = Style(9, 4.4)
STRONG = Style(9, 4.4, bold=True)
FAINT = Style(9, 4.4, grey=QUIET)
SMALL = Style(8, 4.2, grey=QUIET)
TOTAL = Style(11, 6, bold=True)


def document_pdf(document: Document) -> bytes:
    """Return the document, of any kind and length, as a PDF with its fonts in it.

    A character that the fonts lack shows as a question mark in a diamond. The bytes follow from
    the document, its lines and party, and the names of its workspace and tax codes; not from its
    status, nor from when they are made.
    """
    lines = list(document.lines.select_related("tax_code").order_by("position"))
    sums = list(_sums(document, lines))
    sheet = Sheet(document)
    _draw_head(sheet, document)
    _draw_lines(sheet, _columns(sheet, document, lines), _height(sums))
    _draw_sums(sheet, document, sums)
    _draw_feet(sheet, document)
    return bytes(sheet.output())


class Sheet(FPDF):
    """Pages that are filled from the top down: `y` is where the next text goes."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4", unit="mm")
        self.add_font("Open Sans", "", OPENSANS_REGULAR.path)
        self.add_font("Open Sans", "B", OPENSANS_SEMIBOLD.path)
        self.set_font("Open Sans", size=TEXT.size)
        self._known = cast(TTFFont, self.current_font).cmap.keys()
        self.set_margins(LEFT, TOP)
        self.set_auto_page_break(False)
        self.alias_nb_pages("")  # No text of anybody's stands for the number of pages.
        self.c_margin = 0
        self.set_draw_color(RULE)
        self.set_line_width(0.2)
        self.set_title(f"{_title(document)} {document.number}")
        self.set_author(document.workspace.name)
        self.set_creator("Tallystick")
        self.set_creation_date(datetime.combine(document.issued_on, time(), UTC))
        self.add_page()

    def wrapped(self, text: str, width: float, style: Style) -> list[str]:
        """Return the text as lines that fit into the width, words cut only where they must."""
        text = self._shown(text)
        self._use(style)
        if "\n" not in text and self.get_string_width(text) <= width:
            return [text]
        lines = self.multi_cell(width, text=text, align="L", dry_run=True, output="LINES")
        return cast(list[str], lines)

    def width_of(self, text: str, style: Style) -> float:
        self._use(style)
        return self.get_string_width(self._shown(text))

    def put(self, x: float, width: float, line: str, style: Style, align: Align = "L") -> None:
        """Set one line of text into the width at `x`, and stay at the same height."""
        self._use(style)
        self.x = x
        self.cell(width, style.pitch, self._shown(line), align=align)

    def put_block(self, x: float, width: float, text: str, style: Style) -> None:
        """Set wrapped text and go below it."""
        for line in self.wrapped(text, width, style):
            self.put(x, width, line, style)
            self.y += style.pitch

    def rule(self, x: float = LEFT) -> None:
        self.line(x, self.y, RIGHT, self.y)

    def go_back(self, page: int) -> None:
        """Go on writing on the page, counted from 1."""
        self.page = page
        # The page may end in another font than the one that was used last.
        self.current_font_is_set_on_page = False

    def has_room(self, height: float) -> bool:
        return self.y + height <= BOTTOM

    def _use(self, style: Style) -> None:
        self.set_font(style="B" if style.bold else "", size=style.size)
        self.set_text_color(style.grey)

    def _shown(self, text: str) -> str:
        """Return what the fonts can show of the text, its newlines kept."""
        text = unicodedata.normalize("NFC", "\n".join(text.splitlines()))
        return "".join(map(self._shown_character, text))

    def _shown_character(self, character: str) -> str:
        if character == "\n" or ord(character) in self._known:
            return character
        if unicodedata.category(character) == "Cf":
            return ""  # Invisible, such as a mark of the direction of writing.
        return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _draw_head(sheet: Sheet, document: Document) -> None:
    sheet.y = TOP + 1.6  # Where its letters stand on the title's line.
    sheet.put_block(LEFT, FACTS - LEFT - GAP, document.workspace.name, NAME)
    below, sheet.y = sheet.y, TOP
    sheet.put(FACTS, RIGHT - FACTS, _title(document), TITLE, "R")
    top = sheet.y = max(below, TOP + TITLE.pitch) + 12
    _draw_party(sheet, document)
    below, sheet.y = sheet.y, top
    _draw_facts(sheet, document)
    sheet.y = max(sheet.y, below) + 10


def _title(document: Document) -> str:
    return TITLES[Kind(document.kind)][0]


def _draw_party(sheet: Sheet, document: Document) -> None:
    width = FACTS - LEFT - 2 * GAP
    sheet.put_block(LEFT, width, TITLES[Kind(document.kind)][1], FAINT)
    sheet.put_block(LEFT, width, document.party.name, STRONG)
    for line in _address(document.party):
        sheet.put_block(LEFT, width, line, TEXT)


def _address(party: Party) -> Iterator[str]:
    streets = [line.strip() for line in party.address.splitlines() if line.strip()]
    # Nobody's address has more lines; it must not run off the page.
    yield from streets if len(streets) <= 6 else [", ".join(streets)]
    place = " ".join(filter(None, (party.city, party.region, party.postal_code)))
    tax_number = party.tax_number and f"Tax number {party.tax_number}"
    yield from filter(None, (place, party.country, tax_number))


def _draw_facts(sheet: Sheet, document: Document) -> None:
    facts = {
        "Number": document.number,
        "Date": _day(document.issued_on),
        "Due": "" if Kind(document.kind).is_credit else _day(document.due_on),
        "Reference": document.reference,
        "Currency": document.currency,
    }
    for label, fact in facts.items():
        if fact:
            sheet.put(FACTS, 22, label, FAINT)
            sheet.put_block(FACTS + 22, RIGHT - FACTS - 22, fact, TEXT)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: where it stands, and what stands in each row, as lines that fit."""

    title: str
    align: Align
    x: float
    width: float
    cells: list[list[str]]


def _columns(sheet: Sheet, document: Document, lines: Sequence[Line]) -> list[Column]:
    """Lay the table out from the right: the description takes what the others leave."""
    columns: list[Column] = []
    right = RIGHT
    for title, align, texts in reversed(_figures(document.currency, lines)):
        if any(texts):
            width = min(max(sheet.width_of(text, TEXT) for text in {title, *texts}), WIDEST)
            cells = [sheet.wrapped(text, width, TEXT) for text in texts]
            columns.insert(0, Column(title, align, right - width, width, cells))
            right -= width + GAP
    width = max(right - LEFT, NARROWEST)
    descriptions = [sheet.wrapped(line.description, width, TEXT) for line in lines]
    return [Column("Description", "L", LEFT, width, descriptions), *columns]


def _figures(currency: str, lines: Sequence[Line]) -> list[tuple[str, Align, list[str]]]:
    """Return title, side and texts of the columns beside the description."""
    return [
        ("Quantity", "R", [_figure(line.quantity) for line in lines]),
        ("Price", "R", [_figure(line.unit_price, places=2) for line in lines]),
        (
            "Discount",
            "R",
            [f"{_figure(line.discount)}%" if line.discount else "" for line in lines],
        ),
        ("Tax", "L", [line.tax_code.code if line.tax_code else "" for line in lines]),
        (
            "Amount",
            "R",
            ["" if line.quantity is None else _money(line.amount, currency) for line in lines],
        ),
    ]


def _draw_lines(sheet: Sheet, columns: Sequence[Column], beneath: float) -> None:
    """Set the table; its last row stays with what comes `beneath`, so many millimetres."""
    _draw_titles(sheet, columns)
    rows = list(zip(*(column.cells for column in columns), strict=True))
    for number, row in enumerate(rows, start=1):
        _draw_row(sheet, columns, row, beneath if number == len(rows) else 0)


def _draw_titles(sheet: Sheet, columns: Sequence[Column]) -> None:
    for column in columns:
        sheet.put(column.x, column.width, column.title, FAINT, column.align)
    sheet.y += FAINT.pitch + PADDING
    sheet.rule()


def _draw_row(
    sheet: Sheet, columns: Sequence[Column], row: Sequence[list[str]], beneath: float
) -> None:
    """Keep the row on one page, unless it is so tall that it would leave much of one empty."""
    height = max(map(len, row)) * TEXT.pitch + 2 * PADDING
    if not sheet.has_room(min(height + beneath, TALLEST)):
        _turn(sheet, columns)
    sheet.y += PADDING
    for texts in zip_longest(*row, fillvalue=""):
        if not sheet.has_room(TEXT.pitch):
            _turn(sheet, columns)
            sheet.y += PADDING
        for column, text in zip(columns, texts, strict=True):
            if text:
                sheet.put(column.x, column.width, text, TEXT, column.align)
        sheet.y += TEXT.pitch
    sheet.y += PADDING
    sheet.rule()


def _turn(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.add_page()
    _draw_titles(sheet, columns)


def _sums(document: Document, lines: Sequence[Line]) -> Iterator[tuple[str, Decimal]]:
    """Give what stands over the total: subtotal, tax by tax code and rounding."""
    inclusive = document.tax_basis == TaxBasis.INCLUSIVE
    yield "Subtotal without tax" if inclusive else "Subtotal", document.subtotal
    if document.tax_basis != TaxBasis.NONE:
        yield from _taxes(document, lines)
    if document.rounding:
        yield "Rounding", document.rounding


def _taxes(document: Document, lines: Sequence[Line]) -> Iterator[tuple[str, Decimal]]:
    """Give each tax code's tax, in the order of the lines, with what it is charged on.

    Tax that the source states without naming a code stands at the end.
    """
    lines_of: dict[TaxCode, list[Line]] = {}
    for line in lines:
        if line.tax_code:
            lines_of.setdefault(line.tax_code, []).append(line)
    for code, taxed in lines_of.items():
        tax = sum((line.tax for line in taxed), Decimal(0))
        base = sum((line.amount for line in taxed), Decimal(0))
        if document.tax_basis == TaxBasis.INCLUSIVE:
            base -= tax
        yield f"{code.code} ({_figure(code.rate)}%) on {_money(base, document.currency)}", tax
    if other := sum((line.tax for line in lines if not line.tax_code), Decimal(0)):
        yield "Tax", other


def _height(sums: Sequence[tuple[str, Decimal]]) -> float:
    return GAP + len(sums) * TEXT.pitch + 2 * PADDING + TOTAL.pitch


def _draw_sums(sheet: Sheet, document: Document, sums: Sequence[tuple[str, Decimal]]) -> None:
    """Set the sums and the total, together on a page where they fit."""
    if not sheet.has_room(_height(sums)):
        sheet.add_page()
    sheet.y += GAP
    if document.tax_basis == TaxBasis.INCLUSIVE:
        sheet.put(LEFT, SUMS - LEFT, "Prices and amounts include tax.", FAINT)
    for label, amount in sums:
        _draw_sum(sheet, label, _money(amount, document.currency), TEXT)
    sheet.y += PADDING
    sheet.rule(SUMS)
    sheet.y += PADDING
    total = _money(document.total, document.currency)
    _draw_sum(sheet, f"Total {document.currency}", total, TOTAL)


def _draw_sum(sheet: Sheet, label: str, amount: str, style: Style) -> None:
    for line in sheet.wrapped(label, RIGHT - SUMS - WIDEST, style):
        if not sheet.has_room(style.pitch):
            sheet.add_page()
        sheet.put(SUMS, RIGHT - SUMS, line, style)
        sheet.put(SUMS, RIGHT - SUMS, amount, style, "R")
        sheet.y += style.pitch
        amount = ""


def _draw_feet(sheet: Sheet, document: Document) -> None:
    """Name the document and count the pages at the foot of each, now that all are there."""
    [name, *_] = sheet.wrapped(f"{_title(document)} {document.number}", SUMS - LEFT, SMALL)
    for page in range(1, sheet.pages_count + 1):
        sheet.go_back(page)
        sheet.y = FOOT
        sheet.put(LEFT, RIGHT - LEFT, name, SMALL)
        sheet.put(LEFT, RIGHT - LEFT, f"Page {page} of {sheet.pages_count}", SMALL, "R")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _money(amount: Decimal, currency: str) -> str:
    """Return `1,234.50`, with as many decimals as the currency has, never hiding any."""
    whole = round_money(amount, currency) == amount
    return _signed(f"{amount:,.{minor_units(currency) if whole else 2}f}")


def _figure(number: Decimal | None, *, places: int = 0) -> str:
    """Return the number with `places` decimals, or with more where it has more; empty for None."""
    if number is None:
        return ""
    whole, _, decimals = f"{number:,f}".partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return _signed(f"{whole}.{decimals}" if decimals else whole)


def _signed(figure: str) -> str:
    return figure.replace("-", "\N{MINUS SIGN}")
