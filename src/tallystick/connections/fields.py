"""A text column that is never in clear at rest."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Undecryptable(Exception):
    """A stored secret cannot be read with any of the keys in TALLYSTICK_ENCRYPTION_KEYS."""


class EncryptedTextField(models.TextField):
    """Text encrypted with the first of TALLYSTICK_ENCRYPTION_KEYS, readable with any of them.

    Rotate: put a new key in front, restart, save the rows anew, then drop the old key.
    """

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return value
        return _vault(tuple(settings.ENCRYPTION_KEYS)).encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        try:
            return _vault(tuple(settings.ENCRYPTION_KEYS)).decrypt(value.encode()).decode()
        except InvalidToken:
            raise Undecryptable(
                "A stored Xero token cannot be decrypted: none of TALLYSTICK_ENCRYPTION_KEYS "
                "is the key it was written with. Put the old key back at the end of the list, "
                "or disconnect and connect Xero again; documents and links are untouched."
            ) from None


@lru_cache(maxsize=4)
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
