"""What is worked on beside the pages, and what came of it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from tallystick.workspaces.models import User, Workspace

#: Without a sign of life for so long, whoever worked on a task has died.
LEASE = timedelta(seconds=15)
#: What came of a task is kept for so long.
KEPT = timedelta(hours=1)
#: A worker that is silent for so long is none any more.
_WORKER_SILENT = timedelta(seconds=30)


class Pool(models.TextChoices):
    """Tasks that share one bound, so that one pool cannot keep another waiting."""

    IMPORT = "import", "Import"
    REPORT = "report", "Report"
    COUNT = "count", "Count"


class TaskState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Task(models.Model):
    """Work done by a process of its own, begun again from the start should that die."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tasks")
    #: Who asked for it first; None for the operator of the machine.
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    #: Name of a Kind.
    kind = models.CharField(max_length=40)
    pool = models.CharField(max_length=12, choices=Pool.choices)
    #: What the kind's function needs to know.
    question = models.JSONField(default=dict)
    #: Stands for kind and question; of equal ones one is open at most. Empty: never equal.
    key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=TaskState.choices, default=TaskState.WAITING)
    #: Whose a running task is until then; a waiting one is not begun before.
    leased_until = models.DateTimeField(null=True, blank=True)
    #: Grows with every beginning; who holds an older one has lost the task.
    fence = models.IntegerField(default=0)
    #: How often the process that worked on it has died.
    deaths = models.IntegerField(default=0)
    #: `stage`, `done` and `total`; empty before the first sign of life.
    progress = models.JSONField(default=dict, blank=True)
    #: What came of it, as JSON; None where that is a file, or nothing.
    result = models.JSONField(null=True, blank=True)
    #: The name of the file that came of it, and its bytes; empty where none did.
    file_name = models.CharField(max_length=255, blank=True)
    file_bytes = models.BigIntegerField(default=0)
    #: Why it failed, or while it waits what broke it off, for the person.
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"],
                condition=Q(state__in=["waiting", "running"]) & ~Q(key=""),
                name="task_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["pool", "id"],
                condition=Q(state__in=["waiting", "running"]),
                name="task_open",
            ),
            models.Index(fields=["workspace", "key", "-id"], name="task_newest"),
            models.Index(fields=["ended_at"], name="task_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (TaskState.WAITING, TaskState.RUNNING)

    @property
    def kept_until(self) -> datetime | None:
        return self.ended_at + KEPT if self.ended_at else None

    def waits_for(self) -> str:
        """Say why it has not begun, for the person; empty where it has, or is about to."""
        if self.state != TaskState.WAITING:
            return ""
        if self.problem:
            return self.problem
        if self.deaths:
            return "It was interrupted and begins again by itself in a moment."
        running = Task.objects.filter(
            pool=self.pool, state=TaskState.RUNNING, leased_until__gt=Now()
        )
        mine = running.filter(workspace=self.workspace_id).count()
        if mine:
            return (
                f"Waits for {'another one' if mine == 1 else f'{mine} others'} of this workspace; "
                "it begins by itself when a place is free."
            )
        if running.exists():
            return "Waits for its turn; it begins by itself when a place is free."
        if not workers_alive() and self.created_at < timezone.now() - _WORKER_SILENT:
            return (
                "Nobody has taken it up: no worker is running. It begins by itself as soon as "
                "whoever runs Tallystick starts one (tallystick up, or tallystick worker)."
            )
        return ""


def workers_alive() -> int:
    """Return how many workers have shown signs of life in the last half minute."""
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=timezone.now() - _WORKER_SILENT)
    return int(alive.count())


class FilePart(models.Model):
    """A piece of the file that came of a task, packed."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="parts")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="task_part_unique")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.number}"
