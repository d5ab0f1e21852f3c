"""Numbers as pupils write them: full-width digits, fractions, percent, mixed numbers, units."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from tongke.teaching.assessment.grading.text import narrow


class Unreadable(ValueError):
    """The text is not one number; the message is a sentence for the pupil."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, exact, and its unit as written; an empty unit when there is none."""

    value: Fraction
    unit: str = ""

    @property
    def text(self) -> str:
        """The number as a reader would write it back: "3.5厘米", "2/3"."""
        return f"{_decimal(self.value)}{self.unit}"

    def within(self, other: "Quantity", tolerance: Fraction) -> bool | None:
        """Whether they differ by at most the tolerance, in the other's unit.

        None when the units cannot be compared. A missing unit is taken to be the other's.
        """
        if not self.unit or self.unit == other.unit or not other.unit:
            return abs(self.value - other.value) <= tolerance
        mine, theirs = _UNITS.get(_fold(self.unit)), _UNITS.get(_fold(other.unit))
        if mine is None or theirs is None or mine[0] != theirs[0]:
            return None
        return abs(self.value * mine[1] / theirs[1] - other.value) <= tolerance


def _table() -> dict[str, tuple[str, Fraction]]:
    """Units by their names: what they measure, and how much of the base unit they are."""
    rows = """
        length 1/1000 mm 毫米 | 1/100 cm 厘米 公分 | 1/10 dm 分米 | 1 m 米 | 1000 km 千米 公里
        area 1/1000000 mm2 mm² 平方毫米 | 1/10000 cm2 cm² 平方厘米 | 1/100 dm2 dm² 平方分米
        area 1 m2 m² ㎡ 平方米 | 10000 ha 公顷 | 1000000 km2 km² 平方千米 平方公里
        volume 1/1000000 cm3 cm³ 立方厘米 ml 毫升 | 1/1000 dm3 dm³ 立方分米 l 升
        volume 1 m3 m³ 立方米
        mass 1/1000 mg 毫克 | 1 g 克 | 500 斤 | 1000 kg 千克 公斤 | 1000000 t 吨
        time 1 s 秒 秒钟 | 60 min 分钟 | 3600 h 小时 | 86400 天
        money 1/100 分钱 | 1/10 角 | 1 元 块钱
        angle 1 ° 度 | temperature 1 ℃ °c 摄氏度
        speed 1 m/s 米/秒 米每秒 | 5/18 km/h 千米/时 千米每时 千米/小时
    """
    found: dict[str, tuple[str, Fraction]] = {}
    for line in rows.strip().splitlines():
        measure = ""
        for part in line.split("|"):
            words = part.split()
            if not words[0][0].isdigit():
                measure = words.pop(0)
            for name in words[1:]:
                found[name] = (measure, Fraction(words[0]))
    return found


_UNITS = _table()
# Words that may follow a counted number and say nothing about it: 12个, 30人.
_COUNTERS = frozenset(
    "个只条本张支枝人名岁棵朵辆块瓶盒件头匹间位年月日周次倍节套页"
    "颗箱组种行排层步分时座首把双对副根台架艘株粒片幅道题遍圈"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_NUMBER = re.compile(
    rf"(?P<sign>[-+负])?\s*(?:"
    rf"(?P<parts>\d+)\s*分之\s*(?P<some>{_DIGITS})"
    rf"|(?P<hundred>百分之)\s*(?P<percent>{_DIGITS})"
    rf"|(?P<whole>\d+)\s*[ 又]\s*(?P<over>\d+)\s*/\s*(?P<under>\d+)"
    rf"|(?P<top>{_DIGITS})\s*/\s*(?P<bottom>{_DIGITS})"
    rf"|(?P<plain>{_DIGITS})"
    rf")\s*(?P<unit>\D.*)?"
)
_LEAD = re.compile(r"^(?:[a-z]\s*)?[=:]\s*|^(?:约为?|大约|≈|答案?[:是]?)\s*", re.IGNORECASE)
_LONGEST = 60


def read_quantity(text: str) -> Quantity:
    """The one number in a pupil's text, with its unit.

    Understands １２．５, 1,234, 3/4, 1又1/2, ½, 4分之3, 50%, 百分之5, 负3, x=5, 约3.14 and a
    unit behind it. A percentage is a hundredth and has no unit.

    Raises:
        Unreadable: there is no number, more than one, or words beside it.
    """
    found = _LEAD.sub("", narrow(_spelled_out(text))).rstrip(".,;!")
    if len(found) > _LONGEST:
        raise Unreadable("答案太长，看不出是哪个数。")
    match = _NUMBER.fullmatch(found)
    if match is None:
        raise Unreadable("没有看到一个数。")
    value, unit = _value(match), (match["unit"] or "").strip()
    if match["sign"] in ("-", "负"):
        value = -value
    if unit.startswith("%"):
        value, unit = value / 100, unit[1:].strip()
    if unit and not _known(unit):
        raise Unreadable("数的后面有看不懂的字。")
    return Quantity(value, unit)


def _value(match: re.Match[str]) -> Fraction:
    if match["parts"]:
        return _over(match["some"], match["parts"])
    if match["hundred"]:
        return _over(match["percent"], "100")
    if match["whole"]:
        return Fraction(match["whole"]) + _over(match["over"], match["under"])
    if match["top"]:
        return _over(match["top"], match["bottom"])
    return _fraction(match["plain"])


def _over(top: str, bottom: str) -> Fraction:
    under = _fraction(bottom)
    if not under:
        raise Unreadable("分母不能是0。")
    return _fraction(top) / under


def _fraction(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _spelled_out(text: str) -> str:
    """½ and its like as 1/2, with a space before it so that 1½ stays a mixed number."""
    found = ""
    for sign in text[: 4 * _LONGEST]:
        parts = unicodedata.decomposition(sign).split()
        if parts and parts[0] == "<fraction>" and len(parts) > 2:
            sign = " " + "".join(chr(int(code, 16)) for code in parts[1:])
        found += sign
    return found


def _known(unit: str) -> bool:
    return _fold(unit) in _UNITS or unit in _COUNTERS


def _fold(unit: str) -> str:
    return unit.casefold().replace(" ", "")


def _decimal(value: Fraction) -> str:
    """A decimal when it ends within six places, else the fraction."""
    scaled = value * 10**6
    if scaled.denominator != 1:
        return str(value)
    text = f"{abs(scaled.numerator):07d}"
    whole, part = text[:-6], text[-6:].rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if part else ''}{part}"
