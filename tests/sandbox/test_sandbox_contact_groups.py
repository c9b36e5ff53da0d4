"""Contact groups and the contacts in them."""

import pytest
from books_client import connect

UNKNOWN = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def vips(books):
    return books.one("PUT", "ContactGroups", {"Name": "VIPs"})


def contact(books, name):
    return books.one("PUT", "Contacts", {"Name": name})["ContactID"]


def add(books, group, *idents):
    body = {"Contacts": [{"ContactID": ident} for ident in idents]}
    return books.put(f"ContactGroups/{group['ContactGroupID']}/Contacts", body)


def inside(books, group):
    [read] = books.get(f"ContactGroups/{group['ContactGroupID']}").json()["ContactGroups"]
    return [one["Name"] for one in read["Contacts"]]


def test_a_group_is_made_listed_renamed_and_deleted(books, vips):
    path = f"ContactGroups/{vips['ContactGroupID']}"
    renamed = books.one("POST", path, {"Name": "Friends"})

    listed = books.get('ContactGroups?where=Name=="Friends"').json()["ContactGroups"]
    deleted = books.one("POST", path, {"Status": "DELETED"})

    assert vips == {
        "ContactGroupID": vips["ContactGroupID"],
        "Name": "VIPs",
        "Status": "ACTIVE",
        "Contacts": [],
        "HasValidationErrors": False,
    }
    assert listed == [renamed]
    assert (deleted["Name"], deleted["Status"]) == ("Friends", "DELETED")
    assert books.get("ContactGroups").json()["ContactGroups"] == []
    assert books.get(path).status_code == books.get(f"{path[:-1]}0").status_code == 404


def test_contacts_are_added_shown_and_taken_out(books, vips):
    ann, bo = contact(books, "Ann"), contact(books, "Bo")
    path = f"ContactGroups/{vips['ContactGroupID']}/Contacts"

    added = add(books, vips, ann, bo).json()["Contacts"]
    add(books, vips, ann)

    assert [one["ContactID"] for one in added] == [ann, bo]
    assert added[0]["ValidationErrors"] == []
    assert inside(books, vips) == ["Ann", "Bo"]
    assert books.call("DELETE", f"{path}/{ann}").status_code == 204
    assert inside(books, vips) == ["Bo"]
    assert books.call("DELETE", f"{path}/{ann}").status_code == 404
    assert books.call("DELETE", path).status_code == 204
    assert inside(books, vips) == []


def test_a_contact_shows_its_groups_in_single_reads_and_pages_only(books, vips):
    ident = contact(books, "Ann")
    add(books, vips, ident)

    def groups(path):
        [read] = books.get(path).json()["Contacts"]
        return read["ContactGroups"]

    assert groups(f"Contacts/{ident}") == groups("Contacts?page=1") == [vips]
    assert groups("Contacts") == groups("Contacts?summaryOnly=true") == []
    books.post(f"ContactGroups/{vips['ContactGroupID']}", {"Status": "DELETED"})
    assert groups(f"Contacts/{ident}") == []


def test_a_merged_contact_leaves_its_groups_to_the_other_once(books, vips, http):
    ann, bo = contact(books, "Ann"), contact(books, "Bo")
    add(books, vips, ann, bo)

    http.post(f"/org/{books.organisation}/contacts/{ann}/merge", data={"into": "Bo"})

    assert inside(books, vips) == ["Bo"]
    [read] = books.get(f"Contacts/{bo}").json()["Contacts"]
    assert len(read["ContactGroups"]) == 1


def test_names_are_given_and_unique_whatever_their_case(books, vips):
    assert books.errors("PUT", "ContactGroups", {"Name": "vips"}) == ["Please enter a unique Name."]
    assert "Name" in books.errors("PUT", "ContactGroups", {"Name": " "})[0]
    assert "Status" in books.errors("PUT", "ContactGroups", {"Name": "X", "Status": "DELETED"})[0]


def test_there_are_at_most_a_hundred(books):
    names = [{"Name": f"Group {number}"} for number in range(100)]
    assert books.put("ContactGroups", {"ContactGroups": names}).status_code == 200

    answer = books.put("ContactGroups", {"Name": "one more"})

    [element] = answer.json()["Elements"]
    assert element == {
        "ContactGroupID": "00000000-0000-0000-0000-000000000000",
        "Name": "one more",
        "Contacts": [],
        "HasValidationErrors": True,
        "ValidationErrors": [{"Message": "You've reached the limit of 100 contact groups."}],
    }


def test_an_unknown_contact_is_refused(books, vips):
    answer = add(books, vips, UNKNOWN)

    assert answer.status_code == 400
    assert "could not be found" in answer.text


def test_groups_follow_scope_and_role(http, vips):
    reading = connect(http, scope="accounting.contacts.read")
    reader = connect(http, person="read_only", scope="accounting.contacts")

    assert reading.get("ContactGroups").status_code == 200
    assert reading.put("ContactGroups", {"Name": "X"}).status_code == 401
    assert reader.put("ContactGroups", {"Name": "X"}).status_code == 403
