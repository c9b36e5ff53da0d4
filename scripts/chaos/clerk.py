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

from chaos.document_data import issue_day
from chaos.model import (
    BILL,
    CREDITED,
    PURCHASES,
    SALES_CREDIT_NOTE,
    SALES_INVOICE,
    SUPPLIER_CREDIT_NOTE,
    Allocation,
    Document,
    Line,
    Lines,
    Model,
    Payment,
    is_planned,
)
from chaos.shaken_machine import ShakenMachine
from tallystick.books import models as books
from tallystick.books.allocations import allocate, remove_allocations
from tallystick.books.documents import (
    amend_document,
    cancel_documents,
    create_document,
    edit_document,
    submit_documents,
)
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.payments import delete_payments, record_payment
from tallystick.connections.cooldowns import CoolingDown
from tallystick.connections.models import Organisation
from tallystick.sync.acts import sync_now
from tallystick.workspaces.models import User, Workspace

T = TypeVar("T")
#: Presses a button on a page for some documents.
Press = Callable[[Sequence[Document]], None]
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
    #: What is written on new documents.
    new_lines: Iterator[Lines]
    #: What the workspace puts before its numbers in Xero.
    prefix: str = ""
    model: Model = field(default_factory=Model)
    _numbered: Counter[str] = field(default_factory=Counter)

    def surely(self, act: Callable[[], T], done: Callable[[], T | None] = lambda: None) -> T:
        """Do the act, and again until the database lives through it.

        `done` finds what came of it, for acts that would do something else the second time.
        """
        return self.machine.surely(act, done)

    def find(self, draw: random.Random, fits: Callable[[Document], bool]) -> Document | None:
        """Return a document that stands, is the clerk's to work on, and fits."""
        return _from(
            draw,
            self.model.documents,
            lambda one: not (one.cancelled or one.left_alone) and fits(one),
        )

    def submit(self, draw: random.Random, count: int, press: Press | None = None) -> None:
        """Enter so many new documents and submit them together.

        `press`, the button on a page, goes before; what dies with the page is submitted after it.
        """
        documents = [self._new_document(draw) for _ in range(count)]
        for document in documents:
            self._create(document)
        self._submit(documents, press)

    def edit(self, draw: random.Random) -> bool:
        """Change the lines of a document, to no less than what is settled of it."""
        document = self.find(draw, lambda one: True)
        if document is None:
            return False
        lines = _changed(draw, document.lines)
        if sum(line.total for line in lines) < self.model.planned(document):
            lines = (*document.lines, *lines[:1])
        after = books.Document.objects.filter(pk=document.pk, revision=document.revision + 1)
        self.surely(
            lambda: edit_document(
                workspace=self.workspace,
                actor=self.actor,
                document_id=document.pk,
                document=_input(document, lines),
            ),
            after.first,
        )
        document.lines, document.revision, document.kept = lines, document.revision + 1, None
        document.log("edited")
        return True

    def cancel(self, draw: random.Random, press: Press | None = None) -> bool:
        """Cancel a document without entries, or several."""
        count = draw.choice((1, 1, 2, 4))
        chosen = [self.find(draw, lambda one: not self.model.planned(one)) for _ in range(count)]
        documents = {id(one): one for one in chosen if one}
        self.withdraw(list(documents.values()), press)
        return bool(documents)

    def withdraw(self, documents: Sequence[Document], press: Press | None = None) -> None:
        """Cancel documents without entries."""
        if press:
            press(documents)
        ids = [document.pk for document in documents]
        self.surely(
            lambda: cancel_documents(workspace=self.workspace, document_ids=ids, actor=self.actor)
        )
        for document in documents:
            document.cancelled = True
            document.log("cancelled")

    def amend(self, draw: random.Random) -> bool:
        """Put a new document in the place of a cancelled one, and submit it."""
        old = _from(
            draw,
            self.model.documents,
            lambda one: one.cancelled and not one.amended and not one.left_alone,
        )
        if old is None:
            return False
        copy = self.surely(
            lambda: amend_document(workspace=self.workspace, actor=self.actor, document_id=old.pk),
            books.Document.objects.filter(amends=old.pk).first,
        )
        old.amended = True
        document = Document(old.kind, copy.number, old.party, old.day, old.lines, pk=copy.pk)
        self._submit([document])
        return True

    def pay(self, draw: random.Random, reference: str) -> bool:
        """Pay a document in whole or in part, or refund a credit note."""
        document, whole = self.find(draw, self._may_settle), draw.random() < 0.6
        if document is None:
            return False
        most = self.model.outstanding(document)
        amount = most if whole else max(Decimal("0.01"), round(most / 3, 2))
        payment = Payment(document, amount, document.day + timedelta(days=20), reference)
        made = self.surely(
            lambda: record_payment(
                workspace=self.workspace,
                actor=self.actor,
                document_id=document.pk,
                amount=payment.amount,
                paid_on=payment.day,
                reference=reference,
            ),
            books.Payment.objects.filter(workspace=self.workspace, reference=reference).first,
        )
        payment.pk, payment.number = made.pk, f"PAY-{made.uid.hex[:12].upper()}"
        self.model.payments.append(payment)
        document.log(f"{amount} was paid")
        return True

    def unpay(self, draw: random.Random) -> bool:
        payment = _from(draw, self.model.payments, is_planned)
        if payment is not None:
            self.delete_payment(payment)
        return payment is not None

    def delete_payment(self, payment: Payment) -> None:
        self.surely(
            lambda: delete_payments(
                workspace=self.workspace, actor=self.actor, payment_ids=[payment.pk]
            )
        )
        payment.deleted, payment.taken_back = True, False
        payment.document.log(f"the payment of {payment.amount} was deleted")

    def allocate(self, draw: random.Random) -> bool:
        """Set a credit note against an invoice or bill of the same party."""
        whole = draw.random() < 0.6
        credit_note = self.find(draw, lambda one: one.kind in CREDITED and self._may_settle(one))
        document = self.find(
            draw, lambda one: credit_note is not None and self._may_credit(credit_note, one)
        )
        if credit_note is None or document is None:
            return False
        most = min(self.model.outstanding(credit_note), self.model.outstanding(document))
        amount = most if whole else max(Decimal("0.01"), round(most / 2, 2))
        allocation = Allocation(credit_note, document, amount, document.day + timedelta(days=10))
        live = books.Allocation.objects.live().filter(
            credit_note=credit_note.pk, document=document.pk
        )
        made = self.surely(
            lambda: allocate(
                workspace=self.workspace,
                actor=self.actor,
                credit_note_id=credit_note.pk,
                document_id=document.pk,
                amount=amount,
                allocated_on=allocation.day,
            ),
            live.first,
        )
        allocation.pk = made.pk
        self.model.allocations.append(allocation)
        for one in (credit_note, document):
            one.log(f"{amount} was set off")
        return True

    def unallocate(self, draw: random.Random) -> bool:
        allocation = _from(draw, self.model.allocations, is_planned)
        if allocation is not None:
            self.remove_allocation(allocation)
        return allocation is not None

    def remove_allocation(self, allocation: Allocation) -> None:
        self.surely(
            lambda: remove_allocations(
                workspace=self.workspace, actor=self.actor, allocation_ids=[allocation.pk]
            )
        )
        allocation.deleted, allocation.taken_back = True, False
        for one in (allocation.credit_note, allocation.document):
            one.log(f"the allocation of {allocation.amount} was removed")

    def sync_now(self) -> None:
        def press() -> None:
            with contextlib.suppress(CoolingDown):
                sync_now.sync_now(workspace=self.workspace, actor=self.actor)

        self.surely(press)

    def _may_settle(self, document: Document) -> bool:
        return self.model.outstanding(document) > 0

    def _may_credit(self, credit_note: Document, document: Document) -> bool:
        alike = document.kind == CREDITED[credit_note.kind] and document.party == credit_note.party
        pairs = [
            (one.credit_note, one.document) for one in self.model.allocations if is_planned(one)
        ]
        free = all(one is not credit_note or other is not document for one, other in pairs)
        return alike and free and self._may_settle(document)

    def _new_document(self, draw: random.Random) -> Document:
        kind = draw.choices(list(_SHARES), list(_SHARES.values()))[0]
        place = self._numbered[kind]
        self._numbered[kind] += 1
        if kind in PURCHASES:
            # Two suppliers number alike; none does so twice.
            half = SUPPLIERS // 2
            which = place % 2 * half + draw.randrange(half)
            return Document(
                kind, f"{5000 + place // 2}", f"S{which}", issue_day(draw), next(self.new_lines)
            )
        party = f"C{draw.randrange(CUSTOMERS)}"
        return Document(
            kind, f"{_PREFIXES[kind]}{place:05}", party, issue_day(draw), next(self.new_lines)
        )

    def _create(self, document: Document) -> None:
        same = books.Document.objects.filter(
            workspace=self.workspace,
            kind=document.kind,
            number=document.number,
            party__number=document.party,
        )
        made = self.surely(
            lambda: create_document(
                workspace=self.workspace,
                actor=self.actor,
                document=_input(document, document.lines),
            ),
            same.first,
        )
        document.pk = made.pk

    def _submit(self, documents: Sequence[Document], press: Press | None = None) -> None:
        if press:
            press(documents)
        ids = [document.pk for document in documents]
        self.surely(
            lambda: submit_documents(workspace=self.workspace, document_ids=ids, actor=self.actor)
        )
        self.model.documents += documents


def _input(document: Document, lines: Lines) -> DocumentInput:
    inputs = tuple(
        LineInput(
            description=line.text,
            quantity=line.quantity,
            unit_price=line.price,
            tax_code="VAT20" if line.taxed else "NONE",
        )
        for line in lines
    )
    return DocumentInput(
        kind=books.Kind(document.kind),
        party_number=document.party,
        number=document.number,
        issued_on=document.day,
        due_on=document.day + timedelta(days=30),
        currency="GBP",
        lines=inputs,
    )


def _changed(draw: random.Random, lines: Lines) -> Lines:
    """Return the lines with one of them changed, left out or put in twice."""
    place = draw.randrange(len(lines))
    before, line, after = lines[:place], lines[place], lines[place + 1 :]
    more = Line(line.text, line.quantity + draw.randint(1, 9), line.price, line.taxed)
    act = draw.random()
    if act < 0.2 and len(lines) > 1:
        return before + after
    return (*lines, more) if act < 0.4 else (*before, more, *after)


def _from(draw: random.Random, choices: Sequence[T], fits: Callable[[T], bool]) -> T | None:
    """Return the first that fits from a place on that is drawn, whatever fits just now."""
    if not choices:
        return None
    start = draw.randrange(len(choices))
    return next((one for one in (*choices[start:], *choices[:start]) if fits(one)), None)
