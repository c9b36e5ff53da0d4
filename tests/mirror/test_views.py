"""The views of the schema `xero`: as their table says, as their page says, and through upgrades."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tallystick.cli.prepare import apply_migrations
from tallystick.mirror.views import keeping
from tallystick.mirror.views.keeping import (
    ViewsDependedOn,
    after_migrations,
    before_migrations,
    drop_views,
)
from tallystick.mirror.views.page import page
from tallystick.mirror.views.tables import VIEWS

PAGE = Path(__file__).parents[2] / "docs" / "mirror-schema.md"
_TYPES = {"timestamptz": "timestamp with time zone"}


def _found() -> dict[str, list[tuple[str, str, str]]]:
    """Return the columns that the database has, by view: name, type and comment."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                   col_description(c.oid, a.attnum)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = to_regnamespace('xero') AND a.attnum > 0
            ORDER BY c.relname, a.attnum
        """)
        for view, name, type_, says in cursor.fetchall():
            found.setdefault(view, []).append((name, type_, says))
    return found


@pytest.mark.django_db
def test_the_database_has_the_views_of_the_table_column_by_column():
    said = {
        view.name: [
            (one.name, _TYPES.get(one.type, one.type), one.says) for one in view.all_columns
        ]
        for view in VIEWS
    }

    assert _found() == said


def test_the_page_is_what_the_table_makes():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make mirror-page"


def test_every_name_is_plain_and_stands_once():
    names = [view.name for view in VIEWS]
    assert len(set(names)) == len(names)
    for view in VIEWS:
        columns = [one.name for one in view.all_columns]
        assert len(set(columns)) == len(columns), view.name
        assert all(one.replace("_", "a").isalpha() and one.islower() for one in columns), view.name


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_change_what_a_view_shows_and_the_views_come_back():
    before = _found()
    plan = [(type("Migration", (), {"app_label": "mirror"}), False)]

    before_migrations(plan=plan)
    assert _found() == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE mirror_mirroredpayment ALTER COLUMN reference TYPE varchar(500)"
        )
        cursor.execute("ALTER TABLE mirror_mirroredpayment ALTER COLUMN reference TYPE text")
    after_migrations()

    assert _found() == before


@pytest.mark.django_db(transaction=True)
def test_migrations_of_other_rooms_leave_the_views_as_they_are():
    plan = [(type("Migration", (), {"app_label": "books"}), False)]

    before_migrations(plan=plan)

    assert set(_found()) == {view.name for view in VIEWS}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", ["DROP VIEW xero.invoices", "COMMENT ON SCHEMA xero IS 'older'"])
def test_views_that_are_lost_or_of_other_code_are_made_anew_with_no_migration_open(lost):
    before = _found()
    with connection.cursor() as cursor:
        cursor.execute(lost)

    assert apply_migrations() == []

    assert _found() == before
    assert keeping._are_as_here()


@pytest.mark.django_db(transaction=True)
def test_what_others_built_on_a_view_is_never_dropped_with_it():
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW public.of_mine AS SELECT number FROM xero.invoices")
    try:
        with pytest.raises(ViewsDependedOn, match=r"view of_mine depends on view xero\.invoices"):
            drop_views()
        assert set(_found()) == {view.name for view in VIEWS}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW public.of_mine")


@pytest.mark.django_db(transaction=True)
def test_django_makes_them_after_its_migrations():
    drop_views()

    call_command("migrate", verbosity=0)

    assert set(_found()) == {view.name for view in VIEWS}
