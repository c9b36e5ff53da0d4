"""Every real import is remembered, with what it made."""

from factories import make_document, make_party, owner_of
from tallystick.books.models import Document, Payment
from tallystick.importing.models import How, Import, ImportedRecord

SIMPLE = "number,party_number,party_name,issued_on,item_code,description,quantity,unit_price"
TEA = "C1,Cafe,2026-11-02,TEA,Tea,1,5.00"


def test_an_import_is_kept_with_the_documents_it_made(simple, workspace):
    simple("1," + TEA, "2," + TEA)
    simple("2," + TEA, "3," + TEA)

    first, second = Import.objects.order_by("pk")
    assert (first.actor, first.format) == (owner_of(workspace), "tallystick")
    assert (first.ended_at is None, first.report["documents"]) == (False, 2)
    assert made_by(first) == {("1", How.MADE), ("2", How.MADE)}
    assert made_by(second) == {("3", How.MADE)}


def test_a_dry_run_is_not_kept(simple):
    simple("1," + TEA, dry_run=True)

    assert not Import.objects.exists()


def test_what_waits_for_an_answer_is_not_kept(simple):
    report = simple(f"1,{TEA},9.00", header=f"{SIMPLE},Surcharge")

    assert report.is_blocked
    assert not Import.objects.exists()


def test_payments_are_kept_with_their_import(run, workspace):
    party = make_party(workspace)
    make_document(workspace, party=party, number="INV-1", submitted=True)
    header = "number,paid_on,amount"

    run(f"{header}\nINV-1,2026-11-10,2.00\nINV-1,2026-11-11,3.00".encode())

    kept = Import.objects.get()
    found = set(ImportedRecord.objects.filter(of_import=kept).values_list("payment", flat=True))
    assert found == set(Payment.objects.values_list("pk", flat=True))
    assert len(found) == 2


def made_by(kept: Import) -> set[tuple[str, str]]:
    return set(kept.records.values_list("document__number", "how"))


def test_a_removed_document_is_forgotten_by_its_import(simple):
    simple("1," + TEA)

    Document.objects.all().delete()

    assert not ImportedRecord.objects.exists()
