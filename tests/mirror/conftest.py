"""Two workspaces whose mirrors hold a row of every kind, and doors into the database as a role."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from databases import database_url
from factories import make_workspace
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.mirror.models import (
    Account,
    Currency,
    MirroredAllocation,
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredLine,
    MirroredPayment,
    TaxRate,
    TrackingCategory,
)
from tallystick.workspaces.models import Workspace

READ_AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
#: Endpoint and type of each kind of documents.
DOCUMENTS = (
    ("Invoices", "ACCREC"),
    ("Invoices", "ACCPAY"),
    ("CreditNotes", "ACCRECCREDIT"),
    ("Overpayments", "RECEIVE-OVERPAYMENT"),
    ("Prepayments", "SPEND-PREPAYMENT"),
    ("BankTransactions", "SPEND"),
)
Door: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


@pytest.fixture
def harbour(transactional_db: None) -> Workspace:
    return mirrored_workspace("Harbour Goods")


@pytest.fixture
def bayside(transactional_db: None) -> Workspace:
    return mirrored_workspace("Bayside")


@pytest.fixture
def as_role() -> Callable[..., AbstractContextManager[Door]]:
    """Return what signs in to the test's database as a role."""

    @contextmanager
    def as_role(role: str, password: str = "") -> Iterator[Door]:
        url = urlsplit(database_url())
        place = url.netloc.rpartition("@")[2]
        url = url._replace(netloc=f"{quote(role)}:{quote(password)}@{place}")
        query = "&".join(part for part in url.query.split("&") if not part.startswith("user="))
        with psycopg.connect(url._replace(query=query).geturl(), autocommit=True) as door:
            yield door

    return as_role


@pytest.fixture(autouse=True)
def _no_roles_left(transactional_db: None) -> Iterator[None]:
    """Roles outlive a database: those that a test made are dropped."""
    with psycopg.connect(database_url(), autocommit=True) as outside:
        before = _roles(outside)
        yield
        for role in _roles(outside) - before:
            outside.execute(f'DROP OWNED BY "{role}"')  # type: ignore[call-overload] # of our own
            outside.execute(f'DROP ROLE "{role}"')  # type: ignore[call-overload]


def _roles(door: Door) -> set[str]:
    ours = (
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'xero\\_%' OR rolname LIKE 'outside\\_%'"
    )
    return {row[0] for row in door.execute(ours).fetchall()}


def mirrored_workspace(name: str) -> Workspace:
    """Make a workspace, connected, with a row of everything in its mirror."""
    workspace = make_workspace(name)
    organisation = Organisation.objects.create(
        workspace=workspace,
        tenant_id=uuid.uuid4(),
        name=f"{name} Ltd",
        country="NZ",
        currency="NZD",
    )
    Connection.objects.create(
        workspace=workspace,
        organisation=organisation,
        status=ConnectionStatus.CONNECTED,
        access_token="secret",
        refresh_token="secret",
    )
    Account.objects.create(
        organisation=organisation, xero_id=uuid.uuid4(), code="200", name="Sales", type="SALES"
    )
    TaxRate.objects.create(
        organisation=organisation, tax_type="OUTPUT2", name="GST", effective_rate=Decimal(15)
    )
    TrackingCategory.objects.create(
        organisation=organisation, xero_id=uuid.uuid4(), name="Region", gone_at=READ_AT
    )
    Currency.objects.create(organisation=organisation, code="NZD")
    read: dict[str, Any] = {
        "organisation": organisation,
        "updated_at": READ_AT,
        "read_at": READ_AT,
        "noticed_at": READ_AT,
        "digest": b"",
        "raw": b"",
    }
    MirroredContact.objects.create(xero_id=uuid.uuid4(), name="Cafe", status="ACTIVE", **read)
    MirroredItem.objects.create(
        xero_id=uuid.uuid4(),
        code="ROPE",
        is_sold=True,
        is_purchased=False,
        is_tracked=False,
        **read,
    )
    for endpoint, type_ in DOCUMENTS:
        document = MirroredDocument.objects.create(
            xero_id=uuid.uuid4(),
            endpoint=endpoint,
            type=type_,
            number=f"{name} {type_}",
            status="AUTHORISED",
            issued_on=date(2026, 11, 1),
            currency="NZD",
            total=Decimal("11.50"),
            **read,
        )
        MirroredLine.objects.create(
            document=document, position=1, description="Rope", amount=Decimal(10)
        )
        if endpoint == "CreditNotes":
            MirroredAllocation.objects.create(document=document, position=1, amount=Decimal(5))
    MirroredPayment.objects.create(
        xero_id=uuid.uuid4(), type="ACCRECPAYMENT", status="AUTHORISED", amount=Decimal(3), **read
    )
    return workspace
