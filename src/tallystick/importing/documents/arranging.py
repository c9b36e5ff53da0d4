"""Spreads over the lines of a document what the file states for the whole of it.

Money off becomes a percentage of each line, in proportion to the lines; a stated tax becomes the
lines' stated tax. To the cent: what rounding leaves over goes to the lines it was taken from most.
"""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec
from django.db import connection, transaction

from tallystick.importing.documents.heads import Head
from tallystick.importing.documents.rows import SPREAD
from tallystick.importing.documents.taxes import MOST_TAX_OF_NONE, NO_TAX, TaxCodes
from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.mapping import Mapping, inserted
from tallystick.importing.meaning.precision import Figures, Rounding, figures, other_cent, rounded
from tallystick.money import Basis, line_tax, totals_of_sums

_BATCH = 500
_CENT = Decimal("0.01")
_OTHER: dict[str, Basis] = {"exclusive": "inclusive", "inclusive": "exclusive", "none": "none"}
_heads = msgspec.json.Decoder(Head)
_DOCUMENTS = """
    CREATE TEMPORARY TABLE import_arranged AS
    SELECT row_number() OVER () AS place, grouped.* FROM (
        SELECT row_kind, number, supplier,
            (array_agg(head ORDER BY place, line) FILTER (WHERE head IS NOT NULL))[1] AS head,
            coalesce(sum(amount) FILTER (WHERE place >= %(spread)s), 0) AS off
        FROM import_row WHERE number <> ''
        GROUP BY row_kind, number, supplier
        HAVING bool_or(place >= %(spread)s) OR bool_or(tie <> 0) OR %(all)s
        ORDER BY min(line)
    ) AS grouped
"""
_LINES = """
    SELECT arranged.place, arranged.head, arranged.off, staged.line, staged.place, staged.quantity,
        staged.unit_price, staged.discount, staged.tax_code, staged.amount, staged.tax,
        staged.stated_tax IS NOT NULL, staged.other_tax, staged.tax_is_stated, staged.rounding,
        staged.tie, staged.item, staged.tax_level
    FROM import_arranged AS arranged JOIN import_row AS staged USING (row_kind, number, supplier)
    WHERE arranged.place BETWEEN %s AND %s AND staged.place BETWEEN 0 AND %s
        AND staged.quantity IS NOT NULL
    ORDER BY arranged.place, staged.place, staged.line, staged.item
"""
_CHANGE = """
    UPDATE import_row AS staged SET quantity = changed.quantity, unit_price = changed.unit_price,
        discount = changed.discount, amount = changed.amount, tax = changed.tax,
        other_tax = changed.other_tax, tax_is_stated = changed.tax_is_stated,
        rounding = changed.rounding, tax_code = changed.tax_code, tax_level = changed.tax_level
    FROM unnest(%s::bigint[], %s::smallint[], %s::numeric[], %s::numeric[], %s::numeric[],
        %s::numeric[], %s::numeric[], %s::numeric[], %s::bool[], %s::text[], %s::int[], %s::text[],
        %s::text[]) AS changed
        (line, place, quantity, unit_price, discount, amount, tax, other_tax, tax_is_stated,
         rounding, item, tax_code, tax_level)
    WHERE staged.line = changed.line AND staged.place = changed.place
        AND staged.item = changed.item
"""
_REFUSE = "UPDATE import_row SET bad = %s WHERE line = %s AND place = %s AND item = %s"


class _Line(NamedTuple):
    """A line of a document with figures."""

    line: int
    place: int
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal | None
    tax_code: str | None
    amount: Decimal
    tax: Decimal
    has_stated_tax: bool
    other_tax: Decimal | None
    tax_is_stated: bool
    rounding: str
    tie: int
    item: int
    tax_level: str | None

    def at(self, found: Figures, rate: Decimal, basis: Basis) -> "_Line":
        """Return the line at other figures, with the tax of them where the file states none."""
        line = self._replace(
            quantity=found.quantity,
            unit_price=found.unit_price,
            discount=found.discount,
            amount=found.amount,
            rounding=found.rounding or self.rounding,
        )
        if line.tax_is_stated:
            return line
        return line._replace(
            tax=line_tax(found.amount, rate, basis),
            other_tax=line_tax(found.amount, rate, _OTHER[basis]),
        )


class _Taxing(NamedTuple):
    """How the tax is told that the file states of whole documents."""

    codes: TaxCodes
    #: Whether it is taken over at all.
    is_taken: bool
    #: Only where it is that of the rates but for rounding.
    is_close: bool
    #: Codes that the mapping gives to all lines and the file did not name.
    fixed: Collection[str | None]
    #: The code, as the mapping calls it, of what the file states no tax of.
    untaxed: str


def _taxing(mapping: Mapping, tax_codes: TaxCodes) -> _Taxing:
    texts = [mapping.texts.get(field, "") for field in ("tax_code", "order_tax_code")]
    return _Taxing(
        tax_codes,
        mapping.tax_amounts != "computed" and "tax_total" in mapping.columns,
        mapping.tax_amounts == "close",
        [tax_codes.found(text) for text in texts if text and not inserted(text)],
        mapping.untaxed_code or NO_TAX,
    )


def arrange(mapping: Mapping, tax_codes: TaxCodes, *, has_ties: bool) -> None:
    """Spread what is stated for whole documents over their staged lines.

    `has_ties`: cents of some lines were as good as tossed.
    """
    spreads = any(column.is_spread for column in mapping.order_columns)
    taxing = _taxing(mapping, tax_codes)
    if not (spreads or taxing.is_taken or (has_ties and "total" in mapping.columns)):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON import_row (line)")
        cursor.execute("CREATE INDEX ON import_row (number)")
        cursor.execute("ANALYZE import_row")
        cursor.execute(_DOCUMENTS, {"spread": SPREAD, "all": taxing.is_taken})
        cursor.execute("CREATE INDEX ON import_arranged (place)")
        cursor.execute("SELECT count(*) FROM import_arranged")
        [count] = cursor.fetchone()
        for first in range(1, count + 1, _BATCH):
            cursor.execute(_LINES, [first, first + _BATCH - 1, SPREAD - 1])
            changed: list[_Line] = []
            for head, off, lines in _by_document(cursor.fetchall()):
                try:
                    found = _arranged(head, off, lines, taxing)
                    changed += [
                        new for old, new in zip(lines, found, strict=True) if new is not old
                    ]
                except BadValue as error:
                    at = lines[0]
                    cursor.execute(_REFUSE, [str(error), at.line, at.place, at.item])
            if changed:
                cursor.execute(_CHANGE, _columns(changed))
        # What was spread is in the lines now.
        cursor.execute("DELETE FROM import_row WHERE place >= %s", [SPREAD])
        cursor.execute("DROP TABLE import_arranged")


def _by_document(
    rows: Sequence[tuple[object, ...]],
) -> Iterator[tuple[Head, Decimal, list[_Line]]]:
    place: object = None
    lines: list[_Line] = []
    head, off = None, Decimal(0)
    for row in rows:
        if row[0] != place:
            if head:
                yield head, off, lines
            place, lines = row[0], []
            head = _heads.decode(cast(str, row[1])) if row[1] else None
            off = cast(Decimal, row[2])
        lines.append(_Line(*row[3:]))  # type: ignore[arg-type] # as selected
    if head:
        yield head, off, lines


def _arranged(head: Head, off: Decimal, lines: list[_Line], taxing: _Taxing) -> list[_Line]:
    tax_codes = taxing.codes
    basis = cast(Basis, head.tax_basis)
    if off and head.after_discount:
        off = _left_to_spread(off, lines, Decimal(head.after_discount))
    if off:
        lines = _with_money_off(lines, off, tax_codes, basis)
    if head.total and any(line.tie for line in lines):
        lines = _at_stated_total(lines, head, tax_codes)
    if taxing.is_taken and head.tax_total and not all(line.has_stated_tax for line in lines):
        stated = Decimal(head.tax_total)
        if not stated:
            lines = [_untaxed(line, taxing) for line in lines]
        lines = _with_close_tax(lines, stated) if taxing.is_close else _with_tax(lines, stated)
    if any(line.tax_is_stated and abs(line.tax) > abs(line.amount) for line in lines):
        tax, amount = (sum(each) for each in zip(*((x.tax, x.amount) for x in lines), strict=True))
        raise BadValue(
            f"A tax of {tax} cannot be that of lines of {amount}. Look which column holds the tax."
        )
    return lines


def _untaxed(line: _Line, taxing: _Taxing) -> _Line:
    """Return the line, of a document that the file states no tax of, without a code that says
    otherwise; one that the file names stays."""
    is_named = line.tax_level is None and line.tax_code not in taxing.fixed
    if is_named or line.has_stated_tax or abs(line.tax) <= MOST_TAX_OF_NONE:
        return line
    code, _ = taxing.codes.find(taxing.untaxed)
    nothing = Decimal(0)
    return line._replace(
        tax_code=code, tax_level=None, tax=nothing, other_tax=nothing, tax_is_stated=True
    )


def _left_to_spread(off: Decimal, lines: list[_Line], after: Decimal) -> Decimal:
    """Return what of the money off is not off yet, by what the file says the lines come to."""
    goods = abs(sum((line.amount for line in lines if line.place == 0), Decimal(0)))
    left = goods - abs(after)
    return left if 0 <= left < off else off


def _with_money_off(
    lines: list[_Line], off: Decimal, tax_codes: TaxCodes, basis: Basis
) -> list[_Line]:
    """Return the lines with so much less in all; those of the order's own columns stay.

    Raises BadValue where they come to less than that.
    """
    goods = [line for line in lines if line.place == 0]
    whole = sum((line.amount for line in goods), Decimal(0))
    if off > abs(whole):
        raise BadValue(
            f"The file takes {off} off all its lines, which come to {whole}. Look which of them is "
            "wrong; a credit is a line of its own below zero."
        )
    taken = iter(shared(off if whole > 0 else -off, [line.amount for line in goods]))
    return [
        _less(line, next(taken), tax_codes, basis) if line.place == 0 else line for line in lines
    ]


def _less(line: _Line, off: Decimal, tax_codes: TaxCodes, basis: Basis) -> _Line:
    gross = figures(line.quantity, line.unit_price).amount
    found = figures(line.quantity, line.unit_price, money_off=gross - (line.amount - off))
    return line.at(found, tax_codes.rate_of(line.tax_code), basis)


def _at_stated_total(lines: list[_Line], head: Head, tax_codes: TaxCodes) -> list[_Line]:
    """Return the lines with cents that were as good as tossed as the stated total says."""
    basis, stated = cast(Basis, head.tax_basis), Decimal(head.total)
    off = _total(lines, basis) - stated
    found = list(lines)
    for place, line in enumerate(lines):
        if not off:
            return found
        if line.tie and not line.tax_is_stated:
            figured = Figures(
                line.quantity,
                line.unit_price,
                line.discount,
                line.amount,
                Rounding(line.rounding),
                line.tie,
            )
            other = line.at(other_cent(figured), tax_codes.rate_of(line.tax_code), basis)
            tried = [*found[:place], other, *found[place + 1 :]]
            if abs(_total(tried, basis) - stated) < abs(off):
                found, off = tried, _total(tried, basis) - stated
    return found if not off else lines


def _total(lines: list[_Line], basis: Basis) -> Decimal:
    amounts = sum((line.amount for line in lines), Decimal(0))
    return totals_of_sums(amounts, sum((line.tax for line in lines), Decimal(0)), basis).total


def _with_tax(lines: list[_Line], stated: Decimal) -> list[_Line]:
    """Return the lines with the stated tax in all, in proportion to what the rates make."""
    computed = sum((line.tax for line in lines), Decimal(0))
    if computed == stated:
        return lines
    weights = [line.tax for line in lines]
    if not any(weights):
        # No rate says which line bears it: the document is held for its sums.
        return lines
    # A credit note may be written below zero and its tax above.
    if sum(weights) * stated < 0:
        stated = -stated
    return _bearing(lines, shared(stated, weights))


def _with_close_tax(lines: list[_Line], stated: Decimal) -> list[_Line]:
    """Return the lines with the stated tax in all where it is that of the rates but for rounding.

    It may be that of prices without tax or with tax inside: which it is, the sums tell later.
    """
    for taxes in (
        [line.tax for line in lines],
        [line.other_tax or Decimal(0) for line in lines],
    ):
        computed = sum(taxes, Decimal(0))
        off = abs(stated.copy_sign(computed) - computed)
        if off <= _CENT * sum(map(bool, taxes)):
            return _bearing(lines, shared(stated.copy_sign(computed), taxes)) if off else lines
    return lines


def _bearing(lines: list[_Line], taxes: list[Decimal]) -> list[_Line]:
    """Return the lines with these as the taxes that the file states, whatever its basis."""
    return [
        line._replace(tax=tax, other_tax=tax, tax_is_stated=True)
        for line, tax in zip(lines, taxes, strict=True)
    ]


def shared(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return parts of the whole, in cents, in proportion to the weights and adding up to it."""
    total = sum(weights, Decimal(0))
    if not total:
        return [whole, *[Decimal(0)] * (len(weights) - 1)] if weights else []
    exact = [whole * weight / total for weight in weights]
    parts = [rounded(part, 2) for part in exact]
    left = whole - sum(parts, Decimal(0))
    step = _CENT if left > 0 else -_CENT
    # To those that rounding has taken most from, or given most.
    order = sorted(range(len(parts)), key=lambda place: (exact[place] - parts[place]) * step)
    for place in reversed(order):
        if not left:
            break
        parts[place] += step
        left -= step
    return parts


def _columns(lines: Sequence[_Line]) -> list[list[object]]:
    fields = (
        *("line", "place", "quantity", "unit_price", "discount", "amount", "tax", "other_tax"),
        *("tax_is_stated", "rounding", "item", "tax_code", "tax_level"),
    )
    return [[getattr(line, field) for line in lines] for field in fields]
