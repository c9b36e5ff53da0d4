"""What the room does in the background."""

from tallystick.background.kinds import TellProgress, add_kind
from tallystick.background.models import Pool, Task
from tallystick.importing.models import IMPORT


def _work(task: Task, tell: TellProgress) -> None:
    # Imported here: every process loads this module, and few of them read a file.
    from tallystick.importing.uploads import carry_out

    carry_out(task, tell)


def _gave_up(task: Task) -> None:
    from tallystick.importing.uploads import broke_off

    broke_off(task)


add_kind(IMPORT, Pool.IMPORT, _work, gave_up=_gave_up)
