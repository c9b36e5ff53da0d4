"""The demo's sample data: a small ship chandler with customers, items and two months of invoices.

Everything is invented; addresses end in .example and telephone numbers are those that Ofcom keeps
free for drama. Drawn from one seed, so every demo has the same records, dated back from today.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tallystick.cli.sample_names import CUSTOMERS, ITEMS, PEOPLE, TAX_CODES

if TYPE_CHECKING:
    from tallystick.books.inputs import DocumentInput
    from tallystick.workspaces.models import User, Workspace

WORKSPACE = "Harbour Supplies"
INVOICES = 60
_SUBMITTED = 48  #: The newest ones are still drafts.
_SPAN_DAYS = 55
_TAXED = [item for item in ITEMS if item[3]]
_UNTAXED = [item for item in ITEMS if not item[3]]
_WITHOUT_TAX_EVERY = 9  #: Every so many an invoice has something that bears no tax code.
_TERMS_DAYS = 30


class Person(NamedTuple):
    """Somebody who can sign in to the demo."""

    name: str
    email: str
    role: str


def ensure_samples(*, password: str) -> list[Person]:
    """Make the workspace with all its records unless it is there; everybody gets the password."""
    from django.db import transaction

    from tallystick.workspaces.models import User, Workspace

    with transaction.atomic():
        if not Workspace.objects.filter(name=WORKSPACE).exists():
            _make(password)
        for user in User.objects.all():
            if not user.check_password(password):
                user.set_password(password)
                user.save()
    return [Person(name, email, role) for role, name, email in PEOPLE]


def _make(password: str) -> None:
    from tallystick.books.documents import create_document, submit_documents

    workspace, owner = _workspace(password)
    _master_data(workspace, owner)
    documents = [
        create_document(workspace=workspace, actor=owner, document=document)
        for document in invoices(until=date.today())
    ]
    submit_documents(
        workspace=workspace,
        document_ids=[document.pk for document in documents[:_SUBMITTED]],
        actor=owner,
    )


def _workspace(password: str) -> "tuple[Workspace, User]":
    from tallystick.workspaces.models import Role
    from tallystick.workspaces.services import add_member, create_user, create_workspace

    users = [(Role(role), create_user(email, password, name)) for role, name, email in PEOPLE]
    owner = users[0][1]
    workspace = create_workspace(
        name=WORKSPACE, currency="GBP", timezone="Europe/London", owner=owner
    )
    for role, user in users[1:]:
        add_member(workspace=workspace, user=user, role=role, actor=owner)
    return workspace, owner


def _master_data(workspace: "Workspace", owner: "User") -> None:
    from tallystick.books.inputs import ItemInput, PartyInput, TaxCodeInput
    from tallystick.books.items import create_item
    from tallystick.books.parties import create_party
    from tallystick.books.tax_codes import create_tax_code

    for code, name, rate in TAX_CODES:
        tax_code = TaxCodeInput(code=code, name=name, rate=Decimal(rate))
        create_tax_code(workspace=workspace, actor=owner, tax_code=tax_code)
    for code, name, price, tax in ITEMS:
        item = ItemInput(code=code, name=name, unit_price=Decimal(price), tax_code=tax)
        create_item(workspace=workspace, actor=owner, item=item)
    for place, (name, street, town, postcode) in enumerate(CUSTOMERS):
        host = "".join(letter for letter in name.lower() if letter.isalnum())
        party = PartyInput(
            name=name,
            number=f"C{place + 1:04d}",
            email=f"accounts@{host}.example",
            phone=f"01632 960{place + 101:03d}",
            address=street,
            city=town,
            postal_code=postcode,
            country="United Kingdom",
        )
        create_party(workspace=workspace, actor=owner, party=party)


def invoices(*, until: date) -> "Iterator[DocumentInput]":
    """Give the sample invoices, oldest first, the newest of them issued on `until`."""
    from tallystick.books.inputs import DocumentInput, LineInput

    draw = random.Random(1707)  # noqa: S311 - the same records every time
    for place in range(INVOICES):
        issued = until - timedelta(days=_SPAN_DAYS * (INVOICES - 1 - place) // (INVOICES - 1))
        chosen = draw.sample(_TAXED, k=draw.choice([1, 2, 2, 3, 4, 6]))
        if place % _WITHOUT_TAX_EVERY == 4:
            chosen += _UNTAXED
        yield DocumentInput(
            party_number=f"C{draw.randrange(len(CUSTOMERS)) + 1:04d}",
            issued_on=issued,
            due_on=issued + timedelta(days=_TERMS_DAYS),
            reference=draw.choice(["", "", f"PO {draw.randrange(4000, 9900)}"]),
            lines=tuple(
                LineInput(
                    item_code=code,
                    description=name,
                    quantity=Decimal(draw.choice([1, 1, 2, 3, 5, 10, 24])),
                    unit_price=Decimal(price),
                    discount=Decimal(draw.choice([0, 0, 0, 0, 5, 10])) or None,
                    tax_code=tax,
                )
                for code, name, price, tax in chosen
            ),
        )
