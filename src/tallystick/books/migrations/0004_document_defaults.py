import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The default tax code is the workspace's own: documents bear it from the start."""

    dependencies = [("books", "0003_tax_level")]

    operations = [
        migrations.CreateModel(
            name="DocumentDefaults",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tax_code",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="books.taxcode",
                    ),
                ),
                (
                    "workspace",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document_defaults",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={"verbose_name_plural": "document defaults"},
        ),
        migrations.AlterField(
            model_name="line",
            name="tax_level",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "The line"),
                    ("template", "The template"),
                    ("item", "The item"),
                    ("default", "The workspace default"),
                ],
                default="",
                max_length=8,
            ),
        ),
    ]
