"""Reconcile: each verdict of a document, by what really stands on both sides."""

from datetime import date

import pytest
from bookkeeper import Bookkeeper
from compared_books import FIRST, LAST, compared, read_home, row, rows, verdicts

from factories import make_allocation, make_party, make_payment
from tallystick.books.models import Kind
from tallystick.mirror.models import MirroredDocument, UnreadElement
from tallystick.sync.acts.decisions import keep_theirs, set_do_not_sync
from tallystick.sync.models import Link, LinkState, PulledKind, Reading
from tallystick.sync.reconcile.period.comparison import compare_period, page_of_rows, rows_of
from tallystick.sync.reconcile.period.words import Aspect, Reason, Verdict
from xero_books import Books

#: One of each kind that is pushed, and what Xero calls it.
_KINDS = tuple(Kind)


@pytest.fixture
def read(books: Books) -> Books:
    """The same books, with all that Xero has read home: the demo company's own months are others."""
    read_home(books)
    return books


@pytest.mark.parametrize("kind", _KINDS)
def test_what_was_sent_and_not_touched_is_equal_to_the_cent(read: Books, kind: Kind) -> None:
    read.submit("N-1", kind=kind)
    read.work()
    read_home(read)

    part = compared(read, kind)

    one = row(read, "N-1", kind)
    assert (one.verdict, one.aspects, one.total_here) == (Verdict.EQUAL, (), one.total_there)
    equal = next(each for each in part.sums if each.verdict == Verdict.EQUAL)
    assert (equal.count, dict(equal.here)) == (1, dict(equal.there))
    assert part.fresh.gaps == ()


@pytest.mark.parametrize(
    ("change", "aspects"),
    [
        ({"Date": "2026-11-05"}, {Aspect.DAY}),
        ({"LineItems": [{"Description": "Widget", "Quantity": 3, "UnitAmount": "5.00",
                         "AccountCode": "200", "TaxType": "OUTPUT2"}]},
         {Aspect.TOTAL, Aspect.TAX, Aspect.OUTSTANDING, Aspect.LINES}),
        ({"Contact": {"Name": "Somebody else"}}, {Aspect.CONTACT}),
        ({"Status": "VOIDED"}, {Aspect.STATUS}),
        ({"Reference": "typed there"}, set()),
    ],
)  # fmt: skip
def test_what_somebody_changed_in_xero_is_told_by_what_it_is(
    read: Books, bookkeeper: Bookkeeper, change, aspects
) -> None:
    # Else what is voided there ends cancelled here, and does not differ.
    read.policy(Kind.SALES_INVOICE, when_voided="ask")
    invoice = read.submit("N-1")
    read.work()
    link = read.link(invoice)
    bookkeeper.approve(link)
    bookkeeper.change(link, **change)
    read_home(read)

    one = row(read, "N-1")

    # The check asks about it, and so is told beside the figures.
    assert one.verdict == Verdict.DIFFERS
    assert set(one.aspects) - {Aspect.CONTENT} == aspects
    assert (Aspect.CONTENT in one.aspects) == ("Status" not in change)
    assert not compared(read).is_equal


def test_a_payment_made_in_xero_comes_home_and_both_sides_are_equal(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    invoice = read.submit("N-1")
    read.work()
    bookkeeper.approve(read.link(invoice))
    bookkeeper.pay(read.link(invoice), "4.94")
    read_home(read)

    one = row(read, "N-1")

    assert one.verdict == Verdict.EQUAL
    assert (str(one.outstanding_here), str(one.outstanding_there)) == ("10.00", "10.00")
    assert verdicts(read, "payment") == {"equal": 1}


def test_payments_and_allocations_of_both_sides_are_paired(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    party = make_party(read.workspace, number="C1")
    invoice, note = (
        read.submit("N-1", party),
        read.submit("CN-1", party, kind=Kind.SALES_CREDIT_NOTE),
    )
    read.work()
    for document in (invoice, note):
        bookkeeper.approve(read.link(document))
    make_payment(invoice, "4.00")
    make_allocation(note, invoice, "10.00")
    read.work()
    read_home(read)

    assert verdicts(read, "payment") == {"equal": 1}
    assert verdicts(read, "allocation") == {"equal": 1}
    assert {row(read, "N-1").verdict, row(read, "CN-1", "sales_credit_note").verdict} == {
        Verdict.EQUAL
    }


def test_what_is_only_in_xero_is_never_paired_by_its_number(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    read.policy(Kind.SALES_INVOICE, trigger="by_hand")
    read.submit("N-1")
    bookkeeper.make("ACCREC", "N-1", contact="Harbour Cafe", amount="14.94")
    read_home(read)

    found = {(one.verdict, one.reason) for one in rows(read)}

    assert found == {(Verdict.ONLY_THERE, Reason.PLAIN), (Verdict.ONLY_HERE, Reason.NOT_SENT)}


def test_what_does_not_stand_in_xero_says_why(read: Books) -> None:
    read.submit("SENT")
    read.work()
    read_home(read)
    read.submit("QUEUED")
    marked = read.submit("MARKED")
    set_do_not_sync(
        workspace=read.workspace, actor=read.owner, value=True, document_ids=[marked.pk]
    )
    failed, held = read.submit("FAILED"), read.submit("HELD")
    Link.objects.filter(document=failed).update(state=LinkState.FAILED)
    Link.objects.filter(document=held).update(state=LinkState.HELD)
    read.cancel(read.submit("CANCELLED"))
    read.policy(Kind.SALES_INVOICE, starts_on=date(2026, 11, 2))
    read.submit("EARLY", issued_on=date(2026, 11, 1))

    assert {one.number_here: (one.verdict, one.reason) for one in rows(read)} == {
        "SENT": (Verdict.EQUAL, Reason.PLAIN),
        "QUEUED": (Verdict.ON_THE_WAY, Reason.PLAIN),
        "MARKED": (Verdict.EXCLUDED, Reason.MARKED),
        "EARLY": (Verdict.EXCLUDED, Reason.BEFORE_START),
        "FAILED": (Verdict.ONLY_HERE, Reason.FAILED),
        "HELD": (Verdict.HELD, Reason.PLAIN),
        "CANCELLED": (Verdict.WITHDRAWN, Reason.PLAIN),
    }


def test_what_is_withdrawn_on_one_side_alone_differs(read: Books, bookkeeper: Bookkeeper) -> None:
    both, here, there = (read.submit(number) for number in ("BOTH", "HERE", "THERE"))
    read.work()
    read.cancel(both)
    read.work()
    bookkeeper.change(read.link(there), Status="DELETED")
    read_home(read)
    read.cancel(here)
    Link.objects.filter(document=here).update(state=LinkState.FAILED)
    bookkeeper.make("ACCREC", "NEVER-OURS", contact="A", Status="AUTHORISED",
                    LineItems=[{"Description": "x", "Quantity": 1, "UnitAmount": "1",
                                "AccountCode": "200"}])  # fmt: skip
    typed = bookkeeper.read("Invoices", where='InvoiceNumber=="NEVER-OURS"')["Invoices"][0]
    bookkeeper.write("POST", "Invoices", {"InvoiceID": typed["InvoiceID"], "Status": "VOIDED"})
    read_home(read)

    found = {one.number_here or one.number_there: (one.verdict, one.reason) for one in rows(read)}
    assert found == {
        "BOTH": (Verdict.WITHDRAWN, Reason.PLAIN),
        "HERE": (Verdict.DIFFERS, Reason.ORPHANED),
        "THERE": (Verdict.DIFFERS, Reason.REMOVED),
        "NEVER-OURS": (Verdict.WITHDRAWN, Reason.GONE_THERE),
    }


def test_what_a_person_kept_as_xero_has_it_still_differs_and_says_so(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    invoice = read.submit("N-1")
    read.work()
    bookkeeper.change(read.link(invoice), Reference="typed there")
    read_home(read)
    keep_theirs(workspace=read.workspace, actor=read.owner, link_ids=[read.link(invoice).pk])

    one = row(read, "N-1")

    assert (one.verdict, one.reason, one.aspects) == (
        Verdict.DIFFERS, Reason.KEPT, (Aspect.CONTENT,),
    )  # fmt: skip


def test_a_document_dated_otherwise_there_counts_once_in_either_month(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    invoice = read.submit("N-1")
    read.work()
    bookkeeper.change(read.link(invoice), Date="2026-12-03", DueDate="2026-12-31")
    read_home(read)

    december = compare_period(
        read.organisation, date(2026, 12, 1), date(2026, 12, 31), ["sales_invoice"]
    )

    assert verdicts(read) == {"differs": 1}
    assert [(one.verdict, one.count) for one in december.parts[0].sums] == [(Verdict.DIFFERS, 1)]


def test_nothing_is_said_of_what_was_not_read(books: Books) -> None:
    books.submit("N-1")
    books.work()

    one, part = row(books, "N-1"), compared(books)
    assert (one.verdict, one.reason) in {
        (Verdict.UNSEEN, Reason.SENT_SINCE), (Verdict.UNSEEN, Reason.NOT_READ),
    }  # fmt: skip
    assert part.fresh.gaps
    assert not part.is_equal


def test_an_edit_that_was_sent_after_the_last_reading_is_no_difference(read: Books) -> None:
    invoice = read.submit("N-1")
    read.work()
    read_home(read)
    MirroredDocument.objects.filter(xero_id=read.link(invoice).xero_id).update(total="1.00")

    assert row(read, "N-1").verdict == Verdict.DIFFERS
    # What was sent later than what was read is not judged by it.
    Reading.objects.update(last_at="2020-01-01T00:00Z")
    MirroredDocument.objects.update(noticed_at="2020-01-01T00:00Z")
    assert (row(read, "N-1").verdict, row(read, "N-1").reason) == (
        Verdict.UNSEEN, Reason.SENT_SINCE,
    )  # fmt: skip


def test_what_xero_does_not_list_any_more_is_only_here_once_all_was_read(read: Books) -> None:
    invoice = read.submit("N-1")
    read.work()
    read_home(read)
    MirroredDocument.objects.filter(xero_id=read.link(invoice).xero_id).delete()
    assert row(read, "N-1").reason == Reason.NOT_LISTED

    Reading.objects.filter(kind=PulledKind.INVOICES).update(whole_at=None)
    assert (row(read, "N-1").verdict, row(read, "N-1").reason) == (
        Verdict.UNSEEN, Reason.NOT_READ,
    )  # fmt: skip


def test_a_record_that_could_not_be_read_is_not_called_equal(read: Books) -> None:
    invoice = read.submit("N-1")
    read.work()
    read_home(read)
    UnreadElement.objects.create(
        organisation=read.organisation, endpoint="Invoices",
        key=str(read.link(invoice).xero_id), reason="x", raw=b"",
        first_at="2026-11-30T00:00Z", last_at="2026-11-30T00:00Z",
    )  # fmt: skip

    assert row(read, "N-1").reason == Reason.UNREADABLE
    assert compared(read).fresh.gaps


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"off_at": "2026-11-30T00:00Z", "off_reason": "No permission"}, "No permission"),
        ({"alarm": "Xero counts 5 and 4 are here."}, "4 are here"),
        ({"starts_on": date(2026, 11, 15)}, "15 Nov 2026"),
        ({"is_paused": True}, "paused"),
    ],
)
def test_a_reading_that_does_not_see_all_keeps_the_period_from_being_equal(
    read: Books, values, said
) -> None:
    assert compared(read).is_equal
    Reading.objects.filter(kind=PulledKind.INVOICES).update(**values)

    part = compared(read)

    assert not part.is_equal
    assert said in " ".join(part.fresh.gaps)


def test_pages_go_through_both_sides_once_forward_and_back(
    read: Books, bookkeeper: Bookkeeper
) -> None:
    for n in range(4):
        read.submit(f"H-{n}", issued_on=date(2026, 11, 1 + 2 * n))
    read.work()
    for n in range(3):
        bookkeeper.make("ACCREC", f"T-{n}", contact="A", Date=f"2026-11-0{2 + 2 * n}")
    read_home(read)
    given = (read.organisation, "sales_invoice", FIRST, LAST)

    for chosen in ((), (Verdict.EQUAL, Verdict.ONLY_THERE)):
        pages, query = [], {}
        while True:
            page = page_of_rows(*given, query, verdicts=chosen, size=2)
            pages.append([one.number_here or one.number_there for one in page.rows])
            if not page.after:
                break
            query = {"after": page.after}
        assert pages == [["H-3", "T-2"], ["H-2", "T-1"], ["H-1", "T-0"], ["H-0"]]
        back = page_of_rows(*given, {"before": page.before}, verdicts=chosen, size=2)
        assert [one.number_here or one.number_there for one in back.rows] == pages[-2]
    assert [one.number_here or one.number_there for one in rows_of(*given)] == [
        one for page in pages for one in page
    ]
