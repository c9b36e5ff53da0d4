from django.db import migrations

# A workspace that was connected to several organisations keeps what it chose for the newest.
_MOVE = """
    INSERT INTO books_documentdefaults (workspace_id, tax_code_id)
    SELECT DISTINCT ON (organisation.workspace_id) organisation.workspace_id, defaults.tax_code_id
    FROM mapping_mappingdefaults AS defaults
    JOIN connections_organisation AS organisation ON organisation.id = defaults.organisation_id
    WHERE defaults.tax_code_id IS NOT NULL
    ORDER BY organisation.workspace_id, organisation.id DESC
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """The default tax code becomes the workspace's own, whichever organisation it is bound to."""

    dependencies = [
        ("mapping", "0003_read_lists_again"),
        ("books", "0004_document_defaults"),
    ]

    operations = [
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("mappingdefaults", "tax_code"),
    ]
