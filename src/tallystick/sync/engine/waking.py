"""Waking the engine: a job that only says "look at organisation X"."""

from django.db import connection, transaction

from tallystick.failpoints import failpoint

PUSH_QUEUE = "push"
DRAIN = "push.drain"

# One round trip, a transaction of its own. Nobody waits for the disk over it: a job that a power
# cut takes is one of those that the sweep makes good. The lock admits one waiting job at a time.
_STATEMENT = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    SELECT %(queue)s, %(task)s, %(lock)s,
           jsonb_build_object('organisation_id', %(organisation)s::bigint)
    WHERE NOT EXISTS (SELECT FROM procrastinate_jobs
                      WHERE queueing_lock = %(lock)s AND status = 'todo')
      AND NOT EXISTS (SELECT FROM sync_lane
                      WHERE organisation_id = %(organisation)s AND leased_until > now())
      AND set_config('synchronous_commit', 'off', true) = 'off'
    ON CONFLICT DO NOTHING
"""


def wake_lane(organisation_id: int) -> None:
    """Let a worker look at the organisation's lane once the open transaction, if any, is committed.

    Does nothing where somebody will look anyway: a job waits already, or a worker holds the lane
    and looks for more when it lets go (`rounds/push_round.py`). Either is asked only after the commit, so
    whoever takes the job, or lets go of the lane, sees what was saved. Why so, and what happens
    where the process dies before: `docs/decisions/0010-wakes-after-the-commit.md`.
    """

    def defer() -> None:
        _defer(organisation_id)

    # Robust: what was saved is saved, and a wake that fails is made good by the sweep. Django names
    # in its log what has failed, so it takes no `partial`, which has no name.
    transaction.on_commit(defer, robust=True)


def _defer(organisation_id: int) -> None:
    failpoint("wake.before")
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "queue": PUSH_QUEUE,
                "task": DRAIN,
                "lock": f"push:{organisation_id}",
                "organisation": organisation_id,
            },
        )
