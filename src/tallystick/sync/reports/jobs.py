"""The task that counts a large run for its page."""

from typing import Any

from tallystick.background.kinds import TellProgress, add_kind
from tallystick.background.models import Pool, Task
from tallystick.sync.links.run_counts import COUNT_RUN
from tallystick.sync.models import Run


def _count_run(task: Task, tell: TellProgress) -> dict[str, Any]:
    # Imported here: most processes that run jobs never count a run.
    from tallystick.sync.reports.run_figures import as_json

    return as_json(Run.objects.get(pk=task.question["run"]))


add_kind(COUNT_RUN, Pool.COUNT, _count_run)
