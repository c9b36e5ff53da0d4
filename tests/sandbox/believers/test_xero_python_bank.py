"""Xero's own Python client writes and reads bank transactions, transfers and their report."""

from __future__ import annotations

import datetime as dt

import pytest
from example_calls import fresh
from python_bodies import TODAY, UNKNOWN, advance, line, many, refusal, spent, transfer
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException


def test_bank_transactions(api):
    word = fresh("card ")
    made = api.create_bank_transactions(many(spent(reference=word), spent())).bank_transactions
    first = made[0]
    update = spent(bank_transaction_id=first.bank_transaction_id, line_items=[line(unit_amount=5)])

    changed = api.update_or_create_bank_transactions(many(update)).bank_transactions[0]
    gone = api.update_bank_transaction(
        made[1].bank_transaction_id, many(spent(status="DELETED"))
    ).bank_transactions[0]
    found = api.get_bank_transactions(where=f'Reference=="{word}"', page=1, unitdp=4)
    read_back = api.get_bank_transaction(first.bank_transaction_id).bank_transactions[0]

    assert (first.total, first.total_tax, first.date) == (12, 2, TODAY)
    assert (changed.total, changed.bank_transaction_id) == (6, first.bank_transaction_id)
    assert gone.status == "DELETED"
    assert found.pagination.item_count == 1
    assert found.bank_transactions[0].line_items[0].unit_amount == 5
    assert (read_back.type, read_back.bank_account.code) == ("SPEND", "090")
    assert isinstance(read_back.updated_date_utc, dt.datetime)
    assert refusal(api.create_bank_transactions, many(spent(contact=None)))
    with pytest.raises(NotFoundException):
        api.get_bank_transaction(UNKNOWN)


def test_a_batch_keeps_the_good_and_tells_of_the_bad(api):
    bad = advance("PREPAYMENT")
    bad.bank_account = m.Account(code="200")

    good, refused = api.create_bank_transactions(
        many(spent(), bad), summarize_errors=False
    ).bank_transactions

    assert (good.status_attribute_string, refused.status_attribute_string) == ("OK", "ERROR")
    assert refused.validation_errors[0].message


def test_bank_transfers(api):
    first, second = (api.create_bank_transfer(many(transfer())).bank_transfers[0] for _ in "12")

    listed = api.get_bank_transfers(where="Amount==50", order="Date DESC").bank_transfers
    read_back = api.get_bank_transfer(first.bank_transfer_id).bank_transfers[0]
    side = api.get_bank_transaction(read_back.to_bank_transaction_id).bank_transactions[0]
    gone = api.delete_bank_transfer(
        first.bank_transfer_id, m.BankTransferDeleteByUrlParam(status="DELETED")
    ).bank_transfers[0]
    ended = m.BankTransferDelete(bank_transfer_id=second.bank_transfer_id, status="DELETED")
    gone_too = api.delete_bank_transfers(m.BankTransfersDelete(bank_transfers=[ended]))

    assert {first.bank_transfer_id, second.bank_transfer_id} <= {
        one.bank_transfer_id for one in listed
    }
    assert (read_back.amount, read_back.from_bank_account.code) == (50, "090")
    assert isinstance(read_back.created_date_utc, dt.datetime)
    assert (side.type, side.total, side.contact) == ("RECEIVE-TRANSFER", 50, None)
    assert gone.status == gone_too.bank_transfers[0].status == "DELETED"
    assert refusal(api.create_bank_transfer, many(transfer(amount=0)))


def test_the_bank_summary(api):
    year = {"from_date": dt.date(2026, 1, 1), "to_date": dt.date(2026, 12, 31)}

    report = api.get_report_bank_summary(**year).reports[0]

    assert report.report_name == "Bank Summary"
    assert [row.row_type.value for row in report.rows] == ["Header", "Section"]
