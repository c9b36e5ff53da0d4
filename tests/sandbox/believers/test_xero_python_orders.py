"""Xero's own Python client writes and reads purchase orders, and reads receipts and claims."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from example_calls import claim, fresh, receipt
from python_bodies import TODAY, UNKNOWN, kept, many, order, refusal
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException
from xero_python.exceptions.http_status_exceptions import HTTPStatusException


def test_purchase_orders(api):
    number = fresh("PY-PO-")
    body = order(api, purchase_order_number=number, delivery_date=TODAY, telephone="123")

    made = api.create_purchase_orders(many(body), summarize_errors=True).purchase_orders[0]
    upserted = api.update_or_create_purchase_orders(
        many(m.PurchaseOrder(purchase_order_number=number, reference="again"))
    ).purchase_orders[0]
    approved = api.update_purchase_order(
        made.purchase_order_id, many(m.PurchaseOrder(status="AUTHORISED", sent_to_contact=True))
    ).purchase_orders[0]
    read_back = api.get_purchase_order(made.purchase_order_id).purchase_orders[0]
    page = api.get_purchase_orders(
        status="AUTHORISED",
        date_from=str(TODAY),
        date_to=str(TODAY),
        order="PurchaseOrderNumber ASC",
        page=1,
        page_size=5,
        if_modified_since=made.updated_date_utc - dt.timedelta(seconds=1),
    )

    assert (made.total, made.delivery_date, made.telephone) == (12, TODAY, "123")
    assert (upserted.purchase_order_id, upserted.reference) == (made.purchase_order_id, "again")
    assert (approved.sent_to_contact, read_back.status) == (True, "AUTHORISED")
    assert api.get_purchase_order_by_number(number).purchase_orders == [read_back]
    assert number in [one.purchase_order_number for one in page.purchase_orders]
    assert page.pagination.page_size == 5
    assert refusal(api.create_purchase_orders, many(body)) == "Order number must be unique"
    with pytest.raises(NotFoundException):
        api.get_purchase_order(UNKNOWN)


def test_receipts_and_expense_claims_are_read_and_not_written(api):
    slip, owed = kept(api, receipt), kept(api, claim)

    one = api.get_receipt(slip).receipts[0]
    other = api.get_expense_claim(owed).expense_claims[0]

    assert slip in [found.receipt_id for found in api.get_receipts(order="Status").receipts]
    assert owed in [found.expense_claim_id for found in api.get_expense_claims().expense_claims]
    assert (one.total, one.line_items[0].description, other.amount_due) == (40, "Tea", 40)
    with pytest.raises(HTTPStatusException) as caught:
        api.create_receipt(many(m.Receipt(reference="new")))
    assert caught.value.status == 501


def test_an_order_as_pdf(api):
    made = api.create_purchase_orders(many(order(api))).purchase_orders[0]

    file = Path(api.get_purchase_order_as_pdf(made.purchase_order_id))

    assert file.read_bytes().startswith(b"%PDF")
    file.unlink()
