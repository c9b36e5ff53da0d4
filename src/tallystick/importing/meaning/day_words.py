"""Names of months and weekdays in seven languages, with their usual abbreviations.

English, German, French, Spanish, Italian, Dutch and Portuguese, as the Unicode CLDR 49 has them
(wide and abbreviated). A short form that two languages use for two months or weekdays ("jui" in
French, "do" in Dutch and Spanish) is left out; a test compares. Portuguese weekdays stand without their `-feira`.
"""

import unicodedata

_MONTHS = (
    "jan january januar janner janv janvier ene enero gen gennaio januari janeiro",
    "feb february februar fev fevr fevrier febrero febbraio februari fevereiro",
    "mar march mars marz marzo mrt maart marco",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio mei maio",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juill juillet julio lug luglio julho",
    "aug august aout ago agosto augustus",
    "sep sept september septembre septiembre set sett settembre setembro setiembre",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember decembre dic diciembre dicembre dezembro",
)
_WEEKDAYS = (
    "mon monday mo montag lun lundi lunes lunedi maandag seg segunda",
    "tue tues tuesday ma di dienstag mar mardi martes martedi dinsdag ter terca",
    "wed weds wednesday mi mittwoch mer mercredi mie miercoles mercoledi wo woensdag qua quarta",
    "thu thur thurs thursday donnerstag jeu jeudi jue jueves gio giovedi donderdag qui quinta",
    "fri friday fr freitag ven vendredi vie viernes venerdi vr vrijdag sex sexta",
    "sat saturday sa samstag sam samedi sab sabado sabato za zaterdag",
    "sun sunday so sonntag dim dimanche dom domingo domenica zo zondag",
)


def folded(word: str) -> str:
    """Return the word in small letters without accents: `Août` becomes `aout`."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


#: Folded name to month, 1 to 12.
MONTHS = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
#: Folded name to weekday, Monday 0 to Sunday 6 as in `date.weekday`.
WEEKDAYS = {name: weekday for weekday, names in enumerate(_WEEKDAYS) for name in names.split()}
