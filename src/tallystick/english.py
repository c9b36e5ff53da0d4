"""What every sentence needs: a noun with its article or its number, a verb that goes with it, a list."""

from collections.abc import Sequence


def with_article(noun: str) -> str:
    """Return such as `an invoice`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def plural(count: int, noun: str) -> str:
    """Return the noun as so many are called; nouns whose plural ends with s alone."""
    return noun if count == 1 else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """Return such as `1,204 invoices`, `1 invoice`."""
    return f"{count:,} {plural(count, noun)}"


def listed(words: Sequence[str]) -> str:
    """Return such as `a, b and c`; empty for none."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def verb(count: int, many: str) -> str:
    """Return what so many do: of `say` one `says`, several `say`."""
    return f"{many}s" if count == 1 else many


def is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def was_or_were(count: int) -> str:
    return "was" if count == 1 else "were"
