"""What the pages have done in the background."""

from tallystick.background.files import File
from tallystick.background.kinds import TellProgress, add_kind
from tallystick.background.models import Pool, Task


def _export(task: Task, tell: TellProgress) -> File:
    # Imported here: this module is read at every start.
    from tallystick.web.exports import make_file

    return make_file(task, tell)


add_kind("export", Pool.REPORT, _export)
