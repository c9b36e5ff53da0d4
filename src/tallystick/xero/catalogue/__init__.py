"""What Xero's sentences mean, by what they are about.

Xero's messages are English prose that may change: only their telling parts stand here. Sources:
Xero's OpenAPI examples, recordings of a demo company, the messages that other integrations report,
and those of the stand-in where nobody knows Xero's own. The first that fits is taken.
"""

from tallystick.xero.catalogue.contacts import CONTACTS
from tallystick.xero.catalogue.documents import DOCUMENTS
from tallystick.xero.catalogue.lines import LINES
from tallystick.xero.catalogue.money import MONEY

KNOWN = (*CONTACTS, *DOCUMENTS, *LINES, *MONEY)

__all__ = ["KNOWN"]
