"""Russian numerals as a grammar book has them, written out apart from the ones that are tested.

The books give each cardinal six cases; the masculine is the one without a noun. "Одна" and "две"
stand before "тысяча".
"""

CASES = "ngdaip"
ONES = """
один одного одному один одним одном
два двух двум два двумя двух
три трёх трём три тремя трёх
четыре четырёх четырём четыре четырьмя четырёх
пять пяти пяти пять пятью пяти
шесть шести шести шесть шестью шести
семь семи семи семь семью семи
восемь восьми восьми восемь восемью восьми
девять девяти девяти девять девятью девяти
"""
FEMININE = """
одна одной одной одну одной одной
две двух двум две двумя двух
"""
TEENS = [
    f"{stem}ь {stem}и {stem}и {stem}ь {stem}ью {stem}и"
    for stem in (
        "десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат"
        " восемнадцат девятнадцат"
    ).split()
]
TENS = """
двадцать двадцати двадцати двадцать двадцатью двадцати
тридцать тридцати тридцати тридцать тридцатью тридцати
сорок сорока сорока сорок сорока сорока
пятьдесят пятидесяти пятидесяти пятьдесят пятьюдесятью пятидесяти
шестьдесят шестидесяти шестидесяти шестьдесят шестьюдесятью шестидесяти
семьдесят семидесяти семидесяти семьдесят семьюдесятью семидесяти
восемьдесят восьмидесяти восьмидесяти восемьдесят восемьюдесятью восьмидесяти
девяносто девяноста девяноста девяносто девяноста девяноста
"""
HUNDREDS = """
сто ста ста сто ста ста
двести двухсот двумстам двести двумястами двухстах
триста трёхсот трёмстам триста тремястами трёхстах
четыреста четырёхсот четырёмстам четыреста четырьмястами четырёхстах
пятьсот пятисот пятистам пятьсот пятьюстами пятистах
шестьсот шестисот шестистам шестьсот шестьюстами шестистах
семьсот семисот семистам семьсот семьюстами семистах
восемьсот восьмисот восьмистам восемьсот восемьюстами восьмистах
девятьсот девятисот девятистам девятьсот девятьюстами девятистах
"""
THOUSAND = "тысяча тысячи тысяче тысячу тысячей тысяче".split()
THOUSANDS = "тысячи тысяч тысячам тысячи тысячами тысячах".split()
ZERO = "ноль ноля нолю ноль нолём ноле".split()


def _column(table: str | list[str], case: str) -> list[str]:
    lines = table.strip().splitlines() if isinstance(table, str) else table
    return [line.split()[CASES.index(case)] for line in lines]


def below_a_thousand(number: int, case: str, *, feminine: bool = False) -> list[str]:
    """The words of 1 to 999 in a case."""
    hundreds, rest = divmod(number, 100)
    words = [_column(HUNDREDS, case)[hundreds - 1]] if hundreds else []
    if 10 <= rest <= 19:
        return [*words, _column(TEENS, case)[rest - 10]]
    tens, ones = divmod(rest, 10)
    words += [_column(TENS, case)[tens - 2]] if tens else []
    if not ones:
        return words
    table = FEMININE if feminine and ones <= 2 else ONES
    return [*words, _column(table, case)[ones - 1]]


def spelled(number: int, case: str) -> str:
    """The words of 0 to 999,999 in a case."""
    if not number:
        return ZERO[CASES.index(case)]
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words = below_a_thousand(thousands, case, feminine=True)
        words.append(_thousand(thousands, case))
    return " ".join(words + (below_a_thousand(rest, case) if rest else []))


def _thousand(count: int, case: str) -> str:
    """The form of "тысяча" behind a count: 1 тысяча, 2 тысячи, 5 тысяч."""
    if count % 10 == 1 and count % 100 != 11:
        return THOUSAND[CASES.index(case)]
    if case not in "na":
        return THOUSANDS[CASES.index(case)]
    few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return "тысячи" if few else "тысяч"
