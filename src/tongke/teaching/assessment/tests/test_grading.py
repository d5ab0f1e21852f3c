"""Marking of objective items: the tables of docs/algorithms/grading.md, and hostile input."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongke.teaching.assessment.grading import (
    Key,
    Kind,
    Mark,
    Quantity,
    Unreadable,
    key_of,
    mark,
    narrow,
    plain,
    read_quantity,
)


def judged(key: Key, response: object, points: int = 2) -> tuple[bool | None, Decimal]:
    """Whether it is right, and the points."""
    found = mark(key, response, points)
    return found.correct, found.points


SINGLE = key_of("single", "B")
MULTIPLE = key_of("multiple", "ABD", partial="half")


@pytest.mark.parametrize(
    "response", ["B", "b", "Ｂ", " B. ", "选B", "答案：B", "(B)", "我选 B。", "BB", ["B"], "B、"]
)
def test_a_right_letter_however_written(response: object) -> None:
    assert mark(SINGLE, response, 2) == Mark(Decimal(2), True, "回答正确。", "B", 1.0)


@pytest.mark.parametrize(
    ("response", "correct", "reason"),
    [
        ("A", False, "答案不对。"),
        ("AB", False, "单选题只能选一个。"),
        (["A", "B"], False, "单选题只能选一个。"),
        ("E", None, "没有看到选项的字母。请老师看一看。"),
        ("B吧也许", None, "没有看到选项的字母。请老师看一看。"),
        ("", None, "没有作答。"),
        ("　 \u200b", None, "没有作答。"),
        (None, None, "没有作答。"),
        ([], None, "没有作答。"),
        ({"B": 1}, None, "这不是一个可以批改的答案。请老师看一看。"),
        (["B", 3], None, "这不是一个可以批改的答案。请老师看一看。"),
        (b"B", None, "这不是一个可以批改的答案。请老师看一看。"),
        ("B" * 3000, None, "答案太长，没有批改。请老师看一看。"),
    ],
)
def test_single_choice(response: object, correct: bool | None, reason: str) -> None:
    found = mark(SINGLE, response, 2)

    assert (found.points, found.correct, found.reason) == (0, correct, reason)


@pytest.mark.parametrize(
    ("partial", "response", "points"),
    [
        ("none", "ABD", 3),
        ("none", "DBA", 3),
        ("none", "AB", 0),
        ("half", "AB", Decimal("1.5")),
        ("half", "A", Decimal("1.5")),
        ("share", "AB", 2),
        ("share", "A", 1),
        ("half", "ABC", 0),
        ("share", "ABCD", 0),
    ],
)
def test_incomplete_choices_by_each_rule(partial: str, response: str, points: Decimal) -> None:
    found = mark(key_of("multiple", ["A", "B", "D"], partial=partial), response, 3)

    assert found.points == points
    assert found.correct is (points == 3)
    assert found.share == pytest.approx(float(points) / 3)


def test_partial_points_are_rounded_down_to_a_step() -> None:
    key = key_of("multiple", "ABD", partial="share")

    assert mark(key, "A", 2).points == Decimal("0.5")
    assert mark(key, "AB", 2, step=Decimal("0.01")).points == Decimal("1.33")
    assert mark(key, "AB", 2).reason == "选的都对，还少选了1个，得部分分。"
    assert mark(MULTIPLE, "ABDC", 2).reason == "选了不该选的。"
    assert mark(MULTIPLE, "？", 2).correct is None
    assert mark(MULTIPLE, ["A", "D", "B"], 0) == Mark(Decimal(0), True, "回答正确。", "ABD", 1.0)


@pytest.mark.parametrize(
    "response", ["对", "√", "✓", "正确", "T", "true", "是。", True, "1", ["对"]]
)
def test_ways_to_say_true(response: object) -> None:
    assert judged(key_of("true_false", "对"), response) == (True, 2)
    assert judged(key_of("true_false", False), response) == (False, 0)


@pytest.mark.parametrize("response", ["错", "×", "X", "错误", "ｆ", "不对", False, "0"])
def test_ways_to_say_false(response: object) -> None:
    assert judged(key_of("true_false", "×"), response) == (True, 2)


def test_neither_true_nor_false_goes_to_the_teacher() -> None:
    found = mark(key_of("true_false", "对"), "有时对", 2)

    assert (found.correct, found.reason) == (None, "没有看出是“对”还是“错”。请老师看一看。")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("１２．５", "12.5", ""),
        ("1,234", "1234", ""),
        ("1，234.5", "1234.5", ""),
        (".5", "0.5", ""),
        ("3/4", "3/4", ""),
        ("３／４", "3/4", ""),
        ("6÷8", "3/4", ""),
        ("½", "1/2", ""),
        ("1½", "3/2", ""),
        ("1又1/2", "3/2", ""),
        ("1 1/2", "3/2", ""),
        ("4分之3", "3/4", ""),
        ("50%", "1/2", ""),
        ("５０％", "1/2", ""),
        ("百分之50", "1/2", ""),
        ("-3", "-3", ""),
        ("−3", "-3", ""),
        ("负3", "-3", ""),
        ("-1又1/2", "-3/2", ""),
        ("x=5", "5", ""),
        ("＝5。", "5", ""),
        ("约3.14", "3.14", ""),
        ("答：5", "5", ""),
        ("3.5厘米", "3.5", "厘米"),
        ("3.5 cm", "3.5", "cm"),
        ("12个", "12", "个"),
        ("3m²", "3", "m²"),
        ("0", "0", ""),
    ],
)
def test_numbers_as_pupils_write_them(text: str, value: str, unit: str) -> None:
    assert read_quantity(text) == Quantity(Fraction(value), unit)


@pytest.mark.parametrize(
    "text", ["五", "3或4", "3 4", "1/0", "1,23", "1.2.3", "5不对", "²", "--3", "9" * 80, "", "％"]
)
def test_what_is_not_one_number(text: str) -> None:
    with pytest.raises(Unreadable):
        read_quantity(text)


@pytest.mark.parametrize(
    ("response", "correct", "reason"),
    [
        ("3.5厘米", True, "回答正确。"),
        ("3.5", True, "回答正确。"),
        ("7/2 厘米", True, "回答正确。"),
        ("35毫米", True, "回答正确，换算单位后相等。"),
        ("0.035米", True, "回答正确，换算单位后相等。"),
        ("3.54", True, "回答正确，在允许误差之内。"),
        ("3.6", False, "答案不对。"),
        ("3.5千克", False, "单位不对。"),
        ("3.5个", False, "单位不对。"),
        ("大约三厘米半", None, "没有看到一个数。请老师看一看。"),
        ("3/0", None, "分母不能是0。请老师看一看。"),
        ("3.5呀", None, "数的后面有看不懂的字。请老师看一看。"),
    ],
)
def test_numbers_with_units_and_tolerance(response: str, correct: bool | None, reason: str) -> None:
    key = key_of("number", "3.5厘米", tolerance="0.05")

    found = mark(key, response, 2)

    assert (found.correct, found.reason) == (correct, reason)


def test_a_required_unit_a_percentage_and_a_bare_number() -> None:
    strict = key_of("number", "12米", unit_required=True)
    percent = key_of("number", "25%")

    assert mark(strict, "12", 2).reason == "数对了，没有写单位。"
    assert mark(strict, "13", 2).reason == "答案不对。"
    assert mark(strict, "12米", 2).correct
    assert judged(percent, "0.25") == judged(percent, "1/4") == (True, 2)
    assert judged(key_of("number", 8), "8个") == judged(key_of("number", 8), 8.0) == (True, 2)
    assert mark(key_of("number", "1/3"), "0.33", 2).correct is False
    assert mark(key_of("number", "-0.5"), "负1/2", 2).normalised == "-0.5"
    assert mark(key_of("number", "1/3"), "2/6", 2).normalised == "1/3"
    assert mark(key_of("number", 8), float("nan"), 2).correct is None
    assert mark(key_of("number", 8), 10**40, 2).correct is None


@pytest.mark.parametrize(
    ("accepted", "response"),
    [
        (["北京", "北京市"], "北 京 市"),
        ("北京", "“北京”。"),
        ("Good morning", "ｇｏｏｄ　 morning!"),
        ("don't", "Don’t"),
        ("春眠不觉晓，处处闻啼鸟", "春眠不觉晓 处处闻啼鸟。"),
        ("3.5", "３．５"),
        ("C、D、E", "C D E"),
        ("H2O", "Ｈ２Ｏ"),
    ],
)
def test_blanks_that_say_the_same(accepted: object, response: str) -> None:
    assert judged(key_of("blank", accepted), response) == (True, 2)


@pytest.mark.parametrize(
    ("accepted", "response"),
    [("3.5", "35"), ("good morning", "goodmorning"), ("3²", "32"), ("-3", "3"), ("don't", "dont")],
)
def test_blanks_that_do_not(accepted: str, response: str) -> None:
    assert judged(key_of("blank", accepted), response) == (False, 0)


def test_case_and_punctuation_count_where_the_author_says_so() -> None:
    case = key_of("blank", "Beijing", keep_case=True)
    strict = key_of("blank", "他说：“好。”", keep_punctuation=True)

    assert judged(case, "beijing") == (False, 0)
    assert judged(case, "Beijing.") == (True, 2)
    assert judged(strict, "他说:“好。”") == (True, 2)
    assert judged(strict, "他说好") == (False, 0)
    assert mark(case, "。。", 2).reason == "只看到标点，没有看到答案。请老师看一看。"


@pytest.mark.parametrize(
    ("kind", "answer", "over", "message"),
    [
        ("single", "AB", {}, "不止一个"),
        ("single", "F", {}, "A到D"),
        ("single", "A", {"options": 1}, "2到10个"),
        ("multiple", ["A", "A"], {}, "重复"),
        ("multiple", [], {}, "还没有写"),
        ("multiple", None, {}, "还没有写"),
        ("true_false", "也许", {}, "“对”或“错”"),
        ("number", "三", {}, "不是一个数"),
        ("number", ["1", "2"], {}, "只能有一个"),
        ("number", "1", {"tolerance": "-1"}, "小于0"),
        ("number", "1", {"tolerance": "x"}, "误差"),
        ("number", "1", {"unit_required": True}, "有单位"),
        ("blank", ["。"], {}, "标点"),
        ("essay", "x", {}, "没有“essay”"),
        ("multiple", "A", {"partial": "all"}, "all"),
    ],
)
def test_an_author_is_told_what_is_wrong_with_a_key(
    kind: str, answer: object, over: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        key_of(kind, answer, **over)  # type: ignore[arg-type]


KEYS = [
    SINGLE,
    MULTIPLE,
    key_of("true_false", "对"),
    key_of("number", "3.5厘米", tolerance="0.1"),
    key_of("blank", ["北京", "don't"]),
]
TEXTS = st.text() | st.text("ABC对错0123456789.,/%-又分之百负 　．，％／=x厘米½²", max_size=30)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.binary(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.sampled_from(KEYS), ANYTHING, st.integers(0, 20))
@example(KEYS[3], "1/" + "0" * 50, 2)
@example(KEYS[3], "٣", 2)
@example(KEYS[3], "\ud800", 2)
@example(KEYS[4], "²．²", 2)
def test_marking_never_raises_and_always_explains(key: Key, response: object, points: int) -> None:
    found = mark(key, response, points)

    assert 0 <= found.points <= points
    assert 0 <= found.share <= 1
    assert (found.correct is True) == (found.share == 1)
    assert found.reason.endswith("。")
    assert (found.correct is None) == (not found.normalised)
    if key.kind is not Kind.MULTIPLE and found.correct is not True:
        assert found.points == 0


@settings(deadline=None)
@given(TEXTS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert narrow(narrow(text)) == narrow(text)
    assert plain(plain(text)) == plain(text)


@settings(deadline=None)
@given(st.fractions(max_denominator=500).filter(lambda value: abs(value) < 10**9))
def test_a_number_written_back_reads_as_itself(value: Fraction) -> None:
    assert read_quantity(Quantity(value).text).value == value
