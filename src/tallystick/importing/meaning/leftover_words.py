"""Words of headers and cells by which a column that nobody reads may change what a file means.

Folded, as `day_words.folded` has them: small letters, no accents. English, German, French, Spanish,
Italian, Portuguese, Dutch and the Scandinavian languages; grown from the headers of ../formats and
of exports that were taken for something else. What no list can know is told by the cells.
"""

#: Whole words: money, tax, a kind, a state, a currency, a day on which something is due.
_WORDS = """
    total totals subtotal sum amount amounts amt net gross balance value cost price prices charge
    charges qty quantity uom factor multiplier tax taxes vat gst hst pst qst levy
    duty duties withheld withholding status type kind direction
    currency curr ccy cur rate exchange fx due terms pay payable paid unpaid outstanding owing owed
    discount discounts rebate rebates markdown coupon voucher promo shipping freight postage carriage
    delivery insurance extra extras fee fees tip tips gratuity surcharge handling deposit prepaid
    prepayment refund refunds refunded return returned void voided cancelled canceled cancel deleted
    credit credits cr debit dr adjustment adjustments reversed reversal chargeback inclusive incl excl
    inc exc p&p
    preis summe betrag netto brutto saldo menge anzahl steuer mwst ust vorsteuer zustand art
    belegart kurs wahrung waehrung rabatt skonto nachlass porto fracht versand gebuhr
    gebuehr trinkgeld storno storniert gutschrift soll haben fallig faellig falligkeit zahlbar ziel bezahlt
    montant somme prix ht ttc tva taxe statut devise monnaie taux echeance remise rabais escompte
    livraison frais pourboire avoir annule annulee rembourse solde quantite
    importe suma precio impuesto impuestos iva tipo moneda divisa cambio vencimiento descuento
    envio gastos propina abono anulado anulada reembolso cantidad
    totale importo prezzo imposta valuta cambio scadenza sconto spedizione spese mancia
    annullato rimborso quantita
    valor preco imposto moeda taxa vencimento desconto frete gorjeta cancelado reembolsado quantidade
    totaal bedrag prijs btw soort munt koers vervaldatum korting verzendkosten kosten fooi creditnota
    geannuleerd aantal
    belopp beløb summa pris moms skatt afgift typ valutakurs kurs forfall forfallodato forfaldsdato
    forfallodag rabat frakt fragt gebyr avgift dricks drikkepenge kreditnota makulerad annulleret antal
"""
WORDS = frozenset(_WORDS.split())
#: Whole words as above, where they stand within a longer one: GRANDTOTAL, Gesamtbetrag, taxamount,
#: or make one together: Time Zone, Due Date.
_STEMS = """
    total amount price status currency discount shipping freight refund cancel credit duedate taxable
    salestax exchangerate quantity surcharge balance adjustment voucher
    betrag summe preis steuer mwst wahrung waehrung rabatt versand gebuhr gebuehr storn gutschrift
    fallig faellig montant devise echeance remise annul importe impuesto moneda descuento vencim totaal
    bedrag korting belopp beløb kredit
    timezone zeitzone fuseauhoraire zonahoraria fusoorario fusohorario tijdzone
"""
STEMS = tuple(_STEMS.split())
#: What a cell of a column of states says where the row does not simply count.
_STATES = """
    cr dr void voided cancelled canceled cancellation deleted draft refund refunded partially_refunded
    partial_refund credit credit_note credit_memo creditnote debit_note return returned reversed
    reversal chargeback failed declined expired disputed abandoned uncollectible write-off written_off
    quote estimate proforma pro_forma
    storniert storno gutschrift erstattet entwurf abgebrochen angebot rechnungskorrektur
    annule annulee avoir rembourse remboursee brouillon devis
    anulado anulada cancelado cancelada abono reembolsado borrador presupuesto
    annullato annullata nota_di_credito rimborsato bozza preventivo
    estornado estornada nota_de_credito rascunho
    geannuleerd creditnota terugbetaald concept offerte
    makulerad annulleret kreditnota krediterad kladde utkast
"""
STATES = frozenset(state.replace("_", " ") for state in _STATES.split())
