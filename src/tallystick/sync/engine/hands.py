"""What a round is worked with: hands that call, write and send, or hands that only record.

The steps of a round are written once (`rounds.push_round`). Whatever they have done to the world
goes through these: `writing_hands` does it, `preview.recording_hands` notes what it would be.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting
from tallystick.sync.engine.due_work import DueWork
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.models import Batch, Link

T = TypeVar("T")


class RoundHands(Protocol):
    """One organisation's round, as far as it reads what is to be done and changes anything."""

    @property
    def organisation(self) -> Organisation: ...

    @property
    def client(self) -> xero.XeroClient: ...

    @property
    def shut(self) -> Collection[str]:
        """The kinds of record whose module was off when the round began."""
        ...

    def due(self, work: DueWork, most: int) -> dict[int, str]:
        """Return the keys of the next links of the work, in order, with their documents' numbers."""
        ...

    def as_now(self, links: Iterable[Link]) -> list[Link]:
        """Return the links, just read, as they stand by what the round has done so far."""
        ...

    def paused(self, links: Collection[Link]) -> list[Link]:
        """Return those of the links whose next try is put off."""
        ...

    def customer_links(self, parties: Collection[int]) -> dict[int, Link]:
        """Return the links that there are of the parties, by the party's key."""
        ...

    def add_customer_links(self, parties: Collection[int]) -> None:
        """Give the parties links."""
        ...

    def ask(self, step: str, question: Callable[[], T]) -> T:
        """Return what the question to Xero brings; `step` is one of `steps.CALLS`."""
        ...

    def commit(self, step: str, act: Callable[[], object]) -> None:
        """Do the act in a transaction of its own, as long as the lane is ours.

        `step` is one of `steps.COMMITS`. Raises LeaseLost.
        """
        ...

    def settle(
        self,
        step: str,
        verdicts: Sequence[LinkVerdict],
        *,
        action: AttemptAction,
        again: Callable[[], Sequence[LinkVerdict]] | None = None,
        first: Callable[[], object] | None = None,
        approving: Sequence[int] = (),
    ) -> set[int]:
        """Write down what became of links, in one transaction; returns the keys of all of them.

        Within it `first` is done, then the verdicts are asked for once more by `again`, where they
        may have been mended meanwhile; then the drafts with the keys `approving` are queued to be
        approved.
        """
        ...

    def send(self, writing: PlannedWriting) -> None:
        """Seal, send and settle what is to be written."""
        ...

    def repeat(self, purpose: BatchPurpose, batch: Batch) -> None:
        """Send the sealed request once more. Raises OutcomeUnknown where no clear answer comes."""
        ...
