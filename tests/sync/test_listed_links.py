"""Links carry copies of what lists are ordered and summed by; the database keeps them the same."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F

from factories import (
    line,
    make_allocation,
    make_document,
    make_party,
    make_payment,
    make_workspace,
)
from one_by_one import one_by_one
from tallystick.books.models import Allocation, Document, Kind, Payment
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link, LinkState

pytestmark = pytest.mark.django_db(transaction=True)

_BEFORE = ("sync", "0008_compared_content")
_COPIES = ("kind", "day", "number", "currency", "total", "problem_code")


@pytest.fixture
def organisation() -> Organisation:
    workspace = make_workspace()
    return Organisation.objects.create(
        workspace=workspace, tenant_id="5b5b1a3e-4f0f-4a0e-9f7c-0d5f3c8f5a10", name="Harbour"
    )


@pytest.fixture
def links(organisation: Organisation) -> list[Link]:
    """Give each sort of record a link: two documents, their customer, a payment, an allocation."""
    workspace = organisation.workspace
    party = make_party(workspace)
    given: Any = {"party": party, "submitted": True, "lines": [line(unit_price="50")]}
    invoice = make_document(workspace, number="INV-1", **given)
    note = make_document(workspace, number="CN-1", kind=Kind.SALES_CREDIT_NOTE, **given)
    records = {
        "document": [invoice, note],
        "party": [party],
        "payment": [make_payment(invoice, "12")],
        "allocation": [make_allocation(note, invoice, "5")],
    }
    Link.objects.all().delete()
    return [
        Link.objects.create(organisation=organisation, **{sort: record})
        for sort, found in records.items()
        for record in found
    ]


def copies() -> dict[int, tuple[Any, ...]]:
    return {pk: told for pk, *told in Link.objects.values_list("pk", *_COPIES)}


def as_recorded() -> dict[int, list[Any]]:
    """Return what each link's copies have to be, by its record as it is now."""
    return {link.pk: [*_of_record(link), (link.problem or {}).get("code", "")] for link in _all()}


def _all() -> Iterator[Link]:
    return Link.objects.select_related("document", "payment__document", "allocation__document")


def _of_record(link: Link) -> tuple[Any, ...]:
    if one := link.document:
        return (one.kind, one.issued_on, one.number, one.currency, one.total)
    if paid := link.payment:
        return ("payment", paid.paid_on, "", paid.document.currency, paid.amount)
    if set_off := link.allocation:
        day, amount = set_off.allocated_on, set_off.amount
        return ("allocation", day, "", set_off.document.currency, amount)
    return ("party", None, "", "", None)


def test_a_new_link_has_what_its_record_says(links: list[Link]) -> None:
    assert copies() == as_recorded()
    assert sorted(told[0] for told in copies().values()) == [
        "allocation", "party", "payment", "sales_credit_note", "sales_invoice",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        {"number": "INV-9"},
        {"issued_on": date(2025, 2, 3)},
        {"currency": "USD"},
        {"total": Decimal("7.50")},
        {"kind": Kind.BILL},
    ],
    ids=lambda values: next(iter(values)),
)
def test_an_edit_of_a_document_shows_on_all_its_links(
    links: list[Link], values: dict[str, Any]
) -> None:
    before = copies()

    Document.objects.update(**values)

    assert copies() == as_recorded() != before


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Payment, {"amount": Decimal("11.25")}),
        (Payment, {"paid_on": date(2025, 2, 3)}),
        (Allocation, {"amount": Decimal("1.25")}),
        (Allocation, {"allocated_on": date(2025, 2, 3)}),
    ],
)
def test_an_edit_of_a_payment_or_allocation_shows_on_its_link(
    links: list[Link], model: type[Payment | Allocation], values: dict[str, Any]
) -> None:
    before = copies()

    model._default_manager.update(**values)

    assert copies() == as_recorded() != before


def test_writing_links_by_the_many_keeps_the_copies_and_takes_the_new_problem(
    links: list[Link],
) -> None:
    """As the engine writes verdicts: whole rows, read before somebody edited the document."""
    stale = list(Link.objects.order_by("pk"))
    Document.objects.update(number=F("pk"), total=1)
    for link in stale:
        link.state, link.problem = LinkState.FAILED, {"code": "refused"}

    Link.objects.bulk_create(
        stale,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["state", "problem"],
    )

    assert copies() == as_recorded()
    assert {told[-1] for told in copies().values()} == {"refused"}


def test_nobody_can_write_another_copy_not_even_by_sql(links: list[Link]) -> None:
    Link.objects.update(problem={"code": "held_up"})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sync_link SET kind = 'x', day = now(), number = 'y', currency = 'ZZZ', total = 9,"
            " problem_code = 'z'"
        )
    assert copies() == as_recorded()

    Link.objects.update(problem=None)

    assert copies() == as_recorded()


@pytest.fixture
def older_database(links: list[Link]) -> Iterator[None]:
    """Take the tables back to before links had copies, with the rows that there are."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    Link.objects.filter(document__isnull=False).update(problem={"code": "refused"})
    one_by_one().migrate([_BEFORE])
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(newest)


def test_migrating_an_older_database_fills_the_copies(older_database: None) -> None:
    with connection.cursor() as cursor:
        columns = {
            one.name for one in connection.introspection.get_table_description(cursor, "sync_link")
        }
    assert columns.isdisjoint(_COPIES)
    executor = MigrationExecutor(connection)

    executor.migrate(executor.loader.graph.leaf_nodes())

    assert copies() == as_recorded()
    assert len(copies()) == 5
