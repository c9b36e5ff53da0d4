"""What books announces, always inside the transaction that makes it so.

Each carries `workspace` and a list of primary keys: `document_ids`, `payment_ids` or
`allocation_ids`; `record_edited` the record itself. A listener that raises rolls the act back: a document is never submitted without
its work being queued.
"""

from django.dispatch import Signal

documents_submitted = Signal()
#: A submitted document has other values now: its `revision` has grown.
documents_edited = Signal()
documents_cancelled = Signal()
payments_recorded = Signal()
payments_deleted = Signal()
allocations_made = Signal()
allocations_removed = Signal()
#: An item, document template or party (the sender is its class) has other values now.
record_edited = Signal()
