"""The workspaces of a run: connected, mapped, each with rules of its own."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle

import httpx2
from machine import wait_until

from chaos.answers import Answers
from chaos.clerk import CUSTOMERS, SUPPLIERS, Clerk
from chaos.consent import connect
from chaos.foreigners import Foreigner
from chaos.model import Lines
from chaos.people import PageUser, XeroUser
from chaos.shaken_machine import ShakenMachine
from chaos.workload import Team
from tallystick.books.inputs import PartyInput, TaxCodeInput
from tallystick.books.parties import create_party
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Direction
from tallystick.mapping.services import (
    choices_of,
    choose_account,
    choose_method_account,
    choose_tax_type,
)
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.links.record_kinds import PAYMENT_RULE
from tallystick.sync.links.sync_rules import KINDS
from tallystick.workspaces.models import User
from tallystick.workspaces.services import create_user, create_workspace

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


def open_workspaces(
    machine: ShakenMachine, count: int, new_lines: Iterator[Lines], seed: int
) -> list[Team]:
    """Make so many workspaces, each connected to an organisation of its own and mapped.

    Others have books in the same organisations.
    """
    actor = create_user("olivia@example.com", _PASSWORD, "Olivia")
    connected, foreigners = [], []
    for n in range(count):
        tenant = _organisation(machine.sandbox, n)
        foreigners.append(Foreigner.settled(machine.sandbox, tenant, seed + n))
        connected.append(_connected(actor, tenant, n))
    machine.start_all()
    wait_until(lambda: not Organisation.objects.filter(read_at=None).exists(), "Xero's lists")
    teams = []
    for organisation, foreigner, rules in zip(connected, foreigners, cycle(_RULES), strict=False):
        organisation.refresh_from_db()
        fill(organisation, actor, rules)
        prefix, workspace = rules[2], organisation.workspace
        clerk = Clerk(machine, workspace, actor, organisation, new_lines, prefix)
        person = XeroUser(machine.sandbox, str(organisation.tenant_id), prefix)
        pages = PageUser(machine.web, workspace.slug, email=actor.email, password=_PASSWORD)
        answers = Answers(clerk, person, machine.sandbox)
        teams.append(Team(clerk, answers, pages, person, foreigner))
    return teams


def _organisation(sandbox: str, n: int) -> str:
    wanted = {"country": "UK", "name": f"Chaos {n}"}
    made = httpx2.post(f"{sandbox}/_sandbox/organisations", json=wanted).raise_for_status()
    return str(made.json()["id"])


def _connected(actor: User, tenant: str, n: int) -> Organisation:
    workspace = create_workspace(
        name=f"Chaos {n}", currency="GBP", timezone="Europe/London", owner=actor
    )
    return connect(workspace, actor, tenant)


def fill(organisation: Organisation, actor: User, rules: tuple[str, str, str]) -> None:
    """Give the workspace parties, tax codes and accounts, mapped, and those rules for every kind."""
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
        more = of_payments if kind == PAYMENT_RULE else of_documents
        save_policy(organisation=organisation, kind=kind, actor=actor, **more)
