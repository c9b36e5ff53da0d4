from django.db import migrations


class Migration(migrations.Migration):
    """Have the lists read again: accounts tell more now, and currencies and tracking are new."""

    dependencies = [("mapping", "0002_every_kind")]

    operations = [
        migrations.RunSQL(
            "UPDATE connections_organisation SET read_at = NULL", migrations.RunSQL.noop
        ),
    ]
