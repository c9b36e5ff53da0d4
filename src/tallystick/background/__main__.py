"""`python -m tallystick.background TASK FENCE PARENT`: the process that a task is worked on in."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
#: Below whatever sends and answers.
_NICE = 5
_MOST_MEMORY = 2 * 1024**3


def main() -> None:
    task, fence, parent = map(int, sys.argv[1:])
    _be_modest(parent)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.settings")
    django.setup()
    from tallystick.background.working import work

    work(task, fence)


def _be_modest(parent: int) -> None:
    """Give way to everything else, take bounded memory, and end with the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)


if __name__ == "__main__":
    main()
