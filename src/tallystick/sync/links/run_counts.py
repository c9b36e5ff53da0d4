"""The links of a run in rows of those alike, and the task that counts a large one."""

from typing import Any

from django.db.models import Case, Count, F, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable

from tallystick.background import queue
from tallystick.sync.links.record_sums import AMOUNT, CURRENCY, KIND
from tallystick.sync.models import GONE, IN_XERO, Link, Run

#: The kind of task that counts a large run for its page.
COUNT_RUN = "run"

#: Links alike in all that decides about them, as `grouped` returns them.
CountedRow = dict[str, Any]


def question_of(run: Run) -> dict[str, Any]:
    """Return what the task that counts the run is asked."""
    return {"run": run.pk}


def forget_figures(run: Run) -> None:
    """See that nothing is shown any more that was counted of the run before this."""
    queue.forget(run.organisation.workspace, COUNT_RUN, question_of(run))


def rows_of_alike(links: QuerySet[Link], **more: Combinable) -> list[CountedRow]:
    """Return the links in rows of those alike, with `count` and `the_total`; in one query.

    `more` are further expressions that tell them apart, each called `the_NAME` in the rows.
    """
    apart = {"place": _PLACE, "code": F("problem_code"), "currency": CURRENCY, "kind": KIND} | more
    named: Any = {f"the_{name}": expression for name, expression in apart.items()}
    rows = links.order_by().values("state", "intent", **named)
    return list(rows.annotate(count=Count("*"), the_total=Sum(AMOUNT)))


_PLACE = Case(
    When(IN_XERO, then=Value("there")),
    When(xero_status__in=GONE, xero_id__isnull=False, then=Value("gone")),
    default=Value("not there"),
)
