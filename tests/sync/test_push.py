"""The push on good days and bad: what a bookkeeper finds in Xero and in the Sync log."""

import socket
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from consenting import UK, connect
from factories import (
    line,
    make_document,
    make_party,
    make_tax_code,
    make_workspace,
    owner_of,
)
from tallystick import xero
from tallystick.books.documents import cancel_documents, submit_documents
from tallystick.books.models import Party, Status
from tallystick.connections.client import client_for
from tallystick.connections.models import ScopePress
from tallystick.mapping.models import TaxMapping
from tallystick.mapping.services import choose_tax_type
from tallystick.mirror.models import TaxRate
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.engine import lane_lease
from tallystick.sync.models import Batch, Lane, Link, LinkState
from tallystick.sync.reports.link_states import document_state
from tallystick.sync.rounds.jobs import due_organisations
from tallystick.sync.rounds.push_round import drain_lane
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def vat_line(**given: str):
    return line(**{"tax_code": "VAT20", "quantity": "3", "unit_price": "4.15", **given})


def invoice(books: Books, number: str, **given):
    given.setdefault("lines", [vat_line()])
    given.setdefault("party", Party.objects.filter(workspace=books.workspace).first())
    return make_document(books.workspace, number=number, currency="GBP", submitted=True, **given)


def test_a_submitted_invoice_becomes_a_draft_in_xero_equal_to_the_cent(books):
    cafe = make_party(books.workspace, "Harbour Cafe", number="C-17")

    document = invoice(books, "INV-1", party=cafe, reference="PO 9")
    books.drain()

    (draft,) = books.invoices()
    assert (draft["number"], draft["status"], draft["reference"]) == (
        "INV-1", "DRAFT", "PO 9",
    )  # fmt: skip
    assert Decimal(draft["total"]) == document.total == Decimal("14.94")
    assert draft["contact"] == "Harbour Cafe"
    assert draft["url"].endswith(f"/d/{document.uid}")
    assert books.link(document).state == LinkState.SYNCED
    assert books.log(document) == [("create", "done")]
    assert document_state(document).word == "In Xero"


def test_a_round_of_many_invoices_asks_and_creates_in_few_calls(books):
    parties = [make_party(books.workspace, f"Shop {n}", number=f"S{n}") for n in range(20)]
    for n in range(110):
        invoice(books, f"INV-{n:04}", party=parties[n % 20])
    before = books.sandbox.calls()

    books.drain()

    assert books.states() == {LinkState.SYNCED: 110}
    assert len(books.live()) == 110
    assert dict(books.sandbox.calls() - before) == {
        "GET Contacts": 1,
        "PUT Contacts": 1,
        "GET Invoices": 1,
        "PUT Invoices": 3,
    }


def test_what_cannot_be_sent_fails_on_its_own_and_goes_out_once_it_is_mended(books):
    from factories import make_tax_code

    reduced = make_tax_code(books.workspace, "VAT5", "5")
    good = invoice(books, "INV-1")
    bad = invoice(books, "INV-2", lines=[vat_line(tax_code="VAT5", item_code="TEA")])
    books.drain()

    assert books.link(good).state == LinkState.SYNCED
    failed = books.link(bad)
    assert failed.state == LinkState.FAILED
    assert failed.problem["message"] == (
        "INV-2 was not sent: line 1 (TEA) has tax code VAT5, which has no tax mapping."
    )
    assert "Settings, Tax mapping" in failed.problem["remedy"]

    choose_tax_type(
        organisation=books.organisation, tax_code=reduced, tax_type="RROUTPUT", actor=books.owner
    )
    books.drain()

    assert books.link(bad).state == LinkState.SYNCED
    assert len(books.live()) == 2


def test_a_number_that_somebody_else_uses_in_xero_is_held_with_both_sides(books):
    somebody_else_makes(books, "INV-7", contact="Bayside Ltd")

    document = invoice(books, "INV-7", party=make_party(books.workspace, "Harbour Cafe"))
    books.drain()

    lease = books.link(document)
    assert lease.state == LinkState.HELD
    assert lease.problem["message"] == (
        "Xero already has an invoice INV-7, for Bayside Ltd, 210.00 GBP (draft). "
        "Yours is for Harbour Cafe, 14.94 GBP."
    )
    assert len(books.invoices()) == 1


def test_a_document_that_xero_refuses_fails_with_its_words_and_its_neighbours_land(books):
    odd = make_tax_code(books.workspace, "ODD", "20")
    TaxRate.objects.create(
        organisation=books.organisation, tax_type="TAX999", name="Odd", status="ACTIVE",
        effective_rate=20, can_apply_to=["REVENUE"],
    )  # fmt: skip
    TaxMapping.objects.create(organisation=books.organisation, tax_code=odd, tax_type="TAX999")
    documents = [invoice(books, f"INV-{n}") for n in range(49)]
    poor = invoice(books, "INV-BAD", lines=[vat_line(tax_code="ODD")])

    books.drain()

    assert all(books.link(document).state == LinkState.SYNCED for document in documents)
    failed = books.link(poor)
    assert failed.state == LinkState.FAILED
    assert "INV-BAD was not sent" in failed.problem["message"]
    assert "TAX999" in failed.problem["message"]
    assert len(books.live()) == 49


def test_a_request_refused_whole_is_halved_until_the_culprit_stands_alone(books):
    documents = [invoice(books, f"INV-{n}") for n in range(8)]
    body = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Not valid."}'
    json = {"Content-Type": "application/json"}
    # Whole, first half and its first quarter are refused, then the first document alone.
    books.sandbox.fault(
        "status", status=400, body=body, headers=json, method="PUT", path="*/Invoices", times=4
    )

    books.drain()

    states = [books.link(document).state for document in documents]
    assert states == [LinkState.FAILED] + [LinkState.SYNCED] * 7


def test_cancelling_before_it_is_sent_sends_nothing(books):
    document = invoice(books, "INV-1")

    cancel_documents(workspace=books.workspace, document_ids=[document.pk], actor=books.owner)
    books.drain()

    assert books.invoices() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_cancelling_what_is_in_xero_deletes_the_draft_there(books):
    document = invoice(books, "INV-1")
    books.drain()

    cancel_documents(workspace=books.workspace, document_ids=[document.pk], actor=books.owner)
    books.drain()

    assert [one["status"] for one in books.invoices()] == ["DELETED"]
    assert books.link(document).state == LinkState.RETRACTED
    assert books.log(document) == [("create", "done"), ("retract", "done")]


def test_cancelling_while_xero_holds_back_its_answer_leaves_no_live_copy(books):
    document = invoice(books, "INV-1")
    fault = books.sandbox.fault("hold_after", method="PUT", path="*/Invoices", times=1)
    worker = threading.Thread(target=_drain_in_thread, args=(books,))
    worker.start()
    _wait_until(lambda: books.live() != [])

    cancel_documents(workspace=books.workspace, document_ids=[document.pk], actor=books.owner)
    books.sandbox.post(f"/_sandbox/faults/{fault}/release")
    worker.join()

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


@pytest.mark.parametrize("action", ["cut_after", "garbage", "half"])
def test_a_lost_answer_is_found_again_by_repeating_the_same_request(books, action):
    document = invoice(books, "INV-1")
    books.sandbox.fault(action, method="PUT", path="*/Invoices", times=1)

    books.drain()
    assert books.link(document).state == LinkState.SENDING
    books.let_lease_end()
    books.drain()

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED
    assert Batch.objects.filter(settled_at=None).count() == 0


@pytest.mark.parametrize("action", ["cut_before", "cut_after"])
def test_an_answer_lost_for_longer_than_xero_keeps_the_key_is_settled_by_asking(books, action):
    document = invoice(books, "INV-1")
    books.sandbox.fault(action, method="PUT", path="*/Invoices", times=1)

    books.drain()
    books.let_lease_end()
    books.let_key_die()
    books.drain(rounds=2)

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED


def test_cancelled_while_the_outcome_is_unknown_no_copy_stays(books):
    document = invoice(books, "INV-1")
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)
    books.drain()

    cancel_documents(workspace=books.workspace, document_ids=[document.pk], actor=books.owner)
    books.let_lease_end()
    books.let_key_die()
    books.drain()

    assert books.live() == []
    assert books.link(document).state == LinkState.RETRACTED


def test_a_used_up_limit_frees_the_worker_and_says_when_it_goes_on(books):
    document = invoice(books, "INV-1")
    books.sandbox.fault(
        "status",
        status=429,
        headers={"Retry-After": "66975", "X-Rate-Limit-Problem": "day"},
        path="*/Invoices",
        times=1,
    )

    books.drain()

    blocked = Lane.objects.get(organisation=books.organisation)
    assert 66_000 < (blocked.blocked_until - _database_now()).total_seconds() < 67_000
    assert due_organisations() == []
    assert document_state(document).word == "Queued"
    assert blocked.blocked_reason
    assert f"{blocked.blocked_reason} The next try is at " in document_state(document).tooltip
    books.let_lease_end()
    books.drain()
    assert books.link(document).state == LinkState.SYNCED


def test_an_outage_backs_off_longer_each_time_and_nothing_is_lost(books):
    document = invoice(books, "INV-1")
    books.sandbox.fault("status", status=503, path="*/Invoices", times=2)
    waits = []

    for _ in range(2):
        books.let_lease_end()
        books.drain()
        waits.append(Lane.objects.get().failures)
    books.let_lease_end()
    books.drain()

    assert waits == [1, 2]
    assert Lane.objects.get().failures == 0
    assert books.link(document).state == LinkState.SYNCED


def test_removed_access_turns_the_connection_to_error_and_keeps_the_queue(books):
    document = invoice(books, "INV-1")
    books.sandbox.fault(
        "status",
        status=403,
        body='{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}',
        headers={"Content-Type": "application/json"},
        path="*/Contacts",
        times=1,
    )

    books.drain()

    books.workspace.connection.refresh_from_db()
    assert books.workspace.connection.status == "error"
    assert books.link(document).state == LinkState.QUEUED
    assert due_organisations() == []


def test_a_worker_that_lost_its_lane_writes_nothing_more(books):
    document = invoice(books, "INV-1")
    fault = books.sandbox.fault("hold_before", method="PUT", path="*/Invoices", times=1)
    paused = threading.Thread(target=_drain_in_thread, args=(books,))
    paused.start()
    _wait_until(lambda: books.sandbox.is_holding(fault))

    Lane.objects.update(fence=99, leased_until=None)
    books.drain()
    assert books.link(document).state == LinkState.SYNCED
    books.sandbox.post(f"/_sandbox/faults/{fault}/release")
    paused.join()
    books.let_lease_end()
    books.drain()

    assert len(books.invoices()) == 1
    assert books.link(document).state == LinkState.SYNCED
    assert Batch.objects.filter(settled_at=None).count() == 0


def test_two_workers_on_one_organisation_send_nothing_twice(books):
    for n in range(60):
        invoice(books, f"INV-{n}")
    workers = [threading.Thread(target=_drain_in_thread, args=(books, 4)) for _ in range(2)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    books.drain()

    assert len(books.invoices()) == 60
    assert books.states() == {LinkState.SYNCED: 60}


def test_a_lane_admits_one_holder_and_a_dead_ones_lease_runs_out(books):
    with (
        lane_lease.holding_lane(books.organisation) as first,
        lane_lease.holding_lane(books.organisation) as second,
    ):
        assert first is not None
        assert second is None

    lease = Lane.objects.get()
    assert lease.leased_until is None


def test_the_lease_is_renewed_while_a_round_takes_long(books, monkeypatch):
    monkeypatch.setattr(lane_lease, "LEASE", timedelta(seconds=0.6))

    with lane_lease.holding_lane(books.organisation) as lease:
        threading.Event().wait(1.0)
        lease.check()


def test_submitting_makes_no_call_and_is_queued_in_the_same_transaction(books):
    """The job comes after the commit: a transaction that notifies holds up all others'."""
    draft = make_document(books.workspace, number="INV-1", currency="GBP", lines=[vat_line()])
    before = books.sandbox.calls()

    def submit_and_fail() -> None:
        submit_documents(workspace=books.workspace, document_ids=[draft.pk], actor=books.owner)
        assert [link.state for link in books.links_of(draft)] == [LinkState.QUEUED]
        assert _jobs() == jobs
        raise ZeroDivisionError

    jobs = _jobs()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        submit_and_fail()

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert not Link.objects.filter(document=draft).exists()
    assert _jobs() == jobs
    assert books.sandbox.calls() == before


def test_an_invoice_is_saved_submitted_and_cancelled_with_the_network_cut(books, monkeypatch):
    def no_network(*_: object) -> None:
        raise AssertionError("Something called out.")

    make_party(books.workspace, number="C1")
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket.socket, "connect_ex", no_network)

    document = invoice(books, "INV-1")
    state = books.link(document).state
    cancel_documents(workspace=books.workspace, document_ids=[document.pk], actor=books.owner)

    assert state == LinkState.QUEUED
    assert books.link(document).state == LinkState.RETRACTED


def test_what_was_submitted_before_connecting_waits_for_sync_now(transactional_db, sandbox):
    workspace = make_workspace(currency="GBP")
    make_tax_code(workspace, "VAT20", "20")
    document = make_document(
        workspace, number="INV-1", currency="GBP", lines=[vat_line()], submitted=True
    )
    assert document_state(document).word == "Not sent"
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=UK).organisation

    assert document_state(document).word == "Not sent"
    queued = sync_now(workspace=workspace, actor=owner)
    ScopePress.objects.all().delete()
    again = sync_now(workspace=workspace, actor=owner)

    assert (queued.count, dict(queued.totals)) == (1, {"GBP": document.total})
    assert again.count == 0
    assert document_state(document).word == "Queued"
    assert due_organisations() == [organisation.pk]


def test_retry_is_free(books):
    document = invoice(books, "INV-1", lines=[vat_line(account_code="999")])
    books.drain()
    failed = books.link(document)
    assert failed.state == LinkState.FAILED
    assert "account 999" in failed.problem["message"]

    counts = [
        retry_links(workspace=books.workspace, actor=books.owner, link_ids=[failed.pk])
        for _ in range(3)
    ]
    books.drain()

    assert counts == [1, 0, 0]
    assert books.link(document).state == LinkState.FAILED
    assert books.log(document) == [("resolve", "failed"), ("retry", "done"), ("resolve", "failed")]
    synced = invoice(books, "INV-2")
    books.drain()
    ids = [books.link(synced).pk]
    assert retry_links(workspace=books.workspace, actor=books.owner, link_ids=ids) == 0
    assert books.link(synced).state == LinkState.SYNCED


def test_nothing_goes_to_books_that_the_workspace_is_not_bound_to(books):
    document = invoice(books, "INV-1")
    books.workspace.connection.organisation = None
    books.workspace.connection.status = "disconnected"
    books.workspace.connection.save()
    before = books.sandbox.calls()

    books.drain()

    assert books.sandbox.calls() == before
    assert books.link(document).state == LinkState.QUEUED


def somebody_else_makes(books: Books, number: str, *, contact: str) -> None:
    """Another app's invoice for 210.00 in the same books."""
    client = client_for(books.organisation)
    (made,) = client.create_contacts([xero.ContactDraft(name=contact)], "contact")
    draft = xero.InvoiceDraft(
        type="ACCREC",
        status="DRAFT",
        contact=xero.ContactRef(contact_id=made.record.contact_id),
        invoice_number=number,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 12, 1),
        line_amount_types="NoTax",
        line_items=[
            xero.LineDraft(description="Work", quantity=Decimal(1), unit_amount=Decimal(210))
        ],
    )
    (element,) = client.create_invoices([draft], "invoice")
    assert element.ok, element.errors


def _drain_in_thread(books: Books, rounds: int = 1) -> None:
    try:
        for _ in range(rounds):
            drain_lane(books.organisation.pk)
    finally:
        connection.close()


def _wait_until(happened, seconds: float = 10) -> None:
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if happened():
            return
        waiting.wait(0.02)
    raise AssertionError("It did not happen in time.")


def _jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'push.drain'")
        return cursor.fetchone()[0]


def _database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
