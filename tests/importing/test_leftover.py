"""Columns that nobody reads: asked about where their name or their cells may change the meaning."""

import pytest

from tallystick.importing.meaning.leftover import sounds_like_meaning

HEADER = "number,party_name,issued_on,description,quantity,unit_price"


@pytest.fixture
def asked(simple):
    """Import two invoices with one column more; return the questions."""

    def asked(name, first, second=""):
        rows = [f"L-{n},Ann,2026-11-01,Mug,1,10,{cell}" for n, cell in enumerate((first, second))]
        return simple(*rows, header=f"{HEADER},{name}").questions

    return asked


@pytest.mark.parametrize(
    "name",
    [
        *("GRANDTOTAL", "ordertotal", "taxamount", "AMOUNTDUE", "subTotal", "P&P", "Carriage"),
        *("Gesamtbetrag", "MwSt.", "USt", "Währung", "Waehrung", "Fällig am", "Versandkosten"),
        *("Storno", "Belegart", "Rabatt", "Montant TTC", "Devise", "Échéance", "Remise", "Statut"),
        *("Importe", "Moneda", "Vencimiento", "Descuento", "Totale", "Scadenza", "Bedrag"),
        *("Korting", "Beløb", "Moms", "Dr/Cr", "Curr.", "CCY", "Is Cancelled", "Outstanding"),
        *("Time Zone", "timeZone", "TIMEZONE", "order_time_zone", "Fuseau horaire"),
    ],
)
def test_a_name_is_heard_in_capitals_in_one_word_and_in_other_languages(name):
    assert sounds_like_meaning(name)


@pytest.mark.parametrize(
    "name",
    ["Colour", "Notes", "Salesman", "Warehouse", "Carrier", "Order ID", "Parking zone", "Time"],
)
def test_other_names_do_not_sound_so(name):
    assert not sounds_like_meaning(name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("99.00", ""), ("12", "4.95"), ("£5", "0.00"), ("(5.50)", ""), ('"1.234,50"', "")),
        *(("USD", "EUR"), ("usd", ""), ("ok", "VOID"), ("", "Storniert"), ("Credit note", "")),
        *(("annulé", ""), ("5 EUR", "")),
        # What is no figure beside the figures, and figures as reports write them.
        *(("n/a", "4.95"), ("free", "£5"), ("\u22124.50", ""), ("4.9500", ""), ("4.5", "")),
        *(
            ('"1\u00a0234,50"', ""),
            ('"1,234"', ""),
            ("5.00 CR", ""),
            ("1'234", ""),
            ("5 kr", ""),
            ("10%", ""),
        ),
        *(("€", "€"), ("$", ""), ("US$", ""), ("CR", "DR")),
    ],
)
@pytest.mark.parametrize("name", ["Spalte 9", "合計", ""])
def test_cells_tell_money_currency_and_states_whatever_the_name(asked, name, first, second):
    [question] = asked(name, first, second)

    assert question.blocks
    assert question.key == (f"column:{name}" if name else "column")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("red", "Bob"), ("12", "7"), ("12 Main St", ""), ("5 kg", "2.50 kg"), ("0.00", "-")),
        *(("", ""), ("£ -", "€0.00"), ("0.00 EUR", "NZ$0.00"), ("0,00 kr", "0"), ("R", "S")),
        *(("555 123", ""), ("2026-11-02", ""), ("1.2.3", ""), ("A-4.50", "4.50 x 2")),
    ],
)
def test_cells_that_say_no_such_thing_stop_nothing(asked, first, second):
    assert asked("Spalte 9", first, second) == []


def test_a_state_is_seen_wherever_in_the_file_it_stands(simple):
    rows = [f"L-{n},Ann,2026-11-01,Mug,1,10,{n % 7 or 'void'}" for n in range(1, 60)]

    [question] = simple(*rows, header=f"{HEADER},Spalte 9").questions

    assert "“void”" in question.text


def test_a_column_without_a_name_is_answered_too(simple):
    row, header = "L-1,Ann,2026-11-01,Mug,1,10,99.00", f"{HEADER},"

    assert simple(row, header=header).is_blocked

    assert simple(row, header=header, answers={"column": "unused"}).documents == 1
