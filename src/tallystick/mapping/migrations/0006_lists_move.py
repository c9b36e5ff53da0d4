"""The copies of Xero's lists belong to `mirror` by now, tables and all."""

from django.db import migrations

_MODELS = ("Account", "TaxRate", "Currency", "TrackingCategory")


class Migration(migrations.Migration):
    dependencies = [
        ("mapping", "0005_former_answer"),
        ("mirror", "0001_lists_of_xero"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name) for name in _MODELS]
        )
    ]
