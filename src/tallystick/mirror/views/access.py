"""A database role for each workspace that wants one: it reads that workspace's views, and nothing else.

The role owns nothing and is granted nothing: the views show a workspace's rows to the role that
`SqlReader` names for it, by PostgreSQL's own word for who asks.
"""

import secrets
from dataclasses import dataclass, field
from typing import LiteralString

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from tallystick.act_refused import ActRefused
from tallystick.mirror.models import SqlReader
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: At once; a tool that opens more is told so by the server.
CONNECTIONS = 10
#: Good manners by default; what a role may see does not hang on them.
_MANNERS: tuple[tuple[LiteralString, str], ...] = (
    ("search_path", "xero"),
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "10min"),
    ("idle_in_transaction_session_timeout", "1min"),
)
_NO_RIGHT = "42501"
_TAKEN = {"42710", "23505"}
_LONGEST = 50


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """How to connect; the password is told this once, and empty where the role is somebody else's."""

    role: str
    password: str = field(repr=False)


class SqlAccessRefused(ActRefused):
    """The access cannot be given, renewed or taken away."""

    code = "sql_access_refused"


@transaction.atomic
def grant_access(*, workspace: Workspace, actor: User, role: str = "") -> SqlAccess:
    """Let a role read the workspace's views: one made now, or the `role` that the server has already.

    Raises NotAllowed, and SqlAccessRefused where there is one already, where the database does not
    let us make roles, or where the role could do more than read these views.
    """
    require(actor, workspace, Permission.MANAGE_PEOPLE)
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    if reader := SqlReader.objects.filter(workspace=workspace).first():
        raise SqlAccessRefused(
            f"The role {reader.role} reads the mirror of {workspace} already.",
            remedy="Give it a new password, or take it away first. Nothing was changed.",
        )
    password = "" if role else _new_password()
    if role:
        _require_unused(role)
    name = role or _create(workspace, password)
    _require_harmless(name)
    SqlReader.objects.create(workspace=workspace, role=name, is_ours=not role)
    _record(workspace, actor, "granted", f"Let the database role {name} read the mirror of Xero.")
    return SqlAccess(name, password)


@transaction.atomic
def renew_password(*, workspace: Workspace, actor: User) -> SqlAccess:
    """Give the role another password. Raises NotAllowed and SqlAccessRefused."""
    require(actor, workspace, Permission.MANAGE_PEOPLE)
    reader = _reader_of(workspace)
    if not reader.is_ours:
        raise SqlAccessRefused(
            f"The role {reader.role} is not one that Tallystick made.",
            remedy="Whoever made it changes its password. Nothing was changed.",
        )
    password = _new_password()
    _execute("ALTER ROLE {} PASSWORD {}", reader.role, _sealed(password, reader.role))
    _record(workspace, actor, "renewed", f"Gave the database role {reader.role} a new password.")
    return SqlAccess(reader.role, password)


@transaction.atomic
def revoke_access(*, workspace: Workspace, actor: User) -> str:
    """Take the access away, and drop the role if we made it; returns its name.

    Who is connected just now sees nothing more from the next statement on. Raises NotAllowed and
    SqlAccessRefused.
    """
    require(actor, workspace, Permission.MANAGE_PEOPLE)
    reader = _reader_of(workspace)
    reader.delete()
    if reader.is_ours and _exists(reader.role):
        _execute("DROP ROLE {}", reader.role)
    _record(workspace, actor, "revoked", f"Took the mirror from the database role {reader.role}.")
    return reader.role


def readers() -> list[SqlReader]:
    """Return which role reads which workspace, by the workspace's short name."""
    return list(SqlReader.objects.select_related("workspace").order_by("workspace__slug"))


def _reader_of(workspace: Workspace) -> SqlReader:
    reader = SqlReader.objects.select_for_update().filter(workspace=workspace).first()
    if reader is None:
        raise SqlAccessRefused(
            f"No database role reads the mirror of {workspace}.",
            remedy="Make one with: tallystick sql-access grant",
        )
    return reader


def _create(workspace: Workspace, password: str) -> str:
    """Make the role and return its name, which no other of the server has: it may serve other databases."""
    base = f"xero_{workspace.slug.replace('-', '_').lower()}"[:_LONGEST]
    for name in (base, *(f"{base}_{n}" for n in range(2, 1000))):
        if not _exists(name) and _made(name, password):
            return name
    raise SqlAccessRefused(
        f"The server has a thousand roles that are called {base}.",
        remedy="Take away those that nobody needs. Nothing was changed.",
    )


def _exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def _made(role: str, password: str) -> bool:
    """Make the role; False where somebody made one of that name at the same moment."""
    try:
        with transaction.atomic():
            _execute(
                f"CREATE ROLE {{}} LOGIN NOINHERIT CONNECTION LIMIT {CONNECTIONS} PASSWORD {{}}",
                role,
                _sealed(password, role),
            )
            for setting, value in _MANNERS:
                _execute(f"ALTER ROLE {{}} SET {setting} = {{}}", role, value)
    except DatabaseError as error:
        code = getattr(error.__cause__, "sqlstate", "")
        if code in _TAKEN:
            return False
        if code != _NO_RIGHT:
            raise
        raise SqlAccessRefused(
            "The database account that Tallystick signs in with may not make roles.",
            remedy="Let whoever runs the server make one that may do nothing but sign in, "
            f"CREATE ROLE {role} LOGIN NOINHERIT PASSWORD '…', and name it: tallystick sql-access "
            f"grant --role {role}. Nothing was changed.",
        ) from error
    return True


def _require_unused(role: str) -> None:
    if not _exists(role):
        raise SqlAccessRefused(
            f"The server has no role {role}.", remedy="Check its name. Nothing was changed."
        )
    if SqlReader.objects.filter(role=role).exists():
        raise SqlAccessRefused(
            f"The role {role} reads the mirror of another workspace.",
            remedy="A role reads that of one alone. Nothing was changed.",
        )


def _require_harmless(role: str) -> None:
    """Raise SqlAccessRefused where the role could do more than read the views."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE
                WHEN rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
                    THEN 'it has rights over the server'
                WHEN EXISTS (SELECT FROM pg_auth_members WHERE member = asked.oid)
                    THEN 'it is a member of another role'
                WHEN has_database_privilege(asked.oid, current_database(), 'CREATE')
                    THEN 'it may make schemas in this database'
                ELSE (SELECT 'it has rights on the table ' || c.relname
                      FROM pg_class c JOIN pg_roles owner ON owner.oid = c.relowner
                      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
                        AND (owner.rolname = current_user OR owner.oid = asked.oid)
                        AND c.relnamespace <> 'pg_catalog'::regnamespace
                        AND c.relnamespace <> 'information_schema'::regnamespace
                        AND (has_any_column_privilege(
                                asked.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                             OR has_table_privilege(asked.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER'))
                      ORDER BY 1 LIMIT 1)
            END
            FROM pg_roles asked WHERE rolname = %s
            """,
            [role],
        )
        [more] = cursor.fetchone()
    if more:
        raise SqlAccessRefused(
            f"The role {role} could do more than read the views: {more}.",
            remedy="Take that from it, or name another role. Nothing was changed.",
        )


def _new_password() -> str:
    return secrets.token_urlsafe(24)


def _sealed(password: str, role: str) -> str:
    """Return what the server keeps of the password, so that its log never holds the password itself."""
    connection.ensure_connection()
    libpq = connection.connection.pgconn
    return str(libpq.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def _execute(statement: LiteralString, role: str, *values: str) -> None:
    composed = sql.SQL(statement).format(sql.Identifier(role), *map(sql.Literal, values))
    with connection.cursor() as cursor:
        cursor.execute(composed)


def _record(workspace: Workspace, actor: User, what: str, message: str) -> None:
    audit.record(workspace=workspace, actor=actor, action=f"sql_access.{what}", message=message)
