"""What Xero answers to a batch, and does not: elements missing, doubled, renamed, refused whole."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from factories import make_party
from tallystick.sync.lookup.ready_documents import marker_of
from tallystick.sync.models import Batch, Lane, Link, LinkState
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Not valid."}'
JSON = {"Content-Type": "application/json"}
SOME_ID = "11111111-1111-4111-8111-111111111111"


def answer_once(books: Books, status: int, body: str, path: str = "*/Invoices") -> None:
    books.sandbox.fault(
        "status", status=status, body=body, headers=JSON, method="PUT", path=path, times=1
    )


def element(document: Any, **other: Any) -> dict[str, Any]:
    return {
        "InvoiceID": SOME_ID,
        "Type": "ACCREC",
        "InvoiceNumber": document.number,
        "Url": marker_of(document),
        "Status": "DRAFT",
        "CurrencyCode": "GBP",
        "Total": 14.94,
        "StatusAttributeString": "OK",
        **other,
    }


def test_an_answer_under_another_number_is_known_by_our_marker(books: Books):
    document = books.submit("INV-1")
    answer = {"Invoices": [element(document, InvoiceNumber="INV-0099")]}
    answer_once(books, 200, json.dumps(answer))

    books.drain()

    link = books.link(document)
    assert (link.state, str(link.xero_id), link.xero_number) == (
        LinkState.SYNCED, SOME_ID, "INV-0099",
    )  # fmt: skip


def test_an_answer_that_names_one_document_twice_settles_it_once(books: Books):
    document = books.submit("INV-1")
    refused = element(document, StatusAttributeString="ERROR", InvoiceID=SOME_ID.replace("1", "0"))
    answer_once(books, 200, json.dumps({"Invoices": [element(document), refused]}))

    books.drain()

    assert books.link(document).state == LinkState.SYNCED
    assert Lane.objects.get().failures == 0


def test_an_empty_answer_sends_nothing_twice(books: Books):
    documents = [books.submit(f"INV-{n}") for n in range(3)]
    answer_once(books, 200, '{"Invoices":[]}')

    books.drain(rounds=2)

    assert len(books.invoices()) == 3
    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}


def test_elements_in_another_order_find_their_documents(books: Books):
    first, second = books.submit("INV-1"), books.submit("INV-2")
    other = SOME_ID.replace("1", "2")
    answer = {"Invoices": [element(second, InvoiceID=other), element(first)]}
    answer_once(books, 200, json.dumps(answer))

    books.drain()

    assert str(books.link(first).xero_id) == SOME_ID
    assert str(books.link(second).xero_id) == other


def test_a_total_that_xero_makes_otherwise_is_a_question_at_once(books: Books):
    document = books.submit("INV-1")
    answer_once(books, 200, json.dumps({"Invoices": [element(document, Total=14.95)]}))

    books.drain()

    held = books.link(document)
    assert held.state == LinkState.HELD
    assert "14.95 GBP" in held.problem["message"]
    assert "14.94 GBP" in held.problem["message"]


def test_one_culprit_of_fifty_refused_whole_takes_no_neighbour_with_it(books: Books):
    """Halving sends the neighbours up to seven times; that is no fault of theirs."""
    documents = [books.submit(f"INV-{n:02}") for n in range(50)]
    # The last one is the culprit: 50, 25 and 25, 12 and 13, 6 and 7, 3 and 4, 2 and 2, 1 and 1.
    for nth in (1, 3, 5, 7, 9, 11, 13):
        books.sandbox.fault(
            "status", status=400, body=REFUSED, headers=JSON, method="PUT", path="*/Invoices",
            nth=nth, times=1,
        )  # fmt: skip

    books.drain()

    states = [books.link(document).state for document in documents]
    assert states == [LinkState.SYNCED] * 49 + [LinkState.FAILED]


def test_one_culprit_among_new_customers_takes_no_neighbour_with_it(books: Books):
    documents = [
        books.submit(f"INV-{n:02}", make_party(books.workspace, f"Shop {n}", number=f"S{n:02}"))
        for n in range(50)
    ]
    books.sandbox.fault(
        "status", status=400, body=REFUSED, headers=JSON, method="PUT", path="*/Contacts", times=6
    )

    books.drain()

    states = [books.link(document).state for document in documents]
    assert states.count(LinkState.SYNCED) == 49
    assert states.count(LinkState.FAILED) == 1


def test_a_customer_that_xero_stumbles_over_stops_alone(books: Books):
    """Every request with it gets a 500; in the end it stands alone, and the others are in Xero."""
    documents = [
        books.submit(f"INV-{n}", make_party(books.workspace, f"Shop {n}", number=f"S{n}"))
        for n in range(4)
    ]
    fault = books.sandbox.fault("status", status=500, method="PUT", path="*/Contacts")
    for _ in range(4):
        books.drain()
        books.let_lease_end()
        books.let_key_die()
    links = Link.objects.filter(party__isnull=False)
    assert set(links.values_list("state", flat=True)) == {LinkState.QUEUED, LinkState.SENDING}
    assert Batch.objects.order_by("pk").last().attempts.count() == 1

    books.sandbox.remove_fault(fault)
    books.drain(rounds=2)

    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}


def test_a_reused_key_is_no_fault_of_the_document(books: Books):
    document = books.submit("INV-1")
    message = "Idempotency Key: 1 is used with a different request."
    said = json.dumps({"Title": "Bad Request", "Status": 400, "Message": message})
    answer_once(books, 400, said)

    books.drain(rounds=2)

    assert books.link(document).state == LinkState.SYNCED
    assert len(books.invoices()) == 1


@pytest.mark.parametrize("status", [404, 413])
def test_a_single_document_refused_by_status_fails_alone_and_retries(books: Books, status: int):
    document = books.submit("INV-1")
    answer_once(books, status, "")

    books.drain()
    assert books.link(document).state == LinkState.FAILED
    books.retry(document)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED


def test_an_access_token_refused_twice_leaves_the_batch_to_the_next_round(books: Books):
    document = books.submit("INV-1")
    detail = '{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired"}'
    books.sandbox.fault(
        "status", status=401, body=detail, headers=JSON, method="PUT", path="*/Invoices", times=2
    )

    books.drain()
    assert "error of its own" not in Lane.objects.get().blocked_reason
    books.let_lease_end()
    books.drain()

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED


def test_a_customer_that_xeros_answer_forgot_keeps_its_documents_queued(books: Books):
    document = books.submit("INV-1", make_party(books.workspace, "Anna", number="A1"))
    answer_once(books, 200, '{"Contacts":[]}', path="*/Contacts")

    books.drain()
    assert books.link(document).state == LinkState.QUEUED
    books.drain()

    assert books.link(document).state == LinkState.SYNCED


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": "9" * 18}])
def test_a_limit_without_a_sensible_time_blocks_for_a_day_at_most(books: Books, headers):
    document = books.submit("INV-1")
    books.sandbox.fault(
        "status", status=429, headers=headers, method="GET", path="*/Invoices", times=1
    )

    books.drain()

    assert due_organisations() == []
    lane = Lane.objects.get()
    assert lane.blocked_until < timezone.now() + timedelta(hours=25)
    assert "None" not in lane.blocked_reason
    books.let_lease_end()
    books.drain()
    assert books.link(document).state == LinkState.SYNCED
