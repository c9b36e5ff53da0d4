"""import, sync, status, log and create-owner: what they print and how they end."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from factories import (
    PASSWORD,
    line,
    make_document,
    make_party,
    make_payment,
    make_workspace,
    owner_of,
)
from importing.tables.workbook_files import xlsx
from tallystick.books.documents import submit_documents
from tallystick.books.models import Document
from tallystick.cli import app
from tallystick.cli.exits import Exit, Stop
from tallystick.connections.models import Connection
from tallystick.sync.reports import log_search
from tallystick.workspaces.models import Membership, Role, User, Workspace

HEADER = "number,party_name,issued_on,item_code,description,quantity,unit_price\n"
GOOD = "INV-1,Harbour Cafe,2026-11-01,ROPE,Mooring rope,2,48.50\n"
BAD = "INV-2,Harbour Cafe,2026-11-01,ROPE,Mooring rope,two,48.50\n"


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace("Harbour Goods", currency="GBP")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.csv"
    path.write_text(HEADER + GOOD)
    return path


def test_without_yes_a_file_is_only_looked_at(workspace: Workspace, file: Path):
    ended = command("import", str(file))

    assert isinstance(ended.exception, Stop)
    assert ended.exception.code == Exit.NEEDS_PERSON
    assert "1 sales invoice would be created" in ended.output
    assert not Document.objects.exists()


def test_with_yes_documents_are_made_once_however_often_it_is_said(workspace, file: Path):
    first = command("import", str(file), "--yes", "--submit")
    second = command("import", str(file), "--yes", "--json")

    assert (first.exit_code, second.exit_code) == (Exit.OK, Exit.OK)
    assert "GBP 97.00" in first.output
    assert json.loads(second.stdout)["already_here"] == 1
    assert [str(document) for document in Document.objects.all()] == ["INV-1"]


def test_a_row_that_no_document_can_be_named_for_ends_with_3(workspace: Workspace, file: Path):
    file.write_text(HEADER + GOOD.replace("Mooring", '"Mooring') + BAD)

    ended = command("import", str(file), "--yes", "--json")

    report = json.loads(ended.stdout)
    assert (report["documents"], report["left_out"], report["bad_row_count"]) == (0, {}, 1)
    assert ended.exit_code == Exit.NEEDS_PERSON


def test_a_file_that_is_not_there_is_said_in_words(workspace: Workspace, file: Path):
    ended = command("import", f"{file}.gone")

    assert f"There is no file {file}.gone. Nothing was imported." in str(ended.exception)


def test_a_list_that_cannot_be_written_does_not_say_that_nothing_was_imported(workspace, file):
    ended = command("import", str(file), "--yes", "--left-out", str(file.parent))

    assert "Is a directory. All that is imported so far is whole" in str(ended.exception)


def test_a_look_that_ends_with_a_question_is_told_once(workspace: Workspace, file: Path):
    file.write_text(
        HEADER + GOOD.replace("2026-11-01", "13/11/2026") + BAD.replace("2026-11-01", "11/13/2026")
    )

    ended = command("import", str(file), "--json")

    asked = json.loads(ended.stdout)["questions"]
    assert [each["key"] for each in asked] == ["day_order"]
    assert ended.exit_code == Exit.NEEDS_PERSON


@pytest.mark.parametrize("option", ["--left-out", "--bad-rows"])
def test_a_list_is_never_written_over_the_file_that_is_read(workspace: Workspace, file, option):
    before = file.read_text()

    ended = command("import", str(file), "--yes", option, str(file.parent / "." / file.name))

    assert "must have different names. Nothing was imported." in str(ended.exception)
    assert file.read_text() == before
    assert not Document.objects.exists()


def test_a_file_of_nothing_but_a_header_says_so(workspace: Workspace, file: Path):
    file.write_text(HEADER)

    ended = command("import", str(file), "--yes")

    assert "No row stands below the header." in ended.output
    assert ended.exit_code == Exit.OK


def test_bad_rows_are_listed_and_end_with_3(workspace: Workspace, file: Path, tmp_path: Path):
    file.write_text(HEADER + GOOD + BAD)
    listed = tmp_path / "bad.csv"

    ended = command("import", str(file), "--yes", "--bad-rows", str(listed))

    assert ended.exit_code == Exit.NEEDS_PERSON
    assert "line 3, quantity 'two': Write a number" in ended.output
    assert "two" in listed.read_text()
    assert [str(document) for document in Document.objects.all()] == ["INV-1"]


def test_a_file_that_is_no_table_is_refused_by_its_name(workspace: Workspace, tmp_path: Path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")

    ended = command("import", str(picture), "--yes")

    assert isinstance(ended.exception, Stop)
    assert str(ended.exception).startswith(f"{picture} was not imported.")


def test_options_say_how_the_file_lies(workspace: Workspace, file: Path):
    text = "Sales; of November\n" + (HEADER + GOOD).replace(",", ";").replace("Cafe", "Café Łódź")
    file.write_text(text, encoding="cp1250")

    refused = command("import", str(file), "--yes", "--encoding", "klingon")
    ended = command(
        *("import", str(file), "--yes", "--encoding", "cp1250"),
        *("--delimiter", ";", "--header-line", "2"),
    )

    assert "The encoding klingon is not offered. Choose one of: utf-8," in str(refused.exception)
    assert ended.exit_code == Exit.OK
    assert Document.objects.get().party.name == "Harbour Café Łódź"


def test_the_sheet_of_a_workbook_is_said_by_an_option(workspace: Workspace, tmp_path: Path):
    book = tmp_path / "books.xlsx"
    rows = [row.split(",") for row in (HEADER + GOOD).splitlines()]
    book.write_bytes(xlsx({"Plan": [*rows[:1], ["P-9", *rows[1][1:]]], "Done": rows}))

    ended = command("import", str(book), "--yes", "--sheet", "Done")

    assert ended.exit_code == Exit.OK
    assert [str(document) for document in Document.objects.all()] == ["INV-1"]


def test_of_several_workspaces_one_must_be_named(workspace: Workspace):
    make_workspace("Other Goods")

    unnamed = command("status")
    named = command("status", "--workspace", workspace.slug, "--json")

    assert isinstance(unnamed.exception, Stop)
    assert "--workspace: harbour-goods, other-goods" in str(unnamed.exception)
    assert json.loads(named.stdout)["workspace"] == "harbour-goods"


def test_sync_says_that_the_workspace_is_not_connected(workspace: Workspace):
    ended = command("sync")

    assert isinstance(ended.exception, Stop)
    assert ended.exception.code == Exit.NEEDS_PERSON
    assert "Settings, Integrations" in str(ended.exception)


def test_create_owner_makes_somebody_who_can_sign_in(db: None):
    business = ["--workspace", "Harbour Goods", "--currency", "GBP"]

    ended = command("create-owner", "Ada@Example.com", *business)

    password = ended.stdout.splitlines()[0].rpartition(" ")[2]
    owner = User.objects.get(email="ada@example.com")
    assert ended.exit_code == Exit.OK
    assert owner.check_password(password)
    assert Membership.objects.get(user=owner).role == Role.OWNER


def test_new_password_replaces_the_old_one(workspace: Workspace):
    owner = owner_of(workspace)

    ended = command("new-password", owner.email.upper())

    password = ended.stdout.splitlines()[0].rpartition(" ")[2]
    owner.refresh_from_db()
    assert owner.check_password(password)
    assert not owner.check_password(PASSWORD)


def test_new_password_needs_somebody_who_signs_in(db: None):
    ended = command("new-password", "nobody@example.com")

    assert isinstance(ended.exception, Stop)
    assert str(ended.exception).startswith("Nobody signs in as nobody@example.com.")


def test_after_reencrypt_the_old_key_is_not_needed_any_more(workspace: Workspace, settings):
    Connection.objects.create(workspace=workspace, access_token="access", refresh_token="refresh")
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]

    ended = command("reencrypt")

    settings.ENCRYPTION_KEYS = [new]
    assert "first key: 1." in ended.stdout
    assert Connection.objects.get(workspace=workspace).refresh_token == "refresh"


def test_create_owner_refuses_a_currency_that_is_none(db: None):
    ended = command("create-owner", "ada@example.com", "--workspace", "W", "--currency", "pounds")

    assert isinstance(ended.exception, Stop)
    assert "GBP" in str(ended.exception)
    assert not User.objects.exists()


def test_status_counts_by_state_and_log_tells_every_attempt(books, monkeypatch):
    party = make_party(books.workspace)
    good = make_document(books.workspace, party=party, lines=[line(tax_code="VAT20")])
    bad = make_document(books.workspace, party=party, lines=[line()])
    submit_documents(
        workspace=books.workspace, document_ids=[good.pk, bad.pk], actor=owner_of(books.workspace)
    )
    books.drain()

    told = command("status", "--json")
    log = [json.loads(text) for text in command("log", "--json").stdout.splitlines()]
    failed = command("log", "--outcome", "failed").stdout
    found = command("log", "--json", "--search", bad.number.lower())
    monkeypatch.setattr(log_search, "FOUND", 1)
    bounded = command("log", "--search", party.name)

    counts = json.loads(told.stdout)["documents"]
    assert told.exit_code == Exit.NEEDS_PERSON
    about_bad = [attempt for attempt in log if attempt["record"] == bad.number]
    assert [json.loads(text) for text in found.stdout.splitlines()] == about_bad != []
    assert "newest 1 lines that fit" in bounded.stderr
    assert len(bounded.stdout.splitlines()) < len(log)
    assert (counts["synced"], counts["failed"]) == (1, 1)
    assert {"create", "resolve"} <= {attempt["action"] for attempt in log}
    assert [attempt["id"] for attempt in log] == sorted(attempt["id"] for attempt in log)
    assert bad.number in failed
    assert good.number not in failed


def test_sync_puts_what_waits_on_its_way(books):
    document = make_document(
        books.workspace, party=make_party(books.workspace), lines=[line(tax_code="VAT20")]
    )
    owner = owner_of(books.workspace)
    submit_documents(workspace=books.workspace, document_ids=[document.pk], actor=owner)

    ended = command("sync", "--json", "--as", owner.email)
    books.drain()

    assert ended.exit_code == Exit.OK
    assert json.loads(ended.stdout)["documents"]["queued"] == 1
    assert command("status").exit_code == Exit.OK


def test_status_and_log_tell_of_payments_too(books):
    invoice = make_document(
        books.workspace,
        party=make_party(books.workspace),
        lines=[line(tax_code="VAT20")],
        submitted=True,
    )
    make_payment(invoice, method="Card")
    waiting = command("status", "--json")
    books.drain(rounds=2)

    told = command("status", "--json")
    failed = command("log", "--outcome", "failed").stdout

    assert json.loads(waiting.stdout)["entries"]["queued"] == 1
    assert json.loads(told.stdout)["entries"]["failed"] == 1
    assert json.loads(told.stdout)["documents"]["synced"] == 1
    assert told.exit_code == Exit.NEEDS_PERSON
    assert invoice.number in failed
    assert "no account is chosen" in failed
