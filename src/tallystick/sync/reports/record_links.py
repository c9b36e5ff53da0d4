"""The link of one record: how it stands with the organisation that is bound."""

from tallystick.books.models import Document, Party
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link


def link_of_document(document: Document, organisation: Organisation | None) -> Link | None:
    """Return the document's link with its organisation and records; None where there is none."""
    if organisation is None:
        return None
    links = Link.objects.filter(document=document, organisation=organisation)
    return links.select_related("organisation", "document__party").first()


def link_of_party(party: Party, organisation: Organisation | None) -> Link | None:
    """Return the link of the customer or supplier; None where there is none."""
    if organisation is None:
        return None
    return Link.objects.filter(party=party, organisation=organisation).first()
