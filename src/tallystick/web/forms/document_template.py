"""Entering a document template; the books check what is entered."""

from typing import Any

from django import forms

from tallystick.books.inputs import TemplateInput
from tallystick.books.models import DocumentTemplate
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import Select, TextInput
from tallystick.web.forms.records import tax_code_choices
from tallystick.workspaces.models import Workspace


class DocumentTemplateForm(WordedForm):
    name = forms.CharField(label="Name", widget=TextInput(placeholder="Exports"))
    tax_code = forms.ChoiceField(
        label="Tax code",
        required=False,
        help_text="For lines of its documents that have no tax code of their own.",
        widget=Select(),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_code"].choices = tax_code_choices(workspace)  # type: ignore[attr-defined] # a ChoiceField

    def to_input(self) -> TemplateInput:
        return TemplateInput(**self.cleaned_data)

    @staticmethod
    def values_of(template: DocumentTemplate) -> dict[str, Any]:
        tax_code = template.tax_code
        return {"name": template.name, "tax_code": tax_code.code if tax_code else ""}
