"""What connections announces, always inside the transaction that makes it so.

Each carries `workspace` and `organisation_id`. A listener that raises rolls the act back.
"""

from django.dispatch import Signal

organisation_connected = Signal()

#: Carries `modules` as well, and whether they are on now (`is_on`).
modules_switched = Signal()
#: Carries `organisation_id` and `modules`: what held them up in the chain is done.
modules_freed = Signal()
#: Carries `organisation_id`, `modules` and `way`: when they go that way by themselves was chosen.
schedule_chosen = Signal()
