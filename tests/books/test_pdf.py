import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from factories import line, make_document, make_party, make_tax_code, make_workspace
from tallystick.books.documents import LineInput, submit_documents
from tallystick.books.inputs import PartyInput
from tallystick.books.models import Document, Kind, Party, TaxBasis
from tallystick.books.parties import create_party
from tallystick.books.pdf import document_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return make_workspace("Ångström & Søn ApS", currency="EUR")


def pages_of(document):
    """Return the text of each page, as a reader would copy it, blanks made single."""
    reader = PdfReader(BytesIO(document_pdf(document)), strict=True)
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def text_of(document):
    [page] = pages_of(document)
    return page


def test_an_invoice_shows_who_what_when_and_how_much(workspace):
    make_tax_code(workspace, "VAT20", "20")
    given = PartyInput(
        name="František Wichterlová",
        number="C7",
        address="Klanova 9/506\nHodkovičky",
        city="Łódź",
        postal_code="147 00",
        country="Czechia",
        tax_number="CZ12345678",
    )
    document = make_document(
        workspace,
        party=create_party(workspace=workspace, actor=None, party=given),
        number="INV-0042",
        reference="PO 4471",
        issued_on=date(2026, 11, 2),
        lines=[
            line('RECORD FRAME 7" SINGLE SIZE', quantity="48", unit_price="2.55", tax_code="VAT20"),
            line("€ 5 voucher", quantity="2.5", unit_price="1000.1234", discount="12.5"),
        ],
    )

    text = text_of(document)

    for part in (
        "Ångström & Søn ApS Invoice",
        "Billed to František Wichterlová Klanova 9/506 Hodkovičky Łódź 147 00 Czechia",
        "Tax number CZ12345678",
        "Number INV-0042 Date 2 November 2026 Due 2 December 2026 Reference PO 4471 Currency EUR",
        "Description Quantity Price Discount Tax Amount",
        'RECORD FRAME 7" SINGLE SIZE 48 2.55 VAT20 122.40',
        "€ 5 voucher 2.5 1,000.1234 12.5% 2,187.77",
        "Subtotal 2,310.17 VAT20 (20%) on 122.40 24.48 Total EUR 2,334.65",
        "Page 1 of 1",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("kind", "title", "party", "has_due_date"),
    [
        (Kind.SALES_INVOICE, "Invoice", "Billed to", True),
        (Kind.BILL, "Bill", "Supplier", True),
        (Kind.SALES_CREDIT_NOTE, "Credit note", "Credited to", False),
        (Kind.SUPPLIER_CREDIT_NOTE, "Supplier credit note", "Supplier", False),
    ],
)
def test_each_kind_says_what_it_is(workspace, kind, title, party, has_due_date):
    document = make_document(workspace, kind=kind, number="N-1", party=make_party(workspace, "Bo"))

    text = text_of(document)

    assert f"{workspace.name} {title} {party} Bo" in text
    assert f"{title} N-1 Page 1 of 1" in text
    assert ("Due 2 December 2026" in text) == has_due_date


def test_amounts_with_tax_inside_say_so_and_are_split_by_tax_code(workspace):
    make_tax_code(workspace, "GST", "15")
    make_tax_code(workspace, "ZERO", "0")
    document = make_document(
        workspace,
        tax_basis=TaxBasis.INCLUSIVE,
        lines=[
            line(unit_price="115", tax_code="GST"),
            line(unit_price="50", tax_code="ZERO"),
            line(unit_price="-23", tax_code="GST"),
        ],
    )
    document.rounding, document.total = Decimal("-0.02"), Decimal("141.98")

    text = text_of(document)

    assert "Prices and amounts include tax." in text
    assert "Subtotal without tax 130.00 GST (15%) on 80.00 12.00 ZERO (0%) on 50.00 0.00" in text
    assert "Rounding \N{MINUS SIGN}0.02 Total EUR 141.98" in text


def test_stated_tax_is_shown_by_its_code_and_without_one_by_itself(workspace):
    make_tax_code(workspace, "GST", "15")
    stated = [line(tax_code="GST", tax="1.49"), line(tax="0.77")]
    document = make_document(workspace, lines=stated)

    text = text_of(document)

    assert "Subtotal 20.00 GST (15%) on 10.00 1.49 Tax 0.77 Total EUR 22.26" in text


def test_columns_that_nothing_stands_in_are_left_out(workspace):
    document = make_document(workspace, tax_basis=TaxBasis.NONE, lines=[line("Chai")])

    text = text_of(document)

    assert "Description Quantity Price Amount Chai 1 10.00 10.00 Subtotal 10.00 Total EUR" in text


def test_a_line_that_only_describes_has_no_figures(workspace):
    document = make_document(
        workspace, lines=[line("Chai"), LineInput(description="Ours until paid.\nThank you!")]
    )

    assert "Chai 1 10.00 10.00 Ours until paid. Thank you! Subtotal 10.00" in text_of(document)


def test_amounts_have_the_decimals_of_their_currency(workspace):
    document = make_document(workspace, currency="JPY", lines=[line(unit_price="1500")])

    assert "1,500.00 1,500 Subtotal 1,500 Total JPY 1,500" in text_of(document)


def test_characters_that_the_font_lacks_are_replaced_visibly(workspace):
    document = make_document(
        workspace,
        lines=[line("Snow ☃, 日本\N{LEFT-TO-RIGHT MARK}\tand e\N{COMBINING ACUTE ACCENT}")],
    )

    assert "Snow \N{REPLACEMENT CHARACTER}, \N{REPLACEMENT CHARACTER}" in text_of(document)
    assert "\N{REPLACEMENT CHARACTER} and é" in text_of(document)


def test_text_is_set_as_it_is(workspace):
    text = "{nb} **bold** (paren\\) %s <b>&amp;"
    document = make_document(workspace, lines=[line(text)])

    assert f"{text} 1 10.00" in text_of(document)


def test_a_long_document_repeats_the_head_of_its_table_and_counts_its_pages(workspace):
    document = make_document(
        workspace, number="INV-7", lines=[line(f"Item {n}.") for n in range(1, 1115)]
    )

    pages = pages_of(document)

    assert len(pages) > 30
    for number, page in enumerate(pages, start=1):
        assert "Description Quantity Price Amount Item" in page
        assert page.endswith(f"Invoice INV-7 Page {number} of {len(pages)}")
    assert [n for n in range(1, 1115) if f"Item {n}. 1 10.00" not in " ".join(pages)] == []
    assert "Total EUR 11,140.00" in pages[-1]


def test_a_description_longer_than_a_page_goes_on_on_the_next(workspace):
    words = [f"word{n}" for n in range(400)]
    document = make_document(workspace, lines=[line("\n".join(words))])

    pages = pages_of(document)

    assert len(pages) > 5
    assert [word for word in words if not any(word in page.split() for page in pages)] == []


def test_the_widest_values_that_can_be_kept_are_set(workspace):
    make_tax_code(workspace, "W" * 40, "12.3456")
    party = make_party(workspace, "N" * 255)
    Party.objects.filter(pk=party.pk).update(address="a\n" * 250, city="c" * 255, region="r" * 255)
    party.refresh_from_db()
    wide = "9999999999999.9999"
    document = make_document(
        workspace,
        party=party,
        number="N" * 255,
        reference="R" * 255,
        lines=[
            line(
                "x" * 20_000,
                item_code="W" * 255,
                quantity=wide,
                unit_price="0.5",
                discount="99.9999",
                tax_code="W" * 40,
            ),
            line("\n".join("x" * 10_000), quantity="-0.5", unit_price=wide, discount="33.3333"),
        ],
    )

    assert "Page 1 of" in pages_of(document)[0]


def test_the_same_revision_gives_the_same_bytes(workspace):
    """A sealed request holds them and may be sent again."""
    make_tax_code(workspace)
    lines = [line("Žluťoučký kůň", tax_code="GST"), line("Widget")]
    document = make_document(workspace, lines=lines, issued_on=date(2026, 11, 2))

    first = document_pdf(document)
    submit_documents(workspace=workspace, document_ids=[document.pk], actor=None)
    second = document_pdf(Document.objects.get(pk=document.pk))

    assert first == second
    made_at = PdfReader(BytesIO(first)).metadata.creation_date
    assert made_at == datetime(2026, 11, 2, tzinfo=UTC)


def test_a_typical_file_is_small(workspace):
    document = make_document(
        workspace, lines=[line(f'RECORD FRAME 7" No. {n} žluťoučký') for n in range(20)]
    )

    assert len(document_pdf(document)) < 60_000


def test_the_rooms_front_door_does_not_load_the_pdf_library():
    program = "import sys, tallystick.books; sys.exit('fpdf' in sys.modules)"

    subprocess.run([sys.executable, "-c", program], check=True)
