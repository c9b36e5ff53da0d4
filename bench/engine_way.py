"""The engine's way: books connected and mapped, documents submitted, a real worker sending them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx2
from django.db.models import QuerySet
from machine import wait_until
from papers import Paper, as_file
from workshop import Workshop

from tallystick.books.documents import submit_documents
from tallystick.books.inputs import PaymentInput, TaxCodeInput
from tallystick.books.models import Document, TaxCode
from tallystick.books.payments import record_payments
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.consent import begin_consent, finish_consent
from tallystick.connections.models import ApiCall, Organisation, OrganisationChoice
from tallystick.importing.run import import_file
from tallystick.mapping.services import (
    choose_method_account,
    choose_sales_account,
    choose_tax_type,
)
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.models import Link, LinkState
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.workspaces.models import User, Workspace
from tallystick.workspaces.services import create_user, create_workspace

SALES, BANK = "200", "090"  #: Accounts of the stand-in's books.
_PATIENCE_SECONDS = 600
#: States that nothing of a good run ever gets to.
_STOPPED = (LinkState.FAILED, LinkState.HELD, LinkState.EXCLUDED)


@dataclass(frozen=True, slots=True)
class Spent:
    """What sending some records has taken."""

    count: int
    calls: int
    seconds: float
    #: CPU seconds of the worker, and of PostgreSQL meanwhile.
    worker_cpu: float
    database_cpu: float
    #: MB by which the most memory that the worker ever held has grown.
    grown: float


@dataclass
class Books:
    """A workspace and the organisation that it is connected to."""

    workshop: Workshop
    workspace: Workspace
    owner: User
    organisation: Organisation

    @classmethod
    def connected(cls, workshop: Workshop, name: str) -> Self:
        """Connect a new workspace to new books, map it, and let invoices go out approved."""
        workspace = new_workspace(name)
        owner = User.objects.get(memberships__workspace=workspace)
        organisation = _connect(workspace, owner, workshop.new_organisation(name))
        drain_lane(organisation.pk)  # reads Xero's lists
        organisation.refresh_from_db()
        chosen: dict[str, Any] = {"organisation": organisation, "actor": owner}
        vat = TaxCode.objects.in_workspace(workspace).get()
        choose_tax_type(tax_code=vat, tax_type="OUTPUT2", **chosen)
        choose_sales_account(code=SALES, **chosen)
        bank = organisation.accounts.get(code=BANK).xero_id
        choose_method_account(method="", account_id=bank, **chosen)
        books = cls(workshop, workspace, owner, organisation)
        books._let_go("on_submit")
        return books

    def calls(self) -> int:
        """Return how many calls the books have seen so far."""
        return self.workshop.calls(str(self.organisation.tenant_id))

    def push(self, some: Sequence[Paper]) -> Spent:
        """Submit the papers' documents in one act, and wait until all are in Xero."""
        ids = drafts_of(self.workspace, some)
        return self._watched(len(ids), lambda: submit(self.workspace, ids))

    def let_wait(self, some: Sequence[Paper]) -> None:
        """Submit the papers' documents so that they wait for Sync now."""
        self._let_go("by_hand")
        submit(self.workspace, drafts_of(self.workspace, some))
        self._let_go("on_submit")

    def push_waiting(self, count: int) -> Spent:
        """Press Sync now, and wait until the so many that waited are in Xero."""
        return self._watched(count, lambda: sync_now(workspace=self.workspace, actor=self.owner))

    def pay(self, some: Sequence[Paper]) -> Spent:
        """Pay the papers' invoices in full, and wait until Xero has all payments."""
        totals = dict(Document.objects.in_workspace(self.workspace).values_list("number", "total"))
        payments = [
            PaymentInput(number=one.number, amount=totals[one.number], paid_on=one.due_on)
            for one in some
        ]
        return self._watched(
            len(payments),
            lambda: record_payments(workspace=self.workspace, actor=None, payments=payments),
        )

    def submit_to_present(self, document_id: int) -> float:
        """Submit one document; return the seconds from then until Xero's answer was here."""
        in_xero, started = self._in_xero(), time.time()
        submit(self.workspace, [document_id])
        self._await_in_xero(in_xero + 1)
        calls = ApiCall.objects.filter(organisation=self.organisation)
        written = calls.filter(method="PUT", endpoint="Invoices").latest("pk")
        answered = written.at + timedelta(milliseconds=written.milliseconds)
        return answered.timestamp() - started

    def _let_go(self, trigger: str) -> None:
        """Let documents go out approved, and when the trigger says."""
        for kind in ("sales_invoice", "sales_credit_note"):
            save_policy(
                organisation=self.organisation,
                kind=kind,
                actor=self.owner,
                sent_as="AUTHORISED",
                trigger=trigger,
            )

    def _watched(self, count: int, act: Callable[[], object]) -> Spent:
        in_xero, before = self._in_xero(), self._readings()
        act()
        started = time.perf_counter()
        self._await_in_xero(in_xero + count)
        seconds, after = time.perf_counter() - started, self._readings()
        calls, cpu, database, grown = (now - then for now, then in zip(after, before, strict=True))
        return Spent(count, int(calls), seconds, cpu, database, grown)

    def _readings(self) -> tuple[float, float, float, float]:
        shop = self.workshop
        return self.calls(), shop.worker_cpu, shop.database_cpu, shop.worker_peak

    def _links(self) -> QuerySet[Link]:
        return Link.objects.filter(organisation=self.organisation, party=None)

    def _in_xero(self) -> int:
        return self._links().filter(state=LinkState.SYNCED).count()

    def _await_in_xero(self, count: int) -> None:
        def is_done() -> bool:
            self.workshop.assert_alive()
            if stopped := self._links().filter(state__in=_STOPPED).first():
                raise RuntimeError(f"Not all went out: {stopped}, {stopped.problem}")
            return self._in_xero() == count

        wait_until(is_done, "the worker", seconds=_PATIENCE_SECONDS)


def new_workspace(name: str) -> Workspace:
    """Make a workspace in pounds with one tax code, and its owner."""
    owner = create_user(f"{name.lower()}@example.com", "as fast as may be", "Olivia")
    workspace = create_workspace(name=name, currency="GBP", timezone="Europe/London", owner=owner)
    vat = TaxCodeInput(code="VAT20", name="VAT 20%", rate=Decimal(20))
    create_tax_code(workspace=workspace, actor=owner, tax_code=vat)
    return workspace


def bring_in(workspace: Workspace, some: Sequence[Paper]) -> None:
    """Import the papers as drafts."""
    report = import_file(workspace=workspace, actor=None, source=as_file(some), dry_run=False)
    if (made := sum(report.created.values())) != len(some):
        raise RuntimeError(f"Only {made} of {len(some)} papers were taken: {report.bad_rows}")


def drafts_of(workspace: Workspace, some: Sequence[Paper]) -> list[int]:
    """Return the keys of the papers' documents, in their order."""
    numbers = [paper.number for paper in some]
    found = Document.objects.in_workspace(workspace).filter(number__in=numbers)
    return list(found.order_by("number").values_list("pk", flat=True))


def submit(workspace: Workspace, document_ids: Sequence[int]) -> None:
    submit_documents(workspace=workspace, document_ids=document_ids, actor=None)


def _connect(workspace: Workspace, owner: User, tenant_id: str) -> Organisation:
    """Go to Xero's consent page and press Allow access."""
    start = begin_consent(workspace=workspace, user=owner)
    with httpx2.Client(timeout=60) as browser:
        browser.get(start.url).raise_for_status()
        answer = browser.post(start.url, data={"organisation": tenant_id, "decision": "allow"})
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    connection = finish_consent(
        state=query["state"],
        code=query["code"],
        error="",
        cookie_nonce=start.cookie_nonce,
        user=owner,
    )
    if isinstance(connection, OrganisationChoice) or connection.organisation is None:
        raise RuntimeError(f"{workspace} was not connected.")
    return connection.organisation
