"""What every template may use: the frame, icons, money, moments, states, addresses."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tallystick.books.amount_text import money_text
from tallystick.books.models import Document
from tallystick.web.addresses import record_address
from tallystick.web.assets import asset
from tallystick.web.kinds import KindPages, pages_of
from tallystick.web.shell import PageShell
from tallystick.workspaces.models import Workspace

register = template.Library()

#: Icon and colour of each state; the words come with the state itself.
STATE_LOOKS = {
    "waiting": ("circle", "neutral"),
    "queued": ("clock", "info"),
    "sending": ("arrow-right", "info"),
    "synced": ("tick", "success"),
    "held": ("hand", "warning"),
    "failed": ("cross", "danger"),
    "excluded": ("slash", "neutral"),
    "retracted": ("slash", "neutral"),
}


@register.inclusion_tag("web/components/kept_query.html", takes_context=True)
def kept_query(context: RequestContext, *without: str) -> dict[str, Any]:
    """Carry the address's query into a form, save the names that the form gives itself.

    A template must not ask `request.GET` itself: there a name in the address comes before a method.
    """
    query = context["request"].GET
    return {"kept": [(name, text) for name, text in query.items() if name not in without]}


@register.simple_tag
def asset_url(name: str) -> str:
    """Return the address of `app.css` or `app.js` as it is now."""
    return reverse("asset", kwargs={"digest": asset(name).digest, "name": name})


@register.simple_tag(takes_context=True)
def shell(context: RequestContext) -> PageShell | None:
    """Return the frame's content; None on pages outside any workspace."""
    request = context.get("request")
    workspace = getattr(request, "workspace", None)
    if request is None or workspace is None:
        return None
    if not hasattr(request, "shell"):
        request.shell = PageShell(request, workspace)
    return request.shell


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw a symbol of `web/_icons.html`; the word beside it speaks for readers."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-{}"/></svg>',
        size,
        name,
    )


@register.simple_tag
def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """Show an amount with thousands, a true minus and its currency; nothing for None."""
    if amount is None:
        return SafeString("")
    text = money_text(amount, currency)
    sign = "amount negative" if amount < 0 else "amount"
    if not currency:
        return format_html('<span class="{}">{}</span>', sign, text)
    return format_html(
        '<span class="{}">{} <span class="currency">{}</span></span>', sign, text, currency
    )


@register.filter
def quantity(number: Decimal | None) -> str:
    """Show a quantity or unit price without the zeros that say nothing."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "\N{MINUS SIGN}")


@register.filter
def price(number: Decimal | None) -> str:
    """Show a unit price with at least two decimals and at most the four it has."""
    if number is None:
        return ""
    whole, _, decimals = f"{number:,.4f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}".replace("-", "\N{MINUS SIGN}")


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """Show a moment relative to now, the exact one on hover, in the workspace's zone."""
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{date_format(local, 'l j F Y, H:i:s')} {local.tzname()}",
        relative(local, now=timezone.localtime()),
    )


def relative(moment: datetime, *, now: datetime) -> str:
    """Return such as `4 min ago`, `yesterday 14:05`, `12 Nov` or `in 3 min`; both same zone."""
    away = moment - now
    minutes = round(abs(away) / timedelta(minutes=1))
    if abs(away) < timedelta(seconds=45):
        return "just now" if away <= timedelta(0) else "in a moment"
    if minutes < 60:
        return f"in {minutes} min" if away > timedelta(0) else f"{minutes} min ago"
    clock = f"{moment:%H:%M}"
    days = (moment.date() - now.date()).days
    named = {0: f"today {clock}", -1: f"yesterday {clock}", 1: f"tomorrow {clock}"}
    if days in named:
        return named[days]
    return date_format(moment, "j M" if moment.year == now.year else "j M Y")


@register.inclusion_tag("web/components/state.html")
def state(found: Any, href: str = "") -> dict[str, Any]:
    """Show a document's state (`state`, `word`, `tooltip`), as a link to why where there is one."""
    symbol, tone = STATE_LOOKS[str(found.state)]
    return {"found": found, "symbol": symbol, "tone": tone, "href": href}


@register.simple_tag
def document_url(document: Document, workspace: Workspace) -> str:
    """Return the address of the document's own page."""
    return record_address(document, workspace)


@register.filter
def kind_pages(kind: str) -> KindPages:
    """Return what the pages of a kind of document are called, and where they stand."""
    return pages_of(kind)
