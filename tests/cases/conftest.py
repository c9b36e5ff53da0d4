"""Shared cases: inputs that failed somewhere, each with its right outcome, tried to the end in Xero.

They lie beside the project and are left out, saying so, where that folder is absent. Each tells what
came of it in one line, which `make cases` prints.
"""

from collections.abc import Callable, Iterator

import pytest
from shared_cases import shared

from consenting import connect
from factories import make_tax_code, make_user, owner_of
from strict_sandbox import strict_sandbox
from tallystick.importing.report import ImportReport
from tallystick.importing.run import import_file
from tallystick.mapping.services import choose_sales_account, choose_tax_type
from tallystick.workspaces.services import create_workspace
from xero_books import Books, Sandbox, close_pools, connected_books, use_sandbox
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import Running

Import = Callable[..., ImportReport]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running
        close_pools()


@pytest.fixture
def sandbox(running_sandbox: Running, settings) -> Sandbox:
    sandbox = use_sandbox(running_sandbox.url, settings)
    sandbox.post("/_sandbox/reset")
    return sandbox


@pytest.fixture
def books(transactional_db: None, sandbox: Sandbox) -> Books:
    """The UK demo company, in pounds; VAT20 is mapped to OUTPUT2, sales go to account 200."""
    return connected_books(sandbox)


@pytest.fixture
def american_books(transactional_db: None, sandbox: Sandbox) -> Books:
    """The US demo company, in dollars and New York's time."""
    workspace = create_workspace(
        name="Yankee Goods", currency="USD", timezone="America/New_York", owner=make_user()
    )
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=organisation_id("US")).organisation
    assert organisation is not None
    books = Books(sandbox, workspace, owner, organisation)
    books.drain()
    exempt = make_tax_code(workspace, "Tax Exempt", "0")
    chosen = {"organisation": organisation, "actor": owner}
    choose_tax_type(tax_code=exempt, tax_type="NONE", **chosen)
    choose_sales_account(code="400", **chosen)
    return books


@pytest.fixture
def bring(request) -> Import:
    """Import a file of the shared cases with `--yes --submit`, as the operator."""

    def bring(books: Books, name: str, **given) -> ImportReport:
        return import_file(
            workspace=books.workspace,
            actor=None,
            source=shared(name),
            **({"dry_run": False, "submit": True} | given),
        )

    return bring


@pytest.fixture
def outcome(record_property) -> Callable[[str], None]:
    """Tell what came of a case."""
    return lambda said: record_property("outcome", said)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print one line for each case."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for name, said in getattr(report, "user_properties", ()):
                if name == "outcome":
                    terminalreporter.write_line(f"case {said}: {report.outcome}")
