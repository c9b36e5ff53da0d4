"""Xero's own Python client writes manual journals and reads journals, budgets, stock, summaries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from books_client import UK
from example_calls import fresh
from python_bodies import TODAY, UNKNOWN, bill, invoice, line, many, recoded, refusal, sale
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException


def test_manual_journals(api):
    made = api.create_manual_journals(many(recoded()), summarize_errors=True).manual_journals[0]
    ident = made.manual_journal_id
    api.update_or_create_manual_journals(
        many(m.ManualJournal(manual_journal_id=ident, narration="Again"))
    )
    read = api.get_manual_journal(ident).manual_journals[0]
    page = api.get_manual_journals(where='Status=="POSTED"', order="Date", page=1, page_size=5)
    gone = api.update_manual_journal(
        ident, many(m.ManualJournal(narration="Again", status="VOIDED"))
    ).manual_journals[0]

    assert (read.narration, read.date, read.status) == ("Again", TODAY, "POSTED")
    assert [one.line_amount for one in read.journal_lines] == [100, -100]
    assert ident in [one.manual_journal_id for one in page.manual_journals]
    assert gone.status == "VOIDED"
    assert refusal(api.create_manual_journals, many(recoded(100, -10))) == (
        "The total debits (100.00) must equal total credits (-10.00)"
    )
    with pytest.raises(NotFoundException):
        api.get_manual_journal(UNKNOWN)


def test_journals(api):
    made = invoice(api, sale(reference="order 1"))
    found = api.get_journals(offset=0).journals
    [one] = [journal for journal in found if journal.source_id == made.invoice_id]

    by_id = api.get_journal(one.journal_id).journals[0]
    by_number = api.get_journal_by_number(one.journal_number).journals[0]
    later = api.get_journals(
        offset=one.journal_number, if_modified_since=dt.datetime(2000, 1, 1), payments_only=True
    )

    assert by_id.journal_id == by_number.journal_id == one.journal_id
    assert (one.source_type, one.reference, one.journal_date) == ("ACCREC", "order 1", TODAY)
    nets = {part.account_code: part.net_amount for part in one.journal_lines}
    assert nets == {"610": 12, "200": -10, "820": -2}
    assert all(journal.journal_number > one.journal_number for journal in later.journals)


def test_stock(api):
    purchase = m.Purchase(cogs_account_code="310", tax_type="INPUT2")
    sales = m.Purchase(unit_price=9, account_code="200", tax_type="OUTPUT2")
    code = fresh("ST")
    body = m.Item(
        code=code,
        inventory_asset_account_code="630",
        purchase_details=purchase,
        sales_details=sales,
    )
    made = api.create_items(many(body)).items[0]
    goods = line(item_code=code, quantity=4, unit_amount=2.5, account_code="630", tax_type="INPUT2")
    invoice(api, bill(line_items=[goods]))
    invoice(api, sale(line_items=[line(item_code=code, quantity=1)]))

    held = api.get_item(made.item_id).items[0]

    assert (held.quantity_on_hand, held.total_cost_pool) == (3, Decimal("7.5"))
    beyond = sale(line_items=[line(item_code=code, quantity=4)])
    assert refusal(api.create_invoices, many(beyond)) == "Only 3 items available to sell"


def test_budgets(api, browser):
    balances = [{"Period": f"2026-{month}", "Amount": 10.5} for month in ("08", "09")]
    told = {"BudgetLines": [{"AccountCode": "200", "BudgetBalances": balances}]}
    browser.post(f"/_sandbox/organisations/{UK}/budgets", json=told)

    [listed] = api.get_budgets().budgets
    read = api.get_budget(listed.budget_id, date_from=dt.date(2026, 9, 1)).budgets[0]

    assert (listed.type, listed.description) == ("OVERALL", "Overall Budget")
    [balance] = read.budget_lines[0].budget_balances
    assert (balance.period, balance.amount) == (dt.date(2026, 9, 1), 10.5)
    summary = api.get_report_budget_summary(date=TODAY, periods=2, timeframe=3).reports[0]
    assert summary.report_titles[0] == "Overall Budget"


def test_summaries_and_published_reports(api, browser):
    told = {"ReportName": "VAT Return", "ReportDate": "30 November 2026"}
    made = browser.post(f"/_sandbox/organisations/{UK}/reports", json=told).json()

    executive = api.get_report_executive_summary(date=TODAY).reports[0]
    [listed] = api.get_reports_list().reports
    read = api.get_report_from_id(made["ReportID"]).reports[0]

    assert executive.rows[1].title == "Cash"
    assert listed.report_id == read.report_id == made["ReportID"]
    assert api.get_report_ten_ninety_nine(report_year="2026").reports == []
