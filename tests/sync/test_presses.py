"""Every act of Needs attention, pressed twice and by two people at once: no error, and one effect."""

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from factories import line, make_party, make_payment
from tallystick.books.models import Document
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.mapping.problems import MappingCode
from tallystick.sync.acts import decisions, retrying, taking_over, undoing_runs
from tallystick.sync.links import queueing
from tallystick.sync.links.contents import note_came_back
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.models import Attempt, Intent, Link, LinkState, Run
from tallystick.sync.reports.offered_decisions import DECISIONS
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

FAILED = {"state": LinkState.FAILED, "problem": {"code": "locked", "screen": "document"}}
GONE = {"state": LinkState.HELD, "problem": {"code": "gone_in_xero"}, "xero_status": "DELETED"}
DRIFTED = {
    "state": LinkState.HELD,
    "problem": {"code": "differs", "details": {"theirs": {"total": "40"}, "status": "DRAFT"}},
    "xero_status": "DRAFT",
}
CANDIDATE = {"id": str(uuid.uuid4()), "name": "X-1", "number": "X-1"}
CONTACT = str(uuid.uuid4())


@dataclass
class Press:
    """An act that is ready to be pressed: how, on what, and how each of these then stands."""

    do: Callable[[], int]
    links: list[int]
    after: dict[str, Any]
    #: Lines that one press writes in the Sync log.
    lines: int


def in_bulk(act: Callable[..., int], before: dict[str, Any], *, to: str = "queued", **more: Any):
    """The act on two documents that stand so; `more` is what it leaves."""

    def ready(books: Books) -> Press:
        links = [put(books.link(books.submit(f"INV-{n}")), **before) for n in range(2)]
        do = partial(act, workspace=books.workspace, actor=books.owner, link_ids=links)
        return Press(do, links, {"state": to, **more}, lines=2)

    return ready


def put(link: Link, *, is_there: bool = True, **values: Any) -> int:
    """Put the link as the engine would, with a copy in Xero."""
    values = {"xero_id": uuid.uuid4() if is_there else None, **values}
    Link.objects.filter(pk=link.pk).update(**values)
    return link.pk


def of_payment(act: Callable[..., int], before: dict[str, Any], *, to: str = "queued", **more: Any):
    """The act on a payment that stands so, which is not in Xero."""

    def ready(books: Books) -> Press:
        invoice = books.submit("INV-1")
        put(books.link(invoice), state=LinkState.SYNCED, xero_status="AUTHORISED")
        link = put(books.link(make_payment(invoice, "4.00")), is_there=False, **before)
        do = partial(act, workspace=books.workspace, actor=books.owner, link_ids=[link])
        return Press(do, [link], {"state": to, **more}, lines=1)

    return ready


def differing(act: Callable[..., int], *, to: str):
    """The act on two documents that were edited here, and of which Xero says something else."""

    def ready(books: Books) -> Press:
        links = []
        for n in range(2):
            link = books.link(books.submit(f"INV-{n}"))
            left = contents_here([link])[link.pk]
            theirs = {**left, "reference": "Theirs"}
            del theirs["why"]
            links.append(
                put(
                    link,
                    state=LinkState.HELD,
                    problem={"code": "differs", "details": {"theirs": theirs}},
                    sent_revision=1,
                )
            )
            note_came_back({link.pk: (1, left)})
            Document.objects.filter(pk=link.document_id).update(revision=2)
        do = partial(act, workspace=books.workspace, actor=books.owner, link_ids=links)
        return Press(do, links, {"state": to}, lines=2)

    return ready


def approving(books: Books) -> Press:
    """Two payments of one draft: both wait for the same approval."""
    invoice = books.submit("INV-1")
    document = put(books.link(invoice), state=LinkState.SYNCED, xero_status="DRAFT")
    held = {"state": LinkState.HELD, "problem": {"code": queueing.NOT_APPROVED}}
    payments = [make_payment(invoice, amount) for amount in ("4.00", "5.00")]
    links = [put(books.link(one), is_there=False, **held) for one in payments]
    do = partial(
        decisions.approve_in_xero, workspace=books.workspace, actor=books.owner, link_ids=links
    )
    return Press(do, [document], {"state": "queued", "intent": Intent.APPROVE}, lines=1)


def retrying_a_customer(books: Books) -> Press:
    """A document and its customer, both stopped by the same question."""
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    held = {"state": LinkState.HELD, "problem": {"code": "contact_name_taken"}}
    held |= {"waits_for": f"party:{party.pk}"}
    links = [put(books.link(books.submit("INV-1", party)), is_there=False, **held)]
    links.append(Link.objects.create(organisation=books.organisation, party=party, **held).pk)
    do = partial(
        retrying.retry_links, workspace=books.workspace, actor=books.owner, link_ids=links[:1]
    )
    return Press(do, links, {"state": "queued"}, lines=1)


def retrying_what_pauses(books: Books) -> Press:
    ready = in_bulk(retrying.retry_links, {"state": LinkState.QUEUED}, problem=None)(books)
    later = timezone.now() + timedelta(minutes=50)
    Link.objects.filter(pk__in=ready.links).update(not_before=later, tries=4)
    return ready


def retrying_what_is_stuck(books: Books) -> Press:
    ready = in_bulk(retrying.retry_links, {"state": LinkState.QUEUED})(books)
    long_ago = timezone.now() - timedelta(hours=2)
    Link.objects.filter(pk__in=ready.links).update(queued_at=long_ago)
    return ready


def sending_pdfs_again(books: Books) -> Press:
    remark = {"state": LinkState.SYNCED, "problem": {"code": "pdf"}}
    ready = in_bulk(retrying.retry_links, remark, to="synced", wants_pdf=True, problem=None)(books)
    ready.lines = 0
    return ready


def choosing_a_contact(books: Books) -> Press:
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    held = {"state": LinkState.HELD, "problem": {"code": "contact_name_taken"}}
    link = Link.objects.create(organisation=books.organisation, party=party, **held)
    do = partial(
        decisions.use_contact, workspace=books.workspace, actor=books.owner,
        party_id=party.pk, contact_id=CONTACT.upper(),
    )  # fmt: skip
    return Press(do, [link.pk], {"state": "queued", "claim": CONTACT.upper()}, lines=1)


def naming_a_number(books: Books) -> Press:
    document = books.submit("INV-1")
    link = put(books.link(document), is_there=False, **FAILED)
    do = partial(
        decisions.mark_as_in_xero, workspace=books.workspace, actor=books.owner,
        document_id=document.pk, number="X-1",
    )  # fmt: skip
    return Press(do, [link], {"state": "queued", "claim": "X-1"}, lines=1)


def adding_tax(books: Books) -> Press:
    """Two documents that were made before there was a default tax code."""
    documents = [books.submit(f"INV-{n}", lines=[line()]) for n in range(2)]
    vat = books.workspace.tax_codes.get(code="VAT20")
    set_default_tax_code(workspace=books.workspace, tax_code=vat)
    held = {"state": LinkState.HELD, "problem": {"code": MappingCode.MADE_UNTAXED}}
    links = [put(books.link(one), is_there=False, **held) for one in documents]
    do = partial(decisions.add_tax, workspace=books.workspace, actor=books.owner, link_ids=links)
    return Press(do, links, {"state": "queued", "problem": None}, lines=2)


def undoing_a_run(books: Books) -> Press:
    run, links = run_of(books, state=LinkState.SYNCED, xero_status="DRAFT")

    def do() -> int:
        done = undoing_runs.undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)
        return done.deleted.count

    return Press(do, links, {"state": "queued", "intent": Intent.RETRACT}, lines=2)


def sending_a_run_again(books: Books) -> Press:
    gone = {"state": LinkState.RETRACTED, "intent": Intent.RETRACT, "xero_status": "DELETED"}
    run, links = run_of(books, **gone)

    def do() -> int:
        again = undoing_runs.send_again(workspace=books.workspace, actor=books.owner, run_id=run.pk)
        return again.count

    return Press(do, links, {"state": "queued", "xero_id": None}, lines=2)


def run_of(books: Books, **values: Any) -> tuple[Run, list[int]]:
    run = Run.objects.create(organisation=books.organisation, started_by=books.owner)
    documents = [books.submit(f"INV-{n}") for n in range(2)]
    return run, [put(books.link(one), run=run, **values) for one in documents]


NUMBER_TAKEN = {
    "state": LinkState.HELD,
    "problem": {"code": "number_taken", "details": {"candidates": [CANDIDATE]}},
    "is_there": False,
}
EXISTS = {
    "state": LinkState.HELD,
    "problem": {"code": "payment_exists", "details": {"candidates": [CANDIDATE]}},
}
VOIDED = {**GONE, "xero_status": "VOIDED", "xero_number": F("number")}
ORPHANED = {**FAILED, "intent": Intent.RETRACT}
#: By the button that it is, or by what it does where the act is pressed elsewhere.
PRESSES: dict[str, Callable[[Books], Press]] = {
    "retry": in_bulk(retrying.retry_links, FAILED, problem=None),
    "retry with its customer": retrying_a_customer,
    "retry what pauses": retrying_what_pauses,
    "retry what is stuck": retrying_what_is_stuck,
    "retry the PDF": sending_pdfs_again,
    "remove": in_bulk(retrying.retry_links, ORPHANED, intent=Intent.RETRACT),
    "mark": in_bulk(decisions.mark_as_found, NUMBER_TAKEN, claim="X-1"),
    "it has this number": naming_a_number,
    "use this contact": choosing_a_contact,
    "keep_theirs": in_bulk(decisions.keep_theirs, DRIFTED, to="synced"),
    "it is this payment": of_payment(decisions.keep_theirs, EXISTS, claim=CANDIDATE["id"]),
    "follow": differing(taking_over.follow_theirs, to="synced"),
    "take_both": differing(taking_over.take_both, to="queued"),
    "send_renumbered": in_bulk(taking_over.send_renumbered, VOIDED, forced_revision=2),
    "send_ours": in_bulk(decisions.send_ours, DRIFTED, forced_revision=1),
    "send ours too": of_payment(decisions.send_ours, EXISTS, forced_revision=1),
    "cancel": in_bulk(decisions.cancel_here, DRIFTED, intent=Intent.RETRACT),
    "cancel a payment": of_payment(decisions.cancel_here, GONE, to="retracted"),
    "approve": approving,
    "add_tax": adding_tax,
    "mark_done": in_bulk(decisions.mark_done, GONE, to="excluded"),
    "mark a payment done": of_payment(decisions.mark_done, FAILED, to="excluded"),
    "leave": in_bulk(decisions.mark_done, ORPHANED, to="synced"),
    "clear_xero_id": in_bulk(decisions.clear_xero_id, GONE, xero_id=None),
    "undo": undoing_a_run,
    "send again": sending_a_run_again,
}
each = pytest.mark.parametrize("name", PRESSES)


@each
def test_pressed_once_more_it_does_nothing(books: Books, name: str):
    press = PRESSES[name](books)

    counts = [press.do(), press.do()]

    _has_had_one_effect(press, counts)


@each
def test_pressed_by_two_at_once_it_happens_once(books: Books, name: str):
    press = PRESSES[name](books)
    counts: list[int] = []

    def do() -> None:
        counts.append(press.do())

    with ExitStack() as people, transaction.atomic():
        list(Link.objects.filter(pk__in=press.links).order_by("pk").select_for_update())
        for _ in range(2):
            people.enter_context(books.in_thread(do))
        _wait_until_locked_out(2)

    _has_had_one_effect(press, sorted(counts, reverse=True))


def test_every_button_is_among_them():
    assert DECISIONS.keys() <= PRESSES.keys()


@pytest.mark.parametrize(
    "name", ["retry", "mark", "keep_theirs", "send_ours", "mark_done", "clear_xero_id", "undo"]
)
def test_links_are_locked_in_the_order_of_their_keys(books: Books, name: str):
    press = PRESSES[name](books)
    first, last = press.links
    # Its row lies behind the other's now.
    Link.objects.filter(pk=first).update(tries=0)

    with ExitStack() as people, transaction.atomic():
        Link.objects.select_for_update().get(pk=last)
        people.enter_context(books.in_thread(press.do))
        _wait_until_locked_out(1)

        assert not _is_free(Link.objects.filter(pk=first))


def test_mark_done_locks_the_documents_before_their_links(books: Books):
    press = PRESSES["mark_done"](books)
    first, last = Document.objects.order_by("pk")
    # Its link is written before the other's document.
    Link.objects.filter(document=first).update(intent=Intent.RETRACT)

    with ExitStack() as people, transaction.atomic():
        Document.objects.select_for_update().get(pk=last.pk)
        people.enter_context(books.in_thread(press.do))
        _wait_until_locked_out(1)

        assert not _is_free(Document.objects.filter(pk=first.pk))
        assert _is_free(Link.objects.filter(pk__in=press.links))


def _is_free(rows: QuerySet[Any]) -> bool:
    """Tell whether nobody else has locked them."""
    try:
        with transaction.atomic():
            list(rows.select_for_update(nowait=True))
    except OperationalError:
        return False
    return True


def _wait_until_locked_out(people: int) -> None:
    """Wait until so many have read how things stand, as far as they do that before they lock."""
    deadline = time.monotonic() + 10
    while _waiting() < people:
        assert time.monotonic() < deadline, "They do not wait for what is locked."
        time.sleep(0.01)


def _waiting() -> int:
    with connection.cursor() as cursor:
        # Within a transaction it would be told once and for all.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def _has_had_one_effect(press: Press, counts: list[int]) -> None:
    assert counts[0] > 0
    assert counts[1:] == [0]
    for link in Link.objects.filter(pk__in=press.links):
        assert {name: getattr(link, name) for name in press.after} == press.after
    pressed = Attempt.objects.filter(action__in=["retry", "choose"])
    assert pressed.count() == press.lines
