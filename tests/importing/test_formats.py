"""The shipped mappings, each with a file of its own kind."""

from datetime import date
from decimal import Decimal

import pytest

from factories import make_party, make_tax_code
from tallystick.books.models import Document, Kind, Party, Status, TaxBasis, TaxCode
from tallystick.importing.errors import UnknownFormat
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.mapping import Mapping, plain
from tallystick.importing.meaning.recognising import guess
from tallystick.importing.models import SavedMapping
from tallystick.importing.report import Cause

XERO = (
    "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,"
    "PORegion,POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,"
    "InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType,TaxAmount,"
    "TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme"
)


def xero_row(number, *, name="Harbour Cafe", description="Coffee", quantity=2, tax="15% GST"):
    return (
        f"{name},a@cafe.example,1 Quay St,,,,Auckland,,1010,NZ,{number},PO 7,21/11/2026,"
        f"20/12/2026,,COF,{description},{quantity},10.50,10,200,{tax},,,,,,,"
    )


def test_xeros_own_template_is_recognised_and_read(run, document):
    report = run("\n".join([XERO, xero_row("INV-1"), xero_row("INV-1", description="Tea")]))

    invoice = document("INV-1")
    assert (report.format, report.documents, report.bad_rows) == ("xero-sales-invoices", 1, [])
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 21), date(2026, 12, 20))
    assert (invoice.reference, invoice.currency, invoice.tax_basis) == ("PO 7", "NZD", "exclusive")
    assert (invoice.subtotal, invoice.tax, invoice.total) == (
        Decimal("37.80"),
        Decimal("5.68"),
        Decimal("43.48"),
    )
    assert invoice.party.name == invoice.party.number == "Harbour Cafe"
    assert (invoice.party.address, invoice.party.city) == ("1 Quay St", "Auckland")
    line = invoice.lines.get(position=2)
    assert (line.description, line.item_code, line.account_code) == ("Tea", "COF", "200")
    assert (line.discount, line.tax_code.code) == (10, "15% GST")


def test_a_tax_rate_is_found_by_code_or_name_or_made_from_a_rate_in_front(run, workspace):
    make_tax_code(workspace, "GST", "15")  # its name is "GST 15%"
    rows = [
        xero_row("1", tax="GST"),
        xero_row("2", tax="GST 15%"),
        xero_row("3", tax="20% (VAT on Income)"),
        xero_row("4", tax="Tax Exempt"),
        xero_row("5", tax="Domestic Reverse Charge @ 20% (VAT on Income)"),
    ]

    report = run("\n".join([XERO, *rows]))

    taxes = dict(Document.objects.values_list("number", "tax"))
    assert taxes == {"1": Decimal("2.84"), "2": Decimal("2.84"), "3": Decimal("3.78"), "4": 0}
    assert [(bad.line, bad.column, bad.value) for bad in report.bad_rows] == [
        (6, "*TaxType", "Domestic Reverse Charge @ 20% (VAT on Income)")
    ]
    assert "add it under Settings, Tax mapping" in report.bad_rows[0].reason
    assert set(TaxCode.objects.values_list("code", flat=True)) == {
        "GST",
        "20% (VAT on Income)",
        "Tax Exempt",
    }


def test_negative_invoices_of_the_template_are_credit_notes_with_positive_lines(run, document):
    report = run("\n".join([XERO, xero_row("CN-1", quantity=-2)]))

    credit = document("CN-1")
    assert (credit.kind, credit.status) == (Kind.SALES_CREDIT_NOTE, Status.DRAFT)
    assert (credit.lines.get().quantity, credit.total) == (2, Decimal("21.74"))
    assert report.created == {"sales_credit_note": 1}
    assert report.credit_total == {"NZD": Decimal("21.74")}


def test_columns_left_blank_after_a_documents_first_row_count_as_repeated(run, document):
    second = ",,,,,,,,,,INV-1,,,,,,Tea,1,5,,,,,,,,,,"

    run("\n".join([XERO, xero_row("INV-1"), second]))

    assert document("INV-1").lines.count() == 2


def test_a_party_of_that_name_is_used_whatever_its_number(run, workspace, document):
    cafe = make_party(workspace, "Harbour Cafe", number="C-100")

    report = run("\n".join([XERO, xero_row("INV-1")]))

    assert document("INV-1").party == cafe
    assert report.new_parties == 0


def test_the_simple_template_takes_every_kind_of_document(run, workspace, document):
    header = "kind,number,party_name,issued_on,due_on,tax_basis,currency,description,quantity,unit_price,total"

    report = run(
        f"{header}\n"
        "Bill,7,Supplies Ltd,2026-11-02,2026-11-09,none,USD,Paper,1,5,5.00\n"
        "sales_credit_note,8,Cafe,2026-11-02,,,,Returned,1,5,\n"
        ",9,Cafe,2026-11-02,,inclusive,,As agreed,,,10.00\n"
        ",9,Cafe,2026-11-02,,inclusive,,Work,2,5,10.00\n"
    )

    assert report.bad_rows == []
    bill = document("7")
    assert (bill.kind, bill.currency, bill.tax_basis) == (Kind.BILL, "USD", TaxBasis.NONE)
    assert (bill.party.is_supplier, bill.party.is_customer) == (True, False)
    assert document("8").kind == Kind.SALES_CREDIT_NOTE
    assert document("8").total == 5
    invoice = document("9")
    assert (invoice.kind, invoice.due_on) == (Kind.SALES_INVOICE, date(2026, 12, 2))
    assert invoice.lines.get(position=1).quantity is None


def test_chinooks_invoice_lines_are_known(run, document):
    report = run(
        "InvoiceId,CustomerId,InvoiceDate,InvoiceLineId,TrackId,TrackName,UnitPrice,Quantity,InvoiceTotal\n"
        "1,2,2021-01-01,1,2,Balls to the Wall,0.99,1,1.98\n"
        "1,2,2021-01-01,2,4,Restless and Wild,0.99,1,1.98\n"
    )

    assert (report.format, document("1").total) == ("chinook", Decimal("1.98"))
    assert (document("1").party.name, document("1").currency) == ("Customer 2", "USD")


def test_a_saved_mapping_reads_any_other_file(run, workspace, document):
    SavedMapping.objects.create(
        workspace=workspace,
        name="Kasse",
        definition={
            "columns": {
                "number": "Beleg",
                "issued_on": "Datum",
                "party_name": "Kunde",
                "description": "Text",
                "quantity": "Menge",
                "unit_price": "Preis",
            },
            "decimal_mark": ",",
            "currency": "EUR",
            "tax_basis": "none",
            "terms_days": 14,
        },
    )

    report = run("Beleg;Datum;Kunde;Text;Menge;Preis\nR1;2.11.2026;Müller;Tee;1,5;1.000,10\n")

    assert (report.format, report.bad_rows) == ("Kasse", [])
    assert document("R1").total == Decimal("1500.15")
    assert document("R1").due_on == date(2026, 11, 16)
    assert Party.objects.get().name == "Müller"


def test_an_unknown_header_names_the_nearest_format_and_what_is_missing(run):
    with pytest.raises(UnknownFormat) as caught:
        run("InvoiceNo,StockCode,Description,UnitPrice,When\n1,2,3,4,5\n")

    assert caught.value.missing == ["InvoiceDate"]
    assert "Nearest is Online Retail (UCI), but InvoiceDate is missing" in str(caught.value)
    assert caught.value.header[0] == "InvoiceNo"


def test_a_header_that_no_format_shares_a_column_with_has_no_nearest(run):
    with pytest.raises(UnknownFormat, match=r"not known \(foo, bar\)\. Choose a column mapping"):
        run("foo,bar\n1,2\n")


def test_a_named_format_says_which_columns_the_file_lacks(run):
    with pytest.raises(UnknownFormat, match=r"lacks \*InvoiceNumber, \*InvoiceDate, \*UnitAmount"):
        run("a,b\n1,2\n", format="xero-sales-invoices")
    with pytest.raises(UnknownFormat, match=r"no format 'excel'\. Choose one of tallystick, "):
        run("a,b\n1,2\n", format="excel")


@pytest.mark.parametrize("mapping", SHIPPED, ids=lambda mapping: mapping.name)
def test_a_shipped_mapping_is_recognised_by_its_own_columns(run, mapping):
    names = {plain(name): name for name in (*mapping.needed, *mapping.columns.values())}
    end = "TOTAL\n" if mapping.has_headings else ""

    report = run(f"{','.join(['', *names.values()])}\n{end}")

    assert (report.format, report.lines) == (mapping.name, 0)


def test_a_name_that_formats_take_for_different_things_is_not_guessed_at():
    known = [
        Mapping(name="a", title="a", columns={"line_amount": "Fee", "number": "Order no"}),
        Mapping(name="b", title="b", columns={}, unused=("Fee",)),
    ]

    assert guess(["Order no", "Fee", "Unit price"], known) == {
        "number": "Order no",
        "unit_price": "Unit price",
    }
    assert guess(["Fee"], known[:1]) == {"line_amount": "Fee"}


def test_what_tables_usually_call_a_column_is_guessed():
    header = ["Order", "Day", "Who", "What", "Count", "Price", "Net", "Gross"]

    assert guess(header, SHIPPED) == {
        "number": "Order",
        "issued_on": "Day",
        "party_name": "Who",
        "description": "What",
        "quantity": "Count",
        "unit_price": "Price",
    }


def test_a_sale_that_names_nobody_is_asked_about_where_the_format_does_not_know_walk_ins(
    run, document
):
    file = "\n".join(
        [XERO, xero_row("INV-1", name="", tax="Tax Exempt").replace("a@cafe.example", "")]
    )

    report = run(file)

    assert [(each.document, each.cause) for each in report.not_made] == [("INV-1", Cause.NOBODY)]
    [question] = report.questions
    assert (question.key, question.count) == ("nobody", 1)

    left = run(file, answers={"nobody": "leave"})
    assert (left.questions, left.needs_person) == ([], True)
    run(file, answers={"nobody": "walk_in"})
    assert document("INV-1").party.is_walk_in
