"""What books announces, always inside the transaction that makes it so.

Each carries `workspace` and a list of primary keys: `document_ids`, `payment_ids` or
`allocation_ids`; `record_edited` the record itself, and `records_made` the keys of new ones. A listener that raises rolls the act back: a document is never submitted without
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
#: Parties or items (the sender is their class) are new: `record_ids` are their keys.
records_made = Signal()
#: Somebody is about to change a `record`, or looks at it to: who else owns some of its values answers
#: with an `ownership.Owned`, everybody else with None.
owner_asked = Signal()
