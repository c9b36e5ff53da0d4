"""Every switch changes what it says, and stands in the documentation."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from books_client import connect, draft, line
from test_sandbox_consent import authorize_url, exchange, press, refresh

from xero_sandbox.settings import Delivery, Limits, Switches

SINCE = {"If-Modified-Since": "2099-01-01T00:00:00"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "sandbox.md"


def switch(http, **switches):
    answer = http.post("/_sandbox/switches", json=switches)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", [Switches, Limits, Delivery])
def test_every_setting_is_documented(kind):
    text = DOCUMENT.read_text()

    missing = [field.name for field in fields(kind) if f"`{field.name}`" not in text]

    assert missing == []


def test_a_voided_number_can_be_free_again(http, books):
    [made] = books.create(draft("V-1", Status="AUTHORISED", DueDate="2026-12-31"))
    books.post(f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    taken = books.errors("PUT", "Invoices", draft("V-1"))

    switch(http, voided_numbers_reusable=True)

    assert taken == ["Invoice # must be unique."]
    [again] = books.create(draft("V-1"))
    assert books.get("Invoices/V-1").json()["Invoices"][0]["InvoiceID"] == again["InvoiceID"]


def test_a_refused_batch_can_echo_all_its_elements(http, books):
    batch = {"Invoices": [draft(), draft(LineItems=[])]}
    one = books.put("Invoices", batch).json()["Elements"]

    switch(http, batch_errors="all")
    two = books.put("Invoices", batch).json()["Elements"]

    assert (len(one), len(two)) == (1, 2)
    assert [bool(element.get("ValidationErrors")) for element in two] == [False, True]


def test_a_refused_batch_can_undo_its_good_elements(http, books):
    batch = {"Invoices": [draft("B-1"), draft("B-2", LineItems=[])]}

    switch(http, refused_batch="undoes")
    refused = books.put("Invoices", batch)

    assert refused.status_code == 400
    assert books.get("Invoices/B-1").status_code == 404


def test_a_key_can_live_for_a_day(http, books):
    switch(http, idempotency_seconds=24 * 3600)
    answers = []
    for seconds in (0, 24 * 3600 - 60, 120):
        http.post("/_sandbox/clock", json={"advance_seconds": seconds})
        fresh = connect(http)
        answers.append(fresh.put("Invoices", draft(), headers={"Idempotency-Key": "k"}).content)

    assert answers[0] == answers[1] != answers[2]


def test_nothing_modified_and_a_page_past_the_end(http, books):
    asked = [lambda: books.get("Invoices", headers=SINCE), lambda: books.get("Invoices?page=9")]
    before = [ask().status_code for ask in asked]

    switch(http, not_modified="304", page_past_end="404")

    assert before == [200, 200]
    assert [ask().status_code for ask in asked] == [304, 404]


def test_an_offset_in_if_modified_since_counts_when_it_should(http, books):
    books.create(draft("O-1"))
    ahead = datetime.now(UTC) + timedelta(hours=1)  # an hour ahead, or twelve behind with +13:00
    since = {"If-Modified-Since": f"{ahead:%Y-%m-%dT%H:%M:%S}+13:00"}
    ignored = books.get("Invoices", headers=since).json()["Invoices"]

    switch(http, modified_since_offset="honoured")
    honoured = books.get("Invoices", headers=since).json()["Invoices"]

    assert (len(ignored), len(honoured)) == (0, 1)


def test_names_of_parameters_can_be_exact(http, books):
    books.create(draft("N-1"), draft("N-2"))
    loose = books.get("Invoices?PAGESIZE=1&page=1").json()["pagination"]

    switch(http, query_names="exact")
    exact = books.get("Invoices?PAGESIZE=1&page=1").json()["pagination"]
    right = books.get("Invoices?pageSize=1&page=1").json()["pagination"]

    assert (loose["pageSize"], exact["pageSize"], right["pageSize"]) == (1, 100, 1)


@pytest.mark.parametrize(
    "query",
    [
        "",
        'page=1&where=Reference.Contains("x")',
        "page=1&where=Url!=null",
        "page=1&order=Total",
    ],
)
def test_large_books_refuse_inefficient_questions(http, books, query):
    books.create(
        draft("H-1", Reference="x", Url="https://a.example"),
        draft("H-2", Reference="x", Url="https://a.example"),
    )
    assert books.get(f"Invoices?{query}").status_code == 200

    switch(http, high_volume_records=1)
    refused = books.get(f"Invoices?{query}")

    assert refused.status_code == 400
    assert "is not filtering Invoices efficiently" in refused.json()["Message"]


@pytest.mark.parametrize(
    "query",
    ['page=1&where=Status=="DRAFT" AND Date>=DateTime(2020,1,1)', "page=1&order=Date DESC", "IDs="],
)
def test_large_books_answer_efficient_questions(http, books, query):
    books.create(draft("H-1"), draft("H-2"))
    switch(http, high_volume_records=2 if query == "IDs=" else 1)

    assert books.get(f"Invoices?{query}").status_code == 200


@pytest.mark.parametrize(
    ("style", "words"),
    [("minute", "minute"), ("Minute limit", "Minute limit"), ("MinuteLimit", "MinuteLimit")],
)
def test_the_words_of_a_breached_limit(http, books, style, words):
    switch(http, rate_limit_words=style)
    http.post("/_sandbox/limits", json={"on": True, "minute": 0})

    assert books.get("Invoices").headers["X-Rate-Limit-Problem"] == words


def test_a_missing_scope_and_the_keys_of_its_body(http):
    books = connect(http, scope="accounting.contacts")
    usual = books.get("Invoices")

    switch(http, missing_scope="403", problem_keys="title")
    other = books.get("Invoices")

    assert (usual.status_code, usual.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert (other.status_code, other.json()["detail"]) == (403, "AuthorizationUnsuccessful")


@pytest.mark.parametrize(("ends", "status"), [(False, 200), (True, 401)])
def test_a_refresh_can_end_the_access_token_before(http, ends, status):
    switch(http, refresh_ends_access=ends)
    tokens = exchange(http, press(http)["code"]).json()
    renewed = refresh(http, tokens["refresh_token"]).json()

    before, after = (
        http.get("/connections", headers={"Authorization": f"Bearer {token['access_token']}"})
        for token in (tokens, renewed)
    )

    assert (before.status_code, after.status_code) == (status, 200)


def test_only_localhost_may_be_redirected_to_when_it_should(http):
    address = authorize_url(redirect_uri="http://127.0.0.1:9/callback")
    usual = http.get(address).status_code

    switch(http, loopback_redirects=False)

    assert (usual, http.get(address).status_code) == (200, 400)
    assert http.get(authorize_url()).status_code == 200


def test_a_twin_in_flight_can_be_refused(sandbox, http, books):
    switch(http, twin_in_flight="refuse")
    with sandbox.sandbox.in_flight.only(books.organisation, "same"):
        twin = books.put("Contacts", {"Name": "X"}, headers={"Idempotency-Key": "same"})

    alone = books.put("Contacts", {"Name": "X"}, headers={"Idempotency-Key": "same"})

    assert (twin.status_code, alone.status_code) == (409, 200)


@pytest.mark.parametrize(("tells", "invoices"), [(True, 2), (False, 1)])
def test_allocating_credit_tells_of_the_invoice_or_not(
    http, books, hook, receiver, tells, invoices
):
    switch(http, allocation_event=tells)
    [made] = books.create(draft("AL-1", Status="AUTHORISED", DueDate="2026-12-31"))
    note = draft(Type="ACCRECCREDIT", Status="AUTHORISED", LineItems=[line()])
    credit = books.put("CreditNotes", note).json()["CreditNotes"][0]["CreditNoteID"]
    body = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Amount": 1, "Date": "2026-11-30"}

    assert books.put(f"CreditNotes/{credit}/Allocations", body).status_code == 200
    books.put("Contacts", {"Name": "The last"})

    events = receiver.wait_for(5 if tells else 4)
    told = [event for event in events if event["resourceId"] == made["InvoiceID"]]
    assert len(told) == invoices
