"""What a kind of file does between its first row and the books; `documents` and `entries` do it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Answers
from typing import NamedTuple

from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import Import
from tallystick.importing.tables.table import Row
from tallystick.importing.tally import Tally
from tallystick.workspaces.models import User, Workspace


class Order(NamedTuple):
    """Whose file it is and what is to be done with it."""

    workspace: Workspace
    #: None for the operator of the machine.
    actor: User | None
    dry_run: bool
    submit: bool
    #: What was said of the file, as `questions` has it.
    answers: Answers[str, str]
    #: What it makes is remembered there; None in a dry run.
    kept: Import | None = None


class Intake(ABC):
    """Takes the rows of one file: stages them in batches, then judges and writes in chunks."""

    def __init__(self, order: Order, mapping: Mapping, tally: Tally) -> None:
        self.order = order
        self.mapping = mapping
        self.tally = tally

    @abstractmethod
    def stage(self, rows: Iterable[Row]) -> None:
        """Check the rows and copy them into a temporary table."""

    @abstractmethod
    def group(self, headers: Sequence[int]) -> tuple[int, int]:
        """Bring together what belongs together; return how many there are, in how many chunks.

        `headers` are the lines on which the file repeats its header.
        """

    @abstractmethod
    def chunk(self, place: int) -> int:
        """Judge a chunk, write what is new unless it is a dry run, and return how many it holds."""
