"""What people do meanwhile: cancel, retry, Sync now, disconnect, at the worst moments and in bulk."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from consenting import NZ, UK, connect
from factories import make_document, make_party
from tallystick.books.models import Document, Status
from tallystick.connections.cooldowns import CoolingDown
from tallystick.connections.models import Organisation, ScopePress
from tallystick.connections.services import disconnect
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, Link, LinkState
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_thousand_cancelled_at_once_are_few_statements_and_do_not_hold_up_the_rest(
    books: Books, django_assert_max_num_queries
):
    documents = [books.submit(f"INV-{n:04}") for n in range(250)]
    books.drain(rounds=2)
    assert books.states() == {LinkState.SYNCED: 250}

    with django_assert_max_num_queries(15):
        books.cancel(*documents)
    urgent = books.submit("INV-URGENT")
    books.drain()

    assert books.link(urgent).state == LinkState.SYNCED
    books.drain(rounds=2)
    assert [one["number"] for one in books.live()] == ["INV-URGENT"]
    assert books.states() == {LinkState.SYNCED: 1, LinkState.RETRACTED: 250}


def test_a_document_cancelled_while_sync_now_gathers_is_never_sent(books: Books):
    """The cancelling is not committed yet when Sync now looks for what is submitted."""
    document = books.submit("INV-1")
    Link.objects.all().delete()
    gathering = threading.Thread(target=_in_thread, args=(lambda: _sync_now(books),))

    with transaction.atomic():
        books.cancel(document)
        gathering.start()
        gathering.join(timeout=0.5)
    gathering.join()
    assert not books.links_of(document).exists()
    books.drain()

    assert books.invoices() == []
    assert due_organisations() == []


def test_a_cancelled_document_that_is_queued_all_the_same_is_dropped(books: Books):
    document = books.submit("INV-1")
    Document.objects.filter(pk=document.pk).update(status=Status.CANCELLED)

    books.drain()

    assert books.invoices() == []
    assert books.link(document).state == LinkState.RETRACTED
    assert due_organisations() == []


def test_sync_now_pressed_twice_at_once_counts_each_document_once(books: Books):
    documents = [books.submit(f"INV-{n}") for n in range(30)]
    Link.objects.update(state=LinkState.WAITING)
    counts: list[int] = []
    refused: list[BaseException] = []

    def press() -> None:
        counts.append(_sync_now(books))

    people = [threading.Thread(target=_in_thread, args=(press, refused)) for _ in range(4)]

    for person in people:
        person.start()
    for person in people:
        person.join()

    assert counts == [len(documents)]
    assert [type(each) for each in refused] == [CoolingDown] * 3


def test_sync_now_is_free_again_after_five_seconds(books: Books):
    Link.objects.update(state=LinkState.WAITING)
    _sync_now(books)
    with pytest.raises(CoolingDown, match="Press it again in 5 seconds"):
        _sync_now(books)
    ScopePress.objects.update(pressed_at=F("pressed_at") - timedelta(seconds=3))
    with pytest.raises(CoolingDown, match="Press it again in 2 seconds"):
        _sync_now(books)

    ScopePress.objects.update(pressed_at=F("pressed_at") - timedelta(seconds=2))
    books.submit("INV-1")
    Link.objects.update(state=LinkState.WAITING)

    assert _sync_now(books) == 1


def test_bulk_cancel_retry_and_a_round_at_the_same_time_never_lock_each_other_out(books: Books):
    documents = [books.submit(f"INV-{n:03}") for n in range(120)]
    books.drain()
    # Every second one has failed, in an order of states that is not that of the keys.
    Link.objects.filter(document__in=documents[::2]).update(state=LinkState.HELD)
    Link.objects.filter(document__in=documents[1::4]).update(state=LinkState.FAILED)
    ids = [books.link(document).pk for document in documents]
    failures: list[BaseException] = []

    def again_and_again(act: Callable[[], object]) -> threading.Thread:
        return threading.Thread(target=_in_thread, args=(act, failures, 6))

    acts = [
        again_and_again(
            lambda: retry_links(workspace=books.workspace, actor=books.owner, link_ids=ids)
        ),
        again_and_again(
            lambda: retry_links(workspace=books.workspace, actor=books.owner, link_ids=ids)
        ),
        again_and_again(lambda: books.cancel(*documents[::3])),
        again_and_again(books.drain),
    ]
    for act in acts:
        act.start()
    for act in acts:
        act.join()
    books.drain(rounds=3)

    assert failures == []
    assert len(books.live()) == 80
    assert books.states() == {LinkState.SYNCED: 80, LinkState.RETRACTED: 40}


def test_cancelled_while_a_person_was_asked_about_it_goes_from_xero(books: Books):
    """Our copy is known, the document does not resolve any more, and then it is cancelled."""
    document = books.submit("INV-1")
    books.drain()
    copy = books.link(document)
    Link.objects.filter(pk=copy.pk).update(state=LinkState.QUEUED)
    books.organisation.accounts.all().delete()
    Organisation.objects.update(read_at=timezone.now())
    books.drain()
    assert books.link(document).state == LinkState.FAILED

    books.cancel(document)
    books.drain()

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_disconnected_in_the_middle_of_a_batch_it_goes_on_after_reconnecting(books: Books):
    document = books.submit("INV-1")
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)
    books.drain()
    assert books.link(document).state == LinkState.SENDING

    disconnect(workspace=books.workspace, user=books.owner)
    connect(books.workspace, books.owner, tenant_id=NZ)
    before = len(books.invoices())
    books.let_lease_end()
    books.drain()
    assert len(books.invoices()) == before
    assert books.link(document).state == LinkState.SENDING

    connect(books.workspace, books.owner, tenant_id=UK)
    books.let_key_die()
    books.drain()

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_retry_after_mending_an_account_in_xero_reads_the_accounts_again(books: Books):
    document = books.submit("INV-1")
    books.organisation.accounts.filter(code="200").update(status="ARCHIVED")
    books.drain()
    assert "account 200" in books.link(document).problem["message"]

    books.retry(document)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED


def test_an_account_that_disappears_from_xero_and_its_document_say_so(books: Books):
    books.organisation.accounts.exclude(code="090").delete()
    document = books.submit("INV-1")

    books.drain()

    problem = books.link(document).problem
    assert problem["message"] == (
        "INV-1 was not sent: account 200 on line 1 does not exist in Demo Company (UK)."
    )


def test_a_new_organisation_whose_lists_cannot_be_read_waits_and_is_tried_again(books: Books):
    document = books.submit("INV-1")
    Organisation.objects.update(read_at=None)
    books.sandbox.fault("status", status=503, method="GET", path="*/Organisation", times=1)

    books.drain()

    assert due_organisations() == []
    assert books.link(document).state == LinkState.QUEUED
    books.let_lease_end()
    assert due_organisations() == [books.organisation.pk]
    books.drain()
    assert books.link(document).state == LinkState.SYNCED


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_machine_whose_clock_is_hours_off_neither_waits_nor_doubles(
    books: Books, monkeypatch, hours: int
):
    document = books.submit("INV-1")
    other = books.submit("INV-2", make_party(books.workspace, "Other", number="C9"))
    books.sandbox.fault("cut_before", method="PUT", path="*/Invoices", times=1)
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    before = books.sandbox.calls()

    books.drain()
    books.let_lease_end()
    books.let_key_die()
    books.drain()
    books.cancel(other)
    books.drain()

    assert books.link(document).state == LinkState.SYNCED
    assert books.link(other).state == LinkState.RETRACTED
    assert len(books.live()) == 1
    assert not Link.objects.filter(changed_at__gt=real() + timedelta(minutes=1)).exists()
    assert "GET Organisation" not in (books.sandbox.calls() - before)
    renewals = [row for row in books.requests("/connect/token") if row["status"] == 200]
    assert len(renewals) <= 2, "one for the consent, and one at most"


def test_a_draft_is_not_sent(books: Books):
    make_document(books.workspace, number="INV-DRAFT", currency="GBP")

    books.drain()

    assert books.invoices() == []


def _sync_now(books: Books) -> int:
    return sync_now(workspace=books.workspace, actor=books.owner).count


def _in_thread(
    act: Callable[[], object], failures: list[BaseException] | None = None, times: int = 1
) -> None:
    try:
        for _ in range(times):
            act()
    except Exception as failure:
        if failures is None:
            raise
        failures.append(failure)
    finally:
        connection.close()
