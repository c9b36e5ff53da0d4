"""Whatever a document holds, what is sent comes to our totals by Xero's rules, worked out naively.

No database: the choices are made here, so that a thousand documents take a second or two.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick import xero
from tallystick.books.models import Charge, Document, Kind, Line, TaxBasis, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.known import Known
from tallystick.mapping.models import Direction, MappingDefaults, Rounding
from tallystick.mapping.problems import Unresolved
from tallystick.mapping.resolve import Resolver
from tallystick.mirror.models import Account, TaxRate
from tallystick.money import document_totals, line_amount, line_tax

#: Ours by primary key, and the rate that Xero has for it.
RATES = {1: "0", 2: "5", 3: "12.5", 4: "15", 5: "17.5", 6: "20", 7: "8.8750"}
CODES = {key: TaxCode(pk=key, code=f"T{rate}", rate=Decimal(rate)) for key, rate in RATES.items()}
ACCOUNT = Account(code="200", name="All", account_class="REVENUE", status="ACTIVE")

figures = {
    "quantity": st.decimals(min_value=-1000, max_value=10000, places=4),
    "unit_price": st.decimals(min_value=-100, max_value=10000, places=4),
    "discount": st.none() | st.decimals(min_value=0, max_value=100, places=4),
    "tax_code_id": st.sampled_from(list(RATES)),
    "charge": st.sampled_from(Charge),
    "tax_is_stated": st.booleans(),
}
texts = st.builds(Line, description=st.just("A text"))
lines = st.lists(st.builds(Line, description=st.just("Tea"), **figures) | texts, min_size=1)
cents = st.just(Decimal(0)) | st.decimals(min_value="-0.10", max_value="0.10", places=2)


@given(lines, st.sampled_from(Kind), st.sampled_from(TaxBasis), cents)
def test_what_is_sent_comes_to_our_totals(lines, kind, basis, rounding):
    document = _document(lines, kind, basis, rounding)

    if document.total < 0:
        with pytest.raises(Unresolved, match="below zero"):
            _resolver().check(document, lines)
        return

    resolved = _resolver().check(document, lines)

    assert _as_xero_adds(resolved.lines, kind, basis) == (
        Fraction(document.subtotal + rounding),
        Fraction(document.tax),
        Fraction(document.total),
    )


def _as_xero_adds(
    lines: Sequence[xero.LineDraft], kind: Kind, basis: TaxBasis
) -> tuple[Fraction, Fraction, Fraction]:
    """Xero's rules by the book: each line to the cent, half away from zero, then added up."""
    amounts, taxes = Fraction(0), Fraction(0)
    for line in lines:
        if line.quantity is None:
            continue
        assert line.discount_rate is None or kind == Kind.SALES_INVOICE
        kept = 1 - Fraction(line.discount_rate or 0) / 100
        amount = _to_cents(Fraction(line.quantity) * Fraction(line.unit_amount) * kept)
        rate = Fraction(line.tax_type.removeprefix("X").replace("NONE", "0")) / 100
        if line.tax_amount is not None:
            taxes += Fraction(line.tax_amount)
        elif basis == TaxBasis.EXCLUSIVE:
            taxes += _to_cents(amount * rate)
        elif basis == TaxBasis.INCLUSIVE:
            taxes += _to_cents(amount - amount / (1 + rate))
        amounts += amount
    if basis == TaxBasis.INCLUSIVE:
        return amounts - taxes, taxes, amounts
    return amounts, taxes, amounts + taxes


def _to_cents(amount: Fraction) -> Fraction:
    cents = Fraction(floor(abs(amount) * 100 + Fraction(1, 2)), 100)
    return cents if amount >= 0 else -cents


def _document(lines: list[Line], kind: Kind, basis: TaxBasis, rounding: Decimal) -> Document:
    """Fill lines and document as the books do."""
    taxed = []
    for position, line in enumerate(lines, start=1):
        line.position = position
        if line.quantity is not None:
            rate = CODES[line.tax_code_id].rate
            line.amount = line_amount(line.quantity, line.unit_price, line.discount)
            line.tax = line_tax(line.amount, rate, basis.value)
            if line.tax_is_stated:
                # A cent off, as a source may round otherwise; never none where there is some.
                line.tax -= Decimal("0.01").copy_sign(line.tax) if abs(line.tax) > 1 else 0
            taxed.append((line.amount, line.tax))
    totals = document_totals(taxed, basis.value)
    return Document(
        kind=kind,
        number="A-1",
        tax_basis=basis,
        issued_on=date(2026, 11, 2),
        currency="GBP",
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=totals.total + rounding,
        rounding=rounding,
    )


def _resolver() -> Resolver:
    rates = [
        TaxRate(
            tax_type=f"X{rate}",
            name=rate,
            status="ACTIVE",
            effective_rate=Decimal(rate),
            can_apply_to=["REVENUE"],
        )
        for rate in RATES.values()
    ]
    directions = list(Direction)
    known = Known(Organisation(name="Books", currency="GBP", tenant_id=uuid.UUID(int=1)))
    known.accounts = {"200": ACCOUNT}
    known.tax_rates = {rate.tax_type: rate for rate in rates}
    known.tracking = {}
    known.tax_codes = CODES
    known.tax_types = {
        (key, side): f"X{rate}" for key, rate in RATES.items() for side in directions
    }
    known.account_choices = {
        (side, charge): "200" for side in directions for charge in ("", Charge.ROUNDING)
    }
    known.defaults = MappingDefaults(rounding=Rounding.LINE)
    return Resolver(known)
