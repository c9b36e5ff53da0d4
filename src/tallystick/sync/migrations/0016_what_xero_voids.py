from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0015_webhooks")]

    operations = [
        migrations.AddField(
            "kindpolicy",
            "when_voided",
            models.CharField(
                choices=[
                    ("cancel", "Cancel it here, too"),
                    ("ask", "Ask what is to become of it"),
                ],
                db_default="cancel",
                default="cancel",
                max_length=8,
            ),
        ),
    ]
