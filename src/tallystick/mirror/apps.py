from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class MirrorConfig(AppConfig):
    name = "tallystick.mirror"
    label = "mirror"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the views in step with the tables."""
        from tallystick.mirror.views.keeping import after_migrations, before_migrations

        pre_migrate.connect(before_migrations, sender=self)
        post_migrate.connect(after_migrations, sender=self)
