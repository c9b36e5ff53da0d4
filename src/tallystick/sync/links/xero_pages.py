"""Addresses of records in Xero's own screens."""

from django.conf import settings

from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import shape_of_kind
from tallystick.sync.models import Link

#: Path of a contact's page, before its id (facts 6.12).
_CONTACT = "/Contacts/View/"


def xero_url(link: Link) -> str:
    """Return the address of the copy in Xero; empty where there is none, or it has no page."""
    if link.xero_id is not None and link.party_id is not None:
        return xero_address(link.organisation, _CONTACT, str(link.xero_id))
    if link.xero_id is None or link.document is None:
        return ""
    return xero_address(
        link.organisation, shape_of_kind(link.document.kind).page, str(link.xero_id)
    )


def drafts_url(link: Link) -> str:
    """Return the address of Xero's list of drafts; empty where the copy is none of them."""
    if link.xero_id is None or link.document is None or link.xero_status != "DRAFT":
        return ""
    return xero_address(link.organisation, shape_of_kind(link.document.kind).drafts_page)


def xero_address(organisation: Organisation, page: str, record_id: str = "") -> str:
    """Return the address of a page in the organisation's books, of a record or a list of them.

    Source: Xero's deep-link documentation. The stand-in follows those to invoices, bills, contacts and
    drafts; it has no page of a credit note.
    """
    return (
        f"{settings.XERO_WEB_URL}/organisationlogin/default.aspx"
        f"?shortcode={organisation.short_code}&redirecturl={page}{record_id}"
    )
