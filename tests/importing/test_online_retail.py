"""The quirks of the Online Retail file, each handled on purpose."""

import gzip
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from factories import owner_of
from tallystick.books.models import Document, Item, Kind, Line, Party, Status
from tallystick.importing.report import Cause
from tallystick.importing.run import import_file

WHOLE_FILE = Path(
    os.environ.get("ONLINE_RETAIL", Path(__file__).parents[3] / "shared/data/online-retail.csv.gz")
)


def test_a_sale_becomes_an_invoice_in_pounds_without_tax(retail, document):
    report = retail(
        "536365,85123A, WHITE  HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
        "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:27:00,3.39,17850,United Kingdom",
    )

    invoice = document("536365")
    assert (report.format, report.lines, report.documents) == ("online-retail", 2, 1)
    assert (invoice.kind, invoice.status) == (Kind.SALES_INVOICE, Status.DRAFT)
    assert (invoice.currency, invoice.tax_basis, invoice.total) == ("GBP", "none", Decimal("35.64"))
    assert (invoice.issued_on, invoice.due_on) == (date(2010, 12, 1), date(2010, 12, 31))
    assert (invoice.party.number, invoice.party.name) == ("17850", "Customer 17850")
    assert invoice.party.country == "United Kingdom"
    assert invoice.lines.get(position=1).description == "WHITE HANGING HEART"
    assert invoice.lines.get(position=1).tax_code is None


def test_a_sale_without_customer_goes_to_the_walk_in_party(retail, document):
    retail("1,A,Tea,1,2010-12-01,1,,EIRE", "2,A,Tea,1,2010-12-01,1,,RSA")

    party = document("1").party
    assert (party.name, party.is_walk_in) == ("Walk-in customer", True)
    assert document("2").party == party


def test_a_cancellation_becomes_a_credit_note_in_positive_figures(retail, document):
    report = retail(
        "C536379,D,Discount,-1,2010-12-01,27.50,14527,UK",
        "C536379,22556,PLASTERS,-12,2010-12-01,1.65,14527,UK",
        submit=True,
    )

    credit = document("C536379")
    assert (credit.kind, credit.status) == (Kind.SALES_CREDIT_NOTE, Status.SUBMITTED)
    assert (credit.subtotal, credit.total) == (Decimal("47.30"), Decimal("47.30"))
    assert [(line.quantity, line.unit_price, line.amount) for line in credit.lines.all()] == [
        (1, Decimal("27.50"), Decimal("27.50")),
        (12, Decimal("1.65"), Decimal("19.80")),
    ]
    assert (report.submitted, report.created) == (1, {"sales_credit_note": 1})
    assert (report.total, report.credit_total) == ({}, {"GBP": Decimal("47.30")})


def test_stock_adjustments_and_bad_debt_are_left_out_and_counted(retail):
    report = retail(
        "536414,22139,,56,2010-12-01,0,,United Kingdom",
        "536546,22145,thrown away,-30,2010-12-01,0,,United Kingdom",
        "A563185,B,Adjust bad debt,1,2011-08-12,11062.06,,United Kingdom",
        "A563186,B,Adjust bad debt,1,2011-08-12,-11062.06,,United Kingdom",
    )

    assert (report.count(Cause.ZERO), report.count(Cause.ON_PURPOSE)) == (2, 2)
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": Decimal("22124.12")}
    assert [(each.document, each.reason) for each in report.not_made] == [
        ("536414", "Left out: no line has a value (stock adjustment)."),
        ("536546", "Left out: no line has a value (stock adjustment)."),
        ("A563185", "It is left out: bad debt adjustment."),
        ("A563186", "It is left out: bad debt adjustment."),
    ]
    assert report.needs_person
    assert not Document.objects.exists()


def test_lines_without_a_price_stay_in_an_invoice_and_count_nothing(retail, document):
    retail(
        "1,A,Tea,2,2010-12-01,1.50,7,UK",
        "1,B,Free sample,1,2010-12-01,0,7,UK",
        "1,C,Broken,-3,2010-12-01,0,7,UK",
    )

    assert document("1").lines.count() == 3
    assert document("1").total == 3


def test_prices_keep_three_decimals_and_lines_round_half_up(retail, document):
    retail("1,A,Tea,5,2010-12-01,0.001,7,UK", "1,B,Tea,3,2010-12-01,0.335,7,UK")

    invoice = document("1")
    assert [line.unit_price for line in invoice.lines.order_by("position")] == [
        Decimal("0.001"),
        Decimal("0.335"),
    ]
    assert invoice.total == Decimal("0.01") + Decimal("1.01")


def test_item_codes_are_exact_and_a_line_without_description_takes_its_code(retail, document):
    retail("1,85123a,,1,2010-12-01,1,7,UK", "1,85123A,Heart,1,2010-12-01,1,7,UK")

    assert set(Item.objects.values_list("code", "name")) == {
        ("85123a", "85123a"),
        ("85123A", "Heart"),
    }
    assert document("1").lines.get(position=1).description == "85123a"


def test_the_same_customer_in_two_countries_stays_one_party(retail):
    retail("1,A,Tea,1,2010-12-01,1,7,Cyprus", "2,A,Tea,1,2010-12-01,1,7,EIRE")

    assert Party.objects.get().country == "Cyprus"


@pytest.mark.skipif(not WHOLE_FILE.exists(), reason="needs online-retail.csv.gz (ONLINE_RETAIL=)")
def test_december_2010_of_the_real_file(workspace, tmp_path):
    december = tmp_path / "december.csv"
    with gzip.open(WHOLE_FILE, "rt") as whole, december.open("w") as part:
        header = next(whole)
        rows = [row for row in whole if ",2010-12-" in row]
        part.writelines([header, *rows])

    report = import_file(
        workspace=workspace,
        actor=owner_of(workspace),
        source=december,
        # Its times name no zone, and these books lie half a day from its shop.
        answers={"time_zone": "Pacific/Auckland"},
        dry_run=False,
    )

    assert report.lines == 42_481
    assert report.documents + report.not_made_count == 2_025
    assert report.bad_row_count == 0
    assert Document.objects.count() == report.documents
    credits = Document.objects.filter(kind=Kind.SALES_CREDIT_NOTE)
    assert credits.count() == report.created["sales_credit_note"] > 100
    assert not credits.filter(total__lte=0).exists()
    assert not Line.objects.filter(document__in=credits, amount__lt=0).exists()
