"""Choosing how each kind of record goes to Xero."""

from typing import Any

from django import forms

from tallystick.sync.links.record_kinds import PARTY, PAYMENT_RULE
from tallystick.sync.models import (
    AddressSlot,
    KindPolicy,
    Owner,
    PhoneSlot,
    RecordPolicy,
    RecordTrigger,
    SentAs,
    Trigger,
    WhenVoided,
)
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import DateInput, Select, TextInput, TimeInput

#: What payments and allocations do not have.
_OF_DOCUMENTS = ("sent_as", "number_prefix", "attach_pdf", "when_voided")


class SyncRuleForm(WordedForm):
    """The rule of one kind, prefixed with the kind."""

    sent_as = forms.ChoiceField(label="Goes to Xero as", choices=SentAs.choices, widget=Select())
    trigger = forms.ChoiceField(label="When", choices=Trigger.choices, widget=Select())
    send_at = forms.TimeField(label="At", required=False, widget=TimeInput())
    starts_on = forms.DateField(
        label="From this day on",
        required=False,
        help_text="What is dated before stays out of Xero.",
        widget=DateInput(),
    )
    number_prefix = forms.CharField(
        label="In front of the number",
        required=False,
        help_text="Such as WEB-, in Xero only.",
        widget=TextInput(),
    )
    when_voided = forms.ChoiceField(
        label="Where one is voided in Xero", choices=WhenVoided.choices, widget=Select()
    )
    attach_pdf = forms.BooleanField(label="Put the PDF beside the copy in Xero", required=False)

    def __init__(self, data: Any, policy: KindPolicy) -> None:
        super().__init__(data, prefix=policy.kind, initial=rule_of(policy))
        self.policy = policy
        if policy.kind == PAYMENT_RULE:
            for name in _OF_DOCUMENTS:
                del self.fields[name]
            self.fields["trigger"].choices = _of_payments(Trigger.choices)  # type: ignore[attr-defined] # a ChoiceField

    def as_entered(self) -> KindPolicy:
        """Return an unsaved policy of what was entered; as it is kept where that cannot be read."""
        values = self.entered() if self.is_valid() else rule_of(self.policy)
        return KindPolicy(organisation=self.policy.organisation, kind=self.policy.kind, **values)

    def entered(self) -> dict[str, Any]:
        """Return the values for `save_policy`; what the page does not show is as it was."""
        return rule_of(self.policy) | self.cleaned_data


class RecordRuleForm(WordedForm):
    """The rule of parties or items, prefixed with the kind."""

    trigger = forms.ChoiceField(
        label="They go to Xero", choices=RecordTrigger.choices, widget=Select()
    )
    owner = forms.ChoiceField(
        label="What both have is changed in", choices=Owner.choices, widget=Select()
    )
    phone_as = forms.ChoiceField(
        label="Our phone number is Xero's",
        required=False,
        choices=PhoneSlot.choices,
        widget=Select(),
    )
    address_as = forms.ChoiceField(
        label="Our address is Xero's", required=False, choices=AddressSlot.choices, widget=Select()
    )

    def __init__(self, data: Any, policy: RecordPolicy) -> None:
        names = ("trigger", "owner", "phone_as", "address_as")
        initial = {name: getattr(policy, name) for name in names}
        super().__init__(data, prefix=policy.kind, initial=initial)
        self.policy = policy
        if policy.kind != PARTY:
            del self.fields["phone_as"], self.fields["address_as"]


def _of_payments(choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Payments are recorded, and never submitted."""
    return [(value, words.replace("submitted", "recorded")) for value, words in choices]


def rule_of(policy: KindPolicy) -> dict[str, Any]:
    """Return the values of a policy by the names that `save_policy` takes."""
    names = ("sent_as", "trigger", "send_at", "starts_on", "number_prefix", "attach_pdf")
    return {name: getattr(policy, name) for name in (*names, "when_draft", "when_voided")}
