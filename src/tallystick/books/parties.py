"""Finding, adding and changing customers and suppliers."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import NotFound
from tallystick.books.inputs import PartyInput
from tallystick.books.models import Party, PartyQuerySet
from tallystick.books.ownership import refuse_owned, values_of
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

WALK_IN_NAME = "Walk-in customer"
#: What a party can be; it may be both.
ROLES = ("customer", "supplier")

#: The text fields with the characters they take.
WIDTHS = {
    "number": 50,
    "name": 255,
    "email": 255,
    "phone": 50,
    "tax_number": 50,
    "address": 500,
    "city": 255,
    "region": 255,
    "postal_code": 50,
    "country": 50,
}
_FIELDS = (*WIDTHS, "is_customer", "is_supplier", "do_not_sync")


def parties_of(workspace: Workspace, *, text: str = "", role: str = "") -> PartyQuerySet:
    """Return the parties in the order of their names; of one of the ROLES, if it is named.

    `text` stands in their name, number or e-mail address.
    """
    parties = Party.objects.in_workspace(workspace).matching(text).order_by("name", "pk")
    return parties.filter(**{f"is_{role}": True}) if role in ROLES else parties


def parties_called(
    workspace: Workspace, *, numbers: Collection[str], name: str, at_most: int
) -> list[Party]:
    """Return the parties that bear one of the numbers, or the whole name in whatever case."""
    called = Q(number__in=numbers) | Q(name__iexact=name)
    return list(Party.objects.in_workspace(workspace).filter(called)[:at_most])


@transaction.atomic
def create_party(*, workspace: Workspace, actor: User | None, party: PartyInput) -> Party:
    """Keep a new party. Raises InvalidRecord with every problem at once."""
    record = Party(workspace=workspace)
    _fill(record, party)
    _save(record)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="party.created",
        message=f"{record.name} ({record.number}) was added.",
        subject=record,
    )
    signals.records_made.send(sender=Party, workspace=workspace, record_ids=[record.pk])
    return record


@transaction.atomic
def edit_party(
    *, workspace: Workspace, actor: User | None, party_id: int, party: PartyInput
) -> Party:
    """Put the values in place of those it has. Raises NotFound and InvalidRecord.

    What is kept elsewhere (`ownership`) is refused like any value that cannot be kept.
    """
    record = Party.objects.in_workspace(workspace).filter(pk=party_id).select_for_update().first()
    if record is None:
        raise NotFound(
            "The customer or supplier is not in this workspace.", remedy="Look it up again."
        )
    _fill(record, party)
    _save(record)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="party.edited",
        message=f"{record.name} ({record.number}) was changed.",
        subject=record,
    )
    signals.record_edited.send(sender=Party, record=record)
    return record


def walk_in_party(workspace: Workspace) -> Party:
    """Return the party that stands for sales without a named customer; made when first needed."""
    party, _ = Party.objects.get_or_create(
        workspace=workspace,
        is_walk_in=True,
        defaults={"name": WALK_IN_NAME, "number": free_number(workspace, "WALK-IN")},
    )
    return party


def _fill(record: Party, party: PartyInput) -> None:
    checker = Checker(party.name.strip() or "The customer or supplier")
    before = values_of(record, _FIELDS)
    for field, width in WIDTHS.items():
        setattr(record, field, checker.text(field, getattr(party, field), at_most=width))
    record.is_customer = party.is_customer
    record.is_supplier = party.is_supplier
    record.do_not_sync = party.do_not_sync
    if not record.name:
        checker.refuse("name", None, "Enter the name as it shall stand on documents.")
    record.number = record.number or free_number(record.workspace, record.name)
    refuse_owned(record, before, checker)
    checker.finish()
    record.revision += record.pk is not None and values_of(record, _FIELDS) != before


def free_number(workspace: Workspace, name: str, *, besides: Collection[str] = ()) -> str:
    """Return a number made of the name that no party of the workspace has yet, nor is in `besides`."""
    base = slugify(name).upper()[:44].strip("-") or "PARTY"
    parties = Party.objects.in_workspace(workspace).filter(number__startswith=base)
    taken = {*parties.values_list("number", flat=True), *besides}
    tail = 1
    while (number := base if tail == 1 else f"{base}-{tail}") in taken:
        tail += 1
    return number


def _save(record: Party) -> None:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "party_number_unique" not in str(error):
            raise
        checker = Checker(record.name)
        checker.refuse("number", record.number, "Another customer or supplier has it; change it.")
        checker.finish()
