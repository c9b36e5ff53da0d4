"""Elements of an answer as a client must bear them: fields missing, null, or of no use.

Lists of Xero's do bear records without a date, with null where the description has none, or with
words that no list of words has (facts 9 and 13); a client must neither stop at one nor lose it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from xero_sandbox import wire
from xero_sandbox.faults import Rewriting


def rewritten(body: bytes, rewriting: Rewriting) -> bytes:
    """Return the JSON answer with its elements changed; what is no JSON object stays as it is."""
    with suppress(ValueError):
        answer = wire.loads(body)
        if isinstance(answer, dict):
            for elements in answer.values():
                _rewrite(elements, rewriting)
            return wire.dumps(answer).encode()
    return body


def _rewrite(elements: Any, rewriting: Rewriting) -> None:
    for element in elements if isinstance(elements, list) else []:
        if not isinstance(element, dict):
            continue
        texts = {value for value in element.values() if isinstance(value, str)}
        if rewriting.records and texts.isdisjoint(rewriting.records):
            continue
        for name in rewriting.omit:
            element.pop(name, None)
        element.update(rewriting.set)
