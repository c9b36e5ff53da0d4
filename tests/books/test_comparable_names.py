"""Two spellings of one name are found as one."""

import pytest

from factories import make_party, make_workspace
from tallystick.books.models import Party
from tallystick.books.names import comparable_name


@pytest.mark.parametrize(
    "other",
    ["ACME LTD", "Acmé Ltd", "Acme\u0301 Ltd", " Acme  Ltd ", "Acme\u200b Ltd", "\uff21cme Ltd"],
)
def test_spellings_of_one_name_compare_equal(other):
    assert comparable_name(other) == comparable_name("Acme Ltd")


@pytest.mark.parametrize("other", ["Acme Ltd.", "Acme", "Acme Limited", "Acne Ltd"])
def test_other_names_do_not(other):
    assert comparable_name(other) != comparable_name("Acme Ltd")


def test_the_comparable_name_follows_the_name(db):
    party = make_party(make_workspace(), number="1", name="Café")
    assert Party.objects.get().comparable_name == "cafe"

    party.name = "BÄCKEREI"
    party.save()
    assert Party.objects.get().comparable_name == "backerei"

    Party.objects.bulk_create([Party(workspace=party.workspace, number="2", name="Ünal")])
    assert Party.objects.get(number="2").comparable_name == "unal"
