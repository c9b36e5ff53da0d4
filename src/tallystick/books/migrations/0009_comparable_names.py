from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import tallystick.books.names
from tallystick.books.names import comparable_name

_AT_ONCE = 5_000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give every party the comparable form of its name, so many at once."""
    parties = apps.get_model("books", "Party").objects.order_by("pk")
    last = 0
    while batch := list(parties.filter(pk__gt=last).only("pk", "name")[:_AT_ONCE]):
        for party in batch:
            party.comparable_name = comparable_name(party.name)[:255]
        parties.bulk_update(batch, ["comparable_name"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("books", "0008_stated_tax_and_own_widths")]

    operations = [
        migrations.AddField(
            "party",
            "comparable_name",
            tallystick.books.names.ComparableNameField(default="", editable=False, max_length=255),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "party",
            models.Index(fields=["workspace", "comparable_name"], name="party_comparable_name"),
        ),
    ]
