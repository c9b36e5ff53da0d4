"""What was chosen keeps what it was called then; what stands chosen gets what it is called now."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Now, Trim

_CHOICES = ("TaxMapping", "AccountChoice", "MethodAccount")


def _name_what_stands_chosen(apps: Any, _: Any) -> None:
    accounts, rates = (apps.get_model("mirror", name).objects for name in ("Account", "TaxRate"))
    mapping, choice, method = (apps.get_model("mapping", name).objects for name in _CHOICES)
    own = {"organisation": OuterRef("organisation")}
    rate = rates.filter(**own, tax_type=OuterRef("tax_type"))
    mapping.update(
        chosen_name=Coalesce(Subquery(rate.values("name")[:1]), Value("")),
        chosen_rate=Subquery(rate.values("effective_rate")[:1]),
    )
    named = accounts.annotate(called=Trim(Concat("code", Value(" "), "name"))).filter(**own)
    for choices, key in ((choice, "code"), (method, "account_id")):
        column = "xero_id" if key == "account_id" else key
        found = named.filter(**{column: OuterRef(key)}).values("called")[:1]
        choices.update(chosen_name=Coalesce(Subquery(found), Value("")))


class Migration(migrations.Migration):
    dependencies = [
        ("mapping", "0006_lists_move"),
        ("mirror", "0001_lists_of_xero"),
    ]

    operations = [
        *(
            operation
            for name in _CHOICES
            for operation in (
                migrations.AddField(
                    name,
                    "chosen_name",
                    models.CharField(blank=True, db_default="", default="", max_length=200),
                ),
                migrations.AddField(name, "chosen_at", models.DateTimeField(null=True)),
                migrations.AlterField(
                    name, "chosen_at", models.DateTimeField(db_default=Now(), null=True)
                ),
            )
        ),
        migrations.AddField(
            "TaxMapping",
            "chosen_rate",
            models.DecimalField(decimal_places=4, max_digits=9, null=True),
        ),
        migrations.RunPython(_name_what_stands_chosen, migrations.RunPython.noop),
    ]
