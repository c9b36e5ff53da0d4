"""What the mirror announces, inside the transaction that makes it so; carries `organisation_id`."""

from django.dispatch import Signal

#: The organisation's lists and own facts were read anew.
lists_read = Signal()
