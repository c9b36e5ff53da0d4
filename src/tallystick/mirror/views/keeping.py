"""Keeping the views in step with the tables: they are the code's, not one of the migrations'.

A view forbids the columns that it shows to change. So they go before migrations that may change
those, and are made anew after the last one, from what this code says.
"""

from typing import Any

from django.db import InternalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tallystick.act_refused import ActRefused
from tallystick.mirror.views.statements import SCHEMA, create_statements, digest
from tallystick.mirror.views.tables import VIEWS

#: Whose tables the views show.
_SHOWN_APPS = {"mirror", "connections", "workspaces"}
_DEPENDED_ON = "2BP01"


class ViewsDependedOn(ActRefused):
    """Something of somebody else's stands on the views, and would go with them."""

    code = "views_depended_on"


def before_migrations(plan: list[tuple[Any, bool]], **_: Any) -> None:
    """Drop the views, where a migration is about to come that may change what they show."""
    if any(migration.app_label in _SHOWN_APPS for migration, _ in plan):
        drop_views()


def after_migrations(**_: Any) -> None:
    """Make the views anew, where they are missing or those of other code."""
    if not _are_as_here() and _is_all_applied():
        make_views()


@transaction.atomic
def make_views() -> None:
    """Make the views as this code has them; whoever reads meanwhile reads the ones before."""
    drop_views()
    with connection.cursor() as cursor:
        for statement in create_statements():
            cursor.execute(statement)
        # No parameters: a comment takes none. The digest is hexadecimal.
        cursor.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest()}'")


def drop_views() -> None:
    """Drop the schema, where there is one. Raises ViewsDependedOn, and then changes nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = %s AND c.relkind = 'v'",
                [SCHEMA],
            )
            for (name,) in cursor.fetchall():
                quoted = connection.ops.quote_name(name)
                cursor.execute(f"DROP VIEW {SCHEMA}.{quoted}")
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA}")
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _DEPENDED_ON:
            raise
        told = getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or error
        raise ViewsDependedOn(
            f"The views of the schema {SCHEMA} must be made anew, and something of yours stands on them: {told}",
            remedy="Nothing was changed. Drop that, run tallystick migrate, and make it anew.",
        ) from error


def _are_as_here() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT obj_description(n.oid, 'pg_namespace'),"
            " (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'v')"
            " FROM pg_namespace n WHERE n.nspname = %s",
            [SCHEMA],
        )
        found: tuple[str, int] | None = cursor.fetchone()
    return found == (digest(), len(VIEWS))


def _is_all_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
