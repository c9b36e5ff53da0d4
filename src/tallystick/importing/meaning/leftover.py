"""Columns that nobody knows and that may change what a file means, by their name or by their cells.

A name is heard by its words, in the languages of `leftover_words`. Whatever the name, cells tell: an
amount of money, a currency, a state in which a row does not simply count.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from tallystick.importing.meaning.currencies import SIGNS
from tallystick.importing.meaning.day_words import folded
from tallystick.importing.meaning.leftover_words import STATES, STEMS, WORDS
from tallystick.importing.meaning.mapping import Mapping, plain
from tallystick.importing.meaning.parts import is_reason
from tallystick.importing.meaning.values import BadValue, number

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TOKENS = re.compile(r"[^\W\d_]+(?:&[^\W\d_]+)?")
#: Money has decimals, thousands or a currency somewhere in the column; counts and codes do not.
_MARKED = re.compile(r"[0-9][.,'][0-9]")
_CREDIT_OR_DEBIT = re.compile(r"(?<=[0-9)]) ?(?:CR|DR)\.?", re.IGNORECASE)
_LONGEST_STATE = 25
#: Different texts that a column of states has at most, and one of money besides its figures.
_MOST_STATES = 200
_SHOWN = 3
#: The signs of currencies that are no letters.
_SIGNS = frozenset(mark for sign in SIGNS for mark in sign if not (mark.isalnum() or mark in "./"))


def sounds_like_meaning(header: str) -> bool:
    """Return whether a word of the header is one of those that change what a row means."""
    tokens = _TOKENS.findall(header)
    parts = [part for token in tokens for part in (token, *_PARTS.findall(token))]
    parts.append("".join(tokens))
    words = {folded(part) for part in parts}
    return not words.isdisjoint(WORDS) or any(stem in word for word in words for stem in STEMS)


def says_something(text: str) -> bool:
    """Return whether a cell holds more than a nothing of some form: blank, 0, 0.00, a dash."""
    if not text.strip(" 0.,-+%£$€'"):
        # A currency by itself; with a dash it is how ledgers write nothing of it.
        return text.strip() in SIGNS
    is_figure = "0" in text and not any(figure in text for figure in "123456789")
    return not (is_figure and any(not found for found in _figures(text)))


class Leftover:
    """A column that the mapping leaves over, and what its cells say so far."""

    def __init__(self, place: int, name: str) -> None:
        self.place, self.name = place, name
        self._sounds = sounds_like_meaning(name)
        self._shown: list[str] = []
        self._state = ""
        self._may_be_money = self._may_be_currency = True
        self._has_figures = self._has_cents = False
        self._states_seen: set[str] = set()

    @property
    def is_settled(self) -> bool:
        """Whether further cells tell nothing more."""
        if self._sounds:
            return len(self._shown) == _SHOWN
        if self._state or len(self._states_seen) <= _MOST_STATES:
            return bool(self._state)
        return not (self._may_be_currency or (self._may_be_money and self._has_figures))

    def look(self, texts: Iterable[str]) -> None:
        """Take different texts of the column into account."""
        for text in texts:
            if self.is_settled:
                return
            if says_something(text):
                self._look_at(text.strip())

    def samples(self) -> list[str]:
        """Return texts of the column where it may change what the rows mean, else nothing."""
        if self._state:
            return [self._state]
        is_money = self._may_be_money and self._has_cents
        return self._shown if self._sounds or is_money or self._may_be_currency else []

    def _look_at(self, text: str) -> None:
        if len(self._shown) < _SHOWN and text not in self._shown:
            self._shown.append(text)
        self._may_be_currency = self._may_be_currency and _is_currency(text)
        if self._may_be_money and any(mark.isdigit() for mark in text):
            self._may_be_money = bool(_figures(text))
            self._has_figures = True
            self._has_cents = self._has_cents or _is_marked(text)
        if len(self._states_seen) <= _MOST_STATES:
            self._states_seen.add(text)
            if len(text) <= _LONGEST_STATE and folded(text) in STATES:
                self._state = text


def _figures(text: str) -> list[Decimal]:
    """Return the number that is written, by each decimal mark; nothing where it is none."""
    found = []
    for mark in ".,":
        with suppress(BadValue):
            found.append(number(_CREDIT_OR_DEBIT.sub("", text.removesuffix("%")), mark))
    return found


def _is_marked(text: str) -> bool:
    """Return whether figures bear a mark, a currency or a percent sign, as money and taxes do."""
    signs = (mark.isalpha() or mark in _SIGNS or mark == "%" for mark in text)
    return bool(_MARKED.search(text)) or any(signs)


def _is_currency(text: str) -> bool:
    if text in SIGNS:
        # A letter or two may be anything.
        return len(text) == 3 or not text.isalpha()
    return text.islower() and text.upper() in SIGNS


def leftovers(mapping: Mapping, header: Sequence[str]) -> Iterator[Leftover]:
    """Give the columns that the mapping leaves over."""
    used = set(mapping.used())
    if "" not in mapping.unused:
        # Parts of the mapping that name no column say nothing of one without a name.
        used.discard("")
    packed = mapping.packed.places(header) if mapping.packed else []
    for place, name in enumerate(header):
        if plain(name).startswith(mapping.unused_beginnings):
            continue
        if plain(name) not in used and place not in packed and not is_reason(name):
            yield Leftover(place, name)
