"""Between two tests that commit, nothing stays: neither rows nor what somebody is about to commit."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from emptying import empty_tables
from factories import make_allocation, make_document, make_payment, make_workspace
from tallystick.books.models import Kind
from tallystick.workspaces.models import Workspace

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> dict[str, int]:
    """Count the rows of each table that has any."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            [found[table]] = cursor.fetchone()
    return {table: count for table, count in found.items() if count}


@pytest.mark.parametrize("grown_bytes", [10**9, 0], ids=["few rows", "many"])
def test_every_table_is_as_the_migrations_left_it(grown_bytes: int):
    as_migrated = rows()
    workspace = make_workspace()
    invoice = make_document(workspace, submitted=True)
    note = make_document(
        workspace, kind=Kind.SALES_CREDIT_NOTE, party=invoice.party, submitted=True
    )
    make_payment(invoice, "1.00")
    make_allocation(note, invoice, "2.00")
    assert len(rows()) > len(as_migrated)

    empty_tables(grown_bytes=grown_bytes)

    assert rows() == as_migrated
    assert set(as_migrated) == {"django_migrations", "django_content_type", "auth_permission"}
    assert Permission.objects.exists()


def test_what_is_about_to_be_committed_is_waited_for():
    has_written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            make_workspace("Late")
            has_written.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert has_written.wait(10)
    threading.Timer(0.1, may_commit.set).start()

    empty_tables()

    writer.join()
    assert not Workspace.objects.exists()
