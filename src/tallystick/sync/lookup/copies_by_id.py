"""Asking Xero for documents by their ids, whatever their kind."""

from collections.abc import Iterable

from tallystick import xero
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.record_kinds import ENDPOINTS, Endpoint


def copies_by_id(
    client: xero.XeroClient, documents: Iterable[PushedDocument]
) -> dict[str, xero.Document]:
    """Return Xero's records of the documents that have one, by their id in small letters."""
    ids: dict[Endpoint, list[str]] = {endpoint: [] for endpoint in ENDPOINTS}
    for one in documents:
        if one.link.xero_id:
            ids[one.endpoint].append(str(one.link.xero_id))
    found: list[xero.Document] = []
    if ids["Invoices"]:
        found += client.invoices_by_id(ids["Invoices"])
    if ids["CreditNotes"]:
        found += client.credit_notes_by_id(ids["CreditNotes"])
    return {copy.record_id.lower(): copy for copy in found}
