"""One set of books at work: each act through the services, as a page would, and remembered here.

An act in which the database dies may have been done or not: it is done again then, for acts are
safe to repeat; what would be made a second time is looked for first.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from chaos_machine import ShakenMachine
from chaos_memory import (
    BILL,
    CREDITED,
    PURCHASES,
    SALES_CREDIT_NOTE,
    SALES_INVOICE,
    SUPPLIER_CREDIT_NOTE,
    Body,
    Memory,
    Offset,
    Paper,
    Payment,
    Row,
    day,
    is_planned,
)

from tallystick.books import allocations, documents, payments
from tallystick.books import models as books
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.connections.models import Organisation
from tallystick.sync import queue
from tallystick.workspaces.models import User, Workspace

T = TypeVar("T")
#: Presses a button on a page for some documents.
Press = Callable[[Sequence[Paper]], None]
_SHARES = {SALES_INVOICE: 45, BILL: 25, SALES_CREDIT_NOTE: 18, SUPPLIER_CREDIT_NOTE: 12}
_PREFIXES = {SALES_INVOICE: "INV-", SALES_CREDIT_NOTE: "CN-"}
CUSTOMERS, SUPPLIERS = 6, 4


@dataclass
class Clerk:
    """Works in one workspace; knows what should stand in its books."""

    machine: ShakenMachine
    workspace: Workspace
    actor: User
    organisation: Organisation
    bodies: Iterator[Body]
    #: What the workspace puts before its numbers in Xero.
    prefix: str = ""
    memory: Memory = field(default_factory=Memory)
    _numbered: Counter[str] = field(default_factory=Counter)

    def surely(self, act: Callable[[], T], done: Callable[[], T | None] = lambda: None) -> T:
        """Do the act, and again until the database lives through it.

        `done` finds what came of it, for acts that would do something else the second time.
        """
        return self.machine.surely(act, done)

    def find(self, draw: random.Random, fits: Callable[[Paper], bool]) -> Paper | None:
        """Return a document that stands, is the clerk's to work on, and fits."""
        return _from(
            draw,
            self.memory.papers,
            lambda one: not (one.cancelled or one.left_alone) and fits(one),
        )

    def submit(self, draw: random.Random, count: int, press: Press | None = None) -> None:
        """Enter so many new documents and submit them together.

        `press`, the button on a page, goes before; what dies with the page is submitted after it.
        """
        papers = [self._new_paper(draw) for _ in range(count)]
        for paper in papers:
            self._create(paper)
        self._submit(papers, press)

    def edit(self, draw: random.Random) -> bool:
        """Change the lines of a document, to no less than what is settled of it."""
        paper = self.find(draw, lambda one: True)
        if paper is None:
            return False
        body = _changed(draw, paper.body)
        if sum(row.total for row in body) < self.memory.planned(paper):
            body = (*paper.body, *body[:1])
        after = books.Document.objects.filter(pk=paper.pk, revision=paper.revision + 1)
        self.surely(
            lambda: documents.edit_document(
                workspace=self.workspace,
                actor=self.actor,
                document_id=paper.pk,
                document=_input(paper, body),
            ),
            after.first,
        )
        paper.body, paper.revision, paper.kept = body, paper.revision + 1, None
        paper.note("edited")
        return True

    def cancel(self, draw: random.Random, press: Press | None = None) -> bool:
        """Cancel a document without entries, or several."""
        count = draw.choice((1, 1, 2, 4))
        chosen = [self.find(draw, lambda one: not self.memory.planned(one)) for _ in range(count)]
        papers = {id(one): one for one in chosen if one}
        self.withdraw(list(papers.values()), press)
        return bool(papers)

    def withdraw(self, papers: Sequence[Paper], press: Press | None = None) -> None:
        """Cancel documents without entries."""
        if press:
            press(papers)
        ids = [paper.pk for paper in papers]
        self.surely(
            lambda: documents.cancel_documents(
                workspace=self.workspace, document_ids=ids, actor=self.actor
            )
        )
        for paper in papers:
            paper.cancelled = True
            paper.note("cancelled")

    def amend(self, draw: random.Random) -> bool:
        """Put a new document in the place of a cancelled one, and submit it."""
        old = _from(
            draw,
            self.memory.papers,
            lambda one: one.cancelled and not one.amended and not one.left_alone,
        )
        if old is None:
            return False
        copy = self.surely(
            lambda: documents.amend_document(
                workspace=self.workspace, actor=self.actor, document_id=old.pk
            ),
            books.Document.objects.filter(amends=old.pk).first,
        )
        old.amended = True
        paper = Paper(old.kind, copy.number, old.party, old.day, old.body, pk=copy.pk)
        self._submit([paper])
        return True

    def pay(self, draw: random.Random, reference: str) -> bool:
        """Pay a document in whole or in part, or refund a credit note."""
        paper, whole = self.find(draw, self._may_settle), draw.random() < 0.6
        if paper is None:
            return False
        most = self.memory.outstanding(paper)
        amount = most if whole else max(Decimal("0.01"), round(most / 3, 2))
        payment = Payment(paper, amount, paper.day + timedelta(days=20), reference)
        made = self.surely(
            lambda: payments.record_payment(
                workspace=self.workspace,
                actor=self.actor,
                document_id=paper.pk,
                amount=payment.amount,
                paid_on=payment.day,
                reference=reference,
            ),
            books.Payment.objects.filter(workspace=self.workspace, reference=reference).first,
        )
        payment.pk, payment.number = made.pk, f"PAY-{made.uid.hex[:12].upper()}"
        self.memory.payments.append(payment)
        paper.note(f"{amount} was paid")
        return True

    def unpay(self, draw: random.Random) -> bool:
        payment = _from(draw, self.memory.payments, is_planned)
        if payment is not None:
            self.delete_payment(payment)
        return payment is not None

    def delete_payment(self, payment: Payment) -> None:
        self.surely(
            lambda: payments.delete_payments(
                workspace=self.workspace, actor=self.actor, payment_ids=[payment.pk]
            )
        )
        payment.deleted, payment.taken_back = True, False
        payment.paper.note(f"the payment of {payment.amount} was deleted")

    def allocate(self, draw: random.Random) -> bool:
        """Set a credit note against an invoice or bill of the same party."""
        whole = draw.random() < 0.6
        note = self.find(draw, lambda one: one.kind in CREDITED and self._may_settle(one))
        paper = self.find(draw, lambda one: note is not None and self._may_credit(note, one))
        if note is None or paper is None:
            return False
        most = min(self.memory.outstanding(note), self.memory.outstanding(paper))
        amount = most if whole else max(Decimal("0.01"), round(most / 2, 2))
        offset = Offset(note, paper, amount, paper.day + timedelta(days=10))
        live = books.Allocation.objects.live().filter(credit_note=note.pk, document=paper.pk)
        made = self.surely(
            lambda: allocations.allocate(
                workspace=self.workspace,
                actor=self.actor,
                credit_note_id=note.pk,
                document_id=paper.pk,
                amount=amount,
                allocated_on=offset.day,
            ),
            live.first,
        )
        offset.pk = made.pk
        self.memory.offsets.append(offset)
        for one in (note, paper):
            one.note(f"{amount} was set off")
        return True

    def unallocate(self, draw: random.Random) -> bool:
        offset = _from(draw, self.memory.offsets, is_planned)
        if offset is not None:
            self.remove_offset(offset)
        return offset is not None

    def remove_offset(self, offset: Offset) -> None:
        self.surely(
            lambda: allocations.remove_allocations(
                workspace=self.workspace, actor=self.actor, allocation_ids=[offset.pk]
            )
        )
        offset.deleted, offset.taken_back = True, False
        for one in (offset.note, offset.paper):
            one.note(f"the allocation of {offset.amount} was removed")

    def sync_now(self) -> None:
        def press() -> None:
            with contextlib.suppress(queue.CoolingDown):
                queue.sync_now(workspace=self.workspace, actor=self.actor)

        self.surely(press)

    def _may_settle(self, paper: Paper) -> bool:
        return self.memory.outstanding(paper) > 0

    def _may_credit(self, note: Paper, paper: Paper) -> bool:
        alike = paper.kind == CREDITED[note.kind] and paper.party == note.party
        pairs = [(one.note, one.paper) for one in self.memory.offsets if is_planned(one)]
        free = all(one is not note or other is not paper for one, other in pairs)
        return alike and free and self._may_settle(paper)

    def _new_paper(self, draw: random.Random) -> Paper:
        kind = draw.choices(list(_SHARES), list(_SHARES.values()))[0]
        place = self._numbered[kind]
        self._numbered[kind] += 1
        if kind in PURCHASES:
            # Two suppliers number alike; none does so twice.
            half = SUPPLIERS // 2
            which = place % 2 * half + draw.randrange(half)
            return Paper(kind, f"{5000 + place // 2}", f"S{which}", day(draw), next(self.bodies))
        party = f"C{draw.randrange(CUSTOMERS)}"
        return Paper(kind, f"{_PREFIXES[kind]}{place:05}", party, day(draw), next(self.bodies))

    def _create(self, paper: Paper) -> None:
        same = books.Document.objects.filter(
            workspace=self.workspace,
            kind=paper.kind,
            number=paper.number,
            party__number=paper.party,
        )
        made = self.surely(
            lambda: documents.create_document(
                workspace=self.workspace, actor=self.actor, document=_input(paper, paper.body)
            ),
            same.first,
        )
        paper.pk = made.pk

    def _submit(self, papers: Sequence[Paper], press: Press | None = None) -> None:
        if press:
            press(papers)
        ids = [paper.pk for paper in papers]
        self.surely(
            lambda: documents.submit_documents(
                workspace=self.workspace, document_ids=ids, actor=self.actor
            )
        )
        self.memory.papers += papers


def _input(paper: Paper, body: Body) -> DocumentInput:
    lines = tuple(
        LineInput(
            description=row.text,
            quantity=row.quantity,
            unit_price=row.price,
            tax_code="VAT20" if row.taxed else "NONE",
        )
        for row in body
    )
    return DocumentInput(
        kind=books.Kind(paper.kind),
        party_number=paper.party,
        number=paper.number,
        issued_on=paper.day,
        due_on=paper.day + timedelta(days=30),
        currency="GBP",
        lines=lines,
    )


def _changed(draw: random.Random, body: Body) -> Body:
    """Return the lines with one of them changed, left out or put in twice."""
    place = draw.randrange(len(body))
    before, row, after = body[:place], body[place], body[place + 1 :]
    more = Row(row.text, row.quantity + draw.randint(1, 9), row.price, row.taxed)
    act = draw.random()
    if act < 0.2 and len(body) > 1:
        return before + after
    return (*body, more) if act < 0.4 else (*before, more, *after)


def _from(draw: random.Random, choices: Sequence[T], fits: Callable[[T], bool]) -> T | None:
    """Return the first that fits from a place on that is drawn, whatever fits just now."""
    if not choices:
        return None
    start = draw.randrange(len(choices))
    return next((one for one in (*choices[start:], *choices[:start]) if fits(one)), None)
