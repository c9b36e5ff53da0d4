"""What the squashed migrations make of an empty database is what all those before them make of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from databases import empty_database
from one_by_one import OneByOne, one_by_one
from tallystick.cli.prepare import open_migrations

#: Where a database may stand that was last upgraded a while ago: most rooms are on their way.
HALFWAY = [
    ("books", "0005_lists_of_a_million"),
    ("connections", "0002_initial"),
    ("importing", "0001_initial"),
    ("mapping", "0004_default_is_of_documents"),
    ("sync", "0008_compared_content"),
]

CATALOGUE = {
    "columns": """
        SELECT c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname,
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attcollation,
               pg_get_expr(d.adbin, d.adrelid), pg_get_serial_sequence(quote_ident(c.relname), a.attname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "indexes left invalid": "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
    """,
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled
        FROM pg_trigger WHERE NOT tgisinternal
    """,
    "extensions": "SELECT extname FROM pg_extension",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle
        FROM pg_sequences WHERE schemaname = 'public'
    """,
    "enumerations": """
        SELECT enumtypid::regtype::text, enumlabel,
               row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder)
        FROM pg_enum
    """,
}


@contextmanager
def on_an_empty_database(prefix: str) -> Iterator[None]:
    """Let Django's connection stand on a database with nothing in it."""
    own = connection.settings_dict["NAME"]
    with empty_database(prefix) as name:
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own


def schema() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        found = {}
        for sort, query in CATALOGUE.items():
            cursor.execute(query)
            found[sort] = sorted(cursor.fetchall(), key=repr)
    return found


def squashed() -> list[tuple[str, str]]:
    return [key for key, one in MigrationLoader(None).disk_migrations.items() if one.replaces]


def recorded() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


@pytest.mark.django_db(transaction=True)
def test_a_new_database_is_as_one_that_stood_halfway_and_was_upgraded():
    with on_an_empty_database("at_once"):
        at_once = MigrationExecutor(connection)
        plan = at_once.migration_plan(at_once.loader.graph.leaf_nodes())
        at_once.migrate(None, plan)
        expected, names = schema(), recorded()
    assert set(squashed()) <= {(one.app_label, one.name) for one, _ in plan}

    with on_an_empty_database("step_by_step"):
        one_by_one().migrate(HALFWAY)
        call_command("migrate", verbosity=0, interactive=False)

        found = schema()
        assert recorded() == names

    assert {sort for sort in CATALOGUE if found[sort] != expected[sort]} == set()
    assert expected["triggers"]
    assert expected["functions"]


@pytest.mark.django_db
def test_an_older_database_that_has_all_has_nothing_open():
    recorder = MigrationRecorder(connection)
    for app, name in squashed():
        recorder.record_unapplied(app, name)
    assert recorded().isdisjoint(squashed())

    assert open_migrations() == []
    call_command("migrate", check_unapplied=True, verbosity=0)


def _pretend(monkeypatch: pytest.MonkeyPatch, applied: set[tuple[str, str]]) -> None:
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _: dict.fromkeys(applied))


@pytest.mark.django_db
def test_wherever_an_older_database_stands_it_lacks_just_what_it_lacked(
    monkeypatch: pytest.MonkeyPatch,
):
    graph = OneByOne(None).graph
    steps = graph._generate_plan(graph.leaf_nodes(), at_end=True)

    for count in range(len(steps) + 1):
        applied = set(steps[:count])
        _pretend(monkeypatch, applied)
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        plan = [one for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]

        lacking = [key for one in plan for key in one.replaces or [(one.app_label, one.name)]]
        assert sorted(lacking) == sorted(steps[count:])
        # A squashed one fills no rows, so it is for whoever has none of the room's tables.
        rooms = {app for app, _ in applied}
        assert rooms.isdisjoint(one.app_label for one in plan if one.replaces)
        executor.loader.project_state()
