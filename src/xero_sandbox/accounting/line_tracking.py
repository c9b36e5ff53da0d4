"""Tracking on lines, by ids or names, and as contacts have it for theirs (facts 6.1, 6.6, 6.12)."""

from __future__ import annotations

from typing import Any

from xero_sandbox.accounting.line_shapes import TRACKING
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind, shaped
from xero_sandbox.organisations.catalogue import TrackingCategory, TrackingOption
from xero_sandbox.store import fold

MOST = 2


def read(
    sent: list[Sent],
    known: list[TrackingCategory],
    *,
    complete: bool,
    errors: list[str],
    warnings: list[str],
) -> list[dict[str, str]]:
    """Return the line's tracking as on the wire, and add to `errors` and `warnings`.

    What is not known is left out with a warning on a draft and refused on a document that has to
    be `complete`.
    """
    found: dict[str, dict[str, str]] = {}
    for entry in sent:
        category = _category(known, entry)
        option = _option(category, entry) if category else None
        if category is None or option is None:
            if complete:
                errors.append(f"{_named(entry)} does not exist or is not active.")
            else:
                warnings.append(
                    f"{_named(entry)} has been removed as it does not match an active one."
                )
            continue
        if category.id in found:
            errors.append(f"The tracking category {category.name} is on a line twice.")
        found[category.id] = {
            "Name": category.name,
            "Option": option.name,
            "TrackingCategoryID": category.id,
            "TrackingOptionID": option.id,
        }
    if len(found) > MOST:
        errors.append("A line item can have at most 2 tracking categories.")
    return list(found.values())


def read_defaults(
    sent: list[Sent], known: list[TrackingCategory], errors: list[str]
) -> list[dict[str, str]]:
    """Return the tracking that a contact gives its lines, as on the wire: by names alone."""
    renamed = {"TrackingCategoryName": "Name", "TrackingOptionName": "Option"}
    named = [
        Sent({new: entry.text(old) for old, new in renamed.items()}, "TrackingCategory")
        for entry in sent
    ]
    found = read(named, known, complete=True, errors=errors, warnings=[])
    return [{old: entry[new] for old, new in renamed.items()} for entry in found]


def summarise(lines: list[dict[str, Any]]) -> None:
    """The form of lists: `Options: []` instead of the option's id (facts 6.12)."""
    for line in lines:
        line["Tracking"] = [shaped(TRACKING, entry, AnswerKind.PAGE) for entry in line["Tracking"]]


def _category(known: list[TrackingCategory], sent: Sent) -> TrackingCategory | None:
    ident, name = sent.guid("TrackingCategoryID"), fold(sent.text("Name"))
    for category in known:
        if category.id == ident or (not ident and name and fold(category.name) == name):
            return category
    return None


def _option(category: TrackingCategory, sent: Sent) -> TrackingOption | None:
    ident, name = sent.guid("TrackingOptionID"), fold(sent.text("Option"))
    for option in category.options:
        if option.id == ident or (not ident and name and fold(option.name) == name):
            return option
    return None


def _named(sent: Sent) -> str:
    name = sent.text("Name") or sent.text("TrackingCategoryID") or ""
    option = sent.text("Option") or sent.text("TrackingOptionID") or ""
    return f"The tracking option '{option[:100]}' of the category '{name[:100]}'"
