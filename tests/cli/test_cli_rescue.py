"""sync --plan, check and undo: what they print, change and end with."""

import json
import threading

import pytest
from django.db import connection
from typer.testing import CliRunner, Result

from factories import line, make_document, make_party
from tallystick.books.models import Document
from tallystick.cli import app
from tallystick.cli.exits import Exit, Stop
from tallystick.sync.models import Check, Lane, Link, LinkState, Run
from tallystick.sync.reports import attention_words
from xero_books import Books


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def waiting(books: Books) -> list[Document]:
    """Two invoices that wait for Sync now."""
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    documents = [books.submit(f"INV-{n}", party) for n in (1, 2)]
    Link.objects.update(state=LinkState.WAITING)
    return documents


def test_the_plan_is_printed_and_nothing_is_sent(books: Books, waiting) -> None:
    before = books.sandbox.calls()

    ended = command("sync", "--plan")

    assert ended.exit_code == Exit.OK
    assert "2 invoices, 29.88 GBP" in ended.stdout
    assert "Create invoices and bills" in ended.stdout
    assert books.sandbox.calls() == before
    assert set(Link.objects.values_list("state", flat=True)) == {LinkState.WAITING}


def test_the_plan_as_json_names_what_stops(books: Books, waiting) -> None:
    make_document(
        books.workspace,
        party=waiting[0].party,
        number="INV-9",
        currency="GBP",
        lines=[line(tax_code="VAT20", account_code="999")],
        submitted=True,
    )

    ended = command("sync", "--plan", "--json")

    told = json.loads(ended.stdout)
    assert ended.exit_code == Exit.NEEDS_PERSON
    assert told["records"]["created"]["count"] == 2
    assert (told["listed"][0]["number"], told["listed"][0]["fate"]) == ("INV-9", "stopped")
    assert told["calls"] == sum(one["calls"] for one in told["by_purpose"])


def test_sync_pressed_twice_says_how_long_to_wait(books: Books, waiting) -> None:
    assert command("sync").exit_code == Exit.OK

    again = command("sync")

    assert isinstance(again.exception, Stop)
    assert "Press it again in" in str(again.exception)


def test_undo_lists_shows_and_only_with_yes_undoes(books: Books, waiting) -> None:
    command("sync")
    books.drain()
    run = Run.objects.get()

    listed = command("undo")
    shown = command("undo", str(run.pk))
    assert "2 invoices, 29.88 GBP" in listed.stdout
    assert "2 invoices, 29.88 GBP: deleted in Xero" in shown.stdout
    assert shown.exception.code == Exit.NEEDS_PERSON
    assert len(books.live()) == 2

    done = command("undo", str(run.pk), "--yes")
    books.drain()

    assert done.exit_code == Exit.OK
    assert books.live() == []


def test_undo_tells_what_is_open_gone_or_under_way(books: Books, waiting) -> None:
    command("sync")
    books.drain()
    held, sending = waiting
    books.links_of(held).update(state=LinkState.HELD)
    books.links_of(sending).update(state=LinkState.SENDING)
    run = Run.objects.get()

    told = command("undo", str(run.pk)).stdout
    books.links_of(held).update(xero_status="VOIDED")
    gone = command("undo", str(run.pk)).stdout

    one = "1 invoice, 14.94 GBP"
    assert f"{one}: deleted in Xero\n" in told
    assert f"{one}: of these, with an edit, a question or a failure that ends with it" in told
    assert f"{one}: being sent just now; undo once more when that has arrived" in told
    assert f"{one}: removed in Xero by somebody already" in gone


def test_undo_of_a_run_that_there_is_none_of_is_refused(books: Books) -> None:
    ended = command("undo", "7")

    assert "has no run 7" in str(ended.exception)


def test_check_waits_for_its_report(books: Books, waiting) -> None:
    command("sync")
    books.drain()

    ended = _checked(books)

    assert ended.exit_code == Exit.OK
    assert "Nothing needs you." in ended.stdout
    assert "2 records were looked at: what Xero has changed since" in ended.stdout
    assert (
        "2 of yours were compared, field by field, with what was left there: 2 say the same."
        in (ended.stdout)
    )
    assert "asked for it" in Check.objects.get().reason


def test_check_lists_what_needs_attention_and_ends_3(books: Books, waiting) -> None:
    command("sync")
    books.drain()
    stopped = {"code": "locked", "message": "INV-1 was not sent.", "remedy": "Move the lock date."}
    books.links_of(waiting[0]).update(state=LinkState.FAILED, problem=stopped)

    ended = _checked(books)
    told = json.loads(_checked(books, "--json").stdout)

    assert ended.exit_code == Exit.NEEDS_PERSON
    for said in ("Dated before the lock date: 1 invoice, 14.94 GBP", "Move the lock date."):
        assert said in ended.stdout
    [cause] = told["attention"]
    assert (cause["code"], cause["count"], cause["totals"]) == ("locked", 1, {"GBP": "14.94"})
    assert (cause["remedy"], cause["records"]) == ("Move the lock date.", ["INV-1"])


def test_check_lists_every_record_of_a_cause_and_counts_those_beyond(
    books: Books, waiting, monkeypatch
) -> None:
    command("sync")
    books.drain()
    for document in waiting:
        said = {"code": "refused", "message": f"{document} was not sent.", "remedy": "Mend it."}
        books.links_of(document).update(state=LinkState.FAILED, problem=said)

    ended = _checked(books)
    monkeypatch.setattr(attention_words, "SHOWN", 1)
    few = _checked(books)

    for document in waiting:
        assert f"  {document} was not sent.\n" in ended.stdout
    assert "more:" not in ended.stdout
    assert "  and 1 more: Needs attention on the pages shows all\n" in few.stdout


def _checked(books: Books, *more: str) -> Result:
    Lane.objects.update(check_due_at=None, check_reason="")
    working = threading.Thread(target=_check_when_asked, args=(books,))
    working.start()
    ended = command("check", "--wait", "20", *more)
    working.join()
    return ended


def test_check_that_only_asks_ends_0(books: Books) -> None:
    Lane.objects.update(check_due_at=None)

    ended = command("check", "--wait", "0")
    told = command("check", "--wait", "0", "--json")

    assert (ended.exit_code, told.exit_code) == (Exit.OK, Exit.OK)
    assert "The check is planned" in ended.stdout
    assert json.loads(told.stdout) == {"planned": True}
    assert Lane.objects.exclude(check_due_at=None).exists()


def test_check_says_that_no_worker_has_come(books: Books) -> None:
    ended = command("check", "--wait", "1")

    assert "tallystick worker" in str(ended.exception)
    assert Lane.objects.exclude(check_due_at=None).exists()


def _check_when_asked(books: Books) -> None:
    """Work a round once the check is planned, as a worker would."""
    try:
        while not Lane.objects.filter(check_reason__contains="asked for it").exists():
            threading.Event().wait(0.05)
        books.drain()
    finally:
        connection.close()
