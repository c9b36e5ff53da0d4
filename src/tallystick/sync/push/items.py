"""Items as Xero has them: found by their code, or made; what changed of them follows.

Xero keeps codes unique, so an item of ours is the one that bears its code there.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Item
from tallystick.mapping.known import Known
from tallystick.mapping.models import Direction
from tallystick.mapping.problems import XERO, Problem
from tallystick.sync.engine.batches import BATCH, BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import ITEM_CHANGES
from tallystick.sync.engine.due_work import ITEMS as NEW_ITEMS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.record_kinds import ITEM
from tallystick.sync.links.record_rules import comes_from_xero, record_policy_of
from tallystick.sync.links.shared_values import Values, at_first, item_values, price_text
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.models import Link, LinkState
from tallystick.sync.push.record_changes import ChangedKind, note_found, purpose_of, send_changes
from tallystick.sync.push.refusal_words import (
    RefusalWords,
    words_of_refusal,
    words_of_whole_refusal,
)
from tallystick.xero.catalogue.codes import RefusalCode

#: Characters of an item's code, name and description in Xero (facts 6.7).
_LONGEST_CODE, _LONGEST_NAME, _LONGEST_TEXT = 30, 50, 4000


def send_items(hands: RoundHands) -> None:
    """Find or make the items that are due, then write what changed of others."""
    new = hands.as_now(Link.objects.loaded_in_order(list(hands.due(NEW_ITEMS, BATCH))))
    if new:
        missing = _find(hands, new)
        hands.send(PlannedWriting(CREATE_ITEMS, missing, sealed_items, values_of_items(missing)))
    send_changes(hands, ITEMS, UPDATE_ITEMS)


def look_for_items(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Ask Xero for the items by their codes, compared exactly; a verdict on each that it has."""
    by_code = {_item(link).code: link for link in links}
    found = client.items_by_code(by_code) if by_code else []
    return [
        LinkVerdict(by_code[one.code].pk, "Found in Xero.", copy=_copy(by_code[one.code], one))
        for one in found
        if one.code in by_code
    ]


def sealed_items(links: Sequence[Link]) -> xero.Sealed:
    """Return what makes the items."""
    values = _said(links)
    return xero.seal_create_items(
        [_draft(link, values[link.pk], frozenset(values[link.pk]), item_id=None) for link in links]
    )


def values_of_items(links: Sequence[Link]) -> dict[int, Values]:
    """Return what the item of each link says of all that is synced, by the link's key."""
    theirs = {
        one.pk: comes_from_xero(record_policy_of(one, ITEM))
        for one in {link.organisation for link in links}
    }
    said = _said(links)
    return {link.pk: {} if theirs[link.organisation_id] else said[link.pk] for link in links}


def _find(hands: RoundHands, links: Sequence[Link]) -> list[Link]:
    """Link the items whose code Xero has already; return the others that it can have."""
    too_long = [link for link in links if len(_item(link).code) > _LONGEST_CODE]
    askable = [link for link in links if link not in too_long]
    verdicts = hands.ask("items.ask", partial(look_for_items, hands.client, askable))
    verdicts += map(_too_long, too_long)
    ours = values_of_items(links)
    agreed = {
        one.link_id: at_first(ours[one.link_id], one.copy.content)
        for one in verdicts
        if one.copy and one.copy.content and ours[one.link_id]
    }
    first = partial(note_found, links, agreed) if agreed else None
    found = hands.settle("items.find", verdicts, action=AttemptAction.ASK, first=first)
    return [link for link in links if link.pk not in found]


def _too_long(link: Link) -> LinkVerdict:
    length = len(_item(link).code)
    message = f"{_head(link)} Its code has {length} characters, and Xero takes {_LONGEST_CODE}."
    remedy = "Give it a shorter code here; it is sent again by itself."
    problem = Problem(RefusalCode.TEXT_TOO_LONG, message, remedy, XERO)
    return LinkVerdict(link.pk, message, problem=problem)


def _said(links: Sequence[Link]) -> dict[int, Values]:
    known = {one: Known(one) for one in {link.organisation for link in links}}
    return {link.pk: _values(_item(link), known[link.organisation]) for link in links}


def _values(item: Item, known: Known) -> Values:
    """Return what is known of the item here; what is empty is left to Xero."""
    types = {
        direction: known.tax_types.get((item.tax_code_id or 0, direction), "")
        for direction in Direction
    }
    values = {
        "name": item.name[:_LONGEST_NAME],
        "description": (item.description or item.name)[:_LONGEST_TEXT],
        "sales_price": price_text(item.unit_price),
        "sales_account": item.account_code,
        "sales_tax": types[Direction.SALES],
        "purchase_price": price_text(item.purchase_price),
        "purchase_account": item.purchase_account_code,
        "purchase_tax": types[Direction.PURCHASES],
    }
    return {name: " ".join(value.split()) for name, value in values.items() if value}


def _draft(
    link: Link, values: Mapping[str, str], fields: frozenset[str], *, item_id: str | None
) -> xero.ItemDraft:
    said = {name: value for name, value in values.items() if name in fields}
    item = _item(link)
    return xero.ItemDraft(
        item_id=item_id,
        # A change goes by the id; the code is the one that Xero has.
        code=link.xero_number if item_id else item.code,
        name=said.get("name"),
        description=said.get("description"),
        sales=_price(said, "sales"),
        purchase=_price(said, "purchase"),
    )


def _price(said: Mapping[str, str], side: str) -> xero.ItemPriceDraft | None:
    price, account, tax = (said.get(f"{side}_{name}") for name in ("price", "account", "tax"))
    if not (price or account or tax):
        return None
    return xero.ItemPriceDraft(
        unit_price=Decimal(price) if price else None, account_code=account, tax_type=tax
    )


def _seal(changes: Sequence[tuple[Link, frozenset[str]]]) -> xero.Sealed:
    values = _said([link for link, _ in changes])
    return xero.seal_update_items(
        [
            _draft(link, values[link.pk], fields, item_id=str(link.xero_id))
            for link, fields in changes
        ]
    )


def _read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_code = {_item(link).code: link for link in links}
    verdicts = []
    for element in answer.items:
        link = by_code.get(element.record.code)
        if link and element.ok:
            verdicts.append(LinkVerdict(link.pk, "Made in Xero.", copy=_copy(link, element.record)))
        elif link:
            words = words_of_refusal(_head(link), element.errors, noun="item")
            verdicts.append(_refused(link, words))
    return verdicts


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    remedy = "Look at its values, then press Retry; nothing is doubled."
    words = words_of_whole_refusal(_head(link), refused, noun="item", remedy=remedy)
    return _refused(link, words)


def _refused(link: Link, words: RefusalWords) -> LinkVerdict:
    problem = Problem(words.code, words.message, words.remedy, XERO)
    return LinkVerdict(link.pk, words.message, problem=problem)


def _head(link: Link) -> str:
    return f"Item {link.record} could not be made in Xero."


def _copy(link: Link, item: xero.Item) -> XeroCopy:
    is_sending = link.state == LinkState.SENDING
    return XeroCopy(
        xero_id=UUID(item.item_id),
        number=item.code,
        status="ACTIVE",
        content=item_values(item),
        revision=link.sealed_revision if is_sending else _item(link).revision,
    )


def _fetch(client: xero.XeroClient, ids: list[str]) -> Sequence[xero.Item]:
    return client.items_by_id(ids)


def _item(link: Link) -> Item:
    if link.item is None:
        raise ValueError(f"Link {link.pk} is not an item's.")
    return link.item


CREATE_ITEMS = BatchPurpose(
    "create_items", AttemptAction.CREATE, read=_read, refuse=_refuse, look=look_for_items
)
ITEMS = ChangedKind(
    records="items",
    noun="item",
    work=ITEM_CHANGES,
    fetch=_fetch,
    elements=lambda answer: answer.items,
    ours=values_of_items,
    theirs=item_values,
    obstacle=lambda link, item: None,
    seal=_seal,
)
UPDATE_ITEMS = purpose_of(ITEMS)
