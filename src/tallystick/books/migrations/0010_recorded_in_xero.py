from django.db import migrations, models

_OWNERS = [("here", "Recorded here"), ("xero", "Recorded in Xero")]


def _owner() -> "models.CharField[str, str]":
    return models.CharField(choices=_OWNERS, db_default="here", default="here", max_length=4)


class Migration(migrations.Migration):
    dependencies = [("books", "0009_comparable_names")]

    operations = [
        migrations.AddField("payment", "owner", _owner()),
        migrations.AddField("allocation", "owner", _owner()),
        migrations.RemoveConstraint("allocation", "allocation_unique"),
        migrations.AddConstraint(
            "allocation",
            models.UniqueConstraint(
                condition=models.Q(("owner", "here"), ("status", "recorded")),
                fields=("credit_note", "document"),
                name="allocation_unique",
            ),
        ),
    ]
