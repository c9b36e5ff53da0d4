"""What Xero's sentences mean: those that are known first, then what their nouns and verbs tell.

Xero's messages are English prose that may change: only their telling parts stand here. Sources:
Xero's OpenAPI examples, recordings of a demo company, the messages that other integrations report
(facts 7.4, 12.3), and those of the stand-in where nobody knows Xero's own. The first that fits is
taken; names that are quoted or put into a sentence decide nothing.
"""

from tallystick.xero.catalogue.contacts import CONTACTS
from tallystick.xero.catalogue.documents import DOCUMENTS
from tallystick.xero.catalogue.lines import LINES
from tallystick.xero.catalogue.money import MONEY
from tallystick.xero.catalogue.situations import SITUATIONS

#: Those that may be said of what has no lines too.
OF_ALL = (*CONTACTS, *DOCUMENTS, *MONEY, *SITUATIONS)
KNOWN = (*CONTACTS, *DOCUMENTS, *LINES, *MONEY, *SITUATIONS)

__all__ = ["KNOWN", "OF_ALL"]
