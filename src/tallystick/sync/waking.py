"""Waking the engine: a job that only says "look at organisation X"."""

from procrastinate.contrib.django import app

PUSH_QUEUE = "push"
DRAIN = "push.drain"


def wake(organisation_id: int) -> None:
    """Defer a look at the organisation's lane, in the transaction that is open, if one is.

    A worker takes it up in `tasks.drain`, which works a round (`push/round.py`).
    """
    app.configure_task(DRAIN, queue=PUSH_QUEUE).defer(organisation_id=organisation_id)
