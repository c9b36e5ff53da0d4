"""Documents that Xero lacks become drafts there; those it has are confirmed, never created."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document, Status
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Money
from tallystick.sync.lane import Held
from tallystick.sync.models import Link
from tallystick.sync.push.batches import BATCH, MAX_BYTES, Purpose, Refused, deliver, seal
from tallystick.sync.push.ready import Ready, is_ours
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts


def create_missing(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> None:
    """Ask Xero for the documents' numbers, then create what it lacks, some fifty at a time."""
    missing = _confirm_known(held, client, ready)
    # What has failed without a clear answer before goes in ever smaller company.
    for tries in sorted({one.link.tries for one in missing}):
        alike = [one for one in missing if one.link.tries == tries]
        size = BATCH if tries == 0 else max(1, BATCH // 4**tries)
        for start in range(0, len(alike), size):
            _create(held, client, alike[start : start + size])


def _confirm_known(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> list[Ready]:
    """Record what Xero has already, ours or not; return what it does not have."""
    if not ready:
        return []
    links = [one.link for one in ready]
    verdicts = calling("ask", lambda: _look(client, links))
    if verdicts:
        with committing("ask"):
            held.guard()
            apply_verdicts(verdicts, action="ask")
    known = {verdict.link_id for verdict in verdicts}
    return [one for one in ready if one.link.pk not in known]


def _create(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> None:
    """Seal, send and settle; a request too large, or refused whole, is halved."""
    drafts = {one.link.pk: one.draft() for one in ready}

    def request(links: Sequence[Link]) -> xero.Sealed:
        return xero.seal_create_invoices([drafts[link.pk] for link in links])

    links = [one.link for one in ready]
    if len(links) > 1 and len(request(links).body) > MAX_BYTES:
        _create_halves(held, client, ready)
        return
    batch = seal(held, CREATE_INVOICES, links, request)
    if batch and deliver(held, client, CREATE_INVOICES, batch) and len(links) > 1:
        _create_halves(held, client, ready)


def _create_halves(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> None:
    half = len(ready) // 2
    _create(held, client, ready[:half])
    _create(held, client, ready[half:])


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say what Xero has under the documents' numbers; nothing about those it does not have."""
    by_number = {_document(link).number: link for link in links}
    found: dict[str, list[xero.Invoice]] = {}
    for invoice in client.invoices_by_number(by_number):
        if invoice.type == "ACCREC" and invoice.invoice_number in by_number:
            found.setdefault(invoice.invoice_number, []).append(invoice)
    verdicts = (_verdict_on(by_number[number], copies) for number, copies in found.items())
    return [verdict for verdict in verdicts if verdict]


def _verdict_on(link: Link, copies: Sequence[xero.Invoice]) -> Verdict | None:
    document = _document(link)
    ours = [copy for copy in copies if is_ours(copy.url, document)]
    for copy in sorted(ours, key=lambda one: one.status in {"DELETED", "VOIDED"}):
        return _verdict_on_ours(link, document, copy)
    for copy in copies:
        # A deleted draft gives its number free; if Xero sees it otherwise, it says so on creating.
        if copy.status != "DELETED":
            return _number_taken(link, document, copy)
    return None


def _verdict_on_ours(link: Link, document: Document, copy: xero.Invoice) -> Verdict:
    """Confirm our copy; where a person changed or removed it in Xero, ask instead of overwriting."""
    there = Copy(UUID(copy.invoice_id), copy.invoice_number or "", copy.status)
    agrees = copy.total == document.total and copy.currency_code == document.currency
    if document.status == Status.CANCELLED or (agrees and not there.is_gone):
        return Verdict(link.pk, f"Xero has it: {copy.status.lower()}, confirmed.", copy=there)
    if there.is_gone:
        message = (
            f"{document} was sent to Xero before and was {copy.status.lower()} there by somebody."
        )
        remedy = "If it should be in Xero, cancel it here and enter it under a new number."
        return _question(link, Problem("gone_in_xero", message, remedy), there)
    message = (
        f"Xero has {document} from us, but for {_money(copy)} instead of "
        f"{Money(document.total, document.currency)}: somebody changed it there."
    )
    remedy = "Correct it in Xero, then press Retry; or cancel it here, and it goes from Xero too."
    return _question(link, Problem("differs", message, remedy, XERO), there)


def _number_taken(link: Link, document: Document, copy: xero.Invoice) -> Verdict:
    whose = copy.contact.name if copy.contact else "another customer"
    message = (
        f"Xero already has an invoice {document.number}, for {whose}, {_money(copy)} "
        f"({copy.status.lower()}). Yours is for {document.party}, "
        f"{Money(document.total, document.currency)}."
    )
    remedy = (
        "Give the one in Xero another number and press Retry, or cancel yours and enter it "
        "under another number."
    )
    return _question(link, Problem("number_taken", message, remedy, XERO))


def _money(copy: xero.Invoice) -> Money:
    return Money(copy.total or Decimal(0), copy.currency_code)


def _question(link: Link, problem: Problem, copy: Copy | None = None) -> Verdict:
    return Verdict(link.pk, problem.message, copy=copy, problem=problem, is_question=True)


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    """Match each element by its number, which Xero keeps unique among sales invoices."""
    by_number = {_document(link).number: link for link in links}
    verdicts = []
    for element in answer.invoices:
        link = by_number.get(element.record.invoice_number or "")
        if link is None:
            continue
        if element.ok:
            verdicts.append(_created(link, element))
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _created(link: Link, element: xero.Element[xero.Invoice]) -> Verdict:
    record, document = element.record, _document(link)
    message = f"Created in Xero as {record.status.lower()}."
    if record.total is not None and record.total != document.total:
        message += f" Xero made it {_money(record)} instead of {document.total:,}."
    if element.warnings:
        message += f" Xero warns: {' '.join(element.warnings)}"
    copy = Copy(UUID(record.invoice_id), record.invoice_number or "", record.status)
    return Verdict(link.pk, message, copy=copy)


def _refuse(links: Sequence[Link], refused: Refused) -> list[Verdict]:
    """A request refused whole: a lone member fails with Xero's words, several go back."""
    if len(links) > 1:
        return [Verdict(link.pk, f"Sent again in smaller parts: {refused}") for link in links]
    said = tuple(text for element in getattr(refused, "elements", ()) for text in element)
    return [_refusal(link, said or (str(refused),)) for link in links]


def _refusal(link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0])
    message = f"{_document(link)} was not sent. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    return Verdict(link.pk, message, problem=Problem(explanation.code, message, explanation.remedy))


def _document(link: Link) -> Document:
    if link.document is None:
        raise ValueError(f"Link {link.pk} is not a document's.")
    return link.document


CREATE_INVOICES = Purpose("create_invoices", "create", read=_read, refuse=_refuse, look=_look)
