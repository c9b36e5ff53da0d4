"""The links that there are get their copies, ten thousand at a time: nobody waits for a lock."""

from django.db import migrations
from django.db.models import Max, Min

_AT_ONCE = 10_000


def fill(apps, schema_editor):
    ends = apps.get_model("sync", "Link").objects.aggregate(first=Min("pk"), last=Max("pk"))
    for first in range(ends["first"] or 0, (ends["last"] or -1) + 1, _AT_ONCE):
        # The triggers of 0009 write what is named.
        schema_editor.execute(
            "UPDATE sync_link SET kind = kind, problem_code = problem_code"
            " WHERE id >= %s AND id < %s AND kind = ''",
            [first, first + _AT_ONCE],
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sync", "0009_listed_links")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
