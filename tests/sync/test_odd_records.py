"""Numbers and names at the edge of what Xero takes: each document in one state, none blocks others."""

from decimal import Decimal

import pytest

from factories import line, make_party
from tallystick import xero
from tallystick.books.models import Document, Kind, Party
from tallystick.connections.client import client_for
from tallystick.sync.links.contents import came_back_for
from tallystick.sync.links.differences import differences_between
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.models import Lane, Link, LinkState
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "number",
    ["A,B", 'quote"d', "back\\slash", "INV 1/2+3&4=5%", "été-№7", "🧾-1", "'); DROP", "a" * 255],
)
def test_an_odd_number_lands_once_even_when_the_answer_is_lost(books: Books, number: str):
    document = books.submit(number)
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)

    books.drain()
    books.let_lease_end()
    books.let_key_die()
    books.drain(rounds=2)

    assert [one["number"] for one in books.invoices()] == [number]
    assert books.link(document).state == LinkState.SYNCED


@pytest.mark.parametrize(
    "number",
    ["", " ", "INV  1", " INV-1", "INV-1\n", "INV\t1", "INV\u200b1", "\u07ff" * 255, "🧾" * 200],
)
def test_a_number_that_cannot_be_found_again_is_not_sent_and_blocks_nobody(
    books: Books, number: str
):
    good = books.submit("INV-GOOD")
    odd = books.submit("INV-ODD")
    Document.objects.filter(pk=odd.pk).update(number=number)

    books.drain(rounds=2)

    assert books.link(good).state == LinkState.SYNCED
    failed = books.link(odd)
    assert failed.state == LinkState.FAILED
    assert "number" in failed.problem["message"]
    assert len(books.invoices()) == 1
    assert Lane.objects.get().failures == 0


def test_two_numbers_that_differ_only_in_case_are_a_question(books: Books):
    upper = books.submit("INV-A")
    books.drain()

    lower = books.submit("inv-a")
    books.drain()

    assert books.link(upper).state == LinkState.SYNCED
    held = books.link(lower)
    assert held.state == LinkState.HELD
    assert held.problem["code"] == "number_taken"
    assert "14.94 GBP" in held.problem["message"]


def test_two_numbers_of_one_batch_that_differ_only_in_case_end_the_same(books: Books):
    upper, lower = books.submit("INV-A"), books.submit("inv-a")

    books.drain(rounds=2)

    assert books.link(upper).state == LinkState.SYNCED
    assert books.link(lower).state == LinkState.HELD
    assert books.link(lower).problem["code"] == "number_taken"
    assert len(books.invoices()) == 1


def test_our_copy_renumbered_in_xero_is_not_created_anew_by_a_retry(books: Books):
    document = books.submit("INV-1")
    books.drain()
    copy = books.link(document)
    renumber(books, str(copy.xero_id), "RENAMED")
    Link.objects.filter(pk=copy.pk).update(state=LinkState.HELD)

    books.retry(document)
    books.drain()

    assert [one["number"] for one in books.invoices()] == ["RENAMED"]
    assert books.link(document).state == LinkState.HELD
    assert "the number is RENAMED there and INV-1 here" in books.problem(document)["message"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Cafe", "CAFE"),
        ("Cafe", "Café"),
        ("Bob <b> Ltd", "Bob (b) Ltd"),
        ("Two  blanks", "Two blanks"),
    ],
)
def test_customers_that_xero_takes_for_one_are_a_question(books: Books, first: str, second: str):
    ours = books.submit("INV-1", make_party(books.workspace, first, number="C1"))
    other = books.submit("INV-2", make_party(books.workspace, second, number="C2"))

    books.drain(rounds=2)

    assert books.link(ours).state == LinkState.SYNCED
    held = books.link(other)
    assert held.state == LinkState.HELD
    assert "C1" in held.problem["message"]
    assert "C2" in held.problem["message"]


def test_customer_numbers_that_differ_only_in_case_block_nobody(books: Books):
    first = books.submit("INV-1", make_party(books.workspace, "Anna", number="c1"))
    second = books.submit("INV-2", make_party(books.workspace, "Berta", number="C1"))

    books.drain(rounds=2)

    assert books.link(first).state == LinkState.SYNCED
    failed = books.link(second)
    assert failed.state in (LinkState.FAILED, LinkState.HELD)
    assert Lane.objects.get().failures == 0


def test_a_contact_that_belongs_to_another_customer_already_is_a_question(books: Books):
    """Linked by its name, and somebody then typed another customer's number on it in Xero."""
    client = client_for(books.organisation)
    client.create_contacts([xero.ContactDraft(name="Harbour Cafe")], "theirs")
    first = books.submit("INV-1", make_party(books.workspace, "Harbour Cafe", number="C1"))
    books.drain()
    contact_id = str(Link.objects.get(party__number="C1").xero_id)
    number_contact(books, contact_id, "C2")

    second = books.submit("INV-2", make_party(books.workspace, "Bay Books", number="C2"))
    books.drain(rounds=2)

    assert books.link(first).state == LinkState.SYNCED
    held = books.link(second)
    assert held.state == LinkState.HELD
    assert "Harbour Cafe" in held.problem["message"]
    assert Lane.objects.get().failures == 0


@pytest.mark.parametrize("name", ['Bob "B" Ltd', "名" * 255, "<>", "O'Neill \\ Sons, Ltd"])
def test_odd_names_get_a_contact_and_when_taken_a_question(books: Books, name: str):
    first = books.submit("INV-1", make_party(books.workspace, name, number="C1"))
    second = books.submit("INV-2", make_party(books.workspace, name, number="C2"))

    books.drain(rounds=2)

    assert books.link(first).state == LinkState.SYNCED
    assert books.link(second).state == LinkState.HELD
    assert Lane.objects.get().failures == 0


def test_a_customer_without_a_number_gets_a_contact_of_its_own(books: Books):
    client_for(books.organisation).create_contacts([xero.ContactDraft(name="Stranger")], "theirs")
    party = make_party(books.workspace, "Nameless", number="C1")
    Party.objects.filter(pk=party.pk).update(number="")
    document = books.submit("INV-1", party=Party.objects.get(pk=party.pk))

    books.drain(rounds=2)

    assert [one["contact"] for one in books.invoices()] == ["Nameless"]
    assert books.link(document).state == LinkState.SYNCED


def test_one_mended_customer_releases_all_its_documents(books: Books):
    party = make_party(books.workspace, "Anna", number="C1")
    Party.objects.filter(pk=party.pk).update(email="not an address")
    documents = [books.submit(f"INV-{n}", Party.objects.get(pk=party.pk)) for n in range(3)]
    books.drain()
    assert {books.link(document).state for document in documents} == {LinkState.FAILED}

    Party.objects.filter(pk=party.pk).update(email="anna@example.com")
    books.retry(documents[0])
    books.drain(rounds=2)

    assert {books.link(document).state for document in documents} == {LinkState.SYNCED}


def renumber(books: Books, invoice_id: str, number: str) -> None:
    """As a bookkeeper does on the draft's page in Xero."""
    body = f'{{"Invoices":[{{"InvoiceID":"{invoice_id}","InvoiceNumber":"{number}"}}]}}'
    post(books, "Invoices", body)


def number_contact(books: Books, contact_id: str, number: str) -> None:
    body = f'{{"Contacts":[{{"ContactID":"{contact_id}","ContactNumber":"{number}"}}]}}'
    post(books, "Contacts", body)


def post(books: Books, path: str, body: str) -> None:
    sealed = xero.Sealed("POST", path, "summarizeErrors=false", body.encode())
    answer = client_for(books.organisation).send(sealed, f"by hand {path} {body}"[:128])
    assert all(element.ok for element in (*answer.documents, *answer.contacts))


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_a_text_longer_than_xero_takes_lands_whole_and_an_item_code_is_not_sent(
    books: Books, status: str
):
    books.policy(Kind.SALES_INVOICE, sent_as=status)
    text = " ".join(f"word{n}" for n in range(2000))
    long = line(text, item_code="i" * 255, tax_code="VAT20")

    document = books.submit("INV-1", lines=[long, line(tax_code="VAT20")])
    books.work()

    left = came_back_for(books.link(document))
    assert left is not None
    texts = [one["description"] for one in left["lines"]]
    assert (len(texts), " ".join(texts)) == (6, f"{text} Widget")
    assert Decimal(books.copy(document)["total"]) == document.total == Decimal("24.00")
    assert (
        differences_between(left, contents_here([books.link(document)])[books.link(document).pk])
        == []
    )


def test_what_is_kept_out_of_xero_never_meets_its_limits(books: Books):
    long = line("x" * 20_000, item_code="i" * 255, account_code="a" * 50, tax="5")

    document = books.submit("INV-1", lines=[long], do_not_sync=True)
    books.work()

    assert books.links_of(document).filter(problem__isnull=False).count() == 0
    assert books.copies() == []
