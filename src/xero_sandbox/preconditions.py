"""What turns a call away before its handler looks at it: too many calls, odd requests."""

from __future__ import annotations

from collections.abc import Sequence

from xero_sandbox.description.table import description
from xero_sandbox.limits import worded
from xero_sandbox.messages import Response
from xero_sandbox.problems import Problem
from xero_sandbox.sandbox import Sandbox


def too_many(sandbox: Sandbox, headers: dict[str, str]) -> Response:
    """All that a 429 says stands in its headers; its body is empty (facts 2)."""
    words = worded(headers["X-Rate-Limit-Problem"], sandbox.switches.rate_limit_words)
    return Response(429, headers=headers | {"X-Rate-Limit-Problem": words})


def unlike_description(faults: Sequence[str]) -> Problem:
    """Xero would not say so: it is refused because a switch asks for it."""
    return Problem(
        400,
        "Bad Request",
        f"Not as Xero's interface description {description().version} has it: {'; '.join(faults)}.",
    )
