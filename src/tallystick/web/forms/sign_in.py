"""Signing in with e-mail address and password."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.cache import cache

from tallystick.web.forms.inputs import EmailInput, PasswordInput
from tallystick.web.forms.words import WordedForm
from tallystick.workspaces.models import User

#: So many wrong passwords for one address from one machine, then a pause.
_TRIES = 10
_PAUSE_SECONDS = 5 * 60


class SignInForm(WordedForm):
    email = forms.EmailField(
        label="E-mail address", widget=EmailInput(autocomplete="username", autofocus=True)
    )
    password = forms.CharField(
        strip=False, widget=PasswordInput(autocomplete="current-password"), max_length=500
    )

    def __init__(self, data: Any = None, *, address: str) -> None:
        super().__init__(data)
        self.user: User | None = None
        self._address = address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, password = cleaned.get("email"), cleaned.get("password")
        if not email or not password:
            return cleaned
        # Kept in this process only: it slows guessing down and needs no table.
        key = f"sign-in:{self._address}:{email.lower()}"
        if cache.get(key, 0) >= _TRIES:
            raise forms.ValidationError(
                "Too many wrong passwords for this address. Wait five minutes, then try again."
            )
        user = authenticate(username=email, password=password)
        if not isinstance(user, User):
            cache.add(key, 0, _PAUSE_SECONDS)
            cache.incr(key)
            raise forms.ValidationError(
                "E-mail address and password do not belong together. Check both and try again."
            )
        cache.delete(key)
        self.user = user
        return cleaned
