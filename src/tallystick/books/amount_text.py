"""Amounts as people read them."""

from decimal import Decimal

from tallystick.money import minor_units, round_money


def money_text(amount: Decimal, currency: str) -> str:
    """Return `1,234.50`, with as many decimals as the currency has, never hiding any."""
    rounded = round_money(amount, currency) if currency else amount
    places = minor_units(currency) if currency and rounded == amount else 2
    return f"{amount:,.{places}f}".replace("-", "\N{MINUS SIGN}")
