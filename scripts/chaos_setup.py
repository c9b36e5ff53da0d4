"""The workspaces of a run: connected, mapped, each with rules of its own; and when all is at rest."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle

import httpx2
from chaos_answers import Answers
from chaos_clerk import CUSTOMERS, SUPPLIERS, Clerk
from chaos_hands import Pages, PersonInXero, give_consent
from chaos_machine import ShakenMachine
from chaos_memory import BILL, SALES_INVOICE, Body, Paper
from django.db.models import Q, Sum
from django.db.models.functions import Now
from machine import wait_until

from tallystick.books.inputs import PartyInput, TaxCodeInput
from tallystick.books.parties import create_party
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.consent import begin_consent, finish_consent
from tallystick.connections.errors import ConsentError
from tallystick.connections.models import (
    Connection,
    ConnectionStatus,
    Organisation,
    OrganisationChoice,
)
from tallystick.mapping.models import Direction
from tallystick.mapping.services import (
    choices_of,
    choose_account,
    choose_method_account,
    choose_tax_type,
)
from tallystick.sync.models import Batch, Check, Lane, Link, LinkState
from tallystick.sync.policy import KINDS, PAYMENT, save_policy
from tallystick.sync.tasks import wake_due
from tallystick.workspaces.models import User, Workspace
from tallystick.workspaces.services import create_user, create_workspace

#: Documents that are submitted together.
_AT_ONCE = (1, 1, 2, 3, 5, 9)
_PASSWORD = "every bad day at once"  # noqa: S105 - of a person made up
#: How documents go, what is done with payments on drafts, and the prefix of numbers.
_RULES = (
    ("DRAFT", "ask", ""),
    ("AUTHORISED", "ask", ""),
    ("DRAFT", "approve", "WEB-"),
    ("SUBMITTED", "approve", ""),
)
_TAX_TYPES = {
    ("VAT20", Direction.SALES): "OUTPUT2",
    ("VAT20", Direction.PURCHASES): "INPUT2",
    ("NONE", Direction.SALES): "NONE",
    ("NONE", Direction.PURCHASES): "NONE",
}


@dataclass
class Desk:
    """All who work on one set of books, and what they can be told to do; each says if it was done."""

    clerk: Clerk
    answers: Answers
    pages: Pages
    person: PersonInXero

    def submit(self, draw: random.Random, step: int) -> bool:
        if draw.random() < 0.25:
            return self.submit_by_page(draw)
        self.clerk.submit(draw, draw.choice(_AT_ONCE))
        return True

    def submit_by_page(self, draw: random.Random) -> bool:
        press = partial(self.pages.press_for, "submit")
        self.clerk.submit(draw, draw.choice(_AT_ONCE), press)
        return True

    def cancel(self, draw: random.Random, step: int) -> bool:
        press = partial(self.pages.press_for, "cancel") if draw.random() < 0.25 else None
        return self.clerk.cancel(draw, press)

    def edit(self, draw: random.Random, step: int) -> bool:
        return self.clerk.edit(draw)

    def amend(self, draw: random.Random, step: int) -> bool:
        return self.clerk.amend(draw)

    def pay(self, draw: random.Random, step: int) -> bool:
        return self.clerk.pay(draw, f"Step {step}")

    def unpay(self, draw: random.Random, step: int) -> bool:
        return self.clerk.unpay(draw)

    def allocate(self, draw: random.Random, step: int) -> bool:
        return self.clerk.allocate(draw)

    def unallocate(self, draw: random.Random, step: int) -> bool:
        return self.clerk.unallocate(draw)

    def sync_now(self, draw: random.Random, step: int) -> bool:
        self.clerk.sync_now()
        return True

    def retry(self, draw: random.Random, step: int) -> bool:
        self.answers.retry_all()
        return True

    def answer(self, draw: random.Random, step: int) -> bool:
        return self.answers.answer_all(draw) > 0

    def approve_there(self, draw: random.Random, step: int) -> bool:
        paper = self.clerk.find(draw, _has_screen)
        if paper is None:
            return False
        paper.touched = True
        paper.note("a person was to approve it in Xero")
        return self.person.approve(paper)

    def change_there(self, draw: random.Random, step: int) -> bool:
        paper = self.clerk.find(draw, _has_screen)
        if paper is None:
            return False
        paper.touched = True
        paper.note("a person was to change it in Xero")
        return self.person.change(paper)

    def remove_there(self, draw: random.Random, step: int) -> bool:
        planned = self.clerk.memory.planned
        paper = self.clerk.find(draw, lambda one: _has_screen(one) and not planned(one))
        if paper is None:
            return False
        paper.left_alone, paper.removed = True, self.person.remove(paper)
        paper.note("a person was to remove it from Xero")
        return paper.removed

    def reconnect(self) -> bool:
        return reconnect(self.clerk.machine, self.clerk.organisation, self.clerk.actor)


def open_books(machine: ShakenMachine, count: int, source: Iterator[Body]) -> list[Desk]:
    """Make so many workspaces, each connected to an organisation of its own and mapped."""
    actor = create_user("olivia@example.com", _PASSWORD, "Olivia")
    bound = [_bound(machine.sandbox, actor, n) for n in range(count)]
    machine.start_all()
    wait_until(lambda: not Organisation.objects.filter(read_at=None).exists(), "Xero's lists")
    desks = []
    for organisation, rules in zip(bound, cycle(_RULES), strict=False):
        organisation.refresh_from_db()
        _fill(organisation, actor, rules)
        prefix, workspace = rules[2], organisation.workspace
        clerk = Clerk(machine, workspace, actor, organisation, source, prefix)
        person = PersonInXero(machine.sandbox, str(organisation.tenant_id), prefix)
        pages = Pages(machine.web, workspace.slug, email=actor.email, password=_PASSWORD)
        answers = Answers(clerk, person, machine.sandbox)
        desks.append(Desk(clerk, answers, pages, person))
    return desks


def reconnect(machine: ShakenMachine, organisation: Organisation, actor: User) -> bool:
    """Go to Xero's consent page again, if Tallystick has lost its access; tell if that was done."""
    workspace = organisation.workspace
    lost = Connection.objects.filter(workspace=workspace, status=ConnectionStatus.ERROR)
    if not machine.surely(lost.exists):
        return False
    try:
        _connect(workspace, actor, str(organisation.tenant_id))
    except ConsentError:
        return False  # Xero broke off here too; they try again later.
    return True


def is_at_rest() -> bool:
    """Tell whether nothing is on its way in any workspace."""
    on_its_way = Q(state__in=[LinkState.QUEUED, LinkState.SENDING]) | ~Q(strays=[])
    held = Q(state__in=[LinkState.HELD, LinkState.FAILED])
    moving = Link.objects.filter(on_its_way).exclude(held)
    return not (moving.exists() or Batch.objects.filter(settled_at=None).exists())


def cut_back_offs_short() -> None:
    """Let no lane wait long after a failure, or a night would not do; no safety hangs on it."""
    Lane.objects.filter(blocked_until__gt=Now()).update(blocked_until=Now(), failures=0)
    wake_due()


def let_access_be_renewed() -> None:
    """Let every access be renewed at the next call, though the one there is still lasts a while."""
    soon = Now() + timedelta(minutes=2)
    Connection.objects.filter(access_expires_at__gt=soon).update(access_expires_at=soon)


def ask_for_check() -> None:
    """Let every organisation be looked through as soon as may be."""
    Lane.objects.update(check_due_at=Now(), check_reason="The run has ended.")


def is_checked() -> bool:
    return not Lane.objects.filter(check_due_at__lte=Now()).exists()


def second_copies() -> int:
    """Return how many second copies the checks have found."""
    return Check.objects.aggregate(count=Sum("strays"))["count"] or 0


def _has_screen(paper: Paper) -> bool:
    """Tell whether Xero shows it on a screen of its own there, where a person can act."""
    return paper.kind in (SALES_INVOICE, BILL)


def _bound(sandbox: str, actor: User, n: int) -> Organisation:
    wanted = {"country": "UK", "name": f"Chaos {n}"}
    made = httpx2.post(f"{sandbox}/_sandbox/organisations", json=wanted).raise_for_status()
    workspace = create_workspace(
        name=f"Chaos {n}", currency="GBP", timezone="Europe/London", owner=actor
    )
    return _connect(workspace, actor, made.json()["id"])


def _connect(workspace: Workspace, actor: User, organisation: str) -> Organisation:
    start = begin_consent(workspace=workspace, user=actor)
    answer = give_consent(start.url, organisation)
    connection = finish_consent(
        state=answer["state"],
        code=answer["code"],
        error="",
        cookie_nonce=start.cookie_nonce,
        user=actor,
    )
    if isinstance(connection, OrganisationChoice) or connection.organisation is None:
        raise RuntimeError(f"{workspace} was not connected.")
    return connection.organisation


def _fill(organisation: Organisation, actor: User, rules: tuple[str, str, str]) -> None:
    workspace = organisation.workspace
    for n in range(CUSTOMERS + SUPPLIERS):
        number = f"C{n}" if n < CUSTOMERS else f"S{n - CUSTOMERS}"
        party = PartyInput(name=f"Party {number}", number=number, is_supplier=n >= CUSTOMERS)
        create_party(workspace=workspace, actor=actor, party=party)
    for code, rate in (("VAT20", "20"), ("NONE", "0")):
        given = TaxCodeInput(code=code, name=code, rate=Decimal(rate))
        tax_code = create_tax_code(workspace=workspace, actor=actor, tax_code=given)
        for direction in Direction:
            choose_tax_type(
                organisation=organisation,
                tax_code=tax_code,
                tax_type=_TAX_TYPES[code, direction],
                actor=actor,
                direction=direction,
            )
    for direction, account in ((Direction.SALES, "200"), (Direction.PURCHASES, "310")):
        choose_account(
            organisation=organisation, direction=direction, charge="", code=account, actor=actor
        )
    bank = choices_of(organisation).payment_accounts[0].xero_id
    choose_method_account(organisation=organisation, method="", account_id=bank, actor=actor)
    sent_as, when_draft, prefix = rules
    for kind in KINDS:
        of_payments = {"when_draft": when_draft}
        of_documents = {"sent_as": sent_as, "number_prefix": prefix}
        more = of_payments if kind == PAYMENT else of_documents
        save_policy(organisation=organisation, kind=kind, actor=actor, **more)
