"""Which mapping a header belongs to: the one that explains most of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tallystick.importing.errors import UnknownFormat
from tallystick.importing.meaning.fields import FIELDS, label_of
from tallystick.importing.meaning.mapping import Mapping, plain

#: What tables of all sorts call a column, where that is all it can be.
_USUAL: dict[str, tuple[str, ...]] = {
    "number": (
        "invoice number",
        "invoice no",
        "invoice no.",
        "invoice #",
        "invoice",
        "order",
        "order number",
        "order no",
        "order no.",
        "order #",
        "order id",
        "document no",
    ),
    "issued_on": ("day", "invoice date", "order date", "sold on", "issue date", "issued"),
    "due_on": ("due", "payment due", "due on"),
    "party_name": ("customer", "customer name", "client", "buyer", "who", "supplier", "vendor"),
    "party_number": ("customer no", "customer number", "customer id", "client id"),
    "email": ("email", "e-mail", "customer email", "mail"),
    "description": ("what", "item", "product", "article", "details", "product name", "item name"),
    "item_code": ("sku", "item no", "item number", "article no", "product code"),
    "quantity": ("qty", "count", "pieces", "pcs", "units"),
    "unit_price": ("price", "unit price", "price each", "rate each"),
    "tax_code": ("tax rate", "vat code", "vat rate", "gst code"),
    "line_tax": ("vat amount", "gst amount"),
    "total": ("invoice total", "order total", "grand total"),
    "reference": ("reference", "po number", "your reference", "customer reference"),
}


def recognise(header: Sequence[str], known: Iterable[Mapping]) -> Mapping:
    """Return the mapping that explains most columns of the header, whatever it has besides.

    One that was made in the workspace goes before those that ship: it was made for such a file.
    Raises UnknownFormat, naming the nearest one and what it misses, or those that it may be alike.
    """

    def weight(mapping: Mapping) -> tuple[bool, int, bool]:
        return mapping.is_own, mapping.explained(header), mapping.is_told_by(header)

    ranked = sorted(known, key=weight, reverse=True)
    for mapping in ranked:
        if not mapping.lacks(header):
            _check_twice(mapping, header)
            _check_told(mapping, ranked, header)
            return mapping
    nearest = max(ranked, key=lambda mapping: mapping.explained(header))
    missing = nearest.lacks(header)
    are = "is" if len(missing) == 1 else "are"
    # One that shares no column is not near.
    near = f"Nearest is {nearest.title}, but {', '.join(missing)} {are} missing. "
    raise UnknownFormat(
        f"The columns of this file are not known ({', '.join(filter(None, header))[:300]}). "
        f"{near if nearest.explained(header) else ''}".rstrip(),
        remedy="Choose a column mapping, or make one for this file.",
        header=header,
        missing=missing,
    )


def named(name: str, header: Sequence[str], known: Iterable[Mapping]) -> Mapping:
    """Return the mapping of that name, if it fits the header. Raises UnknownFormat."""
    by_name = {mapping.name: mapping for mapping in known}
    if name not in by_name:
        raise UnknownFormat(
            f"There is no format {name!r}.",
            remedy=f"Choose one of {', '.join(by_name)}.",
            header=header,
        )
    mapping = by_name[name]
    if missing := mapping.lacks(header):
        raise UnknownFormat(
            f"For {mapping.title} the file lacks {', '.join(missing)}.",
            remedy="Add what is missing or choose another format; nothing was imported.",
            header=header,
            missing=missing,
        )
    _check_twice(mapping, header)
    return mapping


def fits_one(header: Sequence[str], known: Iterable[Mapping]) -> bool:
    """Return whether the cells are a header that one of the mappings understands."""
    return any(not mapping.lacks(header) for mapping in known)


def guess(header: Sequence[str], known: Iterable[Mapping]) -> dict[str, str]:
    """Return for each field the column that is probably meant, where one bears a known name.

    A name that mappings take for different things is not guessed at.
    """
    columns = {plain(name): name for name in reversed(header) if name}
    meant: dict[str, set[str]] = {}
    for mapping in known:
        if mapping.holds == "documents":
            for field, name in mapping.columns.items():
                meant.setdefault(plain(name), set()).add(field)
            for name in _not_fields(mapping):
                meant.setdefault(plain(name), set()).add("")
    guessed: dict[str, str] = {}
    for field in FIELDS:
        known_as = [name for name, fields in meant.items() if fields == {field}]
        sure = [plain(field), plain(label_of(field))]
        for name in [*sure, *known_as, *_USUAL.get(field, ())]:
            if name in columns:
                guessed.setdefault(field, columns[name])
    return guessed


def _not_fields(mapping: Mapping) -> Iterator[str]:
    """Give the columns that the mapping uses for something else than a field, or not at all."""
    yield from mapping.unused
    for each in mapping.order_columns:
        yield from filter(None, (each.column, each.tax_column))


def _check_told(mapping: Mapping, known: Iterable[Mapping], header: Sequence[str]) -> None:
    """Raise UnknownFormat where files of another mapping have such a header too."""
    if mapping.is_told_by(header):
        return
    others = [
        each
        for each in known
        if each is not mapping and each.told_by and not (each.lacks(header) or each.is_own)
    ]
    if others:
        either = " or ".join(f"{each.title} (--format {each.name})" for each in (mapping, *others))
        raise UnknownFormat(
            f"By its columns this file may be {either}.",
            remedy="Say which it is; nothing was imported.",
            header=header,
        )


def _check_twice(mapping: Mapping, header: Sequence[str]) -> None:
    """Raise UnknownFormat where a column that is used is there more than once."""
    counts = Counter(map(plain, header))
    used = set(mapping.used()) - set(map(plain, [*mapping.unused, *mapping.not_taken])) - {""}
    twice = sorted({name for name in header if counts[plain(name)] > 1 and plain(name) in used})
    if twice:
        raise UnknownFormat(
            f"The header has {', '.join(twice)[:300]} more than once, so it is unclear which "
            "column counts.",
            remedy="Rename one in the file, or make a column mapping for the other.",
            header=header,
        )
