"""The pack of Russian: figures, dates, number words, and where a full stop ends no sentence."""

from kzdata.evidence.languages import Grammar
from kzdata.evidence.languages.russian import dates, figures

_ABBREVIATIONS = (
    "г гг в вв тыс млн млрд трлн руб коп тг долл чел ул пр пл просп им пос обл р-н т.е т.д т.п т.к"
    " др пр см ср стр гл рис напр ст проф акад ген полк подп майор кап лейт серж зам нач пом"
    " янв фев февр апр авг сент окт нояб дек кв шт экз мин сек ок н.э"
)

GRAMMAR = Grammar(
    language="ru",
    figure=figures.figure,
    days=dates.days,
    number_tokens=figures.number_tokens,
    cut=figures.cut,
    date_extent=dates.extent,
    abbreviations="(?i)" + _ABBREVIATIONS.replace(".", r"\.").replace(" ", "|"),
)
