"""The picture of the rooms is what the sources import."""

from rooms_picture import PICTURE, drawn


def test_the_picture_in_the_docs_is_drawn_from_the_code():
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "Run `make picture`, and look at it."
