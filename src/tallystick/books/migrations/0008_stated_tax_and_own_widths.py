"""The tax of a line may be the one that its source states; widths are ours, not those of other books."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_search_by_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="tax_is_stated",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="item",
            name="account_code",
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AlterField(
            model_name="item",
            name="code",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="item",
            name="purchase_account_code",
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AlterField(
            model_name="line",
            name="account_code",
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AlterField(
            model_name="line",
            name="description",
            field=models.CharField(max_length=20000),
        ),
        migrations.AlterField(
            model_name="line",
            name="item_code",
            field=models.CharField(blank=True, max_length=255),
        ),
    ]
