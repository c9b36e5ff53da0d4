"""Documents are searched by kind: what invoices are numbered by is no reason to read the bills."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations
from django.db.models import Index, Q
from django.db.models.functions import Upper

_KINDS = ("sales_invoice", "bill", "sales_credit_note", "supplier_credit_note")
_OLD = ("document_number_search", "document_reference_search", "document_begins")


def _search(kind: str) -> GinIndex:
    fields = (OpClass(Upper(field), name="gin_trgm_ops") for field in ("number", "reference"))
    return GinIndex(*fields, condition=Q(kind=kind), name=f"search_{kind}")


def _begins(kind: str) -> Index:
    number = OpClass(Upper("number"), name="varchar_pattern_ops")
    return Index("workspace", number, condition=Q(kind=kind), name=f"begins_{kind}")


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the indexes are made

    dependencies = [("books", "0006_lists_add_up_by_index")]

    operations = [
        *(AddIndexConcurrently("document", _search(kind)) for kind in _KINDS),
        *(AddIndexConcurrently("document", _begins(kind)) for kind in _KINDS),
        *(RemoveIndexConcurrently("document", name) for name in _OLD),
    ]
