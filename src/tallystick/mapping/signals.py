"""What mapping announces, inside the transaction that makes it so.

Carries `organisation_id` and `keys`: those of `wait_keys` that are mended.
"""

from django.dispatch import Signal

mended = Signal()
