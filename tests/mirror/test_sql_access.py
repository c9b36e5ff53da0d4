"""The role of one workspace: it sees that workspace's rows in the views, and can do nothing else."""

import base64
import hashlib
import hmac
import json

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from typer.testing import CliRunner

from factories import make_member, owner_of
from tallystick.cli import app
from tallystick.cli.exits import Exit
from tallystick.mirror.models import SqlReader
from tallystick.mirror.views.access import (
    SqlAccessRefused,
    grant_access,
    renew_password,
    revoke_access,
)
from tallystick.mirror.views.tables import VIEWS
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role

_REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def access(harbour, bayside):
    """The access of one of two workspaces."""
    return grant_access(workspace=harbour, actor=owner_of(harbour))


@pytest.fixture
def door(access, as_role):
    with as_role(access.role, access.password) as door:
        yield door


@pytest.mark.parametrize("view", [view.name for view in VIEWS])
def test_it_sees_its_own_rows_by_every_view_and_no_others(harbour, door, view):
    of_ours = door.execute(
        sql.SQL("SELECT DISTINCT workspace FROM {}").format(sql.Identifier("xero", view))
    ).fetchall()

    assert of_ours == [(harbour.slug,)]


def test_no_condition_of_its_own_is_tried_on_the_rows_of_others(door):
    """A function that tells what it is given would otherwise see every row on the way."""
    door.execute("SET default_transaction_read_only = off")
    door.execute("""
        CREATE FUNCTION pg_temp.tell(words text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
        AS $$ BEGIN RAISE NOTICE '%', words; RETURN true; END $$
    """)
    told: list[str] = []
    door.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))

    door.execute("SELECT count(*) FROM xero.invoices WHERE pg_temp.tell(number)")

    assert told == ["Harbour Goods ACCREC"]


def test_two_roles_see_each_their_own(harbour, bayside, access, as_role):
    theirs = grant_access(workspace=bayside, actor=owner_of(bayside))

    with (
        as_role(access.role, access.password) as door,
        as_role(theirs.role, theirs.password) as other,
    ):
        assert door.execute("SELECT workspace FROM xero.invoices").fetchall() == [(harbour.slug,)]
        assert other.execute("SELECT workspace FROM xero.invoices").fetchall() == [(bayside.slug,)]


def test_it_can_read_no_table_and_no_secret(door):
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'S', 'm') AND n.nspname IN ('public', 'xero')
        """)
        tables = cursor.fetchall()

    assert ("public", "connections_connection") in tables
    for schema, table in tables:
        with pytest.raises(_REFUSED):
            door.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))
    with pytest.raises(_REFUSED):
        door.execute("SELECT rolpassword FROM pg_authid")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO xero.currencies (code) VALUES ('EUR')",
        "UPDATE xero.contacts SET name = 'Mine'",
        "DELETE FROM xero.payments",
        "INSERT INTO public.mirror_sqlreader (workspace_id, role, is_ours) VALUES (1, current_user, false)",
        "UPDATE public.mirror_sqlreader SET workspace_id = workspace_id + 1",
        "DELETE FROM public.mirror_mirroredline",
        "TRUNCATE public.mirror_mirroredline",
        "CREATE TABLE xero.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE OR REPLACE VIEW xero.currencies AS SELECT 1",
        "ALTER VIEW xero.invoices SET (security_barrier = false)",
        "DROP VIEW xero.invoices",
    ],
)
def test_it_can_write_nothing(door, statement):
    """Nor does it help to switch off what is set for it by default."""
    door.execute("SET default_transaction_read_only = off")

    with pytest.raises(
        (_REFUSED, psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.FeatureNotSupported)
    ):
        door.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "GRANT {owner} TO {role}",
        "ALTER ROLE {role} SUPERUSER",
        "ALTER ROLE {role} CREATEROLE",
        "ALTER ROLE {owner} PASSWORD 'mine'",
        "CREATE ROLE xero_more LOGIN",
        "ALTER VIEW xero.invoices OWNER TO {role}",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "SET session_replication_role = replica",
    ],
)
def test_it_cannot_become_more_than_it_is(access, door, statement):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    door.execute("SET default_transaction_read_only = off")

    with pytest.raises(_REFUSED):
        door.execute(
            sql.SQL(statement).format(owner=sql.Identifier(owner), role=sql.Identifier(access.role))
        )


def test_the_role_of_another_workspace_cannot_be_taken_on(bayside, door):
    theirs = grant_access(workspace=bayside, actor=owner_of(bayside))

    for statement in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}"):
        with pytest.raises(_REFUSED):
            door.execute(sql.SQL(statement).format(sql.Identifier(theirs.role)))


def test_no_function_of_the_database_runs_with_more_rights_than_its_caller():
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT oid::regprocedure::text FROM pg_proc
            WHERE prosecdef AND pronamespace IN ('public'::regnamespace, 'xero'::regnamespace)
        """)
        assert cursor.fetchall() == []


def test_an_account_that_nobody_named_sees_no_row(harbour):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM xero.invoices")

        assert cursor.fetchone() == (0,)


def test_the_server_keeps_the_password_as_a_verifier_that_fits_it(access):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [access.role])
        kept = cursor.fetchone()[0]

    assert _fits(access.password, kept)
    assert access.password not in repr(access)


def _fits(password: str, kept: str) -> bool:
    """Tell whether a SCRAM verifier is of the password (RFC 5802, section 3)."""
    method, rounds_and_salt, keys = kept.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client_key).digest()).decode()
    return method == "SCRAM-SHA-256" and keys.split(":")[0] == stored


def test_a_new_password_takes_the_place_of_the_old_one(harbour, access):
    renewed = renew_password(workspace=harbour, actor=owner_of(harbour))

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [access.role])
        kept = cursor.fetchone()[0]
    assert renewed.role == access.role
    assert _fits(renewed.password, kept)
    assert not _fits(access.password, kept)


def test_taken_away_it_sees_nothing_from_the_next_statement_on(harbour, access, door):
    assert door.execute("SELECT count(*) FROM xero.invoices").fetchone() == (1,)

    revoke_access(workspace=harbour, actor=owner_of(harbour))

    with pytest.raises(psycopg.errors.UndefinedObject, match="invalid role"):
        door.execute("SELECT count(*) FROM xero.invoices")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [access.role])
        assert cursor.fetchone() == (0,)
    actions = AuditEntry.objects.filter(workspace=harbour).values_list("action", flat=True)
    assert {"sql_access.granted", "sql_access.revoked"} <= set(actions)


def test_a_second_role_is_refused_and_a_role_name_in_use_is_not_taken(harbour, access):
    with pytest.raises(SqlAccessRefused, match="reads the mirror of Harbour Goods already"):
        grant_access(workspace=harbour, actor=owner_of(harbour))

    SqlReader.objects.all().delete()  # as in another database of the same server
    again = grant_access(workspace=harbour, actor=owner_of(harbour))

    assert again.role == f"{access.role}_2"


@pytest.mark.parametrize("act", [grant_access, renew_password, revoke_access])
def test_only_owners_may(harbour, access, act):
    manager = make_member(harbour, Role.INTEGRATION_MANAGER)

    with pytest.raises(NotAllowed):
        act(workspace=harbour, actor=manager)
    assert SqlReader.objects.get().role == access.role


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("ALTER ROLE outside_reader CREATEDB", "rights over the server"),
        ("GRANT pg_read_all_data TO outside_reader", "member of another role"),
        (
            "GRANT SELECT (refresh_token) ON connections_connection TO outside_reader",
            "on the table",
        ),
        ("GRANT DELETE ON books_document TO outside_reader", "on the table books_document"),
    ],
)
def test_a_role_that_could_do_more_is_not_let_in(harbour, as_role, statement, why):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE outside_reader LOGIN NOINHERIT PASSWORD 'known'")
        cursor.execute(statement)

    with pytest.raises(SqlAccessRefused, match=why):
        grant_access(workspace=harbour, actor=owner_of(harbour), role="outside_reader")
    assert not SqlReader.objects.exists()


def test_a_role_that_somebody_else_made_is_let_in_and_left_standing(harbour, as_role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE outside_reader LOGIN NOINHERIT PASSWORD 'known'")

    grant_access(workspace=harbour, actor=owner_of(harbour), role="outside_reader")

    with as_role("outside_reader", "known") as door:
        assert door.execute("SELECT workspace FROM xero.bills").fetchall() == [(harbour.slug,)]
        with pytest.raises(SqlAccessRefused, match="not one that Tallystick made"):
            renew_password(workspace=harbour, actor=owner_of(harbour))
        revoke_access(workspace=harbour, actor=owner_of(harbour))
        assert door.execute("SELECT count(*) FROM xero.bills").fetchone() == (0,)


def test_where_roles_may_not_be_made_the_words_for_who_may_are_told(harbour):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE outside_app")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO outside_app")
        cursor.execute("SET ROLE outside_app")
    try:
        with pytest.raises(SqlAccessRefused, match=r"may not make roles.*CREATE ROLE xero_harbour"):
            grant_access(workspace=harbour, actor=owner_of(harbour))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert not SqlReader.objects.exists()


def test_the_command_grants_lists_renews_and_revokes(harbour):
    def command(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["sql-access", *arguments])
        assert result.exit_code == Exit.OK, result.output
        return result.output

    granted = json.loads(command("grant", "--workspace", harbour.slug, "--json"))
    assert granted["user"] == "xero_harbour_goods"
    assert granted["password"]
    [listed] = json.loads(command("list", "--json"))
    assert (listed["workspace"], listed["role"]) == (harbour.slug, granted["user"])
    assert granted["password"] not in command("list")
    said = command("new-password", "--workspace", harbour.slug)
    assert f"user={granted['user']}" in said
    assert "It is shown this once" in said
    assert "reads nothing of Harbour Goods any more" in command("revoke", "-w", harbour.slug)
    assert "No database role reads a workspace" in command("list")

    refused = CliRunner().invoke(app, ["sql-access", "revoke", "-w", harbour.slug])
    assert refused.exit_code != Exit.OK
    assert "No database role reads the mirror" in str(refused.exception)
