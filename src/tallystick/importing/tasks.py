"""What the room does in the background."""

from tallystick.background.kinds import Told, add_kind
from tallystick.background.models import Pool, Task


def _work(task: Task, tell: Told) -> None:
    # Imported here: the uploads ask for their work by the name below.
    from tallystick.importing.uploads import carry_out

    carry_out(task, tell)


def _gave_up(task: Task) -> None:
    from tallystick.importing.uploads import broke_off

    broke_off(task)


IMPORT = "import"
add_kind(IMPORT, Pool.IMPORT, _work, gave_up=_gave_up)
