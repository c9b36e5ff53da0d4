"""How much of the slow proofs a run plays: a part with the suite, all with `make proofs`."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
WHOLE = os.environ.get("PROOFS") == "whole"


def part_of(cases: Sequence[T], *, every: int) -> Sequence[T]:
    """Return all the cases of a whole proof, and else one of so many, the first among them."""
    return cases if WHOLE else cases[::every]
