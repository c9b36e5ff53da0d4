"""What a problem says to do is offered beside it, and nothing beside it undoes what it says.

The texts are read out of the code that makes them, so that none can be left out.
"""

import ast
import re
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest

import tallystick
from factories import make_document, make_payment
from tallystick.mapping.problems import MappingCode
from tallystick.sync.links.lingering_copies import _ELSE, _ENDS, _OURS, _TO_STAY
from tallystick.sync.links.problems import PROBLEMS, ProblemCode
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.reports.attention import troubled_links
from tallystick.sync.reports.offered_decisions import decisions_on_each, label_on
from tallystick.sync.reports.record_decisions import buttons_on
from tallystick.web.shell import _RAIL
from tallystick.xero.catalogue.codes import RefusalCode

_ROOMS = ("mapping", "sync", "xero/catalogue")
_CODES = {one.__name__: one for one in (MappingCode, ProblemCode, RefusalCode)}
#: Where the code and the remedy stand among what the call is given.
_MAKERS = {"Problem": (0, 2), "known": (0, 2), "inferred": (0, 2), "question": (1, 3)}
#: Those of them that put Xero's refusals into words.
_OF_XERO = {"known", "inferred"}
#: What only payments and allocations have, beside those that begin so.
_OF_ENTRIES = {"not_approved", "document_gone", "too_much", "no_payment_account"}
#: Problems that are questions; the others are errors.
_QUESTIONS = {
    *(
        "differs",
        "gone_in_xero",
        "number_taken",
        "claim_differs",
        "claim_missing",
        "payment_exists",
    ),
    *("document_gone", "too_much", "not_approved", "doubled", "record_taken", "contact_missing"),
    "settled",
}
#: What a text tells to press, and the act that it is: here one of Needs attention or of a page.
_PRESSED = {
    "Retry": {"retry", "remove"},
    "eep what Xero has": {"keep_theirs"},
    "eave both as they are": {"keep_theirs"},
    "end ours": {"send_ours"},
    "Mark done": {"mark_done"},
    "Leave it in Xero": {"leave"},
    "mark yours as this one": {"mark"},
}
#: The same on the record's own page, by the decision; Retry and marking by number are always there.
_DECIDED = {
    "eep what Xero has": {"keep_theirs"},
    "eave both as they are": {"keep_theirs"},
    "end ours": {"send_ours"},
    "Mark done": {"mark_done"},
    "Leave it in Xero": {"mark_done"},
}


class Text(NamedTuple):
    code: str
    remedy: str
    made_by: str


def texts() -> list[Text]:
    """Return every code with its remedy, as they stand in the code."""
    root = Path(tallystick.__file__).parent
    found = []
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            tree = ast.parse(path.read_text())
            named = {
                target.id: said(node.value, {})
                for node in tree.body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                maker = getattr(call.func, "id", "")
                if maker in _MAKERS and len(call.args) > _MAKERS[maker][1]:
                    code, remedy = (said(call.args[place], named) for place in _MAKERS[maker])
                    if code and "{" not in code:
                        found.append(Text(code, remedy, maker))
    return found


def said(node: ast.expr, named: dict[str, str]) -> str:
    """Return the text that a node is, with blanks for what only running it would tell."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            said(part, named) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        codes = _CODES.get(node.value.id)
        return str(codes[node.attr]) if codes else ""
    if isinstance(node, ast.BinOp):
        return said(node.left, named) + said(node.right, named)
    return named.get(node.id, "") if isinstance(node, ast.Name) else ""


def is_of_entries(code: str) -> bool:
    return code in _OF_ENTRIES or code.startswith(("payment", "allocation"))


@pytest.fixture
def offered(workspace, organisation):
    """Return what is offered on Needs attention and on the record's page for a problem."""
    document = make_document(workspace, number="INV-1", submitted=True)
    payment = make_payment(document)

    def offered(code: str, *, intent: Intent = Intent.PUSH, is_entry: bool, state: str = ""):
        record = {"payment": payment} if is_entry else {"document": document}
        is_question = code in _QUESTIONS and intent == Intent.PUSH
        Link.objects.exclude(**record).update(state=LinkState.SYNCED)
        is_there = code not in ("number_taken", "claim_differs", "claim_missing", "payment_exists")
        # What somebody allocated there is another one than ours, which is not there.
        is_there = is_there and not (is_entry and code == "differs" and intent == Intent.PUSH)
        Link.objects.filter(**record).update(
            state=state or (LinkState.HELD if is_question else LinkState.FAILED),
            intent=intent,
            problem={"code": code, "message": "It stopped.", "remedy": "", "screen": ""},
            xero_id=uuid.uuid4() if is_there else None,
            xero_status="DRAFT" if is_there else "",
        )
        link = Link.objects.get(**record)
        acts = decisions_on_each(troubled_links(organisation))[link.pk]
        return (
            acts,
            {one.name: one.label for one in buttons_on(link, name="INV-1")},
            link,
        )

    return offered


def test_every_code_has_a_title():
    found = {text.code for text in texts()}

    assert len(found) > 60
    assert found - PROBLEMS.keys() == set()


def test_what_a_text_says_to_press_is_offered_beside_it(offered):
    for text in texts():
        if text.made_by in _OF_XERO and not is_of_entries(text.code):
            continue  # Names no act but Retry; seen to below.
        is_entry = is_of_entries(text.code) or "allocation in Xero" in text.remedy
        acts, decided, _ = offered(text.code, is_entry=is_entry)
        names = {act.name for act in acts}
        for words, wanted in _PRESSED.items():
            if words in text.remedy:
                assert names & wanted, (text, names)
        for words, wanted in _DECIDED.items():
            if words in text.remedy:
                assert decided.keys() & wanted, (text, decided)


def test_xeros_refusals_tell_to_press_nothing_but_retry(offered):
    for text in texts():
        if text.made_by in _OF_XERO:
            assert not any(words in text.remedy for words in _DECIDED), text
            acts, _, _ = offered(text.code, is_entry=is_of_entries(text.code))
            assert "retry" in {act.name for act in acts}, text


def test_every_page_of_settings_that_a_text_names_is_one():
    pages = {label for title, rows in _RAIL if title == "Settings" for label, *_ in rows}
    named = {
        page
        for text in texts()
        for place, page in re.findall(
            r"(in Xero |there )?under Settings, ([A-Z][a-z]+(?: [a-z]+)?)", text.remedy
        )
        if not place
    }

    assert len(named) >= 4
    assert named - pages == set()


@pytest.mark.parametrize("is_entry", [False, True])
@pytest.mark.parametrize("code", [*_ENDS, "refused", "other"])
def test_what_should_be_gone_offers_retry_and_leaving_it_and_nothing_else(offered, code, is_entry):
    acts, decided, link = offered(code, intent=Intent.RETRACT, is_entry=is_entry)

    assert [act.name for act in acts] == ["remove", "leave"]
    assert label_on(acts[0], link).startswith("Retry")
    assert decided == {"mark_done": "Leave it in Xero"}
    for remedy in (_ENDS.get(code, _ELSE), _OURS):
        assert "press Retry" in remedy or "Press Retry" in remedy
    assert label_on(acts[1], link) in _TO_STAY


def test_nothing_offered_undoes_what_a_text_says(offered):
    doubled, decided, _ = offered("doubled", is_entry=False)
    refused, _, _ = offered("number_taken", is_entry=False, state=LinkState.FAILED)

    # A third copy, and an answer to a question that nobody asks.
    assert "clear_xero_id" not in {act.name for act in doubled}
    assert decided == {"mark_done": "Mark done"}
    assert "mark" not in {act.name for act in refused}
