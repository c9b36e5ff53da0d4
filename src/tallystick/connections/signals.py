"""What connections announces, always inside the transaction that makes it so.

Each carries `workspace` and `organisation_id`. A listener that raises rolls the act back.
"""

from django.dispatch import Signal

organisation_connected = Signal()

#: Carries `modules` as well, and whether they are on now (`is_on`).
modules_switched = Signal()
