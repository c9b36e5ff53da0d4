"""An organisation of a few accounts and rates, and the tools to look at what becomes of documents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from consenting import UK, connect
from factories import make_document, make_tax_code, make_workspace, owner_of
from strict_sandbox import strict_sandbox
from tallystick.books.models import Document, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping import services
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.resolve import Resolved, Resolver
from tallystick.mirror.models import Account, Currency, TaxRate, TrackingCategory
from tallystick.workspaces.models import User, Workspace
from xero_books import Sandbox, use_sandbox
from xero_sandbox.server import Running


@dataclass
class Mapped:
    """A workspace in GBP and the organisation that it is mapped to."""

    workspace: Workspace
    owner: User
    organisation: Organisation

    def account(
        self, code: str, name: str, account_class: str = "REVENUE", **given: Any
    ) -> Account:
        values = {"type": "SALES", "status": "ACTIVE", **given}
        return Account.objects.create(
            organisation=self.organisation,
            xero_id=uuid4(),
            code=code,
            name=name,
            account_class=account_class,
            **values,
        )

    def rate(self, tax_type: str, rate: str, *fits: str, status: str = "ACTIVE") -> TaxRate:
        return TaxRate.objects.create(
            organisation=self.organisation,
            tax_type=tax_type,
            name=f"{tax_type} {rate}%",
            effective_rate=Decimal(rate),
            can_apply_to=list(fits) or ["REVENUE"],
            status=status,
        )

    def currency(self, code: str) -> None:
        Currency.objects.create(organisation=self.organisation, code=code)

    def tracking(self, name: str, *options: str, status: str = "ACTIVE") -> None:
        TrackingCategory.objects.create(
            organisation=self.organisation,
            xero_id=uuid4(),
            name=name,
            status=status,
            options=list(options),
        )

    def tax_code(self, code: str, rate: str, *, sales: str = "", purchases: str = "") -> TaxCode:
        """Make a tax code of ours, mapped to these tax types where they are given."""
        made = make_tax_code(self.workspace, code, rate)
        for direction, tax_type in ((Direction.SALES, sales), (Direction.PURCHASES, purchases)):
            if tax_type:
                self.map(made, tax_type, direction)
        return made

    def map(self, code: TaxCode, tax_type: str, direction: Direction = Direction.SALES) -> None:
        services.choose_tax_type(
            organisation=self.organisation,
            tax_code=code,
            tax_type=tax_type,
            actor=self.owner,
            direction=direction,
        )

    def default_tax_code(self, code: TaxCode | None) -> None:
        services.choose_default_tax_code(
            organisation=self.organisation, tax_code=code, actor=self.owner
        )

    def choose(self, direction: Direction, charge: str, code: str) -> None:
        services.choose_account(
            organisation=self.organisation,
            direction=direction,
            charge=charge,
            code=code,
            actor=self.owner,
        )

    def pay_by(self, method: str, account_id: UUID | None) -> None:
        services.choose_method_account(
            organisation=self.organisation, method=method, account_id=account_id, actor=self.owner
        )

    def round_by(self, rounding: Rounding) -> None:
        services.choose_rounding(
            organisation=self.organisation, rounding=rounding, actor=self.owner
        )

    def document(self, *lines: Any, number: str = "INV-1", **given: Any) -> Document:
        values = {"currency": "GBP", **given}
        return make_document(self.workspace, number=number, lines=lines, **values)

    def resolve(self, document: Document) -> Resolved:
        lines = list(document.lines.order_by("position"))
        return Resolver.of(self.organisation).check(document, lines)

    def problems(self, document: Document) -> tuple[Problem, ...]:
        with pytest.raises(Unresolved) as caught:
            self.resolve(document)
        return caught.value.problems

    def problem(self, document: Document) -> Problem:
        (problem,) = self.problems(document)
        return problem


@pytest.fixture
def mapped(db: None) -> Mapped:
    """UK books. VAT20 is OUTPUT2 on sales and INPUT2 on purchases; 200 and 300 are the defaults."""
    workspace = make_workspace(currency="GBP")
    organisation = Organisation.objects.create(
        workspace=workspace, tenant_id=uuid4(), name="Demo Company (UK)", currency="GBP"
    )
    mapped = Mapped(workspace, owner_of(workspace), organisation)
    mapped.account("200", "Sales")
    mapped.account("300", "Purchases", "EXPENSE", type="EXPENSE")
    mapped.rate("OUTPUT2", "20")
    mapped.rate("INPUT2", "20", "EXPENSE", "ASSET")
    mapped.rate("NONE", "0", "REVENUE", "EXPENSE", "ASSET", "LIABILITY", "EQUITY")
    mapped.tax_code("VAT20", "20", sales="OUTPUT2", purchases="INPUT2")
    mapped.choose(Direction.SALES, "", "200")
    mapped.choose(Direction.PURCHASES, "", "300")
    return mapped


@pytest.fixture
def make_mapped() -> Callable[[Organisation], Mapped]:
    """Return the tools for another organisation."""
    return lambda organisation: Mapped(
        organisation.workspace, owner_of(organisation.workspace), organisation
    )


@pytest.fixture(scope="session")
def lists_sandbox() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(lists_sandbox: Running, settings) -> Sandbox:
    """A fresh stand-in Xero, and this process pointed at it."""
    lists_sandbox.sandbox.reset()
    return use_sandbox(lists_sandbox.url, settings)


@pytest.fixture
def connected(transactional_db: None, sandbox: Sandbox) -> Organisation:
    """The stand-in's UK organisation, connected; none of its lists read yet."""
    workspace = make_workspace(currency="GBP")
    organisation = connect(workspace, owner_of(workspace), tenant_id=UK).organisation
    assert organisation is not None
    return organisation
