"""What is still open of documents: their totals less what is paid and allocated."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from tallystick.books.models import Allocation, Document, Payment


def outstanding(document: Document) -> Decimal:
    """Return the total less live payments, and less live allocations on either side."""
    return outstanding_of([document])[document.pk]


def outstanding_of(documents: Iterable[Document]) -> dict[int, Decimal]:
    """Return by primary key what is outstanding of each, in its currency; one query.

    It stays true for as long as the documents are locked.
    """
    left = {document.pk: document.total for document in documents}
    for pk, amount in _taken_from(left):
        left[pk] -= amount
    return left


def _taken_from(ids: Collection[int]) -> Iterable[tuple[int, Decimal]]:
    allocations = Allocation.objects.live()
    paid = Payment.objects.live().filter(document__in=ids).values_list("document_id", "amount")
    credited = allocations.filter(document__in=ids).values_list("document_id", "amount")
    given = allocations.filter(credit_note__in=ids).values_list("credit_note_id", "amount")
    return paid.union(credited, given, all=True)
