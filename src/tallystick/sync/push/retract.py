"""What was cancelled here goes from Xero: drafts are deleted, approved invoices voided."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Money
from tallystick.sync.lane import Held
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.push.batches import BATCH, Purpose, Refused, deliver, seal
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

_END_STATUS = {"DRAFT": "DELETED", "SUBMITTED": "DELETED", "AUTHORISED": "VOIDED"}
#: Requests in one round, so that a thousand cancellations do not hold up what is to be sent.
_AT_ONCE = 3


def retract_due(held: Held, client: xero.XeroClient) -> None:
    """Remove our copies of cancelled documents, fifty at a time, as far as Xero allows it."""
    for _ in range(_AT_ONCE):
        links = _due(held)
        if not links:
            return
        copies = calling("retract.look", partial(_copies, client, links))
        verdicts = [verdict for link in links if (verdict := _settled(link, copies))]
        if verdicts:
            with committing("retract.look"):
                held.guard()
                apply_verdicts(verdicts, action="retract")
        done = {verdict.link_id for verdict in verdicts}
        _retract(held, client, [link for link in links if link.pk not in done], copies)


def _due(held: Held) -> list[Link]:
    due = Link.objects.due(held.organisation.pk).filter(
        state=LinkState.QUEUED, intent=Intent.RETRACT, xero_id__isnull=False
    )
    return list(due.select_related("document__party", "party")[:BATCH])


def _copies(client: xero.XeroClient, links: Sequence[Link]) -> dict[UUID, xero.Invoice]:
    found = client.invoices_by_id(str(link.xero_id) for link in links)
    return {UUID(invoice.invoice_id): invoice for invoice in found}


def _settled(link: Link, copies: dict[UUID, xero.Invoice]) -> Verdict | None:
    """Say what needs no request: gone already, or not to be removed; None for the rest.

    A copy that Xero's list leaves out is not gone for that: a list may lag behind what was just
    made. The request itself then tells.
    """
    copy = copies.get(_id(link))
    if copy is None:
        return None
    if copy.status in {"DELETED", "VOIDED"}:
        return Verdict(
            link.pk, f"It is {copy.status.lower()} in Xero.", copy=_copy(link, copy.status)
        )
    if copy.status in _END_STATUS and not (copy.amount_paid or copy.amount_credited):
        return None
    return _refusal(link, copy)


def _refusal(link: Link, copy: xero.Invoice) -> Verdict:
    applied = (copy.amount_paid or Decimal(0)) + (copy.amount_credited or Decimal(0))
    message = (
        f"{link.document} is cancelled here but still stands in Xero as {copy.status.lower()}: "
        f"payments or credits of {Money(applied, copy.currency_code)} are recorded on it."
    )
    remedy = "Remove them in Xero, then press Retry; it is voided then."
    return Verdict(link.pk, message, problem=Problem("has_payments", message, remedy, XERO))


def _retract(
    held: Held,
    client: xero.XeroClient,
    links: Sequence[Link],
    copies: dict[UUID, xero.Invoice],
) -> None:
    def request(still: Sequence[Link]) -> xero.Sealed:
        return xero.seal_status_changes(
            [(str(link.xero_id), _end_status(link, copies)) for link in still]
        )

    if not links:
        return
    batch = seal(held, RETRACT_INVOICES, links, request)
    if batch and deliver(held, client, RETRACT_INVOICES, batch) and len(links) > 1:
        half = len(links) // 2
        _retract(held, client, links[:half], copies)
        _retract(held, client, links[half:], copies)


def _end_status(link: Link, copies: dict[UUID, xero.Invoice]) -> str:
    copy = copies.get(_id(link))
    return _END_STATUS.get(copy.status if copy else link.xero_status, "DELETED")


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    by_id = {str(link.xero_id): link for link in links}
    verdicts = []
    for element in answer.invoices:
        link = by_id.get(element.record.invoice_id.lower())
        if link is None:
            continue
        status = element.record.status
        if element.ok and status not in _END_STATUS.values():
            continue  # Accepted but not done is no answer: it is looked at again.
        if element.ok:
            copy = _copy(link, status)
            verdicts.append(Verdict(link.pk, f"{status.capitalize()} in Xero.", copy=copy))
        else:
            verdicts.append(_refused(link, element.errors))
    return verdicts


def _refuse(link: Link, refused: Refused) -> Verdict:
    if isinstance(refused, xero.NotFound):
        message = f"Xero does not know its copy of {link.document} any more."
        return Verdict(link.pk, message, copy=_copy(link, "DELETED"))
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refused(link, said)
    message = f"{link.document} is cancelled here but still stands in Xero. {refused}"
    remedy = "Delete or void it in Xero, then press Retry."
    return Verdict(link.pk, message, problem=Problem("refused", message, remedy, XERO))


def _refused(link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0])
    message = f"{link.document} is cancelled here but still stands in Xero. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    problem = Problem(explanation.code, message, explanation.remedy, XERO)
    return Verdict(link.pk, message, problem=problem)


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say which are settled already; the rest is still to be removed, and goes back for that."""
    copies = _copies(client, links)
    return [verdict for link in links if (verdict := _settled(link, copies))]


def _copy(link: Link, status: str) -> Copy:
    return Copy(_id(link), link.xero_number, status)


def _id(link: Link) -> UUID:
    if link.xero_id is None:
        raise ValueError(f"Link {link.pk} has no copy in Xero.")
    return link.xero_id


RETRACT_INVOICES = Purpose("retract_invoices", "retract", read=_read, refuse=_refuse, look=_look)
