"""A worker killed at every boundary there is: one draft per document, and a complete log."""

import pytest

from factories import line, make_document, make_party
from tallystick import xero
from tallystick.books.models import Document, Party
from tallystick.connections.client import client_for
from tallystick.connections.models import Organisation
from tallystick.sync.models import Attempt, Batch, Link, LinkState, Outcome
from tallystick.sync.queue import sync_now
from tallystick.sync.steps import FAILPOINTS
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_killed_here_everything_lands_once_and_the_log_is_whole(books: Books, failpoint: str):
    sent, cancelled, wrong = _story(books)

    died = books.worker_dies_at(failpoint)
    books.let_lease_end()
    books.drain(rounds=3)

    assert died, f"The story never reaches {failpoint}; give it what does."
    assert sorted(one["number"] for one in books.live()) == sorted(
        document.number for document in sent
    )
    assert len({one["number"] for one in books.invoices()}) == len(books.invoices())
    assert all(books.link(document).state == LinkState.SYNCED for document in sent)
    assert {books.link(document).state for document in cancelled} == {LinkState.RETRACTED}
    assert books.link(wrong).state == LinkState.FAILED
    assert not Batch.objects.filter(settled_at=None).exists()
    assert not Attempt.objects.filter(outcome=Outcome.OPEN).exists()
    for document in sent:
        assert books.log(document)[-1][1] == Outcome.DONE


def _story(books: Books) -> tuple[list[Document], list[Document], Document]:
    """Documents such that the next round meets every boundary there is.

    Two cancelled, of which Xero has one and somebody deleted the other there, one known there,
    one with unknown outcome, one whose customer is known there, one with a new customer, and one
    that cannot be sent.
    """
    cafe = make_party(books.workspace, "Harbour Cafe", number="C1")
    kept, known, deleted = (_invoice(books, f"INV-{n}", cafe) for n in (1, 2, 7))
    cancelled = [kept, deleted]
    books.drain()
    delete_in_xero(books, deleted)
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)
    unknown = _invoice(books, "INV-3", cafe)
    books.drain()
    books.let_lease_end()
    books.let_key_die()
    books.link(known).delete()
    sync_now(workspace=books.workspace, actor=books.owner)
    Link.objects.filter(document=known).update(state=LinkState.QUEUED)
    books.cancel(*cancelled)
    bay = make_party(books.workspace, "Bay Books", number="C2")
    contact = xero.ContactDraft(name="Bay Books", contact_number="C2")
    client_for(books.organisation).create_contacts([contact], "somebody else's")
    new = make_party(books.workspace, "New Nursery", number="C3")
    sent = [known, unknown, _invoice(books, "INV-4", bay), _invoice(books, "INV-5", new)]
    wrong = _invoice(books, "INV-6", cafe, account_code="999")
    Organisation.objects.update(read_at=None)
    return sent, cancelled, wrong


def delete_in_xero(books: Books, document: Document) -> None:
    change = xero.seal_status_changes("Invoices", [(str(books.link(document).xero_id), "DELETED")])
    client_for(books.organisation).send(change, f"somebody deletes {document}")


def _invoice(books: Books, number: str, party: Party, account_code: str = "") -> Document:
    lines = [line(tax_code="VAT20", account_code=account_code)]
    return make_document(
        books.workspace, number=number, party=party, currency="GBP", lines=lines, submitted=True
    )
