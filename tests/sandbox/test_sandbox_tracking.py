import pytest
from books_client import approved, draft, line


def region(books):
    return books.get("TrackingCategories").json()["TrackingCategories"][0]


def test_a_category_is_made_renamed_archived_and_deleted(books):
    made = books.put("TrackingCategories", {"Name": "Team"}).json()["TrackingCategories"][0]
    path = f"TrackingCategories/{made['TrackingCategoryID']}"

    renamed = books.post(path, {"Name": "Teams"}).json()["TrackingCategories"][0]
    books.post(path, {"Status": "ARCHIVED"})
    shown = books.get("TrackingCategories").json()["TrackingCategories"]
    all_of_them = books.get("TrackingCategories?includeArchived=true").json()["TrackingCategories"]
    deleted = books.call("DELETE", path).json()["TrackingCategories"][0]

    assert (made["Status"], made["Options"]) == ("ACTIVE", [])
    assert renamed["Name"] == "Teams"
    assert [category["Name"] for category in shown] == ["Region"]
    assert [category["Name"] for category in all_of_them] == ["Region", "Teams"]
    assert deleted["Status"] == "DELETED"
    assert books.get(path).json()["TrackingCategories"][0]["Status"] == "DELETED"


def test_an_organisation_has_at_most_two_active_categories(books):
    books.put("TrackingCategories", {"Name": "Team"})

    [third] = books.errors("PUT", "TrackingCategories", {"Name": "Colour"})
    [twin] = books.errors("PUT", "TrackingCategories", {"Name": "team", "Status": "ARCHIVED"})

    assert "at most 2 active" in third
    assert twin == "Please enter a unique Name."


def test_options_are_made_renamed_archived_and_deleted(books):
    path = f"TrackingCategories/{region(books)['TrackingCategoryID']}/Options"

    made = books.put(path, {"Options": [{"Name": "Up"}, {"Name": "Down"}]}).json()["Options"]
    renamed = books.post(f"{path}/{made[0]['TrackingOptionID']}", {"Name": "Top"}).json()["Options"]
    archived = books.post(f"{path}/{made[0]['TrackingOptionID']}", {"Status": "ARCHIVED"})
    deleted = books.call("DELETE", f"{path}/{made[1]['TrackingOptionID']}").json()["Options"]
    [twin] = books.errors("PUT", path, {"Name": "north"})

    assert [option["IsActive"] for option in made] == [True, True]
    assert renamed[0]["Name"] == "Top"
    assert archived.json()["Options"][0]["IsArchived"] is True
    assert deleted[0]["IsDeleted"] is True
    assert [option["Name"] for option in region(books)["Options"]] == [
        "Eastside",
        "North",
        "South",
        "West Coast",
    ]
    assert twin == "Please enter a unique Name."


def test_a_line_takes_tracking_by_names_or_ids_and_lists_show_it_without_the_option_id(books):
    category = region(books)
    north = category["Options"][1]
    by_id = {
        "TrackingCategoryID": category["TrackingCategoryID"],
        "TrackingOptionID": north["TrackingOptionID"],
    }
    by_name = {"Name": "region", "Option": "NORTH"}

    made = books.create(
        draft(LineItems=[line(Tracking=[by_id])]), draft(LineItems=[line(Tracking=[by_name])])
    )
    read = books.get(f"Invoices/{made[0]['InvoiceID']}").json()["Invoices"][0]
    listed = books.get("Invoices?page=1").json()["Invoices"][0]

    expected = {"Name": "Region", "Option": "North"} | by_id
    assert [one["LineItems"][0]["Tracking"] for one in (*made, read)] == [[expected]] * 3
    assert listed["LineItems"][0]["Tracking"] == [
        {
            "Name": "Region",
            "Option": "North",
            "TrackingCategoryID": category["TrackingCategoryID"],
            "Options": [],
        }
    ]


def test_tracking_stays_when_a_line_is_changed_without_it(books):
    [made] = books.create(draft(LineItems=[line(Tracking=[{"Name": "Region", "Option": "South"}])]))
    change = {"LineItemID": made["LineItems"][0]["LineItemID"], "Quantity": 3}

    answer = books.post(f"Invoices/{made['InvoiceID']}", {"LineItems": [change]})

    changed = answer.json()["Invoices"][0]["LineItems"][0]
    assert changed["Tracking"] == made["LineItems"][0]["Tracking"]


def test_unknown_tracking_is_dropped_from_drafts_and_refused_on_approved_documents(books):
    lines = [line(Tracking=[{"Name": "Region", "Option": "Moon"}])]

    answer = books.put("Invoices", draft(LineItems=lines)).json()["Invoices"][0]
    [message] = books.errors("PUT", "Invoices", approved(LineItems=lines))

    assert answer["LineItems"][0]["Tracking"] == []
    assert "'Moon'" in answer["Warnings"][0]["Message"]
    assert "does not exist or is not active" in message


@pytest.mark.parametrize("what", ["category", "option"])
def test_what_stands_on_a_document_is_not_deleted(books, what):
    category = region(books)
    path = f"TrackingCategories/{category['TrackingCategoryID']}"
    path += f"/Options/{category['Options'][1]['TrackingOptionID']}" if what == "option" else ""
    books.create(draft(LineItems=[line(Tracking=[{"Name": "Region", "Option": "North"}])]))

    answer = books.call("DELETE", path)

    assert answer.status_code == 400
    assert "used on a document" in answer.text
