"""Which keys an element has in which answer: said once for each field, for serialisers and tests.

Xero's answers differ in what they leave out. Some fields are there in every answer, some are empty
until somebody sets them, and some do not appear at all before that; lists, pages, single reads and
the answers to writes each have a choice of their own (facts 12.1). Every resource says so in one
tuple of `FieldShape`, in the order in which Xero writes its keys; `shaped` makes an answer by it.
A field that is empty in one answer and absent in another has an entry for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final


class Presence(StrEnum):
    """When a field that an answer may have is in it."""

    ALWAYS = "always"  #: with the value that the record has, also where that is empty
    EMPTY = "empty until set"  #: with `FieldShape.empty` until the record has a value
    ABSENT = "absent until set"


class AnswerKind(StrEnum):
    """The kinds of answers in which an element of one resource differs."""

    LIST = "list"  #: without `page`
    PAGE = "page"
    SUMMARY = "summary"  #: with `summaryOnly=true`
    SINGLE = "single"
    CREATED = "created"
    UPDATED = "updated"
    NESTED = "nested"  #: inside an element of another resource


EVERY: Final = frozenset(AnswerKind)
LISTS: Final = frozenset({AnswerKind.LIST, AnswerKind.PAGE, AnswerKind.SUMMARY})
FULL_LISTS: Final = LISTS - {AnswerKind.SUMMARY}
SINGLES: Final = frozenset({AnswerKind.SINGLE})
READS: Final = LISTS | SINGLES
NESTS: Final = frozenset({AnswerKind.NESTED})
WRITES: Final = frozenset({AnswerKind.CREATED, AnswerKind.UPDATED})


@dataclass(frozen=True, slots=True, eq=False)
class FieldShape:
    """One field of a resource on the wire."""

    name: str
    presence: Presence = Presence.ALWAYS
    empty: Any = None  #: what stands for no value, with `Presence.EMPTY`
    answers: frozenset[AnswerKind] = EVERY  #: those that may have it at all


def shaped(
    shape: tuple[FieldShape, ...], values: Mapping[str, Any], answer: AnswerKind
) -> dict[str, Any]:
    """Return the element as this kind of answer has it.

    `values` are what the record has, None or left out where it has nothing. A field that the shape
    does not know is a mistake of ours: KeyError.
    """
    known, fields = _within(shape, answer)
    if not known.issuperset(values):
        raise KeyError(f"The shape does not know {', '.join(sorted(values.keys() - known))}.")
    element: dict[str, Any] = {}
    for name, is_needed, empty in fields:
        value = values.get(name)
        if value is not None:
            element[name] = value
        elif empty is not None:
            element[name] = empty
        elif is_needed:
            raise KeyError(f"{name} is in every answer, and this record has none.")
    return element


@cache
def _within(
    shape: tuple[FieldShape, ...], answer: AnswerKind
) -> tuple[frozenset[str], tuple[tuple[str, bool, Any], ...]]:
    """Return the names that the shape knows, and of each field of this kind of answer the name,
    whether it is always there, and what stands for no value."""
    names = frozenset(field.name for field in shape)
    fields = tuple(
        (field.name, field.presence is Presence.ALWAYS, field.empty)
        for field in shape
        if answer in field.answers
    )
    return names, fields
