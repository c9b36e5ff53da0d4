"""What Xero remarks on a record and on its parts, each once, with the line that it is about."""

from collections.abc import Callable, Iterable, Iterator

from tallystick.xero.records import Remark, Remarked

Pick = Callable[[Remarked], tuple[Remark, ...]]


def remarks_on(
    own: Remarked, lines: Iterable[Remarked], parts: Iterable[Remarked | None], pick: Pick
) -> Iterator[str]:
    """Yield each remark once, the more exact way: one about a line is not told again without it.

    Those on the record itself come first, then its parts', then its lines' with "Line 2: " before
    them. `pick` takes the errors, or the warnings.
    """
    nested = {remark.text: remark.text for part in parts if part for remark in pick(part)}
    for position, line in enumerate(lines, start=1):
        nested |= {f"Line {position}: {remark.text}": remark.text for remark in pick(line)}
    told = set(nested.values())
    yield from dict.fromkeys(remark.text for remark in pick(own) if remark.text not in told)
    yield from nested
