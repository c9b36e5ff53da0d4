"""What kinds of tasks there are: each room names its own in its module `tasks`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from tallystick.background.models import Pool, Task


@dataclass(frozen=True, slots=True)
class Bound:
    """How much of a pool is worked on at once, and for how long."""

    #: Processes that one worker starts.
    per_worker: int
    #: Of all workers together.
    per_workspace: int
    #: That may be open; more are refused.
    open_per_workspace: int
    open_per_person: int
    #: After so long a process is ended and its task has failed.
    seconds: int


# One place more than a workspace may have, so that there is one for the others.
BOUNDS: Mapping[Pool, Bound] = MappingProxyType(
    {
        Pool.IMPORT: Bound(3, 2, 20, 20, 4 * 3600),
        Pool.REPORT: Bound(3, 2, 10, 3, 30 * 60),
        # Asked for by looking at a page: so apart from what people ask for and keep.
        Pool.COUNT: Bound(3, 2, 20, 10, 30 * 60),
    }
)


class TellProgress(Protocol):
    """Is told how far a task is; costs nothing, so it may be told of every record."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What is done for tasks of one name."""

    name: str
    pool: Pool
    #: Returns what came of it: JSON, or None, or a File whose content is asked for in a
    #: transaction.
    run: Callable[[Task, TellProgress], Any]
    #: Is told of a task that failed for good.
    gave_up: Callable[[Task], None] | None = None


KINDS: dict[str, TaskKind] = {}


def add_kind(
    name: str,
    pool: Pool,
    run: Callable[[Task, TellProgress], Any],
    *,
    gave_up: Callable[[Task], None] | None = None,
) -> None:
    """Make a kind known; called once a process, by the room whose it is."""
    KINDS[name] = TaskKind(name, pool, run, gave_up)
