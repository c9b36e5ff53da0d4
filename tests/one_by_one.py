"""Migrations one by one, as databases took them before there were squashed ones."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class OneByOne(MigrationLoader):
    """Knows every migration but the squashed ones."""

    def load_disk(self) -> None:
        super().load_disk()
        self.disk_migrations = {
            key: migration
            for key, migration in self.disk_migrations.items()
            if not migration.replaces
        }


def one_by_one() -> MigrationExecutor:
    """Return an executor for the test's database that goes the old way."""
    executor = MigrationExecutor(connection)
    executor.loader = OneByOne(connection)
    return executor
