"""The seed data: codes, the order of learning, and every answer of every item."""

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from graphlib import TopologicalSorter
from itertools import pairwise

import pytest

from tongke.foundation.curriculum import data

MUSIC_5A, MATH_5A = "MU5A-", "MA5A-"


def duplicates(values: list[str]) -> list[str]:
    """The values that occur more than once."""
    return [value for value, count in Counter(values).items() if count > 1]


def test_codes_are_unique() -> None:
    for rows in (
        data.stages(),
        data.grades(),
        data.subjects(),
        data.textbooks(),
        data.units(),
        data.key_points(),
        data.items(),
    ):
        assert rows
        assert not duplicates([row.code for row in rows])
    assert not duplicates([row.name for row in data.subjects()])
    assert not duplicates([f"{row.grade} {row.subject}" for row in data.plan()])
    assert not duplicates([row.key_point for row in data.pages()])


def test_grades_carry_the_national_codes_and_their_stage() -> None:
    stages = {row.code for row in data.stages()}

    assert [row.code for row in data.grades()] == [
        "11", "12", "13", "14", "15", "16", "21", "22", "23", "31", "32", "33",
    ]  # fmt: skip
    assert {row.stage for row in data.grades()} == stages
    assert all(row.code.startswith(row.stage) for row in data.grades())


def test_national_subjects_carry_sb_codes_and_say_where_the_code_is_from() -> None:
    for row in data.subjects():
        assert re.fullmatch(r"SB\d{4}|TK-[A-Z]{2}", row.code)
        assert row.confirmed == row.code.startswith("SB")
        assert 0 < len(row.source) <= 60
        assert 0 < len(row.name) <= 20
        assert 0 < len(row.short) <= 4
    by_name = {row.name: row.code for row in data.subjects()}
    # The two pairs that are easily mixed up are separate subjects.
    assert (by_name["信息科技"], by_name["信息技术"]) == ("SB0506", "SB0502")
    assert (by_name["道德与法治"], by_name["思想政治"]) == ("SB0309", "SB0310")
    assert (by_name["音乐"], by_name["数学"], by_name["英语"]) == ("SB0602", "SB0201", "SB0102")


def test_the_plan_speaks_of_known_grades_and_subjects_in_order() -> None:
    grades = {row.code for row in data.grades() if row.stage in "12"}
    subjects = {row.code for row in data.subjects()}

    assert {row.grade for row in data.plan()} == grades
    assert {row.subject for row in data.plan()} <= subjects
    assert all(0 <= row.weekly_min <= row.weekly_max for row in data.plan())


def test_each_subject_has_two_volumes_in_each_of_four_grades() -> None:
    books = data.textbooks()

    assert Counter(row.subject for row in books) == dict.fromkeys(
        ("SB0602", "SB0201", "SB0102", "SB0603", "SB0404"), 8
    )
    assert {row.grade for row in books} == {"13", "14", "15", "16"}
    assert Counter(row.volume for row in books) == {"上册": 20, "下册": 20}
    assert {row.edition for row in books} == {"青溪示范版"}


def test_units_and_key_points_count_up_without_holes_inside_their_parent() -> None:
    books = {row.code for row in data.textbooks()}
    units = data.units()

    assert {row.textbook for row in units} == books
    assert {row.unit for row in data.key_points()} <= {row.code for row in units}
    for parent in books:
        numbers = [row.seq for row in units if row.textbook == parent]
        assert numbers == list(range(1, len(numbers) + 1))
    for unit in units:
        numbers = [row.seq for row in data.key_points() if row.unit == unit.code]
        assert numbers == list(range(1, len(numbers) + 1))
        assert 0 < len(unit.title) <= 60
        assert unit.periods > 0
    assert all(0 < len(row.title) <= 60 for row in data.key_points())


def test_full_volumes_have_six_units_of_four_key_points() -> None:
    for book in (row.code for row in data.textbooks() if row.code[:2] in {"MU", "MA", "EN"}):
        counts = Counter(row.unit for row in data.key_points() if row.code.startswith(f"{book}-"))
        assert list(counts.values()) == [4] * 6, book


def test_a_title_says_one_thing_once_within_a_volume() -> None:
    titles = [f"{row.code.split('-')[0]} {row.title}" for row in data.key_points()]

    assert not duplicates(titles)


def test_prerequisites_exist_come_earlier_in_the_same_subject_and_make_no_circle() -> None:
    points = data.key_points()
    order = {row.code: number for number, row in enumerate(points)}

    for row in points:
        assert not duplicates(list(row.after))
        for earlier in row.after:
            assert earlier[:2] == row.code[:2]
            assert order[earlier] < order[row.code], f"{row.code} after {earlier}"
    TopologicalSorter({row.code: row.after for row in points}).prepare()
    assert sum(len(row.after) for row in points) > 500


def test_most_key_points_of_the_first_story_lead_somewhere() -> None:
    needed = {earlier for row in data.key_points() for earlier in row.after}
    fifth = [row for row in data.key_points() if row.code.startswith(MUSIC_5A)]

    assert all(row.after for row in fifth)
    assert sum(row.code in needed for row in fifth) > len(fifth) / 2


def test_each_music_point_of_grade_five_has_eight_items_and_each_maths_point_four() -> None:
    counts = Counter(row.key_point for row in data.items())
    points = [row.code for row in data.key_points()]

    assert {code: counts[code] for code in points if code.startswith(MUSIC_5A)} == dict.fromkeys(
        (code for code in points if code.startswith(MUSIC_5A)), 8
    )
    assert {code: counts[code] for code in points if code.startswith(MATH_5A)} == dict.fromkeys(
        (code for code in points if code.startswith(MATH_5A)), 4
    )
    assert sum(counts.values()) == 24 * 8 + 24 * 4
    assert {row.kind for row in data.items()} == set(data.KINDS)


@pytest.mark.parametrize("item", data.items(), ids=lambda item: item.code)
def test_an_items_answer_fits_its_kind(item: data.ItemRow) -> None:
    letters = "ABCD"[: len(item.options)]

    assert 0 < len(item.stem) <= 200
    assert item.explanation.endswith("。")
    assert 1 <= item.difficulty <= 5
    assert not duplicates(list(item.options))
    assert not duplicates(list(item.answer))
    match item.kind:
        case "single":
            assert len(item.options) == 4
            assert len(item.answer) == 1
            assert item.answer[0] in letters
        case "multiple":
            assert len(item.options) == 4
            assert 2 <= len(item.answer) <= 3
            assert list(item.answer) == sorted(set(item.answer) & set(letters))
        case "true_false":
            assert item.answer in {("对",), ("错",)}
            assert not item.options
        case "number":
            assert len(item.answer) == 1
            assert Decimal(item.answer[0]) >= 0
            assert not item.options
        case "blank":
            assert item.stem.count("____") == 1
            assert item.answer
            assert not item.options
        case _:
            pytest.fail(f"unknown kind {item.kind}")


def test_points_follow_the_kind() -> None:
    points = {(row.kind, row.points) for row in data.items()}

    assert points == {
        ("single", 2), ("multiple", 3), ("true_false", 1), ("number", 2), ("blank", 2),
    }  # fmt: skip


def test_no_stem_is_asked_twice_and_no_letter_is_a_safe_guess() -> None:
    items = data.items()
    assert not duplicates([row.stem for row in items])

    for prefix in (MUSIC_5A, MATH_5A):
        single = Counter(
            row.answer[0]
            for row in items
            if row.kind == "single" and row.key_point.startswith(prefix)
        )
        assert len(single) == 4
        assert max(single.values()) <= 0.4 * sum(single.values())
    said = Counter(row.answer[0] for row in items if row.kind == "true_false")
    assert min(said.values()) >= 0.25 * sum(said.values())


def arithmetic(text: str) -> list[str]:
    """Every chain of equal numbers and sums in a text: ``8×6=48``, ``（3+9）×7÷2=42``."""
    found = [one.strip("=") for one in re.findall(r"[\da-zA-Z.+×÷−（）=…]+", text)]
    return [one for one in found if "=" in one and not re.search(r"[a-zA-Z…]", one)]


def worth(expression: str) -> Fraction:
    """The exact value of a sum written with Chinese signs."""
    plain = expression.translate(str.maketrans("×÷−（）", "*/-()"))
    assert re.fullmatch(r"[\d.+*/()-]+", plain), expression
    exact = re.sub(r"\d+(\.\d+)?", lambda number: f"F('{number[0]}')", plain)
    return Fraction(eval(exact, {"F": Fraction}))  # noqa: S307 - our own digits and signs only


def test_the_sums_in_the_explanations_are_right() -> None:
    chains = [(row.code, chain) for row in data.items() for chain in arithmetic(row.explanation)]

    assert len(chains) > 50
    for code, chain in chains:
        sides = [worth(side) for side in chain.split("=") if side]
        assert all(left == right for left, right in pairwise(sides)), f"{code}: {chain}"


def test_a_number_that_is_asked_for_stands_in_its_explanation() -> None:
    for row in data.items():
        if row.kind == "number" and row.key_point.startswith(MATH_5A):
            numbers = re.findall(r"\d+(?:\.\d+)?", row.explanation)
            assert row.answer[0] in numbers, row.code


def test_the_sums_that_are_asked_for_give_the_answer() -> None:
    asked = {
        row.stem.removesuffix("=？"): row.answer[0]
        for row in data.items()
        if row.kind == "number" and row.stem.endswith("=？")
    }

    assert len(asked) >= 7
    for expression, answer in asked.items():
        assert worth(expression) == Fraction(answer), expression


def test_equations_are_solved_by_their_answers() -> None:
    asked = {
        found[1]: row.answer[0]
        for row in data.items()
        if row.kind == "number" and (found := re.match(r"解方程 (.+)，x 等于多少", row.stem))
    }

    assert len(asked) == 3
    for equation, answer in asked.items():
        with_number = re.sub(r"(\d)x", rf"\1×{answer}", equation).replace("x", answer)
        left, right = with_number.split("=")
        assert worth(left) == worth(right), equation


def test_each_music_point_of_grade_five_has_a_page_of_a_few_minutes() -> None:
    points = {row.code for row in data.key_points() if row.code.startswith(MUSIC_5A)}
    pages = data.pages()

    assert {row.key_point for row in pages} == points
    for page in pages:
        characters = len(re.sub(r"[\s*\-]", "", page.body))
        assert 150 <= characters <= 250, f"{page.key_point}: {characters}"
        assert "**试一试**" in page.body
        assert "\\n" not in page.body
        assert page.body.count("**") % 2 == 0
        assert 1 <= page.minutes <= 3
        assert 0 < len(page.title) <= 80


def test_texts_carry_no_stray_spaces_or_half_width_commas() -> None:
    texts = [
        *(row.title for row in data.units()),
        *(row.stem for row in data.items()),
        *(row.explanation for row in data.items()),
        *(option for row in data.items() for option in row.options),
        *(row.body for row in data.pages()),
    ]
    for text in texts:
        assert text == text.strip()
        assert not re.search(r"[\u4e00-\u9fff][,:;?!]", text), text
