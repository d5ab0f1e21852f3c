"""The six region profiles, and what every package declares."""

import dataclasses
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tongke.core.profile import Region, RegionProfile, describe, load, registered
from tongke.core.profile.declare import SOURCE, declared_of, hints_of, is_record, item_of, value_of
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.engines.credits.profile import CreditsProfile
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.library.profile import LibraryProfile
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.people.profile import PeopleProfile
from tongke.governance.monitor.profile import MonitorProfile
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.timetable.profile import TimetableProfile

FOLDER = Path(__file__).resolve().parents[1] / "profiles"
NAMES = ["beijing", "demo", "guangzhou", "jiyuan", "xianan", "zunyi"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def region(name: str) -> Region:
    """A profile of the folder, loaded."""
    return load(FOLDER / f"{name}.toml")


def every_field() -> list[tuple[str, dataclasses.Field[object], object]]:
    """Every setting and every field of a record: its name, field and type."""
    found = []
    classes = [(table.name, table.cls) for table in registered().values()]
    while classes:
        name, cls = classes.pop()
        for one in dataclasses.fields(cls):
            hint = hints_of(cls)[one.name]
            found.append((f"{name}.{one.name}", one, hint))
            inner = item_of(hint)
            if is_record(inner):
                classes.append((f"{name}.{one.name}", inner))
    return found


def test_the_folder_holds_exactly_the_profiles_we_test() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_profile_loads_and_every_table_belongs_to_a_package(name: str) -> None:
    loaded = region(name)

    assert loaded.code
    assert set(loaded.profiles) == {table.cls for table in registered().values()}
    changed = [value for value in loaded.values if value.changed]
    assert changed
    assert all(f"{name}.toml 第 " in value.origin for value in changed)


@pytest.mark.parametrize("name", NAMES)
def test_each_profile_is_at_one_with_itself_across_packages(name: str) -> None:
    loaded = region(name)
    forms = {form.code for form in loaded.profile(ClassroomProfile).forms}
    rules = {(rule.role, rule.form) for rule in loaded.profile(CreditsProfile).workload}
    curriculum = loaded.profile(CurriculumProfile)
    subjects = {subject.code for subject in curriculum.all_subjects}
    timetable = loaded.profile(TimetableProfile)
    consents = {one.code: one for one in loaded.profile(PeopleProfile).consent_purposes}

    assert {(role, form) for role in ("host", "assistant") for form in forms} <= rules
    assert {*timetable.demand_subjects, *timetable.no_delivery_subjects} <= subjects
    assert not set(timetable.demand_subjects) & set(timetable.no_delivery_subjects)
    assert loaded.profile(ClassroomProfile).retention_days <= consents["recording"].days
    # No average may be shown of a group that is too small to be shown at all.
    least = loaded.profile(PeopleProfile).small_cell
    assert loaded.profile(LearningProfile).class_minimum_pupils >= least


def test_the_regions_differ_in_levels_and_in_their_three_classrooms() -> None:
    levels = {
        name: [level.code for level in region(name).profile(RegionProfile).levels] for name in NAMES
    }

    assert "city" not in levels["xianan"]
    assert levels["jiyuan"] == ["city", "school", "point", "class"]
    for name in ("guangzhou", "beijing", "zunyi"):
        assert levels[name][:2] == ["city", "district"]
    assert names_of_classrooms("beijing") == ["空中课堂", "双师课堂", "融合课堂"]
    assert names_of_classrooms("jiyuan") == ["专递课堂", "名师课堂", "名校网络课堂"]
    assert names_of_classrooms("zunyi")[:2] == ["同步课堂", "专递课堂"]


def names_of_classrooms(name: str) -> list[str]:
    """What a profile calls its classrooms."""
    return [one.name for one in region(name).profile(RegionProfile).classrooms]


def test_the_numbers_of_the_plans_are_where_the_rows_say() -> None:
    hours = region("guangzhou").profile(CreditsProfile)
    titles = region("jiyuan").profile(PeopleProfile).titles
    targets = {name: region(name).profile(MonitorProfile) for name in NAMES}
    training = [one for one in targets["guangzhou"].targets if one.indicator == "I-27"]

    assert region("xianan").profile(CommunitiesProfile).consortium_target == 12
    assert (hours.training_years, hours.training_total_hours) == (3, 50)
    assert (hours.training_online_hours, hours.training_practice_hours) == (25, 25)
    assert hours.precredited_most_hours == 10
    assert region("beijing").profile(LibraryProfile).micro_lesson_max_minutes == 5
    assert [title.name for title in titles if title.live_target] == [
        "特级教师", "学科带头人", "学科带头人",
    ]  # fmt: skip
    assert [target_value(targets["jiyuan"], row) for row in ("I-02", "I-03")] == [7, 10]
    assert [target_value(targets["zunyi"], f"I-{row}") for row in (20, 21, 22, 23)] == [
        85, 90, 80, 60,
    ]  # fmt: skip
    assert [(one.by and one.by.year, one.value) for one in training] == [
        (2020, 30), (2021, 50), (2022, 20),
    ]  # fmt: skip


def target_value(profile: MonitorProfile, indicator: str) -> float:
    """The first target of an indicator."""
    return next(one.value for one in profile.targets if one.indicator == indicator)


def test_the_target_of_a_day_is_the_next_to_fall_due_then_the_last() -> None:
    profile = region("zunyi").profile(MonitorProfile)

    found = [profile.target("I-20", date(year, 6, 1)) for year in (2021, 2022, 2026)]

    assert [one.value if one else None for one in found] == [85, 95, 95]
    assert profile.target("I-99", date(2026, 1, 1)) is None


def test_every_setting_says_what_it_is_in_chinese_with_unit_and_source() -> None:
    load(None)
    fields = every_field()

    assert len(fields) > 200
    for name, one, hint in fields:
        declared = declared_of(one)
        assert CHINESE.search(declared.label), name
        assert SOURCE.fullmatch(declared.source), f"{name}: {declared.source!r}"
        plain = item_of(hint) or value_of(hint) or hint
        assert bool(declared.unit) == (plain in (int, float)), name
        assert not declared.unit or CHINESE.search(declared.unit) or declared.unit in {
            "%", "MB", "Mbit/s", "kbit/s",
        }, name  # fmt: skip
        assert one.name.isidentifier()
        assert one.name == one.name.lower()
        assert not declared.help or declared.help.endswith("。"), name


def test_profiles_load_without_django() -> None:
    code = (
        "import sys; from tongke.core.profile import load; "
        f"load({str(FOLDER / 'demo.toml')!r}); "
        "print([name for name in sys.modules if name.startswith('django')])"
    )
    source = FOLDER.parent / "src"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_labels_need_no_glossary() -> None:
    load(None)
    for name, one, _ in every_field():
        words = re.findall(r"[A-Za-z_]{2,}", declared_of(one).label)
        assert not words, f"{name}: say {words} in Chinese"


def test_every_class_that_a_page_shows_has_a_chinese_title() -> None:
    for table in describe(load(None)):
        assert CHINESE.search(table.label), table.name


def test_number_settings_are_bounded_so_that_a_slip_of_the_keyboard_is_caught() -> None:
    load(None)
    for name, one, hint in every_field():
        if (value_of(hint) or hint) in (int, float):
            declared = declared_of(one)
            open_ended = name == "monitor.targets.value"
            assert declared.minimum is not None, name
            assert declared.maximum is not None or open_ended, name


def test_the_default_plan_can_be_kept_in_every_grade_and_over_nine_years() -> None:
    curriculum = load(None).profile(CurriculumProfile)
    weeks = curriculum.teaching_weeks
    total = sum(curriculum.weekly_total[grade] * weeks[grade] for grade in weeks)

    # The national total of nine years, from the weekly totals and the weeks of new lessons.
    assert total == 9522
    for grade, periods in curriculum.weekly_total.items():
        lines = curriculum.lines(grade)
        assert sum(line.weekly_min for line in lines) <= periods
        assert sum(line.weekly_max for line in lines) >= periods
    for share in curriculum.shares:
        lines = [line for line in curriculum.plan if line.subject in share.subjects]
        least = sum(line.weekly_min * weeks[line.grade] for line in lines)
        most = sum(line.weekly_max * weeks[line.grade] for line in lines)
        assert least <= share.most * total / 100, share.name
        assert most >= share.least * total / 100, share.name


def test_labour_is_taught_every_week_in_every_grade_and_only_that_line_is_confirmed() -> None:
    curriculum = load(None).profile(CurriculumProfile)

    labour = [line for line in curriculum.plan if line.subject == "SB0505"]
    assert [line.weekly_min for line in labour] == [1] * 9
    assert {line.subject for line in curriculum.plan if line.confirmed} == {"SB0505"}


def test_helpers_of_profiles_fall_back_to_what_they_were_given() -> None:
    loaded = load(None)
    communities = loaded.profile(CommunitiesProfile)
    people = loaded.profile(PeopleProfile)
    credits = loaded.profile(CreditsProfile)

    assert communities.type_name("consortium") == "教学共同体"
    assert communities.pattern_name("points") == "一校带多点"
    assert communities.type_name("other") == communities.pattern_name("other") == "other"
    assert people.title_name("leader-c") == "市级学科带头人"
    assert (people.title_name("special"), people.title_name("other")) == ("特级教师", "other")
    assert credits.rule("host", "delivered").amount == 1.5
    assert credits.rule("host", "other").amount == credits.unlisted_amount
    assert loaded.profile(ClassroomProfile).form_name("delivered") == "专递课"
