"""What a task is worth: a table of roles and forms, read by a version of a rule.

Pure: no Django, and no expression language either. A rule is rows; a row says how many units
one time, or so many minutes, of a role in a form of lesson is worth. Every amount comes with the
sum written out, so that a teacher can check it. See docs/algorithms/workload.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

ANY = "*"


@dataclass(frozen=True, slots=True)
class Rate:
    """One row: what a role in a form of lesson or activity is worth.

    Args:
        role: code of the role, or `ANY`.
        form: code of the form, or `ANY`.
        units: units for one time, or for `per_minutes` minutes; zero or more.
        per_minutes: minutes that make `units`; None counts times and not minutes.
        least_minutes: shorter tasks count nothing.
        most_units: a task never counts more; None for no limit.
        note: what the row stands for, in the formula's words: "主讲一节专递课".
    """

    role: str
    form: str
    units: Decimal
    per_minutes: int | None = None
    least_minutes: int = 0
    most_units: Decimal | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not (self.units.is_finite() and self.units >= 0):
            raise ValueError("a rate is worth zero or more units")
        if self.per_minutes is not None and self.per_minutes < 1:
            raise ValueError("a rate counts by one minute or more")
        if self.least_minutes < 0 or (self.most_units is not None and self.most_units < 0):
            raise ValueError("limits of a rate are zero or more")


@dataclass(frozen=True, slots=True)
class Rule:
    """A version of a rule; what was booked by it keeps its code and version.

    Args:
        code: name of the rule: "workload".
        version: changes with any row.
        unit: unit of the amounts: "节".
        rates: the rows; the one that names both role and form goes before one with `ANY`.
        unlisted: units for one time of a task that no row covers; None counts nothing.
        places: decimal places of an amount, rounded half up.
    """

    code: str
    version: str
    unit: str
    rates: tuple[Rate, ...]
    unlisted: Decimal | None = None
    places: int = 2

    def __post_init__(self) -> None:
        pairs = [(rate.role, rate.form) for rate in self.rates]
        if len(set(pairs)) < len(pairs):
            raise ValueError("two rates for one role and form")
        if not 0 <= self.places <= 6:
            raise ValueError("places are 0 to 6")

    def rate(self, role: str, form: str) -> Rate | None:
        """The row for a task: exact, else the role in any form, else the form in any role."""
        rows = {(rate.role, rate.form): rate for rate in self.rates}
        for pair in ((role, form), (role, ANY), (ANY, form), (ANY, ANY)):
            if pair in rows:
                return rows[pair]
        return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was done: the only things a rule may look at.

    Args:
        role: code of the role.
        form: code of the form of lesson or activity.
        minutes: how long one time took.
        times: how often; one or more.
        names: what people call the codes, for the formula.
    """

    role: str
    form: str
    minutes: int = 0
    times: int = 1
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.minutes < 0 or self.times < 1:
            raise ValueError("a task takes zero or more minutes, one or more times")

    @property
    def text(self) -> str:
        """The task in words, as far as names are given."""
        role, form = (self.names.get(code, code) for code in (self.role, self.form))
        return f"{role} {form}"


@dataclass(frozen=True, slots=True)
class Amount:
    """What the rule makes of the facts.

    `matched` is False when no row covers the task: somebody should look at the rule.
    """

    amount: Decimal
    unit: str
    formula_text: str
    rule: str
    version: str
    matched: bool


def apply(rule: Rule, facts: Facts) -> Amount:
    """Evaluate a rule on what was done.

    Returns:
        The amount, rounded to the rule's places, zero or more, with the sum in words:
        "主讲一节专递课：40分钟 ÷ 45分钟 × 1.5 × 2次 = 2.67节".
    """
    rate = rule.rate(facts.role, facts.form)
    with localcontext(prec=40):
        if rate is None:
            amount, sum_text = _unlisted(rule, facts)
        else:
            amount, sum_text = _by_rate(rule, rate, facts)
        rounded = amount.quantize(Decimal(1).scaleb(-rule.places), ROUND_HALF_UP)
    return Amount(rounded, rule.unit, sum_text, rule.code, rule.version, rate is not None)


def parse(code: str, version: str, unit: str, rows: Sequence[Mapping[str, object]]) -> Rule:
    """A rule from rows as TOML or JSON gives them.

    Raises:
        ValueError: a key is unknown, a role or form is missing, or a number is none.
    """
    known = {"role", "form", "units", "per_minutes", "least_minutes", "most_units", "note"}
    rates: list[Rate] = []
    for at, row in enumerate(rows, 1):
        strange = sorted(set(row) - known)
        if strange:
            raise ValueError(f"row {at}: unknown key {strange[0]}")
        role, form = str(row.get("role", "")), str(row.get("form", ""))
        if not role or not form:
            raise ValueError(f"row {at}: role and form are needed")
        most, per = row.get("most_units"), row.get("per_minutes")
        rates.append(
            Rate(
                role=role,
                form=form,
                units=_decimal(row.get("units"), at),
                per_minutes=None if per is None else _whole(per, at),
                least_minutes=_whole(row.get("least_minutes", 0), at),
                most_units=None if most is None else _decimal(most, at),
                note=str(row.get("note", "")),
            )
        )
    return Rule(code, version, unit, tuple(rates))


def _by_rate(rule: Rule, rate: Rate, facts: Facts) -> tuple[Decimal, str]:
    name = rate.note or facts.text
    if facts.minutes < rate.least_minutes:
        return Decimal(0), f"{name}：{facts.minutes}分钟，不足{rate.least_minutes}分钟，不计"
    if rate.per_minutes is None:
        one, shown = rate.units, f"{_plain(rate.units)}"
    else:
        one = rate.units * facts.minutes / rate.per_minutes
        shown = f"{facts.minutes}分钟 ÷ {rate.per_minutes}分钟 × {_plain(rate.units)}"
    limit = ""
    if rate.most_units is not None and one > rate.most_units:
        one, limit = rate.most_units, f"，一次最多计{_plain(rate.most_units)}{rule.unit}"
    total = one * facts.times
    return total, f"{name}：{shown} × {facts.times}次 = {_shown(rule, total)}{limit}"


def _unlisted(rule: Rule, facts: Facts) -> tuple[Decimal, str]:
    if rule.unlisted is None:
        return Decimal(0), f"{facts.text}：规则里没有这一项，不计"
    total = rule.unlisted * facts.times
    shown = f"{_plain(rule.unlisted)} × {facts.times}次 = {_shown(rule, total)}"
    return total, f"{facts.text}：规则里没有列出，按{shown}"


def _shown(rule: Rule, total: Decimal) -> str:
    rounded = total.quantize(Decimal(1).scaleb(-rule.places), ROUND_HALF_UP)
    return f"{_plain(rounded)}{rule.unit}"


def _plain(number: Decimal) -> str:
    """1.50 as 1.5, 10 as 10: no exponent, no idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(value: object, at: int) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as wrong:
        raise ValueError(f"row {at}: {value!r} is not a number") from wrong


def _whole(value: object, at: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"row {at}: {value!r} is not a whole number of minutes")
    return value
