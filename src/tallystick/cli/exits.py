"""What a command's exit code means, and the one error by which a command ends early."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; `docs/operating.md` lists them for scripts."""

    OK = 0
    FAILED = 1  #: It could not be done, and may later; the message says why.
    USAGE = 2  #: The command line was not understood.
    NEEDS_PERSON = 3  #: Done as far as possible; some things wait for a person.
    NOT_SET_UP = 4  #: Something must be set up or changed first; trying again is no use.
    INTERRUPTED = 130  #: Ctrl-C; what was finished stays finished.


class Stop(Exception):
    """End the command with a message for the person at the terminal and an exit code."""

    def __init__(self, message: str, *, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code
