"""Columns of the whole order, as files repeat them, and money off that is more than there is."""

import pytest

from tallystick.books.models import Document
from tallystick.importing.meaning.mapping import Mapping, OrderColumn, RowMeaning
from tallystick.importing.report import Cause

SHOP = Mapping(
    name="shop",
    title="Shop",
    is_own=True,
    columns={
        "number": "No",
        "issued_on": "Day",
        "description": "Item",
        "quantity": "Qty",
        "unit_price": "Price",
    },
    order_columns=(
        OrderColumn(column="Shipping", description="Shipping", charge="shipping"),
        OrderColumn(column="Off", description="Off", is_discount=True, is_spread=True),
    ),
    nobody="walk_in",
)


@pytest.fixture
def order(run):
    """Import rows of item, price, shipping and money off, all of one order but those of `Z`."""

    def order(*rows):
        lines = (
            f"{'A' if not item.startswith('z') else 'Z'},2026-11-01,{item},1,{rest}"
            for item, _, rest in (row.partition(",") for row in rows)
        )
        return run("\n".join(["No,Day,Item,Qty,Price,Shipping,Off", *lines]), tried=SHOP)

    return order


@pytest.mark.parametrize(
    "rows",
    [
        ("x,10.00,4.95,2.00", "y,15.00,,"),
        ("x,10.00,4.95,2.00", "y,15.00,4.95,2.00"),
        ("x,10.00,4.95,2.00", "y,15.00,0.00,0"),
        ("x,10.00,0.00,-", "y,15.00,4.95,2.00"),
        ("x,10.00,4.95,2.00", "z,1.00,,", "y,15.00,,"),
        ("x,10.00,4.95,2.00", "z,1.00,,", "y,15.00,0.00,0.00"),
        ("x,10.00,,", "z,1.00,,", "y,15.00,4.95,2.00"),
    ],
)
def test_what_an_order_says_once_again_or_with_nothings_counts_once(order, document, rows):
    report = order(*rows)

    assert report.not_made == []
    assert str(document("A").total) == "27.95"


def test_other_figures_in_other_rows_keep_the_order_out_in_words(order):
    report = order("x,10.00,4.95,", "y,15.00,5.00,")

    [left] = report.not_made
    assert left.cause is Cause.CONTRADICTION
    assert left.reason.startswith(
        "Line 3 gives “5.00” in a column of the whole document, line 2 of the same document gives "
        "“4.95” in a column"
    )


@pytest.mark.parametrize("row", ["x,10.00,,15.00", "x,10.00,4.95,12.00", "x,0.00,4.95,3.00"])
def test_more_off_than_the_lines_come_to_makes_neither_a_credit_note_nor_nothing(order, row):
    report = order(row, "z,1.00,,")

    assert [(each.document, each.cause) for each in report.not_made] == [("A", Cause.UNREADABLE)]
    assert "off all its lines, which come to" in report.not_made[0].reason
    assert [each.number for each in Document.objects.all()] == ["Z"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",,5.00", "Enter quantity and price of what the money is off"),
        ("1,9.99,11.00", "More is taken off than the 9.99"),
    ],
)
def test_money_off_a_line_that_is_not_there_or_comes_to_less_is_never_dropped(simple, cells, said):
    rows = ("M-1,Ann,2026-11-01,Mug,1,10.00,", f"M-1,Ann,2026-11-01,Coupon,{cells}")
    header = "number,party_name,issued_on,description,quantity,unit_price,discount_amount"

    report = simple(*rows, header=header)

    assert said in report.not_made[0].reason
    assert not Document.objects.exists()


def test_a_line_without_the_amount_that_alone_would_make_it_is_no_mere_text(simple):
    rows = ("M-1,Ann,2026-11-01,Mug,10.00", "M-1,Ann,2026-11-01,Cap,")

    report = simple(*rows, header="number,party_name,issued_on,description,line_amount")

    assert "Enter the amount of the line, 0 for none." in report.not_made[0].reason


def test_rows_that_differ_in_being_taken_say_so_in_words(run):
    mapping = Mapping(
        name="till",
        title="Till",
        is_own=True,
        columns={
            "number": "No",
            "issued_on": "Day",
            "description": "Item",
            "line_amount": "Sum",
            "status": "Status",
            "email": "Mail",
        },
        statuses={"paid": RowMeaning.TAKE, "void": RowMeaning.LEAVE_OUT},
    )
    rows = ("A,2026-11-01,x,1,paid,A@x.nz", "A,2026-11-01,y,2,void,a@x.nz")

    report = run("\n".join(["No,Day,Item,Sum,Status,Mail", *rows]), tried=mapping)

    assert report.not_made[0].reason.startswith(
        "Line 3 is left out (its status is void), line 2 of the same document is taken."
    )
