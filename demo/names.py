"""Invented names, phones and identity numbers; the same seed always gives the same ones.

Nobody real can be meant: phones begin with 199 0000, identity numbers with the area 990000,
which no place has. Names are ordinary surnames before ordinary given names, by lot.
"""

import random
from datetime import date, timedelta
from pathlib import Path

SEED = "qingxi-1"
AREA = "990000"
_PHONES = 19_900_000_000

_COMMON = tuple(
    "李王张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_RARE = (
    *"姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温",
    "欧阳", "司徒", "上官",
)  # fmt: skip
SURNAMES = _COMMON * 3 + _RARE


def _read() -> dict[tuple[str, str], tuple[str, ...]]:
    """The given names beside this module, by generation and sex."""
    text = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {(generation, sex): tuple(given) for generation, sex, *given in rows}


GIVEN = _read()


def lot(*what: object) -> random.Random:
    """A source of chance for one purpose, such as ``lot("pupils", "qiyun")``: always the same."""
    return random.Random(":".join([SEED, *map(str, what)]))


def surname(chance: random.Random) -> str:
    """A surname by lot, common ones more often."""
    chosen: str = chance.choice(SURNAMES)
    return chosen


def given(chance: random.Random, generation: str, sex: str) -> str:
    """A given name by lot; `generation` is pupil, guardian or teacher."""
    return chance.choice(GIVEN[generation, sex])


def phone(number: int) -> str:
    """The phone with this number, 0 to 9999: ``19900000042``."""
    assert 0 <= number < 10_000
    return str(_PHONES + number)


def id_number(born: date, sex: str, number: int) -> str:
    """An identity number of the area that does not exist, with a right check digit.

    Args:
        sex: ``1`` male, ``2`` female: the parity of the sequence.
        number: counts up, so that nobody shares a number of one day.

    Source:
        GB 11643, weights and check digits by ISO 7064 MOD 11-2.

    Example:
        >>> id_number(date(2016, 3, 12), "2", 7)
        '990000201603120141'
    """
    sequence = number % 500 * 2 + (sex == "1")
    body = f"{AREA}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def birthday(chance: random.Random, entry_year: int) -> date:
    """A day on which a child that starts school at six in `entry_year` may be born."""
    return date(entry_year - 7, 9, 1) + timedelta(days=chance.randrange(365))
