"""What turns a call away before its handler looks at it: too many calls."""

from __future__ import annotations

from xero_sandbox.limits import worded
from xero_sandbox.messages import Response
from xero_sandbox.sandbox import Sandbox


def too_many(sandbox: Sandbox, headers: dict[str, str]) -> Response:
    """All that a 429 says stands in its headers; its body is empty (facts 2)."""
    words = worded(headers["X-Rate-Limit-Problem"], sandbox.switches.rate_limit_words)
    return Response(429, headers=headers | {"X-Rate-Limit-Problem": words})
