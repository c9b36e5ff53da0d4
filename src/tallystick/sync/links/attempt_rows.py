"""The rows of the Sync log: one attempt for each try at one action for one link; the log only grows."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.models import Attempt, AttemptOutcome, Batch, Link
from tallystick.workspaces.models import User


def new_attempt(link: Link, *, action: AttemptAction, batch: Batch | None = None) -> Attempt:
    """Return an attempt that is under way, not saved yet."""
    return Attempt(
        organisation_id=link.organisation_id,
        link=link,
        batch=batch,
        action=action,
        outcome=AttemptOutcome.OPEN,
    )


def open_attempts(batch: Batch | None) -> dict[int, Attempt]:
    """Return the batch's attempts that still wait for its answer, by the link's key."""
    if batch is None:
        return {}
    found = batch.attempts.filter(outcome=AttemptOutcome.OPEN)
    return {attempt.link_id: attempt for attempt in found}


def write_attempts(attempts: Sequence[Attempt]) -> None:
    """Save new attempts, and write how the others ended."""
    Attempt.objects.bulk_create(attempt for attempt in attempts if attempt.pk is None)
    Attempt.objects.bulk_create(
        [attempt for attempt in attempts if attempt.pk is not None],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["outcome", "message", "correlation_id", "finished_at"],
    )


def write_open_attempts(links: Iterable[Link], batch: Batch, *, action: AttemptAction) -> None:
    """Save that the links are on their way in the batch."""
    Attempt.objects.bulk_create(new_attempt(link, action=action, batch=batch) for link in links)


def note_decision(
    links: QuerySet[Link], *, action: AttemptAction, message: str, actor: User
) -> None:
    """Write what a person has decided in the log, for each of the links; before it takes effect.

    In one statement of the database's own: to bring a hundred thousand lines there one by one takes
    longer than it lets a transaction rest.
    """
    try:
        chosen, given = links.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Attempt._meta.db_table}
                (organisation_id, link_id, action, outcome, message, actor_id, correlation_id,
                 started_at, finished_at)
            SELECT organisation_id, id, %s, %s, %s, %s, '', statement_timestamp(),
                statement_timestamp()
            FROM {Link._meta.db_table} WHERE id IN ({chosen}) ORDER BY id
            """,  # noqa: S608 - our own words and a query of the ORM
            [action.value, AttemptOutcome.DONE.value, message, actor.pk, *given],
        )
