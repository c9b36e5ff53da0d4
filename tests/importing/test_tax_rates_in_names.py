"""Which names of taxes tell their rate, and which are asked about."""

from decimal import Decimal

import pytest

from importing.conftest import SIMPLE
from tallystick.books.models import TaxCode

HEADER = f"{SIMPLE},tax_code"


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        *(("20% (VAT on Income)", "20"), ("20.0% S", "20"), ("15% GST on Income", "15")),
        *(("5% (VAT on Expenses)", "5"), ("No VAT", "0")),
    ],
)
def test_a_name_that_begins_with_its_rate_is_added(simple, name, rate):
    simple(f"T-1,,Ann,2026-11-01,,Mug,1,10,{name}", header=HEADER)

    assert TaxCode.objects.get(code=name).rate == Decimal(rate)


@pytest.mark.parametrize(
    "name",
    [
        *("20% Reverse Charge", "20.0% RC CIS", "20.0% RC", "20.0% ECG", "20.0% ECS", "20.0% PVA"),
        *("19% §13b", "20% autoliquidation", "21% btw verlegd", "VAT"),
    ],
)
def test_a_tax_that_the_buyer_owes_is_asked_about_and_not_taken_from_the_customer(simple, name):
    report = simple(f"T-1,,Ann,2026-11-01,,Mug,1,10,{name}", header=HEADER)

    assert (report.documents, report.unknown_tax_codes) == (0, {name: 1})
