"""Every message that we know of Xero, refused to every sort of write, and one that nobody knows.

The stand-in refuses each element for another reason, whether or not that is wrong with it; what it
refuses of itself is in `test_xero_messages_push.py`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from factories import make_party, make_payment
from tallystick import xero
from tallystick.books.models import Document, Kind
from tallystick.sync.engine.batches import BATCH
from tallystick.sync.links.lingering_copies import still_there
from tallystick.sync.models import Link, LinkState
from xero_books import Books
from xero_messages import BESIDES, EXPLAINED

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = "The moon is in the wrong quarter."
#: A number that is taken, or a name, makes the engine look whose it is: other tests are about that.
LOOKED_INTO = {"number_taken", "contact_name_taken"}
MESSAGES = [
    *(said for said, code in (EXPLAINED | BESIDES).items() if code not in LOOKED_INTO),
    UNKNOWN,
]


def refuse(books: Books, method: str, path: str, *, size: int = BATCH) -> None:
    """Let the stand-in refuse the elements of as many requests, each for another reason."""
    for start in range(0, len(MESSAGES), size):
        messages = MESSAGES[start : start + size]
        books.sandbox.fault("refuse_elements", method=method, path=path, times=1, messages=messages)


def assert_told(links: Iterable[Link], noun: str) -> None:
    """Say that each of the messages is told once: our words and remedy, and what Xero wrote."""
    assert all(told == ours != "" for told, ours in remedies_told(links, noun))


def remedies_told(links: Iterable[Link], noun: str) -> Iterator[tuple[str, str]]:
    """Yield the remedy of each message, and the one for sending, where all else is told as it is."""
    problems = [link.problem for link in links]
    for said in MESSAGES:
        explanation = xero.explain(said, noun)
        [problem] = [one for one in problems if _tells(one, said)]
        assert problem["code"] == explanation.code
        assert explanation.words in problem["message"]
        yield problem["remedy"], f"{explanation.remedy} {explanation.safe}".strip()


def _tells(problem: dict[str, Any], said: str) -> bool:
    if said == UNKNOWN:
        return problem["message"].endswith(f"Xero says: {UNKNOWN}")
    return problem["message"].endswith(f"(Xero: {said})")


def some(books: Books, kind: Kind) -> list[Document]:
    return [books.submit(f"N-{number}", kind=kind) for number in range(len(MESSAGES))]


def links_of(books: Books, records: Iterable[Any]) -> list[Link]:
    return [books.link(record) for record in records]


@pytest.mark.parametrize(
    ("kind", "noun", "path"),
    [
        (Kind.BILL, "bill", "*/Invoices"),
        (Kind.SALES_CREDIT_NOTE, "credit note", "*/CreditNotes"),
    ],
)
def test_of_documents_that_are_made_and_removed(books: Books, kind: Kind, noun: str, path: str):
    documents = some(books, kind)
    refuse(books, "PUT", path)
    books.drain()

    assert books.states() == {LinkState.FAILED: len(documents)}
    assert_told(links_of(books, documents), noun)
    assert all(str(one) in books.problem(one)["message"] for one in documents)

    books.retry(*documents)
    books.work()
    assert books.states() == {LinkState.SYNCED: len(documents)}
    books.cancel(*documents)
    refuse(books, "POST", path)
    books.drain()

    links = links_of(books, documents)
    assert len(list(remedies_told(links, noun))) == len(MESSAGES)
    for link in links:
        removing = still_there(link, link.problem["code"], link.problem["message"])
        assert link.problem["remedy"] == removing.remedy
        assert link.problem["remedy"].endswith("press Leave it in Xero.")
    assert all("still stands in Xero" in books.problem(one)["message"] for one in documents)
    books.retry(*documents)
    books.work()
    assert books.states() == {LinkState.RETRACTED: len(documents)}


def test_of_customers(books: Books):
    parties = [
        make_party(books.workspace, f"Shop {n}", number=f"S{n}") for n in range(len(MESSAGES))
    ]
    documents = [books.submit(f"INV-{n}", party) for n, party in enumerate(parties)]
    refuse(books, "PUT", "*/Contacts")
    books.drain()

    assert_told(links_of(books, parties), "contact")
    for document, party in zip(documents, parties, strict=True):
        assert books.problem(party)["message"] in books.problem(document)["message"]
    books.retry(*documents)
    books.work()
    assert books.states() == {LinkState.SYNCED: len(documents)}


def test_of_payments(books: Books):
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    payments = [make_payment(invoice, "1.00") for invoice in some(books, Kind.SALES_INVOICE)]
    refuse(books, "PUT", "*/Payments", size=len(MESSAGES))
    books.work()

    assert_told(links_of(books, payments), "payment")
    books.retry(*payments)
    books.work()
    assert {books.link(payment).state for payment in payments} == {LinkState.SYNCED}
