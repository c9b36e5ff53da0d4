"""What mapping announces, inside the transaction that makes it so.

Carries `organisation_id` and `keys`: the `waits_for` keys that are mended, such as `tax:7`. A
key that ends with `*` stands for all that begin so.
"""

from django.dispatch import Signal

mended = Signal()
