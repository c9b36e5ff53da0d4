"""What books announces, always inside the transaction that makes it so.

Each carries `workspace` and `document_ids` (a list of primary keys). A listener that raises
rolls the act back: a document is never submitted without its work being queued.
"""

from django.dispatch import Signal

documents_submitted = Signal()
documents_cancelled = Signal()
