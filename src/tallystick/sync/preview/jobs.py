"""The task that works out the plan of a large push."""

from typing import Any

from tallystick.background.kinds import TellProgress, add_kind
from tallystick.background.models import Pool, Task


def _work_out_plan(task: Task, tell: TellProgress) -> dict[str, Any]:
    # Imported here: most processes that run jobs never make a plan.
    from tallystick.sync.preview.plan_tasks import work_out

    return work_out(task, tell)


add_kind("plan", Pool.REPORT, _work_out_plan)
