"""Tallystick's links and its Sync log held against the model and against Xero's books."""

from typing import Any

from django.db.models import OuterRef, Subquery

from chaos.checker import Difference, XeroBooks
from chaos.model import Document, Model, Record
from tallystick.connections.models import Organisation
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, Link, LinkState


def check_links(
    organisation: Organisation, model: Model, books: XeroBooks, found: Difference
) -> None:
    """Note in `found` which links, attempts and batches do not say what is so."""
    links = Link.objects.filter(organisation=organisation)
    last = Attempt.objects.filter(link=OuterRef("pk")).order_by("-pk")
    told = links.annotate(outcome=Subquery(last.values("outcome")[:1]))
    for field_, records in (
        ("document_id", model.documents),
        ("payment_id", model.payments),
        ("allocation_id", model.allocations),
    ):
        by_pk = {getattr(link, field_): link for link in told.exclude(**{field_: None})}
        for record in records:
            _check_link(record, by_pk.get(record.pk), books.ids.get(id(record)), found)
    for attempt in Attempt.objects.filter(organisation=organisation, finished_at=None):
        found.wrong(f"attempt {attempt.pk} of {organisation.workspace} is still open")
    for batch in Batch.objects.filter(organisation=organisation, settled_at=None):
        found.wrong(f"batch {batch} of {organisation.workspace} is still open")
    for link in links.filter(state__in=[LinkState.QUEUED, LinkState.SENDING]):
        found.wrong(f"{link} has not come to an end")


def _check_link(record: Record, link: Any, there: str | None, found: Difference) -> None:
    what = str(record) if isinstance(record, Document) else f"{type(record).__name__} {record.pk}"
    if link is None:
        found.wrong(f"{what} has no link")
        return
    gone = record.cancelled if isinstance(record, Document) else record.deleted
    wanted = LinkState.RETRACTED if gone else LinkState.SYNCED
    if link.state != wanted:
        found.wrong(f"{what} is {link.state}, not {wanted}: {link.problem}")
    elif not gone and str(link.xero_id) != there:
        found.wrong(f"{what} is linked to {link.xero_id}, and Xero has it as {there}")
    elif not gone and link.outcome != AttemptOutcome.DONE:
        found.wrong(f"the last attempt of {what} ended {link.outcome}")
    elif isinstance(record, Document) and not gone and link.sent_revision != record.revision:
        found.wrong(f"Xero has revision {link.sent_revision} of {what}, not {record.revision}")
