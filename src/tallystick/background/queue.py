"""Asking for tasks, taking them up, ending them. All times are the database's."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.background.kinds import BOUNDS, KINDS, Bound
from tallystick.background.models import KEPT, LEASE, Pool, Task, TaskState
from tallystick.workspaces.models import User, Workspace

_OPEN = (TaskState.WAITING, TaskState.RUNNING)
_FAILED_SHOWN = timedelta(seconds=10)
#: A task whose process died so often is given up.
_MOST_DEATHS = 3
_PAUSE_SECONDS = 2
_LONGEST_PAUSE_SECONDS = 60
_BROKEN_OFF = (
    "It was broken off three times, so it is not begun again by itself. Nothing was changed. Try "
    "again later; if it is broken off again, whoever runs Tallystick finds the cause in the log."
)
#: Of a workspace so many ended ones are kept.
_KEPT_EACH = 10
#: Advisory locks under which tasks are taken up, one a pool; any fixed numbers of our own.
_LOCKS: Mapping[str, int] = {
    Pool.IMPORT: 7_316_554_201,
    Pool.REPORT: 7_316_554_202,
    Pool.COUNT: 7_316_554_203,
}

# The workspace that has least under way comes first, then who asked first.
_NEXT = """
    SELECT task.id
    FROM background_task AS task
    LEFT JOIN (
        SELECT workspace_id, count(*) AS running FROM background_task
        WHERE pool = %(pool)s AND state = 'running' AND leased_until > now()
        GROUP BY workspace_id
    ) AS busy USING (workspace_id)
    WHERE task.pool = %(pool)s AND task.state IN ('waiting', 'running')
        AND (task.leased_until IS NULL OR task.leased_until <= now())
        AND coalesce(busy.running, 0) < %(most)s
    ORDER BY coalesce(busy.running, 0), task.id
    LIMIT 1
"""


class TooMany(ActRefused):
    """So many tasks of the workspace are open already that no more are taken."""

    code = "too_many_tasks"


def ask(
    *,
    workspace: Workspace,
    actor: User | None,
    kind: str,
    question: Mapping[str, Any],
    fresh: timedelta | None = None,
) -> Task:
    """Have something done in the background, together with the transaction around.

    With `fresh` the same question is worked on once however many ask: who asks gets the open task,
    the one that was done within that time, or that failed a moment ago. Raises TooMany.
    """
    key = _key(kind, question) if fresh is not None else ""
    if fresh is not None and (known := _known(workspace, key, fresh)):
        return known
    pool = KINDS[kind].pool
    _refuse_too_many(workspace, actor, pool)
    given = {"actor": actor, "kind": kind, "pool": pool, "question": dict(question), "key": key}
    try:
        with transaction.atomic():
            return Task.objects.create(workspace=workspace, **given)
    except IntegrityError:  # somebody asked the same at the same moment
        return Task.objects.filter(workspace=workspace, key=key).latest("pk")


def last_answer(workspace: Workspace, kind: str, question: Mapping[str, Any]) -> Task | None:
    """Return the newest task that has answered the question, as long as it is kept."""
    alike = Task.objects.filter(workspace=workspace, key=_key(kind, question))
    return alike.filter(state=TaskState.DONE).order_by("-pk").first()


def forget(workspace: Workspace, kind: str, question: Mapping[str, Any]) -> None:
    """Let the question be answered anew: every answer so far, and the one under way, is outdated."""
    Task.objects.filter(workspace=workspace, key=_key(kind, question)).delete()


def pools_with_work() -> set[str]:
    """Return the pools in which a task waits, or has lost its process; one cheap question."""
    free = Q(leased_until=None) | Q(leased_until__lte=Now())
    waiting = Task.objects.filter(free, state__in=_OPEN)
    return set(waiting.values_list("pool", flat=True).distinct())


def take(pool: Pool) -> Task | None:
    """Take up the task whose turn it is; None where nothing waits, or nothing may begin."""
    most = BOUNDS[pool].per_workspace
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCKS[pool]])
        cursor.execute(_NEXT, {"pool": pool.value, "most": most})
        row = cursor.fetchone()
        if row is None:
            return None
        task = Task.objects.select_for_update().get(pk=row[0])
        # Whoever held it stopped giving signs of life: that was a death, too.
        deaths = task.deaths + (task.state == TaskState.RUNNING)
        if deaths >= _MOST_DEATHS:
            _give_up(task, _BROKEN_OFF)
            return None
        changes: dict[str, Any] = {
            "state": TaskState.RUNNING,
            "leased_until": Now() + LEASE,
            "fence": task.fence + 1,
            "deaths": deaths,
            "progress": {},
            "problem": "",
        }
        Task.objects.filter(pk=task.pk).update(**changes)
    task.refresh_from_db()
    return task


def keep(task: Task, progress: Mapping[str, Any]) -> bool:
    """Give a sign of life; False where the task is not ours any more."""
    given: dict[str, Any] = {"progress": dict(progress)} if progress else {}
    return bool(_mine(task).update(leased_until=Now() + LEASE, **given))


def end(task: Task, *, result: Any = None, file_name: str = "", file_bytes: int = 0) -> bool:
    """Note what came of the task; False where it is not ours any more."""
    return bool(
        _mine(task).update(
            state=TaskState.DONE, leased_until=None, ended_at=Now(), result=result,
            file_name=file_name, file_bytes=file_bytes,
        )
    )  # fmt: skip


def fail(task: Task, problem: str) -> None:
    """Note why nothing can come of the task, in words for the person."""
    with transaction.atomic():
        if _mine(task).select_for_update().exists():
            _give_up(task, problem)


def died(task: Task) -> None:
    """Let the task be begun again, soon, since the process that worked on it ended by itself."""
    with transaction.atomic():
        if not _mine(task).select_for_update().exists():
            return
        if task.deaths + 1 >= _MOST_DEATHS:
            _give_up(task, _BROKEN_OFF)
            return
        pause = timedelta(seconds=_PAUSE_SECONDS * (task.deaths + 1))
        _mine(task).update(
            state=TaskState.WAITING, leased_until=Now() + pause, deaths=F("deaths") + 1
        )


def wait_out(task: Task, why: str) -> None:
    """Let the task be begun again once an outage may be over: that is no death of its own."""
    seconds = min(_PAUSE_SECONDS * task.fence, _LONGEST_PAUSE_SECONDS)
    _mine(task).update(
        state=TaskState.WAITING,
        leased_until=Now() + timedelta(seconds=seconds),
        problem=why,
        progress={},
    )


def put_back(task: Task) -> None:
    """Let the task be begun again at once: the worker stops, which is nobody's fault."""
    _mine(task).update(state=TaskState.WAITING, leased_until=None, progress={})


def forget_old() -> None:
    """Remove what is older than it is kept, and of each workspace all but the newest."""
    ended = Task.objects.filter(ended_at__isnull=False)
    ended.filter(ended_at__lt=Now() - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY workspace_id, pool "
            "ORDER BY ended_at DESC) AS place FROM background_task WHERE ended_at IS NOT NULL) "
            "AS ended WHERE place > %s",
            [_KEPT_EACH],
        )
        surplus = [row[0] for row in cursor.fetchall()]
    Task.objects.filter(pk__in=surplus).delete()


def _mine(task: Task) -> Any:
    return Task.objects.filter(pk=task.pk, fence=task.fence, state=TaskState.RUNNING)


def _give_up(task: Task, problem: str) -> None:
    Task.objects.filter(pk=task.pk).update(
        state=TaskState.FAILED, leased_until=None, ended_at=Now(), problem=problem
    )
    task.refresh_from_db()
    gave_up = KINDS[task.kind].gave_up if task.kind in KINDS else None
    if gave_up:
        gave_up(task)


def _refuse_too_many(workspace: Workspace, actor: User | None, pool: Pool) -> None:
    bound: Bound = BOUNDS[pool]
    under_way = Task.objects.filter(workspace=workspace, pool=pool, state__in=_OPEN)
    for found, most, whose in (
        (under_way, bound.open_per_workspace, "this workspace"),
        (under_way.filter(actor=actor), bound.open_per_person, "yours"),
    ):
        if found[:most].count() >= most:
            raise TooMany(
                f"{most} of {whose} are being worked on or wait already.",
                remedy="Try again when some of them are done.",
            )


def _known(workspace: Workspace, key: str, fresh: timedelta) -> Task | None:
    """Return the task that answers the question: open, or ended a moment ago."""
    alike = Task.objects.filter(workspace=workspace, key=key)
    done = Q(state=TaskState.DONE, ended_at__gt=Now() - fresh)
    # Long enough for a page that waits to show why, short enough to try again.
    failed = Q(state=TaskState.FAILED, ended_at__gt=Now() - _FAILED_SHOWN)
    return alike.filter(Q(state__in=_OPEN) | done | failed).order_by("-pk").first()


def _key(kind: str, question: Mapping[str, Any]) -> str:
    plain = json.dumps([kind, question], sort_keys=True)
    return hashlib.blake2b(plain.encode(), digest_size=32).hexdigest()
