"""What a person sees and presses on the page of an upload."""

from django.urls import reverse

from background_work import work_off

SIMPLE = "number,party_number,party_name,issued_on,item_code,description,quantity,unit_price"


def page(browser, upload):
    return browser.get(reverse("import-upload", args=[upload.workspace.slug, upload.pk])).text


def press(browser, upload, act, **fields):
    address = reverse("import-act", args=[upload.workspace.slug, upload.pk])
    answer = browser.post(address, {"act": act, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.text


def answer(browser, upload, **answers):
    """Answer questions by their keys, have the file checked anew, and return the page."""
    address = reverse("import-answer", args=[upload.workspace.slug, upload.pk])
    given = {f"answer-{key}": value for key, value in answers.items()}
    assert browser.post(address, given).status_code == 302
    work_off()
    upload.refresh_from_db()
    return page(browser, upload)
