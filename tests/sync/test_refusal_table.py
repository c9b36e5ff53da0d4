"""The refusal table: whatever step is missing, page, command and worker refuse in the same words.

One row for each module and each step before it. The page and the command ask for the module to be
read; the worker comes to its readings, and to a record of its kind that is queued.
"""

import html
import json
from collections.abc import Callable

import pytest
from bookkeeper import Bookkeeper
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs
from typer.testing import CliRunner

from factories import make_payment, make_tax_code
from tallystick.books.models import Kind
from tallystick.cli import app
from tallystick.cli.exits import Exit, Stop
from tallystick.connections.bound import NotConnected
from tallystick.connections.models import (
    Connection,
    ConnectionStatus,
    ModuleSwitch,
    Organisation,
    ScopePress,
)
from tallystick.connections.modules import ROWS, Module, Step, chain_of, needed_by, refusal_of
from tallystick.mapping.models import TaxMapping
from tallystick.sync.acts.refreshing import scope_of
from tallystick.sync.links.switched_off import why_it_stays
from tallystick.sync.models import Link, LinkState, Reading
from tallystick.sync.pull.open_kinds import kinds_of
from tallystick.sync.pull.schedule import make_due
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

PERMISSION = "permission"
TABLE = [
    (module, missing)
    for module in Module
    for missing in (module, *chain_of(module), *([PERMISSION] if module == Module.EXPENSES else []))
]
#: What is sent of a module; of the others nothing is.
RECORDS: dict[Module, Callable[[Books], object]] = {
    Module.INVOICES: lambda books: books.submit("INV-1"),
    Module.BILLS: lambda books: books.submit("BILL-1", kind=Kind.BILL),
    Module.CREDIT_NOTES: lambda books: books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE),
    Module.PAYMENTS: lambda books: make_payment(books.submit("INV-1"), "1.00"),
}


def take_away(books: Books, missing: Module | Step | str) -> None:
    """Let the step be missing; all before it and after it is there."""
    organisation = books.organisation
    if missing != Module.EXPENSES:
        ModuleSwitch.objects.create(organisation=organisation, module=Module.EXPENSES, is_on=True)
    if missing != PERMISSION:
        bound = Connection.objects.without_tokens().get(organisation=organisation)
        scopes = [*bound.scopes, "accounting.banktransactions.read"]
        Connection.objects.filter(pk=bound.pk).update(scopes=scopes)
    if isinstance(missing, Module):
        ModuleSwitch.objects.update_or_create(
            organisation=organisation, module=missing, defaults={"is_on": False}
        )
    if missing == Step.TAX_MAPPING:
        TaxMapping.objects.all().delete()
        Organisation.objects.update(taxes_mapped_at=None)
        books.organisation.refresh_from_db()


def said_by_page(books: Books, module: Module) -> str:
    client = Client()
    client.force_login(books.owner)
    address = reverse("sync-scope", args=[books.workspace.slug])
    given = {"scope": scope_of(module).value, "module": module.value}
    page = client.post(address, given, follow=True)
    assert page.status_code == 200
    return html.unescape(" ".join(page.text.split()))


def said_by_command(module: Module) -> tuple[str, int]:
    ended = CliRunner().invoke(app, ["refresh", module.value])
    assert isinstance(ended.exception, Stop)
    return str(ended.exception), ended.exception.code


def said_by_worker(books: Books, module: Module) -> set[str]:
    """Return why the worker does not read the module, and why it does not send a record of it."""
    make_due(books.organisation, kinds_of([module]), why="A test asks for it.")
    record = RECORDS[module](books) if module in RECORDS else None
    Link.objects.update(state=LinkState.QUEUED, waits_for="")
    with capture_logs() as logged:
        books.drain()
    said = {one["reason"] for one in logged if one["event"] == "pull.refused"}
    if record is not None and (missing := why_it_stays(books.link(record))):  # type: ignore[arg-type]
        said.add(str(missing))
    return said


@pytest.mark.parametrize(("module", "missing"), TABLE)
def test_page_command_and_worker_refuse_in_the_same_words(
    books: Books, module: Module, missing: Module | Step | str
):
    take_away(books, missing)
    refusal = refusal_of(books.organisation, module)
    assert refusal is not None
    words = str(refusal)
    assert ROWS[module].words in words
    if isinstance(missing, Module) and missing != module:
        assert ROWS[missing].noun in words

    assert words in said_by_page(books, module)
    assert said_by_command(module) == (words, Exit.NEEDS_PERSON)
    assert words in said_by_worker(books, module)
    assert not ScopePress.objects.exists()


@pytest.mark.parametrize("module", Module)
def test_with_every_step_done_none_of_them_refuses(books: Books, module: Module):
    take_away(books, "nothing")
    assert refusal_of(books.organisation, module) is None

    assert "read from Xero next" in said_by_page(books, module)
    ScopePress.objects.all().delete()
    ended = CliRunner().invoke(app, ["refresh", module.value, "--json"])
    assert ended.exit_code == Exit.OK
    assert json.loads(ended.stdout)["modules"] == [module.value]
    assert said_by_worker(books, module) == set()


def test_what_is_not_connected_is_said_by_page_and_command_alike(books: Books):
    words = str(NotConnected(books.workspace))
    Connection.objects.update(
        organisation=None, tenant_id=None, status=ConnectionStatus.DISCONNECTED
    )

    assert words in said_by_page(books, Module.CONTACTS)
    assert said_by_command(Module.CONTACTS) == (words, Exit.NEEDS_PERSON)


def test_what_is_refused_is_not_asked_of_xero_and_goes_on_once_its_step_is_done(
    books: Books, bookkeeper: Bookkeeper
):
    take_away(books, Step.TAX_MAPPING)
    Reading.objects.update(is_by_hand=False)
    make_due(books.organisation, kinds_of([Module.CONTACTS, Module.ITEMS]), why="A test.")
    before = books.sandbox.calls()
    books.work()
    assert books.sandbox.calls() == before

    books.choose_everything()

    due = Reading.objects.exclude(due_at=None).filter(due_why="The tax mapping is complete.")
    assert set(due.values_list("kind", flat=True)) >= {"contacts", "items", "invoices"}
    books.work()
    read = books.sandbox.calls() - before
    assert {"GET Contacts", "GET Items", "GET Invoices"} <= set(read)


def test_a_tax_code_that_comes_later_stops_nothing_but_what_bears_it(books: Books):
    make_tax_code(books.workspace, "NEW", "5")

    assert all(refusal_of(books.organisation, one) is None for one in needed_by(Module.INVOICES))
