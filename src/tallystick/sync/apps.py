from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "tallystick.sync"
    label = "sync"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing connects the listeners to what books, connections and mapping announce.
        from tallystick.sync import mending, queue  # noqa: F401
