"""Makes records for tests through the services, so that they are what the product would make.

A test states each value that it depends on; the factory makes up the rest.
"""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tallystick.books.allocations import allocate
from tallystick.books.balances import outstanding
from tallystick.books.documents import create_document, submit_documents
from tallystick.books.inputs import (
    DocumentInput,
    ItemInput,
    LineInput,
    PartyInput,
    TaxCodeInput,
    TemplateInput,
)
from tallystick.books.items import create_item
from tallystick.books.models import (
    Allocation,
    Charge,
    Document,
    DocumentTemplate,
    Item,
    Kind,
    Party,
    Payment,
    TaxBasis,
    TaxCode,
)
from tallystick.books.parties import create_party
from tallystick.books.payments import record_payment
from tallystick.books.tax_codes import create_tax_code
from tallystick.books.templates import create_template
from tallystick.workspaces.models import Role, User, Workspace
from tallystick.workspaces.services import add_member, create_user, create_workspace

PASSWORD = "correct horse battery staple"
_count = itertools.count(1)


def make_user(name: str = "Ada Lovelace", *, email: str = "") -> User:
    return create_user(email or f"person-{next(_count)}@example.com", PASSWORD, name)


def make_workspace(
    name: str = "Harbour Goods", *, owner: User | None = None, currency: str = "NZD"
) -> Workspace:
    return create_workspace(
        name=name, currency=currency, timezone="Pacific/Auckland", owner=owner or make_user()
    )


def make_member(workspace: Workspace, role: Role, *, name: str = "Bo Chen") -> User:
    """Make a person with that role in the workspace."""
    user = make_user(name)
    add_member(workspace=workspace, user=user, role=role, actor=None)
    return user


def owner_of(workspace: Workspace) -> User:
    return User.objects.get(memberships__workspace=workspace, memberships__role=Role.OWNER)


def make_party(workspace: Workspace, name: str = "Harbour Cafe", *, number: str = "") -> Party:
    given = PartyInput(name=name, number=number or f"C{next(_count)}")
    return create_party(workspace=workspace, actor=None, party=given)


def make_tax_code(workspace: Workspace, code: str = "GST", rate: str = "15") -> TaxCode:
    given = TaxCodeInput(code=code, name=f"{code} {rate}%", rate=Decimal(rate))
    return create_tax_code(workspace=workspace, actor=None, tax_code=given)


def make_item(workspace: Workspace, code: str = "ACME-WIDGET", *, tax_code: str = "") -> Item:
    given = ItemInput(code=code, name=code.title(), unit_price=Decimal(10), tax_code=tax_code)
    return create_item(workspace=workspace, actor=None, item=given)


def make_template(
    workspace: Workspace, name: str = "Exports", *, tax_code: str = ""
) -> DocumentTemplate:
    given = TemplateInput(name=name, tax_code=tax_code)
    return create_template(workspace=workspace, actor=None, template=given)


def line(
    description: str = "Widget",
    *,
    quantity: str = "1",
    unit_price: str = "10.00",
    discount: str = "",
    item_code: str = "",
    tax_code: str = "",
    tax: str = "",
    account_code: str = "",
    charge: Charge = Charge.GOODS,
    tracking: Sequence[tuple[str, str]] = (),
) -> LineInput:
    return LineInput(
        description=description,
        item_code=item_code,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        discount=Decimal(discount) if discount else None,
        tax_code=tax_code,
        tax=Decimal(tax) if tax else None,
        account_code=account_code,
        charge=charge,
        tracking=tuple(tracking),
    )


def make_document(
    workspace: Workspace,
    *,
    party: Party | None = None,
    kind: Kind = Kind.SALES_INVOICE,
    number: str = "",
    reference: str = "",
    lines: Sequence[LineInput] = (),
    issued_on: date = date(2026, 11, 2),
    currency: str = "",
    tax_basis: TaxBasis = TaxBasis.EXCLUSIVE,
    submitted: bool = False,
    total: str = "",
    currency_rate: str = "",
    template: str = "",
    do_not_sync: bool = False,
) -> Document:
    """Make a draft due in 30 days, or submit it too; `total` is what the source would state."""
    given = DocumentInput(
        kind=kind,
        party_number=(party or make_party(workspace)).number,
        number=number,
        reference=reference,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        currency=currency,
        tax_basis=tax_basis,
        total=Decimal(total) if total else None,
        currency_rate=Decimal(currency_rate) if currency_rate else None,
        template=template,
        do_not_sync=do_not_sync,
        lines=tuple(lines) or (line(),),
    )
    document = create_document(workspace=workspace, actor=None, document=given)
    if submitted:
        submit_documents(workspace=workspace, document_ids=[document.pk], actor=None)
        document.refresh_from_db()
    return document


def make_payment(
    document: Document,
    amount: str = "",
    *,
    paid_on: date = date(2026, 11, 10),
    method: str = "",
    reference: str = "",
) -> Payment:
    """Pay the amount on the submitted document; left empty, all that is outstanding."""
    return record_payment(
        workspace=document.workspace,
        actor=None,
        document_id=document.pk,
        amount=Decimal(amount) if amount else outstanding(document),
        paid_on=paid_on,
        method=method,
        reference=reference,
    )


def make_allocation(
    credit_note: Document,
    document: Document,
    amount: str = "",
    *,
    allocated_on: date = date(2026, 11, 12),
) -> Allocation:
    """Set the amount against the document; left empty, as much as both have outstanding."""
    most = min(outstanding(credit_note), outstanding(document))
    return allocate(
        workspace=document.workspace,
        actor=None,
        credit_note_id=credit_note.pk,
        document_id=document.pk,
        amount=Decimal(amount) if amount else most,
        allocated_on=allocated_on,
    )
