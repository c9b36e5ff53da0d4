"""Xero's templates and exports, each sample to the cent."""

from datetime import date

import pytest

from tallystick.importing.errors import UnknownFormat
from tallystick.importing.report import Cause

INVOICE, CREDIT = "sales_invoice", "sales_credit_note"
BILL, SUPPLIER_CREDIT = "bill", "supplier_credit_note"


def test_the_sales_template_is_read_to_the_cent(sample, made, lines, document):
    report = sample("xero-sales-invoices")

    # INV-0101: 2 x 10.50 less 10 % = 18.90 and 1.5 x 8 = 12.00; tax 3.78 + 2.40.
    # INV-0102: 3 x 33.3333 = 100.00 with 20.00 of tax, and 5.00 with none.
    assert report.format == "xero-sales-invoices"
    assert (report.questions, report.left_out, report.bad_rows) == ([], {}, [])
    assert made() == {
        "INV-0101": (INVOICE, "6.18", "37.08"),
        "INV-0102": (INVOICE, "20.00", "125.00"),
        "CN-0103": (CREDIT, "2.40", "14.40"),
        "INV-0104": (INVOICE, "0.00", "199.98"),
    }
    assert lines("INV-0101") == [
        ("Tea, loose", "18.90", "3.78"),
        ('Coffee "House", ground', "12.00", "2.40"),
    ]
    first = document("INV-0101")
    assert (first.issued_on, first.due_on) == (date(2026, 11, 3), date(2026, 12, 3))
    assert (first.reference, first.party.name, first.party.postal_code) == (
        *("PO 77", "Café Zoë Ltd", "LS1 4AP"),
    )
    assert (document("INV-0104").currency, document("INV-0104").party.city) == ("USD", "東京")


def test_what_the_sales_template_says_of_branding_is_told_as_not_taken(sample):
    report = sample("xero-sales-invoices")

    assert [each for each in report.told if each.startswith("BrandingTheme is not taken: ")]


def test_the_older_sales_template_is_held_against_its_totals(sample, made):
    report = sample("xero-sales-invoices.totals")

    assert report.format == "xero-sales-invoices"
    assert made() == {
        "INV-0201": (INVOICE, "6.18", "37.08"),
        "INV-0202": (INVOICE, "0.00", "6.00"),
    }


def test_the_bill_template_makes_bills_and_never_invoices(sample, made):
    report = sample("xero-bills")

    # 8811 of Paper & Ink: 35 + 10, tax 7 + 2; of Grid Power: 100 and 5 %.
    assert report.format == "xero-bills"
    assert made() == {
        "8811 of Paper & Ink Ltd": (BILL, "9.00", "54.00"),
        "8811 of Grid Power": (BILL, "5.00", "105.00"),
    } | {"8812": (SUPPLIER_CREDIT, "2.00", "12.00")}


EITHER = "ContactName,InvoiceNumber,InvoiceDate,DueDate,Description,Quantity,UnitAmount,AccountCode"


@pytest.mark.parametrize(
    ("format", "name", "kind"),
    [("xero-sales-invoices", "7", INVOICE), ("xero-bills", "7 of Ring & Co", BILL)],
)
def test_a_header_of_either_template_is_not_read_before_it_is_said_which(
    run, made, format, name, kind
):
    file = f"{EITHER}\nRing & Co,7,21/11/2026,21/12/2026,Tea,1,5.00,200"

    with pytest.raises(UnknownFormat, match=f"--format {format}"):
        run(file)
    run(file, format=format)

    assert made() == {name: (kind, "0.00", "5.00")}


def test_the_export_is_read_by_type_and_status_and_the_basis_of_each_document(
    sample, made, lines, document
):
    report = sample("xero-export")

    # INV-0301 without tax: 36 + 14, and 10. INV-0302 with tax inside: 60 + 39.99, of which 10.00 and
    # 6.66, a cent less than the rate makes.
    assert report.format == "xero-export"
    assert made() == {
        "INV-0301": (INVOICE, "10.00", "60.00"),
        "INV-0302": (INVOICE, "16.66", "99.99"),
        "CN-0304": (CREDIT, "4.00", "24.00"),
        "8811 of Paper & Ink Ltd": (BILL, "7.00", "42.00"),
    }
    assert document("INV-0301").tax_basis == "exclusive"
    assert document("INV-0302").tax_basis == "inclusive"
    assert [tax for *_, tax in lines("INV-0302")] == ["10.00", "6.66"]
    assert [each.document for each in report.not_made] == ["INV-0303", "PREPAY-1"]
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": 170}
    assert any("InvoiceAmountPaid is not taken" in each for each in report.told)
    assert any("with tax inside" in each for each in report.told)


def test_an_export_without_types_is_not_taken_for_sales(run):
    header = (
        "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,TaxTotal,Description,Quantity,"
        "UnitAmount,LineAmount"
    )

    with pytest.raises(UnknownFormat, match="--format xero-bills"):
        run(f"{header}\nRing & Co,7,21/11/2026,21/12/2026,6.00,1.00,Tea,1,5.00,5.00")


def test_documents_whose_line_taxes_are_not_their_tax_are_held_without_an_answer_that_is_none(run):
    header = (
        "ContactName,InvoiceNumber,InvoiceDate,Total,TaxTotal,Description,Quantity,UnitAmount,"
        "LineAmount,TaxType,TaxAmount,Type,Status"
    )

    report = run(
        f"{header}\nRing,7,21/11/2026,120,20,Tea,1,100,100,20% (VAT on Income),19,Invoice,Paid"
    )

    assert (report.documents, report.count(Cause.SUMS), report.questions) == (0, 1, [])
