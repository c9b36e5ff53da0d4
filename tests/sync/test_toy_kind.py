"""A kind of record takes a row, a writer and its table: the engine learns it from this one file.

The toy is a club's subscription; its copy in Xero is a contact that bears its number. Links, start
date, order of locks, sealing, settling, an unknown outcome, withdrawing and the plan are the
engine's own.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tallystick import xero
from tallystick.connections.client import client_for
from tallystick.mapping.problems import XERO, Problem
from tallystick.sync.engine import steps
from tallystick.sync.engine.batches import BATCH, BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import DueWork
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.engine.lane_lease import holding_lane
from tallystick.sync.engine.writing_hands import WritingHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.new_links import link_all
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.record_kinds import RECORD_KINDS, RecordKind, kinds_under
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy, lock_links
from tallystick.sync.models import Attempt, Batch, Intent, Link, LinkState
from tallystick.sync.models import links as link_models
from tallystick.sync.preview.fates import Fate
from tallystick.sync.preview.recording_hands import RecordingHands
from tallystick.sync.rounds import unknown_outcomes
from tallystick.workspaces.models import Workspace
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

# 1. The kind, as a row.

SUBSCRIPTION = RecordKind(
    "subscription",
    field="subscription",
    noun="subscription",
    live_status="running",
    day="begun_on",
    amount="fee",
    currency="currency",
    sync_rule="sales_invoice",
    lock_order=4,
)

# 2. What is due of it, how it is looked for, made and read.

SUBSCRIPTIONS = DueWork(
    "subscriptions", models.Q(intent=Intent.PUSH, subscription__isnull=False), is_push=True
)


def send_subscriptions(hands: RoundHands) -> None:
    """Confirm what Xero has, and make the others."""
    due = hands.as_now(Link.objects.loaded_in_order(list(hands.due(SUBSCRIPTIONS, BATCH))))
    found = hands.ask("subscriptions.ask", partial(look, hands.client, due))
    known = hands.settle("subscriptions.find", found, action=AttemptAction.ASK)
    missing = [link for link in due if link.pk not in known]
    hands.send(PlannedWriting(CREATE, missing, sealed))


def look(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    by_number = {link.record.number: link for link in links}
    contacts = client.contacts_by_number(by_number) if by_number else []
    return [_there(by_number[one.contact_number or ""], one) for one in contacts]


def sealed(links: Sequence[Link]) -> xero.Sealed:
    names = [link.record.number for link in links]
    return xero.seal_create_contacts(
        [xero.ContactDraft(name=f"Subscription {name}", contact_number=name) for name in names]
    )


def read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_number = {link.record.number: link for link in links}
    return [
        _there(by_number[one.record.contact_number or ""], one.record) for one in answer.contacts
    ]


def refuse(link: Link, refused: Refused) -> LinkVerdict:
    problem = Problem(ProblemCode.REFUSED, str(refused), "Press Retry.", XERO)
    return LinkVerdict(link.pk, str(refused), problem=problem)


def _there(link: Link, contact: xero.Contact) -> LinkVerdict:
    copy = XeroCopy(UUID(contact.contact_id), contact.contact_number or "", "ACTIVE")
    return LinkVerdict(link.pk, "It is in Xero.", copy=copy)


CREATE = BatchPurpose(
    "create_subscriptions", AttemptAction.CREATE, read=read, refuse=refuse, look=look
)

# 3. Its table, which a migration would make: the field of the link, and that it may be the only one.


def subscription_model() -> type[Any]:
    class Subscription(models.Model):
        workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
        number = models.CharField(max_length=50)
        status = models.CharField(max_length=10, default="running")
        begun_on = models.DateField(default=date(2026, 11, 1))
        fee = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal("9.50"))
        currency = models.CharField(max_length=3, default="GBP")

        class Meta:
            app_label = "sync"

        def __str__(self) -> str:
            return f"Subscription {self.number}"

        @property
        def is_withdrawn(self) -> bool:
            return self.status != SUBSCRIPTION.live_status

    return Subscription


@pytest.fixture
def subscriptions(books: Books, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Any]]:
    """The toy kind's table, with all that a newcomer to the engine gives it."""
    model = subscription_model()
    one_record = next(one for one in Link._meta.constraints if one.name == "link_has_one_record")
    only_one = models.UniqueConstraint(
        fields=["organisation", "subscription"], name="link_subscription"
    )
    field = models.ForeignKey(model, models.PROTECT, null=True, related_name="links")
    Link.add_to_class("subscription", field)
    with connection.schema_editor() as editor:
        editor.create_model(model)
        editor.remove_constraint(Link, one_record)
        editor.add_field(Link, field)
        editor.add_constraint(Link, only_one)
    monkeypatch.setitem(RECORD_KINDS, SUBSCRIPTION.name, SUBSCRIPTION)
    monkeypatch.setattr(
        link_models, "RECORD_FIELDS", (*link_models.RECORD_FIELDS, SUBSCRIPTION.field)
    )
    monkeypatch.setitem(unknown_outcomes._PURPOSES, CREATE.name, CREATE)
    own = ("subscriptions.find", f"{CREATE.name}.seal", f"{CREATE.name}.settle")
    monkeypatch.setattr(steps, "COMMITS", (*steps.COMMITS, *own))
    monkeypatch.setattr(steps, "CALLS", (*steps.CALLS, "subscriptions.ask", f"{CREATE.name}.send"))
    yield model
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sync_link CASCADE")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Link, only_one)
        editor.remove_field(Link, field)
        editor.add_constraint(Link, one_record)
        editor.delete_model(model)
    Link._meta.local_fields.remove(field)
    del Link.subscription, Link.subscription_id
    del apps.all_models["sync"]["subscription"]
    apps.clear_cache()


def work(books: Books) -> None:
    """Settle what is open, then send the toy kind, as a round does with each of its steps."""
    with holding_lane(books.organisation) as lease:
        assert lease is not None
        hands = WritingHands(lease, client_for(books.organisation))
        unknown_outcomes.settle_open_batches(hands)
        send_subscriptions(hands)


def link_of(record: Any) -> Link:
    return Link.objects.get(subscription=record)


def contacts(books: Books, *numbers: str) -> list[str]:
    """Return the ids of the contacts that bear the numbers in Xero."""
    found = client_for(books.organisation).contacts_by_number(numbers)
    return [one.contact_id for one in found]


def test_records_of_a_new_kind_get_links_by_its_rule(books, subscriptions):
    books.policy("sales_invoice", starts_on=date(2026, 10, 1))
    new = subscriptions.objects.create(workspace=books.workspace, number="S-1")
    old = subscriptions.objects.create(
        workspace=books.workspace, number="S-2", begun_on=date(2026, 9, 30)
    )
    ended = subscriptions.objects.create(workspace=books.workspace, number="S-3", status="ended")

    link_all(books.organisation, state=LinkState.QUEUED)

    assert kinds_under("sales_invoice") == ["sales_invoice", "subscription"]
    assert link_of(new).state == LinkState.QUEUED
    assert link_of(old).state == LinkState.EXCLUDED
    assert not Link.objects.filter(subscription=ended).exists()
    assert link_of(new).record == new


def test_a_new_kind_is_foreseen_then_sent_once_and_logged(books, subscriptions):
    records = [
        subscriptions.objects.create(workspace=books.workspace, number=f"S-{each}")
        for each in range(3)
    ]
    link_all(books.organisation, state=LinkState.QUEUED)
    recording = RecordingHands(books.organisation)
    send_subscriptions(recording)

    before = books.sandbox.calls()
    work(books)
    made = books.sandbox.calls() - before

    assert [one.fate for one in recording.take_fates()] == [Fate.CREATED] * 3
    assert sum(cost.calls for cost in recording.costs.values()) == made.total() == 2
    assert {link_of(record).state for record in records} == {LinkState.SYNCED}
    assert {str(link_of(one).xero_id) for one in records} == set(
        contacts(books, "S-0", "S-1", "S-2")
    )
    attempts = Attempt.objects.filter(link=link_of(records[0]))
    assert list(attempts.values_list("action", "outcome")) == [("create", "done")]


@pytest.mark.parametrize("has_landed", [True, False])
def test_an_unknown_outcome_of_a_new_kind_is_settled_to_exactly_one(
    books, subscriptions, has_landed
):
    record = subscriptions.objects.create(workspace=books.workspace, number="S-1")
    link_all(books.organisation, state=LinkState.QUEUED)
    books.sandbox.fault(
        "cut_after" if has_landed else "cut_before", method="PUT", path="*/Contacts", times=1
    )

    with pytest.raises(xero.OutcomeUnknown):
        work(books)
    assert link_of(record).state == LinkState.SENDING
    assert Batch.objects.get().settled_at is None
    books.let_lease_end()
    books.let_key_die()
    work(books)

    assert contacts(books, "S-1") == [str(link_of(record).xero_id)]
    assert link_of(record).state == LinkState.SYNCED


def test_a_record_of_a_new_kind_withdrawn_while_it_is_sent_is_to_go_again(books, subscriptions):
    record = subscriptions.objects.create(workspace=books.workspace, number="S-1")
    link_all(books.organisation, state=LinkState.QUEUED)
    hold = books.sandbox.fault("hold_after", method="PUT", path="*/Contacts", times=1)

    with books.in_thread(lambda: work(books)):
        books.sandbox.wait_until_holding(hold)
        subscriptions.objects.update(status="ended")
        books.sandbox.release(hold)

    link = link_of(record)
    assert (link.state, link.intent) == (LinkState.QUEUED, Intent.RETRACT)
    assert str(link.xero_id) in contacts(books, "S-1")


def test_records_of_a_new_kind_are_locked_before_their_links(books, subscriptions):
    record = subscriptions.objects.create(workspace=books.workspace, number="S-1")
    link_all(books.organisation, state=LinkState.QUEUED)

    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        lock_links([link_of(record).pk])

    locking = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    tables = [sql.partition(' FROM "')[2].partition('"')[0] for sql in locking]
    assert tables == ["sync_subscription", "sync_link"]
