"""What was done to a document here so that it is as a file says."""

from decimal import Decimal
from typing import NamedTuple

from tallystick.books.models import Document
from tallystick.importing.documents.judging import Accepted
from tallystick.importing.documents.staging import NotedParty


class Corrected(NamedTuple):
    """A document that was edited, amended or credited, or in a dry run would be."""

    new: Accepted
    #: An answer to Ask.CHANGED that does something: `edit`, `amend`, `credit`.
    mode: str
    #: What is otherwise, in words.
    changes: str
    #: What was made for it: the document in its place, and the credit note.
    made: list[Document]
    #: What the document comes to now, less what it came to before.
    change: Decimal
    submitted: int
    #: Parties added.
    new_parties: list[NotedParty]
