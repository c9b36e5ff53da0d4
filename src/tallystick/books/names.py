"""When two names are one: as Xero compares the names of contacts.

Case, accents, the Unicode form, invisible characters and superfluous blanks do not count, so that
two spellings of one name are one contact there. Source: facts 5.3 (contacts_by_name_other_case;
accents) and 6.6.
"""

import unicodedata
from typing import Any

from django.db import models

#: Marks on letters, and characters that nobody sees, by their Unicode categories.
_UNSEEN = frozenset({"Mn", "Cf", "Cc"})


def comparable_name(name: str) -> str:
    """Return the name in the form in which names are compared."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    if not folded.isascii():
        folded = "".join(mark for mark in folded if unicodedata.category(mark) not in _UNSEEN)
    return " ".join(folded.split())


class ComparableNameField(models.CharField):
    """Keeps the comparable form of the model's `name`, which it follows whenever a row is saved."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = comparable_name(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value
