"""What becomes of the files in ../shared/cases, each with the right outcome of its description."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace
from shared_cases import in_xero, summed

from factories import make_tax_code
from tallystick.books.models import Document, Kind, Party
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.errors import UnknownFormat
from tallystick.importing.meaning.mapping import Mapping, OrderColumn, RowMeaning
from tallystick.importing.report import Cause
from tallystick.importing.saving import delete_mapping, save_mapping
from tallystick.mapping.services import choose_tax_type


def named(report) -> dict[str, Cause]:
    """Return the documents that are not made, each with the cause."""
    return {each.document: each.cause for each in report.not_made}


def map_vat(books, code: str) -> None:
    """Have a tax code of 20 % that goes to OUTPUT2, as the files call it."""
    vat = make_tax_code(books.workspace, code, "20")
    choose_tax_type(
        organisation=books.organisation, tax_code=vat, tax_type="OUTPUT2", actor=books.owner
    )


def test_case_01_a_row_without_number_takes_both_neighbours_along(books, bring, outcome):
    name = "01-row-without-number.csv"

    report = bring(books, name)

    assert named(report) == {"BN-1": Cause.UNREADABLE, "BN-2": Cause.UNREADABLE}
    assert all("Line 3 may belong to it" in each.reason for each in report.not_made)
    assert report.left_out[Cause.UNREADABLE].total == {"GBP": Decimal("24.00")}
    assert report.needs_person
    assert in_xero(books) == {}
    [question] = report.questions
    assert (question.key, question.blocks) == ("unnumbered", False)

    answered = bring(books, name, answers={"unnumbered": "continue"})

    found = in_xero(books)
    assert answered.not_made == []
    assert found == {"BN-1": Decimal("18.00"), "BN-2": Decimal("12.00")}
    outcome(f"01 left out both, by name; as further lines of the one above: {summed(found)}")


def test_case_03_totals_of_the_template_are_compared_and_tax_inside_is_offered(
    books, bring, outcome
):
    name = "03-xero-template-with-tax-inside.csv"

    map_vat(books, "20% (VAT on Income)")

    report = bring(books, name)

    assert named(report) == {"XT-2": Cause.SUMS}
    assert "The file says it comes to 100.00, but its lines add up to 120.00" in (
        report.not_made[0].reason
    )
    assert "with tax inside" in report.not_made[0].reason
    assert in_xero(books) == {}
    [question] = report.questions
    assert (question.key, [each.value for each in question.choices]) == ("tax_basis", ["inclusive"])

    bring(books, name, answers={"tax_basis": "inclusive"})

    found = in_xero(books)
    assert found == {"XT-2": Decimal("100.00")}
    assert Document.objects.get().tax == Decimal("16.67")
    outcome(f"03 held for its total; with tax inside: {summed(found)}")


def test_case_04_status_and_type_of_an_export_count(books, bring, outcome):
    map_vat(books, "20% (VAT on Income)")

    report = bring(books, "04-xero-export-with-status.csv")

    assert report.format == "xero-export"
    assert named(report) == {"XE-2": Cause.ON_PURPOSE}
    assert report.left_out[Cause.ON_PURPOSE].total == {"GBP": Decimal("120.00")}
    assert report.needs_person
    found = in_xero(books)
    assert found == {"XE-1": Decimal("120.00"), "XE-4": Decimal("120.00")}
    assert Document.objects.get(number="XE-4").kind == Kind.SALES_CREDIT_NOTE
    outcome(f"04 XE-2 left out as voided, XE-4 a credit note: {summed(found)}")


def test_case_05_days_follow_the_country_of_the_books(american_books, bring, outcome):
    books = american_books

    report = bring(books, "05-month-first-days.csv")

    found = in_xero(books)
    assert (report.questions, report.not_made) == ([], [])
    first, second = Document.objects.order_by("number")
    assert (first.issued_on, first.due_on) == (date(2026, 3, 4), date(2026, 4, 3))
    assert (second.issued_on, second.due_on) == (date(2026, 12, 31), date(2027, 1, 30))
    assert found == {"US-1": Decimal("100.00"), "US-2": Decimal("100.00")}
    outcome(f"05 month first, as the US books: {summed(found)}")


def test_case_05_in_british_books_the_same_file_is_questioned(books, bring, outcome):
    report = bring(books, "05-month-first-days.csv")

    [question] = report.questions
    assert (question.key, question.blocks, report.documents) == ("day_order", True, 0)
    assert question.samples
    assert in_xero(books) == {}
    outcome("05 in British books: asked once, nothing made")


def test_case_07_refunds_are_credit_notes(books, bring, outcome):
    report = bring(books, "07-refunds-left-out-unnamed.csv")

    found = in_xero(books)
    assert report.created == {"sales_credit_note": 2}
    assert found == {"E-3": Decimal("60.00"), "E-4": Decimal("60.00")}
    outcome(f"07 two credit notes: {summed(found)}")


def test_case_08_free_orders_behave_alike_and_are_a_choice(books, bring, outcome):
    name = "08-free-orders.csv"

    left = bring(books, name, answers={"zero": "leave_out"})

    assert named(left) == dict.fromkeys(["E-1", "E-2", "E-6"], Cause.ZERO)
    assert in_xero(books) == {}

    taken = bring(books, name, answers={"zero": "take"})

    found = in_xero(books)
    assert (taken.documents, taken.of_nothing) == (3, 3)
    assert found == dict.fromkeys(["E-1", "E-2", "E-6"], Decimal(0))
    outcome(f"08 left out by number, or taken, all three alike: {summed(found)}")


def test_case_09_names_that_xero_takes_for_one_are_one_customer(books, bring, outcome):
    report = bring(books, "09-same-customer-in-other-case.csv")

    found = in_xero(books)
    assert (report.new_parties, Party.objects.filter(is_walk_in=False).count()) == (1, 1)
    assert found == {f"A-{n}": Decimal("12.00") for n in (1, 2, 3)}
    assert len({one["contact"] for one in books.invoices()}) == 1
    outcome(f"09 one customer: {summed(found)}")


def test_case_12_the_default_tax_code_counts_where_the_document_is_made(books, bring, outcome):
    vat = books.workspace.tax_codes.get(code="VAT20")
    set_default_tax_code(workspace=books.workspace, tax_code=vat)

    bring(books, "12-default-tax-code-with-a-rate.csv")

    found = in_xero(books)
    assert found == {"V-1": Decimal("12.00")}
    assert Document.objects.get().tax == Decimal("2.00")
    outcome(f"12 tax by the default from the start: {summed(found)}")


def test_case_13_more_decimals_are_rounded_with_amounts_kept_and_told(books, bring, outcome):
    report = bring(books, "13-more-than-four-decimals.csv")

    found = in_xero(books)
    assert (report.not_made, report.bad_rows) == ([], [])
    assert found == {
        "E-7": Decimal("30.00"),
        "E-8": Decimal("14.81"),
        "E-9": Decimal("79.99"),
        "E-10": Decimal("119.99"),
        "E-11": Decimal("40.00"),
    }
    assert (report.rounded_lines, report.one_piece_lines) == (4, 0)
    outcome(f"13 {report.rounded_lines} lines rounded, amounts kept: {summed(found)}")


SHOP = Mapping(
    name="Our shop",
    title="Our shop",
    columns={
        "number": "Name",
        "issued_on": "Created at",
        "total": "Total",
        "quantity": "Lineitem quantity",
        "description": "Lineitem name",
        "unit_price": "Lineitem price",
        "item_code": "Lineitem sku",
        "party_name": "Billing Name",
        "email": "Email",
        "currency": "Currency",
        "order_tax_code": "Tax 1 Name",
        "tax_total": "Taxes",
    },
    order_columns=(
        OrderColumn(column="Shipping", description="Shipping", charge="shipping"),
        OrderColumn(
            column="Discount Amount", description="Discount", is_discount=True, is_spread=True
        ),
    ),
    tax_basis="inclusive",
    tax_amounts="stated",
    unused=(
        *("Financial Status", "Subtotal", "Discount Code", "Refunded Amount", "Tax 1 Value"),
        "Cancelled at",
    ),
)


@pytest.mark.parametrize("is_spread", [True, False])
def test_case_14_columns_of_the_order_make_lines_and_money_off(books, bring, outcome, is_spread):
    map_vat(books, "VAT 20%")
    shipping, discount = SHOP.order_columns
    columns = (
        shipping,
        OrderColumn(
            column=discount.column, description="Discount", is_discount=True, is_spread=is_spread
        ),
    )
    mapping = Mapping(
        **{name: getattr(SHOP, name) for name in SHOP.__struct_fields__}
        | {"order_columns": columns}
    )
    save_mapping(workspace=books.workspace, actor=books.owner, mapping=mapping)

    report = bring(books, "14-shop-order-shipping-and-discount.csv")

    found = in_xero(books)
    assert (report.format, report.not_made, report.bad_rows) == ("Our shop", [], [])
    assert found == {"#3001": Decimal("58.95"), "#3002": Decimal("40.00")}
    taxes = dict(Document.objects.values_list("number", "tax"))
    assert taxes == {"#3001": Decimal("9.83"), "#3002": Decimal("6.67")}
    how = "spread" if is_spread else "a line"
    outcome(f"14 shipping a line, money off {how}: {summed(found)}")


def test_case_16_one_row_per_invoice_of_a_billing_system(books, bring, outcome):
    mapping = Mapping(
        name="Billing",
        title="Billing",
        columns={
            "number": "Number",
            "status": "Status",
            "party_name": "Customer Name",
            "email": "Customer Email",
            "currency": "Currency",
            "issued_on": "Date (UTC)",
            "due_on": "Due Date (UTC)",
            "line_amount": "Subtotal",
            "line_tax": "Tax",
            "total": "Total",
            "description": "Description",
        },
        texts={"tax_code": "VAT20"},
        statuses={"paid": RowMeaning.TAKE, "void": RowMeaning.LEAVE_OUT},
        tax_amounts="stated",
    )
    save_mapping(workspace=books.workspace, actor=books.owner, mapping=mapping)

    report = bring(books, "16-one-row-per-invoice-billing.csv")

    found = in_xero(books)
    assert named(report) == {"ABCD-0002": Cause.ON_PURPOSE}
    assert found == {"ABCD-0001": Decimal("120.00")}
    made = Document.objects.get()
    assert (made.tax, made.lines.get().quantity) == (Decimal("20.00"), 1)
    outcome(f"16 a quantity of one, tax as the row has it: {summed(found)}")


def test_case_16_one_row_per_order_of_a_shop(books, bring, outcome):
    mapping = Mapping(
        name="Shop orders",
        title="Shop orders",
        columns={
            "number": "order_number",
            "issued_on": "date",
            "status": "status",
            "line_amount": "order_total",
            "line_tax": "tax_total",
            "currency": "order_currency",
            "party_name": "billing_name",
        },
        texts={"description": "Order {order_number}", "tax_code": "VAT20"},
        statuses={"completed": RowMeaning.TAKE},
        unused=("shipping_total", "discount_total"),
        tax_basis="inclusive",
        tax_amounts="stated",
    )
    save_mapping(workspace=books.workspace, actor=books.owner, mapping=mapping)

    bring(books, "16-one-row-per-invoice-shop.csv", format="Shop orders")

    found = in_xero(books)
    made = Document.objects.get()
    assert found == {"501": Decimal("58.95")}
    assert (made.tax, made.lines.get().description) == (Decimal("9.83"), "Order 501")
    outcome(f"16 a fixed text, tax as the row has it: {summed(found)}")


def test_case_18_figures_as_reports_write_them(books, bring, outcome):
    report = bring(books, "18-figures-as-reports-write-them.csv")

    found = in_xero(books)
    assert (report.bad_rows, report.not_made) == ([], [])
    credits = dict.fromkeys(["E-16", "E-18", "E-19", "E-21"], Decimal("6.00"))
    assert found == credits | {
        "E-17": Decimal("6.00"),
        "E-20": Decimal("1481.40"),
        "E-15": Decimal("180.00"),
    }
    assert report.created == {"sales_credit_note": 4, "sales_invoice": 3}
    outcome(f"18 all read: {summed(found)}")


def test_case_19_the_header_is_found_wherever_it_stands(books, bring, outcome):
    numbers = {"preamble.csv": "R-7", "sep.csv": "R-8", "pipe.csv": "LG-1", "twice.csv": "R-12"}

    for name in numbers:
        report = bring(books, f"19-before-and-beside-the-header-{name}")
        assert (report.documents, report.bad_rows) == (1, []), name
    vat = books.workspace.tax_codes.get(code="VAT20")
    set_default_tax_code(workspace=books.workspace, tax_code=vat)
    ledger = bring(books, "19-before-and-beside-the-header-ledger.txt")

    assert (ledger.format, ledger.documents) == ("myob-sales", 1)
    found = in_xero(books)
    assert found == dict.fromkeys(numbers.values(), Decimal("12.00")) | {
        "00000123": Decimal("24.00")
    }
    outcome(f"19 preamble, sep=, pipes, a name twice, {{}} first: {summed(found)}")


def test_case_21_a_mapping_is_mended_deleted_and_made_anew(books, bring, outcome):
    name = "21-mapping-cannot-be-mended.csv"
    people = {"workspace": books.workspace, "actor": books.owner}
    columns = {
        "number": "Order",
        "issued_on": "Day",
        "party_name": "Who",
        "description": "What",
        "quantity": "Count",
        "unit_price": "Gross",
    }
    wrong = Mapping(
        name="Till", title="Till", columns=columns, unused=("Net",), texts={"tax_code": "VAT20"}
    )
    save_mapping(**people, mapping=wrong)

    looked = bring(books, name, dry_run=True)
    assert (looked.format, looked.total) == ("Till", {"GBP": Decimal("14.40")})

    # The same name again: mended.
    mended = replace(wrong, columns={**columns, "unit_price": "Net"}, unused=("Gross",))
    save_mapping(**people, mapping=mended, replaces="Till")
    bring(books, name)

    found = in_xero(books)
    assert found == {"M-1": Decimal("12.00")}
    delete_mapping(**people, name="Till")
    with pytest.raises(UnknownFormat, match="The columns of this file are not known"):
        bring(books, name)
    outcome(f"21 seen before it is written, mended, deleted: {summed(found)}")


def test_case_24_days_in_words_are_read_and_odd_ones_listed(books, bring, outcome):
    name = "24-days-in-words-and-odd-years.csv"

    report = bring(books, name)

    assert named(report) == {"S-11": Cause.ODD, "K-1": Cause.ODD}
    found = in_xero(books)
    assert found == dict.fromkeys(["S-6", "S-7"], Decimal("12.00"))
    days = set(Document.objects.values_list("issued_on", flat=True))
    assert days == {date(2026, 11, 21)}
    outcome(f"24 S-11 and K-1 listed as odd: {summed(found)}")


@pytest.mark.parametrize(
    ("name", "numbers"), [("blank", ["LJ-1", "LJ-2"]), ("short", ["LH-1", "LH-2"])]
)
def test_case_27_a_blank_or_short_row_costs_no_neighbour(books, bring, outcome, name, numbers):
    report = bring(books, f"27-blank-or-short-row-loses-its-neighbour-{name}.csv")

    found = in_xero(books)
    assert (report.bad_rows, report.not_made) == ([], [])
    assert list(found) == numbers
    outcome(f"27 a {name} row: {summed(found)}")
