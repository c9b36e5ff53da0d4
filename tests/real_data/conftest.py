"""Files through the real import and the real push into a stand-in Xero, and what stands there."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consenting import connect
from factories import make_tax_code, make_workspace, owner_of
from plain_http import plain_http
from strict_sandbox import strict_sandbox
from tallystick.books.models import Charge
from tallystick.importing.run import import_file
from tallystick.mapping.models import Direction
from tallystick.mapping.services import choose_account, choose_tax_type
from tallystick.sync.models import Link, LinkState
from xero_books import Books, Sandbox, close_pools, use_sandbox
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import Running

DATA = Path(__file__).parents[3] / "shared" / "data"
Row = Mapping[str, object]


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a data file; skips the test where the data is not here."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"needs {name} in ../shared/data beside the project")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def decoded(text: str) -> Any:
    """Return the JSON with amounts as Decimal."""
    return json.loads(text, parse_float=Decimal)


@dataclass
class FiledBooks(Books):
    """Books that get their documents from files in our simple template."""

    #: Documents of the file by number, as the stand-in has them; filled by `bring_in`.
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def choose(self, direction: Direction, charge: Charge, code: str) -> None:
        choose_account(
            organisation=self.organisation,
            direction=direction,
            charge=charge.value,
            code=code,
            actor=self.owner,
        )

    def map_tax_code(self, code: str, rate: str, *, sales: str, purchases: str) -> None:
        """Make a tax code of ours and say what it is in Xero."""
        made = make_tax_code(self.workspace, code, rate)
        for direction, tax_type in ((Direction.SALES, sales), (Direction.PURCHASES, purchases)):
            choose_tax_type(
                organisation=self.organisation,
                tax_code=made,
                tax_type=tax_type,
                direction=direction,
                actor=self.owner,
            )

    def bring_in(self, rows: Sequence[Row]) -> None:
        """Import the rows as a file, submit and push them, and read what stands in Xero then."""
        header = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, header)
        writer.writeheader()
        writer.writerows(rows)
        report = import_file(
            workspace=self.workspace,
            actor=self.owner,
            source=io.BytesIO(text.getvalue().encode()),
            format="tallystick",
            dry_run=False,
            submit=True,
        )
        assert (report.bad_rows, report.submitted) == ([], len({row["number"] for row in rows}))
        while Link.objects.due(self.organisation.pk).exists():
            self.drain()
        assert set(self.states()) == {LinkState.SYNCED}
        self.found = {
            each[number]: each
            for plural, number in (
                ("Invoices", "InvoiceNumber"),
                ("CreditNotes", "CreditNoteNumber"),
            )
            for each in self.read(plural)
        }

    def read(self, plural: str) -> list[dict[str, Any]]:
        """Read all of a resource as any client of Xero would, every digit kept."""
        wanted = {"organisation": str(self.organisation.tenant_id)}
        token = self.sandbox.post("/_sandbox/tokens", wanted)["access_token"]
        answer = plain_http.get(
            f"{self.sandbox.url}/api.xro/2.0/{plural}",
            params={"page": "1", "pageSize": "1000", "unitdp": "4"},
            headers={
                "Authorization": f"Bearer {token}",
                "xero-tenant-id": wanted["organisation"],
                "Accept": "application/json",
            },
        ).raise_for_status()
        found: list[dict[str, Any]] = decoded(answer.text)[plural]
        return found


@pytest.fixture(scope="session")
def filing_sandbox() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running
        close_pools()


@pytest.fixture
def sandbox(filing_sandbox: Running, settings: Any) -> Sandbox:
    """A fresh stand-in Xero, and this process pointed at it."""
    filing_sandbox.sandbox.reset()
    return use_sandbox(filing_sandbox.url, settings)


@pytest.fixture
def open_books(transactional_db: None, sandbox: Sandbox) -> Callable[..., FiledBooks]:
    """Open books in the demo company of a country: connected, lists read, accounts chosen."""

    def open_books(country: str, *, currency: str, currencies: Sequence[str] = ()) -> FiledBooks:
        tenant_id = organisation_id(country)
        # No day is locked, and the currencies are there before our lists are read.
        wanted = {"PeriodLockDate": None, "Currencies": list(currencies)}
        sandbox.post(f"/_sandbox/organisations/{tenant_id}", wanted)
        workspace = make_workspace(f"Books of {country}", currency=currency)
        owner = owner_of(workspace)
        organisation = connect(workspace, owner, tenant_id=tenant_id).organisation
        assert organisation is not None
        books = FiledBooks(sandbox, workspace, owner, organisation)
        books.drain()
        organisation.refresh_from_db()
        books.choose(Direction.SALES, Charge.GOODS, "200")
        books.choose(Direction.PURCHASES, Charge.GOODS, "300")
        return books

    return open_books
