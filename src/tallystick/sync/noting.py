"""Lines of the Sync log about what a person has decided, for few links or for a hundred thousand."""

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from tallystick.sync.models import Attempt, Link, Outcome
from tallystick.workspaces.models import User


def note_decision(links: QuerySet[Link], *, action: str, message: str, actor: User) -> None:
    """Write the decision in the Sync log, for each of the links; before it takes effect.

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
            [action, Outcome.DONE.value, message, actor.pk, *given],
        )
