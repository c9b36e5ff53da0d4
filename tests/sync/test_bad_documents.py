"""One document among many that Xero cannot take: it stops alone, and nobody waits for it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from test_edits_push import edit

from factories import line, make_party
from tallystick.books.models import Document, Kind
from tallystick.sync.models import Attempt, AttemptOutcome, Lane, Link, LinkState
from tallystick.sync.reports.link_states import document_state
from tallystick.sync.reports.sync_summary import sync_summary
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

BAD = "INV-BAD"
REFUSED = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Not valid."}'


def test_of_fifty_with_one_that_is_always_refused_49_land(books: Books):
    good, bad = fifty(books)
    books.sandbox.fault(
        "status", status=400, body=REFUSED, headers={"Content-Type": "application/json"},
        method="PUT", path="*/Invoices", contains=BAD,
    )  # fmt: skip

    books.drain()

    assert all_are(LinkState.SYNCED, books, good)
    assert books.link(bad).state == LinkState.FAILED
    assert books.problem(bad)["message"].startswith(f"{bad} was not sent.")
    assert len(books.invoices()) == 49
    assert due_organisations() == []


def test_of_fifty_with_one_that_xero_breaks_down_over_49_land_while_it_keeps_every_key(
    books: Books,
):
    """No six minutes of waiting for any key: an answer 500 is an answer, and Xero can be asked."""
    good, bad = fifty(books)
    breaks_down(books)

    rounds = work_until(books, lambda: all_are(LinkState.SYNCED, books, good))

    assert rounds <= 8
    assert Lane.objects.get().failures <= 1, "what lands in between shows that Xero is at work"
    assert books.link(bad).state == LinkState.QUEUED
    assert len(books.invoices()) == 49


def test_what_xero_always_breaks_down_over_stops_after_its_tries_and_can_be_retried(books: Books):
    bad = books.submit(BAD)
    fault = breaks_down(books)

    work_until(books, lambda: books.link(bad).not_before > now(books))
    [*_, last] = Attempt.objects.filter(link=books.link(bad)).order_by("pk")
    assert last.message == (
        "Xero broke down over it, and it shows that nothing was done. "
        "The next try is in 10 minutes; Retry tries at once."
    )
    shown = document_state(bad)
    assert shown.word == "Queued"
    assert shown.tooltip == (
        "Xero broke off 4 times without a clear answer. The next try is in 10 minutes; Retry tries "
        "at once."
    )
    later = books.submit("INV-LATER")
    books.work()
    assert books.link(later).state == LinkState.SYNCED

    work_until(books, lambda: books.link(bad).state == LinkState.FAILED, pauses_pass=True)
    assert books.problem(bad)["message"] == (
        f"{bad} was not sent: Xero broke off 6 times without a clear answer, and does not have it."
    )
    assert due_organisations() == []

    books.sandbox.remove_fault(fault)
    books.retry(bad)
    books.work()
    assert books.link(bad).state == LinkState.SYNCED
    assert len(books.invoices()) == 2


def test_retry_ends_a_pause(books: Books):
    bad = books.submit(BAD)
    fault = breaks_down(books)
    work_until(books, lambda: books.link(bad).not_before > now(books))
    books.sandbox.remove_fault(fault)

    assert document_state(bad).can_retry
    assert books.retry(bad) == 1
    books.work()

    assert books.link(bad).state == LinkState.SYNCED


def test_what_xero_made_before_it_broke_down_is_found_and_not_made_again(books: Books):
    documents = [books.submit(f"INV-{n}") for n in range(3)]
    books.sandbox.fault("status_after", status=500, method="PUT", path="*/Invoices", times=1)

    work_until(books, lambda: all_are(LinkState.SYNCED, books, documents))

    assert len(books.invoices()) == 3
    assert books.sandbox.calls()["PUT Invoices"] == 1


def test_a_breakdown_over_a_repeat_says_nothing_of_a_send_that_was_never_answered(books: Books):
    """The first may still be under way at Xero, and a bill has no number that it refuses twice."""
    books.choose_everything()
    bill = books.submit("BILL-1", kind=Kind.BILL)
    books.sandbox.fault("cut_before", method="PUT", path="*/Invoices", times=1)
    fault = books.sandbox.fault("status", status=500, method="PUT", path="*/Invoices")
    for _ in range(4):
        end_rest(books)
        books.let_lease_end()
        books.drain()

    assert books.link(bill).state == LinkState.SENDING
    keys = {row["idempotency_key"] for row in books.requests("/api.xro/2.0/Invoices")} - {None, ""}
    assert len(keys) == 1, "no new key while the first send may still come to something"

    books.sandbox.remove_fault(fault)
    books.let_key_die()
    end_rest(books)
    work_until(books, lambda: books.link(bill).state == LinkState.SYNCED)
    assert len(books.live()) == 1


def test_a_customer_that_xero_breaks_down_over_pauses_and_its_documents_with_it(books: Books):
    """Xero may be unable to write for an hour: nobody has to press anything after it."""
    document = books.submit("INV-1", make_party(books.workspace, "Anna", number="A1"))
    fault = books.sandbox.fault("status", status=500, method="PUT", path="*/Contacts")

    work_until(books, lambda: books.link(document).not_before > now(books))
    assert books.link(document.party).tries == 4
    assert document_state(document).tooltip == (
        "Its customer could not be made in Xero yet. The next try is in 10 minutes; Retry tries at "
        "once."
    )
    assert not sync_summary(books.workspace).is_running, (
        "who waits for the end of a sync need not for it"
    )
    calls = books.sandbox.calls()
    books.let_lease_end()
    assert due_organisations() == [], "nothing turns round and round meanwhile"
    books.drain()
    assert books.sandbox.calls() == calls

    books.sandbox.remove_fault(fault)
    Link.objects.filter(party=document.party).update(not_before=Now())
    books.work()
    assert books.link(document).state == LinkState.SYNCED


def test_retry_on_a_document_tries_its_paused_customer_at_once(books: Books):
    document = books.submit("INV-1", make_party(books.workspace, "Anna", number="A1"))
    fault = books.sandbox.fault("status", status=500, method="PUT", path="*/Contacts")
    work_until(books, lambda: books.link(document).not_before > now(books))
    books.sandbox.remove_fault(fault)
    books.let_lease_end()

    assert document_state(document).can_retry
    assert books.retry(document) == 1
    books.work()

    assert books.link(document).state == LinkState.SYNCED


def test_editing_ends_a_pause(books: Books):
    bad = books.submit(BAD)
    fault = breaks_down(books)
    work_until(books, lambda: books.link(bad).not_before > now(books))
    books.sandbox.remove_fault(fault)

    edit(books, bad)
    books.work()

    assert books.link(bad).state == LinkState.SYNCED


def test_a_pdf_that_xero_breaks_down_over_keeps_nobody_waiting(books: Books):
    books.policy(Kind.SALES_INVOICE, attach_pdf=True)
    first = books.submit("INV-1")
    books.sandbox.fault("status", status=500, method="PUT", path="*/Attachments/*")
    books.drain()
    a_minute_passes(books)
    books.let_lease_end()
    second = books.submit("INV-2")
    books.drain()

    assert books.link(first).state == LinkState.SENDING
    assert books.copy(second)["status"] == "DRAFT"


def test_while_a_request_never_gets_an_answer_the_others_go_on(books: Books):
    """It is repeated ever more seldom while Xero keeps its key, then asked for and sent in parts."""
    first = [books.submit(f"INV-{n}") for n in range(3)]
    bad = books.submit(BAD)
    books.sandbox.fault("cut_before", method="PUT", path="*/Invoices", contains=BAD)
    books.drain()
    later = [books.submit(f"LATER-{n}") for n in range(3)]

    a_minute_passes(books)
    books.let_lease_end()
    books.drain()

    assert all_are(LinkState.SYNCED, books, later)
    assert all_are(LinkState.SENDING, books, first)
    assert due_organisations() == [], "what rests wakes nobody"
    calls = books.sandbox.calls()["PUT Invoices"]
    books.drain()
    assert books.sandbox.calls()["PUT Invoices"] == calls

    for _ in range(3):
        end_rest(books)
        books.let_key_die()
        work_until(books, lambda: not Lane.objects.exclude(blocked_until=None).exists())
    assert all_are(LinkState.SYNCED, books, first)
    assert books.link(bad).state in (LinkState.QUEUED, LinkState.SENDING)
    assert len(books.invoices()) == 6


def test_a_rest_ends_by_itself(books: Books):
    books.submit(BAD)
    fault = books.sandbox.fault("cut_before", method="PUT", path="*/Invoices")
    books.drain()
    a_minute_passes(books)
    books.let_lease_end()
    books.drain()
    assert due_organisations() == []
    [batch] = books.organisation.batches.filter(settled_at=None)
    assert batch.sealed_at < batch.rests_until
    age = now(books) - batch.sealed_at
    assert batch.rests_until <= now(books) + age, "at most as long again as it is old"

    books.sandbox.remove_fault(fault)
    end_rest(books)
    assert due_organisations() == [books.organisation.pk]
    books.work()

    assert books.states() == {LinkState.SYNCED: 1}
    assert len(books.invoices()) == 1


def test_a_long_invoice_lands_whole(books: Books):
    lines = [line(f"Thing {n}", tax_code="VAT20", unit_price="1.05") for n in range(1114)]

    document = books.submit("INV-LONG", lines=lines)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED
    assert [one["total"] for one in books.invoices()] == [str(document.total)]
    assert books.copy(document)["lines"] == 1114


def test_documents_of_more_than_three_and_a_half_megabytes_go_in_several_requests(books: Books):
    long = [line("x" * 4000, tax_code="VAT20") for _ in range(300)]
    documents = [books.submit(f"INV-{n}", lines=long) for n in range(4)]
    before = books.sandbox.calls()

    books.drain()

    assert all_are(LinkState.SYNCED, books, documents)
    assert (books.sandbox.calls() - before)["PUT Invoices"] == 2
    sizes = [row["bytes_in"] for row in books.requests("/api.xro/2.0/Invoices")]
    assert max(sizes) < 3_500_000
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def fifty(books: Books) -> tuple[list[Document], Document]:
    """Submit 49 good documents with a bad one among them."""
    documents = [books.submit(BAD if n == 31 else f"INV-{n:02}") for n in range(50)]
    bad = documents.pop(31)
    return documents, bad


def breaks_down(books: Books) -> int:
    """Let Xero answer 500 to whatever holds the bad document."""
    return books.sandbox.fault("status", status=500, method="PUT", path="*/Invoices", contains=BAD)


def all_are(state: LinkState, books: Books, documents: Sequence[Document]) -> bool:
    return {books.link(document).state for document in documents} == {state}


def work_until(books: Books, is_so, *, pauses_pass: bool = False) -> int:
    """Work rounds, each after the lane's back-off, until it is so; returns how many it took."""
    for rounds in range(1, 20):
        books.let_lease_end()
        if pauses_pass:
            Link.objects.filter(state=LinkState.QUEUED).update(not_before=Now())
        books.drain()
        if is_so():
            return rounds
    raise AssertionError("It never came to be so.")


def a_minute_passes(books: Books) -> None:
    books.organisation.batches.update(sealed_at=F("sealed_at") - timedelta(minutes=1))


def end_rest(books: Books) -> None:
    books.organisation.batches.update(rests_until=Now())


def now(books: Books):
    return Lane.objects.filter(organisation=books.organisation).values_list(Now(), flat=True).get()
