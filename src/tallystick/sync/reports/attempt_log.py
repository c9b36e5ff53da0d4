"""The Sync log, newest first."""

from collections.abc import Sequence

from django.db.models import QuerySet

from tallystick.connections.models import Organisation
from tallystick.sync.models import WITH_RECORDS, Attempt


def attempt_log(
    organisation: Organisation | None,
    *,
    outcome: str = "",
    action: str = "",
    among: Sequence[int] | None = None,
) -> QuerySet[Attempt]:
    """Return the Sync log newest first, with links and their records loaded; filters narrow it.

    `among`: keys, such as `log_search` finds.
    """
    rows = Attempt.objects.filter(organisation=organisation).order_by("-pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if action:
        rows = rows.filter(action=action)
    if among is not None:
        rows = rows.filter(pk__in=among)
    # Documents, which are most, in the same query; see `LinkQuerySet.with_records`.
    loaded = rows.select_related("link__document__party", "actor", "batch")
    return loaded.prefetch_related(
        *(f"link__{name}" for name in WITH_RECORDS if name != "organisation")
    )
