"""What people change, delete or void in Xero: the check compares every field and names what differs."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from bookkeeper import Bookkeeper
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import line, make_allocation, make_payment
from tallystick.books.models import Document, Kind
from tallystick.sync.acts import decisions
from tallystick.sync.links.contents import came_back_for, note_came_back
from tallystick.sync.links.differences import HEAD, LINE
from tallystick.sync.lookup.three_sides import sides_of
from tallystick.sync.models import Attempt, Check, Lane, Link, LinkState, Snapshot
from tallystick.sync.reports import check_reports
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

#: As `LINES` are in Xero.
FIRST: Mapping[str, Any] = {
    "Description": "Widget", "Quantity": 3, "UnitAmount": "4.15", "TaxType": "OUTPUT2",
}  # fmt: skip
SECOND = {**FIRST, "Description": "Cable", "Quantity": 1}
LINES = [
    line("Widget", tax_code="VAT20", quantity="3", unit_price="4.15"),
    line("Cable", tax_code="VAT20", quantity="1", unit_price="4.15"),
]
TRACKING = [{"Name": "Region", "Option": "North"}]


def lines(first: Mapping[str, Any] | None = None, *more: Mapping[str, Any]) -> dict[str, Any]:
    return {"LineItems": [{**FIRST, **(first or {})}, SECOND, *more]}


#: By the field of `differences`: what a person writes in Xero, and what is said of it.
HEADS: dict[str, tuple[dict[str, Any], str]] = {
    "number": ({"InvoiceNumber": "X-9"}, "the number is X-9 there and {number} here"),
    "contact": (
        {"Contact": {"Name": "Bayside Ltd"}},
        "the contact is Bayside Ltd there and Harbour Cafe here",
    ),
    "issued_on": ({"Date": "2026-11-07"}, "the date is 07 Nov 2026 there and 02 Nov 2026 here"),
    "due_on": ({"DueDate": "2026-12-24"}, "the due date is 24 Dec 2026 there and 02 Dec 2026 here"),
    "reference": ({"Reference": "By Mary"}, "the reference is By Mary there and empty here"),
    "currency": ({"CurrencyCode": "USD"}, "the currency is USD there and GBP here"),
    # On documents in a currency that is not the books' own.
    "rate": (
        {"CurrencyRate": "1.4"},
        "the exchange rate is 1.4 there and {rate} here",
    ),
    "amounts": (
        {"LineAmountTypes": "Inclusive"},
        "the amounts are tax inclusive there and tax exclusive here",
    ),
    "tax_total": (
        lines({"TaxAmount": "2.51"}),
        "the tax total is 3.34 GBP there and 3.32 GBP here",
    ),
    "total": (lines({"UnitAmount": "5"}), "the total is 22.98 GBP there and 19.92 GBP here"),
}
OF_LINES: dict[str, tuple[dict[str, Any], str]] = {
    "description": (
        lines({"Description": "Widget, blue"}),
        "line 1: description “Widget, blue” instead of “Widget”",
    ),
    "quantity": (lines({"Quantity": 4}), "line 1: quantity 4 instead of 3"),
    "unit_price": (lines({"UnitAmount": "5"}), "line 1: price 5 instead of 4.15"),
    "discount": (lines({"DiscountRate": 10}), "line 1: discount 10 instead of none"),
    "account": (lines({"AccountCode": "OTHER"}), "line 1: account {other} instead of {account}"),
    "tax": (lines({"TaxType": "NONE"}), "line 1: tax NONE instead of {tax}"),
    "tax_amount": (
        {"LineItems": [{**FIRST, "TaxAmount": "2.40"}, {**SECOND, "TaxAmount": "0.92"}]},
        "line 1: tax amount 2.4 instead of 2.49; line 2: tax amount 0.92 instead of 0.83",
    ),
    "tracking": (lines({"Tracking": TRACKING}), "line 1: tracking Region: North instead of none"),
    "added": (
        lines(None, {**FIRST, "Description": "Freight", "Quantity": 1, "UnitAmount": "7"}),
        "line 3 was added there: “Freight”, 1 at 7",
    ),
    "removed": (
        {"LineItems": [FIRST]},
        "line 2 is missing there: “Cable”, 1 at 4.15",
    ),
    "order": ({"LineItems": [SECOND, FIRST]}, "its lines stand in another order there"),
}
#: What Xero keeps no such field of.
NOT_OF: Mapping[str, frozenset[str]] = {
    Kind.SALES_INVOICE: frozenset(),
    Kind.BILL: frozenset({"reference", "discount"}),
    Kind.SALES_CREDIT_NOTE: frozenset({"due_on", "discount"}),
    Kind.SUPPLIER_CREDIT_NOTE: frozenset({"due_on", "reference", "discount"}),
}


def check(books: Books) -> Check:
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.work()
    return Check.objects.latest("pk")


def of_kind(kind: Kind, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a person writes, for a document of the kind."""
    words = {"OTHER": other_account(kind), "OUTPUT2": on_lines(kind)["tax"]}
    written = dict(fields)
    if "LineItems" in fields:
        written["LineItems"] = [
            {"AccountCode": on_lines(kind)["account"]}
            | {key: words.get(str(value), value) for key, value in one.items()}
            for one in fields["LineItems"]
        ]
    if kind.is_credit and "InvoiceNumber" in fields:
        written = {"CreditNoteNumber": fields["InvoiceNumber"]}
    return written


def on_lines(kind: Kind) -> dict[str, str]:
    """What the lines of a kind bear, as the books are mapped."""
    account, tax = ("300", "INPUT2") if kind.is_purchase else ("200", "OUTPUT2")
    return {"account": account, "tax": tax}


def other_account(kind: Kind) -> str:
    return "310" if kind.is_purchase else "260"


@pytest.mark.parametrize("kind", Kind)
def test_each_field_that_is_changed_in_xero_is_named(
    books: Books, bookkeeper: Bookkeeper, kind: Kind
):
    """Each on a document of its own; all of them in one check."""
    bookkeeper.add_currency("USD")
    fields = {
        field: change
        for field, change in {**HEADS, **OF_LINES}.items()
        if field not in NOT_OF[kind]
    }
    more = {"rate": {"currency": "USD"}}
    documents = {
        field: books.submit(f"N-{n}", kind=kind, lines=LINES, **more.get(field, {}))
        for n, field in enumerate(fields)
    }
    same = books.submit("SAME", kind=kind, lines=LINES)
    books.work()
    left = came_back_for(books.link(documents["rate"]))
    assert left
    for field, (written, _) in fields.items():
        bookkeeper.change(books.link(documents[field]), **of_kind(kind, written))

    found = check(books)

    for field, (_, said) in fields.items():
        link, number = books.link(documents[field]), documents[field].number
        assert (link.state, (link.problem or {}).get("code")) == (LinkState.HELD, "differs"), field
        words = said.format(
            number=number, other=other_account(kind), rate=left["rate"], **on_lines(kind)
        )
        assert words in link.problem["message"], field
        assert link.problem["message"].startswith(f"{number} says something else in Xero: ")
    assert books.link(same).state == LinkState.SYNCED
    assert (found.compared, found.differing) == (len(fields) + 1, len(fields))
    lines_before = Attempt.objects.count()
    again = check(books)
    assert (again.compared, again.differing) == (len(fields) + 1, len(fields))
    assert Attempt.objects.count() == lines_before, "what is asked about is not asked about again"


def test_every_field_of_the_comparison_is_changed_in_these_tests():
    of_payments = {"paid_on", "account", "amount"}
    assert HEAD.keys() - of_payments == HEADS.keys()
    # A line's amount is told where nothing else of it tells it.
    assert LINE.keys() - {"amount"} == OF_LINES.keys() - {"added", "removed", "order"}


def test_a_rate_of_ours_is_compared_and_said_to_be_the_same(books: Books, bookkeeper: Bookkeeper):
    bookkeeper.add_currency("USD")
    ours = books.submit("OURS", lines=LINES, currency="USD", currency_rate=Decimal("1.25"))
    left_open = books.submit("OPEN", lines=LINES, currency="USD")
    books.work()
    for document in (ours, left_open):
        bookkeeper.change(books.link(document), Status="SUBMITTED")
    assert check(books).differing == 0
    for document in (ours, left_open):
        rows = {row.label: row for row in sides_of(books.link(document))}
        assert rows["Exchange rate"].theirs
        assert not [row for row in rows.values() if row.differs]

    bookkeeper.change(books.link(ours), CurrencyRate="1.4")
    assert check(books).differing == 1
    message = books.problem(ours)["message"]
    assert (
        message == "OURS says something else in Xero: the exchange rate is 1.4 there and 1.25 here."
    )
    (row,) = [row for row in sides_of(books.link(ours)) if row.differs]
    assert (row.label, row.sent, row.theirs, row.ours) == ("Exchange rate", "1.25", "1.4", "1.25")


def test_tax_moved_from_line_to_line_stands_among_the_sides(books: Books, bookkeeper: Bookkeeper):
    document = books.submit("MOVED", lines=LINES)
    books.work()
    bookkeeper.change(
        books.link(document), **of_kind(Kind.SALES_INVOICE, OF_LINES["tax_amount"][0])
    )
    check(books)
    rows = [row for row in sides_of(books.link(document)) if row.differs]
    assert [(row.label, row.theirs, row.ours) for row in rows] == [
        ("Line 1, tax amount", "2.4", "2.49"),
        ("Line 2, tax amount", "0.92", "0.83"),
    ]


def test_what_an_older_version_kept_is_completed_by_the_next_check(
    books: Books, bookkeeper: Bookkeeper
):
    document = books.submit("OLD", lines=LINES)
    books.work()
    link = books.link(document)
    kept = came_back_for(link)
    assert kept
    of_lines = [{k: v for k, v in one.items() if k != "tax_amount"} for one in kept["lines"]]
    old = {key: value for key, value in kept.items() if key != "rate"} | {"lines": of_lines}
    note_came_back({link.pk: (1, old)})

    bookkeeper.change(link, SentToContact=True, Status="SUBMITTED")
    assert check(books).differing == 0
    moved = of_kind(Kind.SALES_INVOICE, OF_LINES["tax_amount"][0])
    bookkeeper.change(link, **moved)
    assert check(books).differing == 1
    assert OF_LINES["tax_amount"][1] in books.problem(document)["message"]


def test_another_contact_of_the_same_name_is_told_from_ours(books: Books, bookkeeper: Bookkeeper):
    document = books.submit("NAMESAKE", lines=LINES)
    books.work()
    link = books.link(document)
    there = bookkeeper.read(f"Invoices/{link.xero_id}")["Invoices"][0]["Contact"]
    archived = {"ContactID": there["ContactID"], "ContactStatus": "ARCHIVED"}
    bookkeeper.write("POST", "Contacts", archived)
    another = bookkeeper.write("PUT", "Contacts", {"Name": there["Name"]})
    bookkeeper.change(books.link(document), Contact={"ContactID": another["ContactID"]})
    check(books)
    said = f"the contact is another contact called {there['Name']} there and {there['Name']} here"
    assert said in books.problem(document)["message"]
    (row,) = [row for row in sides_of(books.link(document)) if row.differs]
    assert (row.theirs, row.ours) == (f"Another contact called {there['Name']}", there["Name"])


def test_set_right_in_xero_the_question_goes_by_itself(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1", reference="PO 9")
    books.work()
    bookkeeper.change(books.link(invoice), Reference="By Mary")
    check(books)
    assert books.link(invoice).state == LinkState.HELD

    bookkeeper.change(books.link(invoice), Reference="PO 9")
    found = check(books)

    assert books.link(invoice).state == LinkState.SYNCED
    assert (found.compared, found.differing) == (1, 0)
    assert books.log(invoice)[-2:] == [("check", "held"), ("check", "done")]


def test_what_xero_does_in_its_normal_life_is_no_drift(books: Books, bookkeeper: Bookkeeper):
    kinds = {kind: books.submit(f"N-{kind}", kind=kind) for kind in Kind}
    paid = books.submit("INV-2")
    books.work()
    for document in kinds.values():
        bookkeeper.approve(books.link(document))
    bookkeeper.change(books.link(paid), Status="AUTHORISED", SentToContact=True)
    bookkeeper.pay(books.link(paid), "14.94")
    bookkeeper.allocate(
        books.link(kinds[Kind.SALES_CREDIT_NOTE]), books.link(kinds[Kind.SALES_INVOICE]), "5.00"
    )

    found = check(books)

    assert books.states() == {LinkState.SYNCED: 5}
    assert books.link(paid).xero_status == "PAID"
    assert (found.compared, found.differing, found.gone) == (5, 0, 0)
    assert found.uncompared == {"unlinked": 1}, "the payment is the bookkeeper's own"


def test_a_contact_that_was_merged_into_another_is_no_drift(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1")
    books.work()
    old = str(books.link(invoice.party).xero_id)
    bookkeeper.write("PUT", "Contacts", {"Name": "Harbour Cafe Ltd"})
    bookkeeper.merge(old, into="Harbour Cafe Ltd")

    found = check(books)

    assert books.link(invoice).state == LinkState.SYNCED
    assert (found.compared, found.differing) == (1, 0)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_what_is_deleted_or_voided_there_leaves_the_green_state(
    books: Books, bookkeeper: Bookkeeper, kind: Kind, status: str
):
    books.policy(kind, when_voided="ask")
    document = books.submit("N-1", kind=kind)
    books.work()
    if status == "VOIDED":
        bookkeeper.approve(books.link(document))
    bookkeeper.change(books.link(document), Status=status)

    found = check(books)

    link = books.link(document)
    assert (link.state, link.xero_status) == (LinkState.HELD, status)
    assert link.problem["message"] == (
        f"N-1 was sent to Xero before and was {status.lower()} there by somebody."
    )
    assert (found.gone, found.compared) == (1, 0)
    before = Attempt.objects.count()
    assert check(books).gone == 1
    assert Attempt.objects.count() == before


def test_what_was_kept_is_told_as_kept_and_a_further_change_asks_again(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1")
    books.work()
    bookkeeper.change(books.link(invoice), Reference="By Mary")
    check(books)

    choose(books, decisions.keep_theirs, invoice)
    kept = check(books)

    assert books.link(invoice).state == LinkState.SYNCED
    assert books.link(invoice).kept_at is not None
    assert (kept.compared, kept.kept, kept.differing) == (1, 1, 0)
    bookkeeper.change(books.link(invoice), Reference="By John")
    check(books)
    assert books.problem(invoice)["message"] == (
        "INV-1 says something else in Xero: the reference is By John there and By Mary when you "
        "kept it."
    )


def test_ours_sent_over_it_once_a_later_change_is_not_overwritten_by_a_retry(
    books: Books, bookkeeper: Bookkeeper
):
    invoice = books.submit("INV-1", reference="PO 9")
    books.work()
    bookkeeper.change(books.link(invoice), Reference="By Mary")
    check(books)
    choose(books, decisions.send_ours, invoice)
    books.work()
    assert books.copy(invoice)["reference"] == "PO 9"
    bookkeeper.change(books.link(invoice), Reference="By John")
    check(books)

    books.retry(invoice)
    books.work()

    assert books.link(invoice).state == LinkState.HELD
    assert "By John" in books.problem(invoice)["message"]
    assert books.copy(invoice)["reference"] == "By John"


def test_what_an_older_database_has_forgotten_and_somebody_changed_is_asked_about(
    books: Books, bookkeeper: Bookkeeper
):
    """Linked again, but not as though it were the same: with what was sent, and with what is here."""
    kinds = [books.submit(f"N-{kind}", kind=kind) for kind in Kind]
    books.work()
    for document in kinds:
        bookkeeper.change(books.link(document), Date="2026-11-07")
    Snapshot.objects.all().delete()
    Link.objects.filter(document__in=kinds).update(
        state=LinkState.WAITING, xero_id=None, xero_status="", sent_revision=None,
        sealed_revision=None,
    )  # fmt: skip

    found = check(books)

    assert books.states() == {LinkState.HELD: 4}
    for document in kinds:
        assert "the date is 07 Nov 2026 there" in books.problem(document)["message"]
        assert books.link(document).xero_id
    assert (found.relinked, found.compared, found.differing) == (4, 4, 4)


def test_what_is_on_its_way_or_waits_for_something_else_is_left_alone_and_counted(
    books: Books, bookkeeper: Bookkeeper
):
    names = ("queued", "failed", "excluded")
    documents = {name: books.submit(f"INV-{name}") for name in names}
    books.work()
    for name, document in documents.items():
        bookkeeper.change(books.link(document), Reference="By Mary")
        problem = {"code": "locked", "message": "It is locked."} if name == "failed" else None
        later = {"not_before": "2100-01-01T00:00Z"} if name == "queued" else {}
        books.links_of(document).update(state=name, problem=problem, **later)

    found = check(books)

    assert (found.compared, found.differing) == (0, 0)
    assert found.uncompared == {"on_the_way": 1, "asked_about": 1, "left_out": 1}
    assert {books.link(one).state for one in documents.values()} == set(names)


def test_an_edit_here_that_met_a_change_there_goes_out_when_that_is_taken_back(
    books: Books, bookkeeper: Bookkeeper
):
    from test_edits_push import edit

    invoice = books.submit("INV-1", reference="PO 9")
    books.work()
    bookkeeper.change(books.link(invoice), Reference="By Mary")
    invoice = edit(books, invoice, reference="PO 10")
    books.work()
    assert books.link(invoice).state == LinkState.HELD
    assert check(books).differing == 1
    said = books.problem(invoice)["message"]
    assert "somebody changed it there" in said

    bookkeeper.change(books.link(invoice), Reference="PO 9")
    check(books)

    assert books.link(invoice).state == LinkState.SYNCED
    assert books.copy(invoice)["reference"] == "PO 10"


@pytest.mark.parametrize("is_edited", [True, False])
def test_a_question_shows_what_stands_in_xero_after_another_change_there(
    books: Books, bookkeeper: Bookkeeper, is_edited: bool
):
    from test_edits_push import edit

    invoice = books.submit("INV-1", reference="PO 9")
    books.work()
    bookkeeper.change(books.link(invoice), Reference="By Mary")
    if is_edited:
        invoice = edit(books, invoice, reference="PO 10")
        books.work()
    check(books)
    assert books.problem(invoice)["details"]["theirs"]["reference"] == "By Mary"
    bookkeeper.change(books.link(invoice), Reference="By John")

    check(books)

    assert books.problem(invoice)["details"]["theirs"]["reference"] == "By John"
    before = Attempt.objects.count()
    check(books)
    assert Attempt.objects.count() == before


def test_the_report_says_what_was_compared_and_what_not_and_why(
    books: Books, bookkeeper: Bookkeeper
):
    names = ("same", "kept", "changed", "deleted", "out")
    documents = {name: books.submit(f"INV-{name}") for name in names}
    books.work()
    for name in ("kept", "changed"):
        bookkeeper.change(books.link(documents[name]), Reference="By Mary")
    check(books)
    choose(books, decisions.keep_theirs, documents["kept"])
    bookkeeper.change(books.link(documents["deleted"]), Status="DELETED")
    bookkeeper.make("ACCREC", "THEIRS", contact="Bayside Ltd")
    books.links_of(documents["out"]).update(state=LinkState.EXCLUDED)

    found = check(books)

    changed = "what Xero has changed since the check before, with the allocations of credit notes"
    assert check_reports.check_summary(found) == [
        f"6 records were looked at: {changed}.",
        "3 of yours were compared, field by field, with what was left there: 1 says the same.",
        "1 was changed there before and kept as Xero has it, which is not what you have.",
        "Not compared: 1 kept out of Xero by you; 1 that nothing here is linked to.",
    ]
    assert check_reports.check_findings(found) == [
        "1 record of yours says something else in Xero.",
        "1 record of yours was deleted, voided or removed in Xero while it stands here.",
    ]
    found.compared = None
    assert "not compared yet" in check_reports.check_summary(found)[1], (
        "a report of an older version"
    )


def test_many_copies_are_compared_in_as_many_queries_as_few(books: Books):
    counts = []
    for n in range(24):
        books.submit(f"INV-{n}")
        if n in (2, 23):
            books.work()
            with CaptureQueriesContext(connection) as queries:
                found = check(books)
            counts.append(len(queries))

    assert found.compared == 24
    assert counts[1] <= counts[0]


def test_a_payment_that_is_deleted_there_is_asked_about(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    payment = make_payment(books.submit("INV-1"), "4.00")
    books.work()
    assert check(books).compared == 2
    bookkeeper.unpay(books.link(payment).xero_id)

    found = check(books)

    assert books.link(payment).state == LinkState.HELD
    assert books.problem(payment)["message"] == (
        "Payment of 4.00 GBP on INV-1 was sent to Xero before and was removed there by somebody."
    )
    assert found.gone == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"amount": "5.00"}, "the amount is 5.00 GBP there and 4.00 GBP here"),
        ({"Date": "2026-11-11"}, "the date is 11 Nov 2026 there and 10 Nov 2026 here"),
        ({"Account": {"Code": "091"}}, "the account is 091 Business Savings Account there and"),
        ({"Reference": "Mary {number}"}, "the reference is Mary {number} there and {number} here"),
    ],
    ids=["amount", "date", "account", "reference"],
)
def test_a_payment_that_was_removed_and_entered_anew_otherwise_names_the_field(
    books: Books, bookkeeper: Bookkeeper, written: dict[str, Any], said: str
):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.work()
    bookkeeper.unpay(books.link(payment).xero_id)
    more = {"Reference": payment.number, **written}
    more["Reference"] = more["Reference"].format(number=payment.number)
    new = bookkeeper.pay(books.link(invoice), more.pop("amount", "4.00"), **more)

    found = check(books)

    link = books.link(payment)
    assert (link.state, str(link.xero_id)) == (LinkState.HELD, new)
    assert said.format(number=payment.number) in link.problem["message"]
    assert found.differing == 1
    assert check(books).differing == 1


def test_a_payment_entered_anew_as_it_was_is_taken_for_ours(books: Books, bookkeeper: Bookkeeper):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit("INV-1")
    payment = make_payment(invoice, "4.00")
    books.work()
    bookkeeper.unpay(books.link(payment).xero_id)
    new = bookkeeper.pay(books.link(invoice), "4.00", Reference=payment.number)

    found = check(books)

    assert (books.link(payment).state, str(books.link(payment).xero_id)) == (LinkState.SYNCED, new)
    assert (found.relinked, found.differing) == (1, 0)


def test_the_figures_add_up_where_credit_notes_bring_their_allocations(
    books: Books, bookkeeper: Bookkeeper
):
    for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
        books.policy(kind, sent_as="AUTHORISED")
    note, invoice, out = (
        books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-1"), books.submit("INV-2"),
    )  # fmt: skip
    allocation, paid = make_allocation(note, invoice, "5.00"), make_payment(invoice, "4.00")
    books.work()
    books.links_of(out).update(state=LinkState.EXCLUDED)
    bookkeeper.unpay(books.link(paid).xero_id)
    bookkeeper.pay(books.link(invoice), "4.00", Reference=paid.number)

    found = check(books)

    assert books.link(allocation).state == books.link(paid).state == LinkState.SYNCED
    # The two sides of the allocation, itself, the payment; the one left out, the payment removed.
    assert (found.compared, found.uncompared) == (4, {"left_out": 1, "replaced": 1})
    assert found.looked_at == found.compared + sum(found.uncompared.values())
    assert "1 removed there, with another in the place" in check_reports.check_summary(found)[-1]


@pytest.mark.parametrize("again", ["", "3.00"], ids=["removed", "another amount"])
def test_an_allocation_that_somebody_removed_there_is_asked_about(
    books: Books, bookkeeper: Bookkeeper, again: str
):
    for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
        books.policy(kind, sent_as="AUTHORISED")
    note, invoice = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE), books.submit("INV-1")
    allocation = make_allocation(note, invoice, "5.00")
    books.work()
    assert check(books).differing == 0
    link = books.link(allocation)
    bookkeeper.delete(f"CreditNotes/{books.link(note).xero_id}/Allocations/{link.xero_id}")
    if again:
        bookkeeper.allocate(books.link(note), books.link(invoice), again)

    found = check(books)

    assert books.link(allocation).state == LinkState.HELD
    message = books.problem(allocation)["message"]
    assert (
        "the amount is 3.00 GBP there and 5.00 GBP here" if again else "removed there"
    ) in message
    assert (found.gone, found.differing) == ((0, 1) if again else (1, 0))
    assert found.looked_at == found.compared + found.gone


def choose(books: Books, act: Callable[..., int], *records: Document) -> int:
    links = [books.link(record).pk for record in records]
    return act(workspace=books.workspace, actor=books.owner, link_ids=links)
