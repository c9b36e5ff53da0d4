from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "tallystick.sync"
    label = "sync"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing connects the listeners to what books, connections, mirror and mapping announce.
        from tallystick.sync.acts import (  # noqa: F401
            mending,
            owning,
            sending_records,
            submitting,
            switching_modules,
        )

        # And gives the tasks that worker processes may be asked for.
        from tallystick.sync.preview import jobs as preview_jobs  # noqa: F401
        from tallystick.sync.reports import jobs as report_jobs  # noqa: F401
