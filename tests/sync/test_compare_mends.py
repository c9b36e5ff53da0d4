"""Each remedy that the comparison offers ends its difference, once it is pressed and worked."""

import pytest
from bookkeeper import Bookkeeper
from compared_books import read_home, row, rows, verdicts

from factories import make_document, make_workspace
from tallystick.sync.acts.sending import send_records
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reconcile.period.words import Reason, Verdict
from tallystick.sync.reports.attention_pages import troubled_among
from tallystick.sync.reports.compared_mends import NOTHING, Mend, RowMends, mend_now, mends_on
from tallystick.sync.reports.offered_decisions import decide_now, decision_named
from xero_books import Books

KIND = "sales_invoice"


@pytest.fixture
def read(books: Books) -> Books:
    read_home(books)
    return books


def offered(books: Books, number: str) -> RowMends:
    """What stands beside the row of the number."""
    return mends_on(books.organisation, KIND, rows(books))[row(books, number).key]


def press(books: Books, mend: Mend) -> str:
    """Press the button, as the page does."""
    if mend.is_decision:
        name, _, link = mend.value.partition(":")
        chosen = decision_named(name)
        assert chosen is not None
        links = troubled_among(books.organisation, [int(link)])
        return decide_now(chosen, links, workspace=books.workspace, actor=books.owner)
    return mend_now(
        books.organisation,
        workspace=books.workspace,
        actor=books.owner,
        kind=KIND,
        value=mend.value,
    )


def test_send_sends_what_is_only_here_alone_and_ends_the_difference(read: Books) -> None:
    read.policy(KIND, trigger="by_hand")
    read.submit("N-1")
    other = read.submit("N-2")
    [send] = offered(read, "N-1").mends

    said = press(read, send)
    read.work()
    read_home(read)

    assert (send.label, said.startswith("1 invoice, 14.94 GBP queued")) == ("Send", True)
    assert row(read, "N-1").verdict == Verdict.EQUAL
    assert read.link(other).state == LinkState.WAITING
    assert press(read, send) == NOTHING


def test_retry_ends_what_failed(read: Books) -> None:
    read.policy(KIND, trigger="by_hand")
    invoice = read.submit("N-1")
    problem = {"code": "refused", "message": "Xero refused it.", "remedy": "", "screen": ""}
    Link.objects.filter(document=invoice).update(state=LinkState.FAILED, problem=problem)
    found = offered(read, "N-1")

    retry = next(one for one in found.mends if one.label == "Retry")
    press(read, retry)
    read.work()
    read_home(read)

    assert found.message == "Xero refused it."
    assert verdicts(read) == {"equal": 1}


def test_what_differs_has_the_decisions_of_needs_attention_and_ours_sent_ends_it(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    invoice = read.submit("N-1")
    read.work()
    line = {"Description": "Widget", "Quantity": 3, "UnitAmount": "5.00"}
    bookkeeper.change(
        read.link(invoice), LineItems=[{**line, "AccountCode": "200", "TaxType": "OUTPUT2"}]
    )
    read_home(read)
    assert row(read, "N-1").verdict == Verdict.DIFFERS
    mends = {one.label: one for one in offered(read, "N-1").mends}

    press(read, mends["Send ours"])
    read.work()
    read_home(read)

    assert set(mends) >= {"Keep theirs: ours follows", "Leave both as they are", "Send ours"}
    assert verdicts(read) == {"equal": 1}


def test_what_was_deleted_in_xero_is_sent_again(read: Books, bookkeeper: Bookkeeper) -> None:
    invoice = read.submit("N-1")
    read.work()
    bookkeeper.change(read.link(invoice), Status="DELETED")
    read_home(read)
    assert row(read, "N-1").reason == Reason.REMOVED

    press(read, next(one for one in offered(read, "N-1").mends if one.label == "Send it again"))
    read.work()
    read_home(read)

    # The deleted copy is told, too.
    assert verdicts(read) == {"equal": 1, "withdrawn": 1}


def test_what_is_only_there_with_the_number_of_ours_is_paired_by_a_press_alone(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    read.policy(KIND, trigger="by_hand")
    invoice = read.submit("N-1")
    typed = bookkeeper.make(
        "ACCREC", "N-1", contact=invoice.party.name, Date="2026-11-02", DueDate="2026-12-02",
        LineAmountTypes="Exclusive",
        LineItems=[{"Description": "Widget", "Quantity": 3, "UnitAmount": "4.15",
                    "AccountCode": "200", "TaxType": "OUTPUT2"}],
    )  # fmt: skip
    read_home(read)
    there = next(one for one in rows(read) if one.verdict == Verdict.ONLY_THERE)
    found = mends_on(read.organisation, KIND, rows(read))[there.key]
    assert found.alike == invoice

    press(read, found.mends[0])
    read.work()
    read_home(read)

    assert str(read.link(invoice).xero_id) == typed["InvoiceID"]
    assert [one.verdict for one in rows(read)] == [Verdict.EQUAL]


def test_a_button_that_there_is_none_of_is_refused(read: Books) -> None:
    for value in ("void:1", "send", "send:x", "match:1"):
        with pytest.raises(ValueError, match=r"."):
            press(read, Mend(value, ""))


def test_nobody_sends_another_workspaces_record(read: Books) -> None:
    theirs = make_document(make_workspace("Other"), submitted=True)

    queued = send_records(
        workspace=read.workspace, actor=read.owner, kind=KIND, record_ids=[theirs.pk]
    )

    assert queued.count == 0
    assert not Link.objects.filter(document=theirs).exists()
