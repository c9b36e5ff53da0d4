"""Indexes of documents bear the money, and the one for beginnings of numbers the kind."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper

_NEW = (
    models.Index(
        fields=["workspace", "kind", "issued_on", "id"],
        include=["currency", "total"],
        name="document_days",
    ),
    models.Index(
        fields=["workspace", "kind", "status", "issued_on", "id"],
        include=["currency", "total"],
        name="document_statuses",
    ),
    models.Index(
        fields=["party", "kind", "issued_on", "id"],
        include=["workspace", "currency", "total"],
        name="document_of_its_party",
    ),
    models.Index(
        "workspace",
        "kind",
        OpClass(Upper("number"), name="varchar_pattern_ops"),
        name="document_begins",
    ),
)
_OLD = ("document_by_day", "document_status", "document_of_party", "document_number_begins")


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the indexes are made

    dependencies = [("books", "0005_lists_of_a_million")]

    operations = [
        *(AddIndexConcurrently(model_name="document", index=index) for index in _NEW),
        *(RemoveIndexConcurrently(model_name="document", name=name) for name in _OLD),
    ]
