"""Whatever people do and whatever breaks, the push comes to what a model of one page says.

The engine, the database and the stand-in Xero are the real ones; what is expected of them stands in
`protocol_model`. After every step nothing is in Xero twice, nothing that nobody submitted, and
every document shows one state. In the end the faults stop, time passes, the engine comes to rest,
and Xero and every link are as the model says. The suite plays fewer histories than `make proofs`.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bookkeeper import Bookkeeper
from django.db import transaction
from django.db.models import DateTimeField, F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from protocol_model import MARKED, RIVAL, THEIRS, TOTALS, Paper

from emptying import empty_tables
from factories import line, make_party, make_payment
from proofs import WHOLE
from strict_sandbox import gather
from tallystick import xero
from tallystick.books.documents import DocumentInput, edit_document
from tallystick.books.inputs import LineInput
from tallystick.books.models import Document, Kind, Payment
from tallystick.books.payments import delete_payments
from tallystick.connections.client import client_for
from tallystick.sync.engine.steps import FAILPOINTS
from tallystick.sync.links.record_kinds import shape_of_kind
from tallystick.sync.models import Attempt, Batch, Lane, Link, LinkState
from xero_books import Books, Sandbox, connected_books

pytestmark = pytest.mark.django_db(transaction=True)

GONE = ("DELETED", "VOIDED")
MOST_PAPERS = 7
#: Where workers die: mostly while documents are created, else wherever these histories come by.
DEATHS = [one for one in FAILPOINTS if one.startswith(("create_inv", "create_cre"))]
ELSEWHERE = ("update", "retract_inv", "retract_cre", "create_pay", "retract_pay", "batch")
OTHER_DEATHS = [one for one in FAILPOINTS if one.startswith(ELSEWHERE)]
API = "*/api.xro/2.0/*"
UNTIL_THE_KEY_IS_DEAD, UNTIL_ALL_IS_DUE = timedelta(minutes=7), timedelta(hours=3)

answers = [
    *({"action": action} for action in ("cut_after", "cut_before", "half", "garbage")),
    *({"action": "status", "status": status} for status in (500, 503)),
    {"action": "status", "status": 429, "headers": {"Retry-After": "30"}},
]
methods = st.sampled_from(["PUT", "PUT", "POST", "GET"])
breakages = st.builds(
    lambda answer, method, nth, times: answer | {"method": method, "nth": nth, "times": times},
    st.sampled_from(answers),
    methods,
    nth=st.just(1) | st.integers(1, 3),
    times=st.integers(1, 2),
)
deaths = st.sampled_from(DEATHS) | st.sampled_from(OTHER_DEATHS)
any_paper = st.integers(0, MOST_PAPERS - 1)
prices = st.sampled_from(list(TOTALS))
few = precondition(lambda machine: len(machine.papers) < MOST_PAPERS)


class Protocol(RuleBasedStateMachine):
    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.books = fresh_books(sandbox)
        self.party = make_party(self.books.workspace, number="C1")
        known = xero.ContactDraft(name=self.party.name, contact_number=self.party.number)
        client_for(self.books.organisation).create_contacts([known], "known before")
        self.papers: list[Paper] = []
        self.rivals: dict[str, str] = {}

    # What people do here.

    @initialize(papers=st.lists(st.tuples(st.sampled_from(Kind), prices), min_size=3, max_size=4))
    def submit_some(self, papers: list[tuple[Kind, str]]) -> None:
        for kind, price in papers:
            self.submit(kind, price)

    @few
    @rule(kind=st.sampled_from(Kind), price=prices)
    def submit(self, kind: Kind, price: str) -> None:
        number = f"N-{len(self.papers)}"
        self.books.submit(number, self.party, kind=kind, lines=lines(price))
        self.papers.append(Paper(kind.value, number, TOTALS[price]))

    @rule(kind=st.sampled_from(Kind), price=prices)
    def submit_in_a_transaction_that_fails(self, kind: Kind, price: str) -> None:
        with transaction.atomic():
            self.books.submit("NEVER", self.party, kind=kind, lines=lines(price))
            transaction.set_rollback(True)

    @rule(which=any_paper, price=prices)
    def edit(self, which: int, price: str) -> None:
        paper = self.pick(which, lambda paper: not paper.is_cancelled)
        if paper:
            edit_document(
                workspace=self.books.workspace,
                actor=self.books.owner,
                document_id=self.document(paper).pk,
                document=self.content(paper, price),
            )
            paper.edit(TOTALS[price])

    @rule(which=any_paper)
    def cancel(self, which: int) -> None:
        paper = self.pick(which, lambda paper: not (paper.is_cancelled or paper.is_paid))
        if paper:
            self.books.cancel(self.document(paper))
            paper.is_cancelled = True

    @rule(which=any_paper)
    def pay(self, which: int) -> None:
        paper = self.pick(which, lambda paper: not (paper.is_cancelled or paper.was_paid))
        if paper:
            make_payment(self.document(paper), "1.00")
            paper.is_paid = paper.was_paid = True

    @rule(which=any_paper)
    def take_the_payment_back(self, which: int) -> None:
        paper = self.pick(which, lambda paper: paper.is_paid)
        if paper:
            payments = [self.payment(paper).pk]
            people = {"workspace": self.books.workspace, "actor": self.books.owner}
            delete_payments(payment_ids=payments, **people)
            paper.is_paid = False

    @rule(times=st.integers(1, 3))
    def press_everything(self, times: int) -> None:
        paid = [self.payment(paper) for paper in self.papers if paper.was_paid]
        for _ in range(times):
            self.books.retry(*map(self.document, self.papers), *paid)
            self.books.sync_now()

    # What people do in Xero's own screens.

    @rule(which=any_paper, act=st.sampled_from(["approve", "pay", "write", "remove"]))
    def have_a_hand_in_the_copy(self, which: int, act: str) -> None:
        paper = self.pick(which, lambda paper: self.is_known(paper) and self.live(paper))
        # Xero itself refuses the rest where money is recorded on it.
        if not paper or paper.is_paid_there or (paper.was_paid and act != "approve"):
            return
        [copy] = self.live(paper)
        is_draft = copy["status"] == "DRAFT"
        paper.theirs = paper.theirs or copy["total"]
        if act == "write":
            self.write(copy, LineAmountTypes="NoTax", LineItems=[typed_line()])
            paper.theirs = THEIRS
        elif act == "remove":
            self.write(copy, Status="DELETED" if is_draft else "VOIDED")
            paper.is_removed_there = True
        else:
            if is_draft:
                self.write(copy, Status="AUTHORISED")
            paper.is_approved_there = True
        if act == "pay":
            self.pay_there(copy)
            paper.is_paid_there = True

    @rule(which=any_paper)
    def somebody_elses_takes_the_number(self, which: int) -> None:
        paper = self.pick(which, lambda paper: not (self.copies(paper) or paper.is_rivalled))
        if paper:
            xero_type = shape_of_kind(self.document(paper).kind).xero_type
            rival = self.bookkeeper().make(xero_type, paper.number, contact="Somebody Else")
            ident = rival.get("InvoiceID") or rival["CreditNoteID"]
            self.rivals[ident.lower()] = paper.number
            paper.is_rivalled = True

    # What workers, Xero and time do.

    @rule(trouble=st.none() | breakages | deaths)
    def work(self, trouble: dict[str, Any] | str | None = None) -> None:
        self.books.let_lease_end()
        if isinstance(trouble, str):
            self.books.worker_dies_at(trouble)
        elif trouble is None:
            self.books.drain(2)
        else:
            fault = self.sandbox.fault(path=API, **trouble)
            self.books.drain(2)
            self.sandbox.remove_fault(fault)

    @rule(
        moment=st.sampled_from(["hold_before", "hold_after"]),
        method=methods,
        act=st.sampled_from(["edit", "cancel", "take over"]),
        which=any_paper,
        price=prices,
    )
    def a_round_is_held_up(
        self, moment: str, method: str, act: str, which: int, price: str
    ) -> None:
        acts: dict[str, Callable[[], None]] = {
            "edit": lambda: self.edit(which, price),
            "cancel": lambda: self.cancel(which),
            "take over": self.work,
        }
        self.books.let_lease_end()
        fault = self.sandbox.fault(moment, method=method, path=API, times=1)
        with self.books.in_thread(self.books.drain) as worker:
            try:
                while worker.is_alive() and not self.sandbox.is_holding(fault):
                    time.sleep(0.005)
                acts[act]()
            finally:
                self.sandbox.remove_fault(fault)

    @rule(span=st.sampled_from([UNTIL_THE_KEY_IS_DEAD, UNTIL_ALL_IS_DUE]))
    def time_passes(self, span: timedelta) -> None:
        """For Xero, and for us: as though all that our tables tell had been so much earlier."""
        self.sandbox.advance(round(span.total_seconds()))
        for model in (Lane, Batch, Link):
            times = [one.name for one in model._meta.fields if isinstance(one, DateTimeField)]
            model.objects.update(**{name: F(name) - span for name in times})

    # What holds after every step.

    @invariant()
    def nothing_is_there_twice_or_unasked(self) -> None:
        submitted = {
            (shape_of_kind(self.document(one).kind).xero_type, one.number) for one in self.papers
        }
        ours = [one for one in self.books.copies() if one["id"] not in self.rivals]
        live = Counter((one["type"], one["number"]) for one in ours if one["status"] not in GONE)
        assert {(one["type"], one["number"]) for one in ours} <= submitted
        assert max(live.values(), default=1) == 1, live
        paid = Counter(one["reference"] for one in self.books.payments() if one["reference"])
        assert max(paid.values(), default=1) == 1, paid

    @invariant()
    def every_document_shows_one_state(self) -> None:
        for paper in self.papers:
            link = self.books.link(self.document(paper))
            assert link.state in LinkState.values
            if link.state in (LinkState.FAILED, LinkState.HELD):
                assert link.problem["message"]
                assert link.problem["remedy"]

    # What holds in the end.

    def teardown(self) -> None:
        self.come_to_rest()
        for paper in self.papers:
            self.compare(paper)
        self.compare_rivals()
        assert not Batch.objects.filter(settled_at=None).exists()
        assert not Attempt.objects.filter(outcome="open").exists()

    def come_to_rest(self) -> None:
        """Let the faults be over and time pass, and answer no question, only press Retry."""
        for _ in range(4):
            self.time_passes(UNTIL_ALL_IS_DUE)
            self.books.let_lease_end()
            self.books.work()
            self.press_everything(1)
        self.books.work()
        self.nothing_is_there_twice_or_unasked()
        self.every_document_shows_one_state()

    def compare(self, paper: Paper) -> None:
        link, live = self.books.link(self.document(paper)), self.live(paper)
        assert link.state in paper.states, (paper, link.problem)
        assert len(live) == paper.is_live, (paper, link.state, link.problem)
        for copy in live:
            assert copy["total"] == paper.says, paper
            assert str(link.xero_id) == copy["id"], paper
        if paper.was_paid:
            self.compare_payment(paper)
        # What was withdrawn before Xero had it needed nothing done, and so no line in the log.
        if link.xero_id or link.state != LinkState.RETRACTED:
            [(_, outcome)] = self.books.log(self.document(paper))[-1:]
            assert outcome in ENDS[link.state], (paper, link.problem)

    def compare_payment(self, paper: Paper) -> None:
        payment = self.payment(paper)
        link, there = self.books.link(payment), self.books.payments()
        stands = [one for one in there if payment.number in one["reference"]]
        document_state = self.books.link(self.document(paper)).state
        assert link.state in paper.payment_states(document_state), (paper, link.problem)
        assert len(stands) == (link.state == LinkState.SYNCED), (paper, link.state, link.problem)

    def compare_rivals(self) -> None:
        there = {one["id"]: one for one in self.books.copies()}
        for ident in self.rivals:
            assert (there[ident]["status"], there[ident]["total"]) == ("DRAFT", RIVAL)

    # How to get at things.

    def pick(self, which: int, fits: Callable[[Paper], bool]) -> Paper | None:
        """Return one of the papers that fit; None where none does."""
        fitting = [paper for paper in self.papers if fits(paper)]
        return fitting[which % len(fitting)] if fitting else None

    def document(self, paper: Paper) -> Document:
        return Document.objects.get(kind=paper.kind, number=paper.number)

    def payment(self, paper: Paper) -> Payment:
        return Payment.objects.get(document=self.document(paper))

    def copies(self, paper: Paper) -> list[dict[str, Any]]:
        bearing = [one for one in self.books.copies() if one["number"] == paper.number]
        return [one for one in bearing if one["id"] not in self.rivals]

    def live(self, paper: Paper) -> list[dict[str, Any]]:
        return [one for one in self.copies(paper) if one["status"] not in GONE]

    def is_known(self, paper: Paper) -> bool:
        """Tell whether we would know the copy again: by our marker, or by its id from an answer.

        Without either, what a person has changed is a stranger's document to us.
        """
        return paper.kind in MARKED or self.books.link(self.document(paper)).xero_id is not None

    def bookkeeper(self) -> Bookkeeper:
        """Return a person who has just signed in; a token does not outlast much time."""
        return Bookkeeper.of(self.books)

    def write(self, copy: dict[str, Any], **fields: Any) -> None:
        path, ident = endpoint(copy)
        self.bookkeeper().write("POST", path, {ident: copy["id"], **fields})

    def pay_there(self, copy: dict[str, Any]) -> None:
        path, ident = endpoint(copy)
        payment = {"Account": {"Code": "090"}, "Date": "2026-11-10", "Amount": "2.00"}
        self.bookkeeper().write("PUT", "Payments", {path[:-1]: {ident: copy["id"]}, **payment})

    def content(self, paper: Paper, price: str) -> DocumentInput:
        return DocumentInput(
            kind=Kind(paper.kind),
            party_number=self.party.number,
            issued_on=date(2026, 11, 2),
            due_on=date(2026, 12, 2),
            currency="GBP",
            lines=tuple(lines(price)),
        )


#: How the last line of the Sync log ends, by the state of the link.
ENDS = {
    LinkState.SYNCED: {"done"},
    LinkState.RETRACTED: {"done", "dropped"},
    LinkState.HELD: {"held"},
    LinkState.FAILED: {"failed"},
}


def fresh_books(sandbox: Sandbox) -> Books:
    """Begin with empty tables and a stand-in Xero as new."""
    empty_tables()
    gather()
    sandbox.post("/_sandbox/reset")
    books = connected_books(sandbox)
    books.choose_everything()
    for kind in Kind:
        # Else what somebody voids there is cancelled here, as tests/sync/test_xeros_changes_voids.py has it.
        books.policy(kind, when_voided="ask")
    return books


def lines(price: str) -> list[LineInput]:
    return [line(tax_code="VAT20", unit_price=price)]


def typed_line() -> dict[str, Any]:
    return {"Description": "Typed", "Quantity": 1, "UnitAmount": THEIRS, "AccountCode": "300"}


def endpoint(copy: dict[str, Any]) -> tuple[str, str]:
    """Return where the copy stands in Xero's API, and how its id is called there."""
    is_note = copy["type"].endswith("CREDIT")
    return ("CreditNotes", "CreditNoteID") if is_note else ("Invoices", "InvoiceID")


def test_whatever_happens_it_comes_to_what_the_model_says(transactional_db: None, sandbox: Sandbox):
    run_state_machine_as_test(
        lambda: Protocol(sandbox),
        settings=settings(
            max_examples=16 if WHOLE else 5,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("action", ["cut_before", "status"])
def test_a_lost_edit_is_not_sent_again_over_what_a_person_wrote_since(
    transactional_db: None, sandbox: Sandbox, action: str
):
    protocol = Protocol(sandbox)
    protocol.submit(Kind.BILL, "10.00")
    protocol.work()
    protocol.edit(0, "33.33")
    status = {"status": 503} if action == "status" else {}
    protocol.work({"action": action, "method": "POST", "times": 2, **status})
    [paper] = protocol.papers
    [copy] = protocol.live(paper)
    protocol.write(copy, LineAmountTypes="NoTax", LineItems=[typed_line()])

    protocol.work()

    [copy] = protocol.live(paper)
    assert copy["total"] == THEIRS
