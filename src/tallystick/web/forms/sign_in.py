"""Signing in with e-mail address and password."""

from typing import Any

from django import forms

from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import EmailInput, PasswordInput
from tallystick.workspaces.devices import Device
from tallystick.workspaces.models import User
from tallystick.workspaces.sign_in import TooManyTries, sign_in


class SignInForm(WordedForm):
    email = forms.EmailField(
        label="E-mail address", widget=EmailInput(autocomplete="username", autofocus=True)
    )
    password = forms.CharField(
        strip=False, widget=PasswordInput(autocomplete="current-password"), max_length=500
    )

    def __init__(self, data: Any = None, *, address: str, device: Device) -> None:
        super().__init__(data)
        self.user: User | None = None
        #: Set where no password was looked at.
        self.later: TooManyTries | None = None
        self._address, self._device = address, device

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, password = cleaned.get("email"), cleaned.get("password")
        if not email or not password:
            return cleaned
        try:
            self.user = sign_in(
                email=email, password=password, address=self._address, device=self._device
            )
        except TooManyTries as later:
            self.later = later
            raise forms.ValidationError(later.message) from None
        if self.user is None:
            raise forms.ValidationError(
                "E-mail address and password do not belong together. Check both and try again."
            )
        return cleaned
