"""What was left out comes back as a file of its own, and is read there as it was in the whole."""

import io
from datetime import date
from decimal import Decimal

import pytest

from tallystick.importing.run import Lists

HEADER = "number,party_name,issued_on,description,quantity,unit_price"
REPORT = """,Date,Transaction Type,Num,Product/Service,Memo/Description,Qty,Sales Price,Amount,Balance
Parent,,,,,,,,,
Child,,,,,,,,,
,25/11/2026,Invoice,1001,Tea,,x,10.00,10.00,10.00
Total for Child,,,,,,,,10.00,
,25/11/2026,Invoice,1002,Cup,,y,5.00,5.00,15.00
Total for Parent,,,,,,,,15.00,
TOTAL,,,,,,,,15.00,
"""
SETTLEMENT = """settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,\
transaction-type,order-id,merchant-order-id,adjustment-id,shipment-id,marketplace-name,amount-type,\
amount-description,amount,fulfillment-id,posted-date,posted-date-time,order-item-code,\
merchant-order-item-id,merchant-adjustment-item-id,sku,quantity-purchased,promotion-id
7,,,,"15,00",EUR,,,,,,,,,,,,,,,,,,
7,,,,,,Order,302-1,,,,,ItemPrice,Principal,"20,00",,15.11.2026,15.11.2026 10:00:00 UTC,,,,,,
7,,,,,,New kind,302-2,,,,,ItemPrice,Principal,"-5,00",,15.11.2026,15.11.2026 10:00:00 UTC,,,,,,
"""


@pytest.fixture
def left_out(run):
    """Import a file, and return the rows that were left out."""

    def left_out(text, **options):
        failed = io.StringIO()
        run(text, lists=Lists(None, failed), **options)
        return failed.getvalue()

    return left_out


def test_days_and_decimals_stay_what_the_whole_file_showed(left_out, run, workspace, document):
    workspace.country = "NZ"
    workspace.save()
    part = left_out(
        f'{HEADER}\n1,A,11/25/2026,Tea,1,"2,50"\n2,A,03/04/2026,Tea,x,"1,250"\n',
        answers={"day_order": "mdy", "decimal_mark": ","},
    )

    report = run(part.replace(",x,", ",1,"))

    assert not report.questions
    assert document("2").issued_on == date(2026, 3, 4)
    assert document("2").total == Decimal("1.25")


def test_rows_keep_the_heading_that_they_stood_under(left_out, run, document):
    part = left_out(REPORT)

    run(part.replace(",x,", ",1,").replace(",y,", ",1,"))

    assert document("1001").party.name == "Child"
    assert document("1002").party.name == "Parent"


def test_a_part_keeps_its_currency_and_need_not_come_to_the_whole(left_out, run, document):
    kind = "kind:New kind"
    part = left_out(SETTLEMENT, answers={kind: "leave_out"})

    run(part, answers={kind: "sales_credit_note"})

    assert (document("7").currency, document("7").total) == ("EUR", Decimal(5))


def test_what_is_left_out_again_has_its_new_reason_alone(left_out):
    part = left_out(f"{HEADER}\n1,A,2026-11-25,Tea,x,2.50\n")

    again = left_out(part.replace(",x,", ",y,")).splitlines()

    assert again[0].count("Why it was left out") == 1
    assert "“x”" not in again[1]
    assert "“y”" in again[1]
