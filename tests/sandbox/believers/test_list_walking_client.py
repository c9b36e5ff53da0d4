"""Every list is walked by a client that says nothing of JSON, page by page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from books_client import UK, approved, connect
from example_calls import CALLS
from list_walking_client import NoAccess, Walker, moments
from test_fuzz_every_route import LISTS

from xero_sandbox.identity.scopes import GRANULAR

INVOICES = 230


@pytest.fixture(scope="module")
def plain(browser):
    """Books with one of everything, and more invoices than two pages hold."""
    books = connect(browser, scope=" ".join(GRANULAR))
    for name, call in CALLS.items():
        if name.startswith(("create", "getPrepayment", "getOverpayment")):
            call(books)
    lines = [json.dumps({"Invoices": approved(f"W-{n:04d}")}) for n in range(INVOICES)]
    loaded = browser.post(f"/_sandbox/organisations/{UK}/load", content="\n".join(lines))
    assert loaded.status_code == 200, loaded.text
    return books


@pytest.fixture(scope="module")
def walker(browser, plain):
    return Walker(browser, plain.tokens["access_token"], plain.organisation)


def test_access_is_checked_by_a_read_of_the_organisation(browser, walker):
    assert walker.check_access() == "Demo Company (UK)"
    with pytest.raises(NoAccess) as caught:
        Walker(browser, "none", UK).check_access()
    assert caught.value.args[0] == 401


@pytest.mark.parametrize("plural", [name for name in LISTS if not name.startswith("Reports/")])
def test_a_walk_brings_every_element_of_a_list_once(plain, walker, plural):
    told = plain.get(plural, params={"page": "1", "pageSize": "1000"})
    if told.status_code != 200:
        answer = plain.get(plural, headers={"Accept": "*/*"})
        assert (answer.status_code, told.status_code) in ((400, 400), (404, 404), (501, 501))
        return

    found = walker.walk(plural)

    assert len(found) == len(list(told.json().values())[-1])
    assert all(1970 <= moment.year < 2100 for one in found for moment in moments(one))


@pytest.mark.parametrize("size", [7, 100, 1000])
def test_pages_of_any_size_are_walked_to_their_end(walker, size):
    found = walker.walk("Invoices", pageSize=str(size), where='InvoiceNumber.StartsWith("W-")')

    assert len({one.findtext("InvoiceNumber") for one in found}) == INVOICES


def test_only_what_has_changed_since_is_brought(browser, plain, walker):
    browser.post("/_sandbox/clock", json={"advance_seconds": 60})
    before = walker.walk("Invoices", datetime.now(UTC) + timedelta(seconds=30))

    [made] = plain.create(approved("LATE"))
    after = walker.walk("Invoices", datetime.now(UTC) + timedelta(seconds=30))

    assert before == []
    assert [one.findtext("InvoiceID") for one in after] == [made["InvoiceID"]]


def test_a_report_is_read_by_its_rows(walker):
    [report] = walker.walk("Reports/TrialBalance")

    assert report.findtext("ReportTitles/ReportTitle") == "Trial Balance"
    assert report.findtext("Rows/Row/Cells/Cell/Value") == "Account"
