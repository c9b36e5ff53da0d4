"""Documents that Xero lacks become drafts there; those it has are confirmed, never created."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document, Status
from tallystick.mapping.problems import XERO, Problem
from tallystick.money import Money
from tallystick.sync.lane import Held
from tallystick.sync.models import Link
from tallystick.sync.push.batches import MAX_BYTES, Purpose, Refused, companies, deliver, seal
from tallystick.sync.push.ready import Ready, uid_in
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

_MEND_THERE = "Correct it in Xero, then press Retry; or cancel it here, and it goes from Xero too."


def create_missing(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> None:
    """Ask Xero for the documents' numbers, then create what it lacks, some fifty at a time."""
    missing = _confirm_known(held, client, ready)
    for together in companies(missing, lambda one: one.link.tries):
        _create(held, client, together)


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
    """Say what Xero has of the documents; nothing about those it does not have.

    Asked by number, which Xero compares without regard to case; a copy that we know of is asked
    for by its id too, for somebody may have given it another number there.
    """
    found = client.invoices_by_number([_document(link).number for link in links])
    seen = {copy.invoice_id for copy in found}
    known = [str(link.xero_id) for link in links if link.xero_id]
    found += client.invoices_by_id([xero_id for xero_id in known if xero_id not in seen])
    ours: dict[str, list[xero.Invoice]] = defaultdict(list)
    namesakes: dict[str, list[xero.Invoice]] = defaultdict(list)
    for copy in found:
        if copy.type == "ACCREC":
            ours[uid_in(copy.url)].append(copy)
            namesakes[_as_xero_compares(copy.invoice_number or "")].append(copy)
    verdicts = (_verdict_on(link, ours, namesakes) for link in links)
    return [verdict for verdict in verdicts if verdict]


def _verdict_on(
    link: Link, ours: Mapping[str, list[xero.Invoice]], namesakes: Mapping[str, list[xero.Invoice]]
) -> Verdict | None:
    document = _document(link)
    marked = ours.get(str(document.uid), [])
    for copy in sorted(marked, key=lambda one: one.status in {"DELETED", "VOIDED"}):
        return _verdict_on_ours(link, document, copy)
    for copy in namesakes.get(_as_xero_compares(document.number), []):
        # A deleted draft gives its number free; if Xero sees it otherwise, it says so on creating.
        if copy.status != "DELETED":
            return _number_taken(link, document, copy)
    return None


def _as_xero_compares(number: str) -> str:
    """Return the number without case and accents, which Xero disregards (facts 5.4)."""
    parts = unicodedata.normalize("NFKD", number.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


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
        f"Xero has {document} from us, but for {_money(copy, document)} instead of "
        f"{Money(document.total, document.currency)}: somebody changed it there."
    )
    return _question(link, Problem("differs", message, _MEND_THERE, XERO), there)


def _number_taken(link: Link, document: Document, copy: xero.Invoice) -> Verdict:
    whose = copy.contact.name if copy.contact else "another customer"
    message = (
        f"Xero already has an invoice {copy.invoice_number}, for {whose}, {_money(copy, document)} "
        f"({copy.status.lower()}). Yours is for {document.party}, "
        f"{Money(document.total, document.currency)}."
    )
    remedy = (
        "Give the one in Xero another number and press Retry, or cancel yours and enter it "
        "under another number."
    )
    return _question(link, Problem("number_taken", message, remedy, XERO))


def _money(copy: xero.Invoice, document: Document) -> Money:
    return Money(copy.total or Decimal(0), copy.currency_code or document.currency)


def _question(link: Link, problem: Problem, copy: Copy | None = None) -> Verdict:
    return Verdict(link.pk, problem.message, copy=copy, problem=problem, is_question=True)


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    """Match each element by our marker, or by its number where Xero leaves the marker out."""
    by_uid = {str(_document(link).uid): link for link in links}
    by_number = {_document(link).number: link for link in links}
    verdicts = []
    for element in answer.invoices:
        record = element.record
        link = by_uid.get(uid_in(record.url)) or by_number.get(record.invoice_number or "")
        if link is None:
            continue
        if element.ok:
            verdicts.append(_created(link, element))
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _created(link: Link, element: xero.Element[xero.Invoice]) -> Verdict:
    record, document = element.record, _document(link)
    copy = Copy(UUID(record.invoice_id), record.invoice_number or "", record.status)
    if record.total is not None and record.total != document.total:
        message = (
            f"Xero made {document} {_money(record, document)} instead of "
            f"{Money(document.total, document.currency)}. It stands there as "
            f"{record.status.lower()}."
        )
        return _question(link, Problem("differs", message, _MEND_THERE, XERO), copy)
    message = f"Created in Xero as {record.status.lower()}."
    if element.warnings:
        message += f" Xero warns: {' '.join(element.warnings)}"
    return Verdict(link.pk, message, copy=copy)


def _refuse(link: Link, refused: Refused) -> Verdict:
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refusal(link, said)
    message = f"{_document(link)} was not sent. {refused}"
    remedy = "Look at its texts and amounts, then press Retry; nothing is doubled."
    return Verdict(link.pk, message, problem=Problem("refused", message, remedy))


def _refusal(link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0])
    if explanation.code == "number_taken" and link.tries == 0:
        # Just before, Xero did not have it: so it came meanwhile, perhaps from a worker of ours.
        return Verdict(link.pk, "Xero says that the number is taken; asking Xero whose it is.")
    message = f"{_document(link)} was not sent. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    return Verdict(link.pk, message, problem=Problem(explanation.code, message, explanation.remedy))


def _document(link: Link) -> Document:
    if link.document is None:
        raise ValueError(f"Link {link.pk} is not a document's.")
    return link.document


CREATE_INVOICES = Purpose("create_invoices", "create", read=_read, refuse=_refuse, look=_look)
