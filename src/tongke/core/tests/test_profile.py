"""The profile mechanism by itself, on a class made for these tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import pytest

from tongke.core.profile import (
    REQUIRED,
    ProfileError,
    Region,
    RegionProfile,
    Value,
    current,
    declare,
    describe,
    load,
    override,
    register,
    registered,
    reload,
    running,
    setting,
    use,
)
from tongke.core.profile.lines import line_numbers


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A record for the tests."""

    code: str = setting(REQUIRED, label="代码", choices=("green", "black"))
    grams: int = setting(REQUIRED, unit="克", label="用量", minimum=1, maximum=20)
    note: str = setting("", label="说明", maximum=4)


@dataclass(frozen=True, kw_only=True)
class TeaProfile:
    """Every kind of setting once."""

    minutes: int = setting(10, unit="分钟", label="泡茶时间", source="S-001", minimum=1, maximum=60)
    strength: float = setting(0.5, unit="比例", label="浓度", source="design", maximum=1)
    hot: bool = setting(default=True, label="热饮", source="design")
    cup: str = setting("glass", label="杯子", source="design", choices=("glass", "china"))
    opens: time = setting(time(8, 30), label="开门时刻", source="design")  # noqa: RUF009
    since: date | None = setting(None, label="开始日期", source="design")  # noqa: RUF009
    prices: Mapping[str, int] = setting(
        {"small": 5, "large": 8}, unit="元", label="价格", source="law", minimum=1,
        choices=("small", "large", "huge"),
    )  # fmt: skip
    guests: tuple[str, ...] = setting(("林",), label="客人", source="design", maximum=3)
    leaves: tuple[Leaf, ...] = setting(
        (Leaf(code="green", grams=3),), label="茶叶", source="S-002 I-05"
    )

    def check(self) -> Iterator[str]:
        """Strong tea needs time."""
        if self.strength > 0.9 and self.minutes < 5:
            yield "浓茶至少泡 5 分钟。"


@pytest.fixture(autouse=True)
def tea() -> Iterator[None]:
    """Register the class for these tests only."""
    register("tea", TeaProfile, label="茶")
    reload()
    yield
    declare._tables.pop("tea")
    reload()


def region_of(tmp_path: Path, text: str) -> Region:
    """Load a profile of the given text."""
    path = tmp_path / "town.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def problems_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    """The faults of a profile of the given text."""
    with pytest.raises(ProfileError) as caught:
        region_of(tmp_path, text)
    return caught.value.problems


def value_named(region: Region, key: str) -> Value:
    """One explained value of the tea table."""
    return next(value for value in region.values if (value.table, value.key) == ("tea", key))


def test_without_a_file_every_setting_has_its_default_and_says_so() -> None:
    region = load(None)

    assert region.profile(TeaProfile) == TeaProfile()
    minutes = value_named(region, "minutes")
    assert (minutes.value, minutes.origin, minutes.changed) == (10, "默认", False)
    assert (minutes.label, minutes.unit, minutes.source) == ("泡茶时间", "分钟", "S-001")


def test_a_file_changes_settings_of_every_kind_and_names_file_and_line(tmp_path: Path) -> None:
    region = region_of(
        tmp_path,
        "[tea]\n"
        "minutes = 7\n"
        "strength = 1\n"
        "hot = false\n"
        'cup = "china"\n'
        "opens = 07:15:00\n"
        "since = 2026-09-01\n"
        'guests = ["安", "林"]\n'
        "leaves = [\n"
        "  # the dark one\n"
        '  { code = "black", grams = 4, note = "浓" },\n'
        "]\n",
    )

    tea = region.profile(TeaProfile)
    assert (tea.minutes, tea.strength, tea.hot, tea.cup) == (7, 1.0, False, "china")
    assert isinstance(tea.strength, float)
    assert (tea.opens, tea.since, tea.guests) == (time(7, 15), date(2026, 9, 1), ("安", "林"))
    assert tea.leaves == (Leaf(code="black", grams=4, note="浓"),)
    assert value_named(region, "minutes").origin == "town.toml 第 2 行"
    assert value_named(region, "leaves").origin == "town.toml 第 9 行"


def test_a_map_keeps_the_keys_the_file_is_silent_about_and_cannot_be_changed(
    tmp_path: Path,
) -> None:
    prices = region_of(tmp_path, "[tea]\nprices = { large = 9 }").profile(TeaProfile).prices

    assert dict(prices) == {"small": 5, "large": 9}
    with pytest.raises(TypeError):
        prices["small"] = 1  # type: ignore[index]


def test_a_value_may_cite_its_source_its_unit_and_a_note(tmp_path: Path) -> None:
    region = region_of(
        tmp_path, '[tea]\nminutes = { value = 9, unit = "分钟", source = "I-20", note = "暂定" }'
    )

    minutes = value_named(region, "minutes")
    assert (minutes.value, minutes.source, minutes.note) == (9, "I-20", "暂定")
    assert (minutes.text, minutes.default_text) == ("9 分钟", "10 分钟")


def test_a_table_of_one_setting_and_an_array_of_tables_read_the_same(tmp_path: Path) -> None:
    region = region_of(
        tmp_path,
        "[tea.minutes]\nvalue = 9\n"
        '[[tea.leaves]]\ncode = "green"\ngrams = 1\n'
        '[[tea.leaves]]\ncode = "black"\ngrams = 2\n',
    )

    tea = region.profile(TeaProfile)
    assert (tea.minutes, [leaf.grams for leaf in tea.leaves]) == (9, [1, 2])


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("minuts = 9", "[tea] minuts：没有“minuts”这个设置项。是不是要写“minutes”？"),
        ('minutes = "九"', "[tea] minutes：应为整数，单位是分钟，写的是文字“九”。"),
        ("minutes = true", "[tea] minutes：应为整数，单位是分钟，写的是是或否 true。"),
        ("minutes = 1.5", "[tea] minutes：应为整数，单位是分钟，写的是数字 1.5。"),
        ("minutes = 61", "[tea] minutes：应在 1 至 60 分钟之间，写的是整数 61。"),
        ("strength = 1.2", "[tea] strength：应不大于 1 比例，写的是数字 1.2。"),
        ("hot = 1", "[tea] hot：应为是或否（true / false），写的是整数 1。"),
        ('cup = "chine"', "写的是文字“chine”。只能是：glass、china。是不是要写“china”？"),
        ('opens = "八点"', "[tea] opens：应为时刻（如 08:20:00），写的是文字“八点”。"),
        ("since = 2026-09-01T08:00:00", "[tea] since：应为日期（如 2026-09-01），写的是别的内容"),
        ("prices = 5", "[tea] prices：应为对照表 { 键 = 值 }，写的是整数 5。"),
        (
            "prices = { larg = 9 }",
            "没有“larg”这个键。只能是：small、large、huge。是不是要写“large”",
        ),
        ("prices = { large = 0 }", "[tea] prices large：应不小于 1 元，写的是整数 0。"),
        ('guests = "林"', "[tea] guests：应为列表 [ … ]，写的是文字“林”。"),
        ('guests = ["甲", 2]', "[tea] guests 第 2 项：应为文字，写的是整数 2。"),
        ('guests = ["a", "b", "c", "d"]', "项数应不大于 3 项，现有 4 项。"),
        ("leaves = [3]", "[tea] leaves 第 1 项：应为一条记录 { … }，写的是整数 3。"),
        ('leaves = [{ code = "green" }]', "leaves 第 1 项：缺少“grams”（用量）。"),
        (
            'leaves = [{ code = "green", grams = 1, gram = 2 }]',
            "leaves 第 1 项：记录里没有“gram”这一项。是不是要写“grams”？",
        ),
        (
            'leaves = [{ code = "green", grams = 1, note = "五个字太长" }]',
            "leaves 第 1 项 note：长度应不大于 4 个字，现有 5 个字。",
        ),
        ('minutes = { value = 9, unit = "小时" }', "单位应为“分钟”，写的是“小时”。"),
        ('cup = { value = "china", unit = "个" }', "这一项没有单位，写的是“个”。"),
        ('minutes = { value = 9, source = "某文件" }', "来源应为 S-003、I-20、law 或 design"),
        ('minutes = { value = 9, sorce = "S-001" }', "没有“sorce”。是不是要写“source”？"),
        ('minutes = { unit = "分钟" }', "写成 { … } 时要有 value。"),
        ("strength = 0.95\nminutes = 2", "[tea]：浓茶至少泡 5 分钟。"),
        ("media_codec = 1", "它属于 [classroom]。"),
    ],
)
def test_a_fault_is_one_chinese_sentence_with_the_place_and_what_is_expected(
    tmp_path: Path, line: str, sentence: str
) -> None:
    (problem,) = problems_of(tmp_path, f"[tea]\n{line}\n")

    assert sentence in problem
    assert problem.startswith("town.toml 第 ")


def test_a_fault_in_a_list_names_the_line_of_the_item(tmp_path: Path) -> None:
    (problem,) = problems_of(
        tmp_path,
        "[region]\n"
        'name = "某县"\n'
        "\n"
        "[tea]\n"
        "leaves = [\n"
        '  { code = "green", grams = 1 }, # [ first\n'
        '  { code = "green", grams = 99 },\n'
        "]\n",
    )

    assert problem.startswith("town.toml 第 7 行 [tea] leaves 第 2 项 grams：")


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "[tea]\nminutes = 0\nhot = 3\n[coffee]\ncups = 2\n[tee]\n")

    assert len(problems) == 4
    assert any("没有“tee”这个表。是不是要写“tea”？" in problem for problem in problems)
    assert any("没有“coffee”这个表" in problem for problem in problems)


def test_a_table_written_as_a_value_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "tea = 3\n") == (
        "town.toml 第 1 行 [tea]：应为一个表，写的是整数 3。",
    )


def test_a_file_that_is_missing_broken_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="找不到区域配置文件"):
        load(tmp_path / "none.toml")
    assert "不是有效的 TOML" in problems_of(tmp_path, "[tea\n")[0]
    (tmp_path / "old.toml").write_bytes("[region]\nname = '某县'".encode("gb18030"))
    with pytest.raises(ProfileError, match="不是 UTF-8 编码"):
        load(tmp_path / "old.toml")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf[tea]\nminutes = 3\n")

    assert load(path).profile(TeaProfile).minutes == 3


def test_override_changes_the_running_region_and_puts_it_back() -> None:
    black = Leaf(code="black", grams=2)

    with override(TeaProfile, minutes=20, prices={"small": 6}, leaves=[black]):
        assert current(TeaProfile).leaves == (black,)
        assert current(TeaProfile).minutes == 20
        assert dict(current(TeaProfile).prices) == {"small": 6, "large": 8}
        with override(TeaProfile, minutes=30):
            assert current(TeaProfile).minutes == 30
        assert current(TeaProfile).minutes == 20
        assert value_named(running(), "minutes").origin == "临时"
        assert value_named(running(), "hot").origin == "默认"

    assert current(TeaProfile) == TeaProfile()


def test_override_refuses_what_a_file_could_not_say() -> None:
    with pytest.raises(ProfileError, match="是不是要写“minutes”"), override(TeaProfile, minute=1):
        pass
    with pytest.raises(ProfileError, match="1 至 60"), override(TeaProfile, minutes=0):
        pass
    with pytest.raises(ProfileError, match="浓茶"), override(TeaProfile, minutes=2, strength=1):
        pass
    assert current(TeaProfile) == TeaProfile()


def test_use_runs_another_region_for_a_while(tmp_path: Path) -> None:
    before = running().name

    with use(region_of(tmp_path, '[region]\nname = "石桥县"\ncode = "shiqiao"')) as region:
        assert (current(RegionProfile).name, region.name, region.code) == (
            "石桥县",
            "石桥县",
            "shiqiao",
        )

    assert running().name == before


def test_the_page_gets_every_setting_with_text_and_lists_as_tables() -> None:
    tables = {table.name: table for table in describe(load(None))}
    values = {value.key: value for value in tables["tea"].settings}

    assert tables["tea"].label == "茶"
    assert {key: value.text for key, value in values.items()} == {
        "minutes": "10 分钟",
        "strength": "0.5 比例",
        "hot": "是",
        "cup": "glass",
        "opens": "08:30",
        "since": "（空）",
        "prices": "small：5 元；large：8 元",
        "guests": "林",
        "leaves": "1 项",
    }
    assert values["leaves"].columns == ("代码", "用量", "说明")
    assert values["leaves"].rows == (("green", "3 克", "（空）"),)
    assert (values["guests"].columns, values["guests"].rows) == ((), ())


def test_core_comes_first_and_an_unknown_class_is_a_programmers_mistake() -> None:
    assert next(iter(registered())) == "region"
    with pytest.raises(LookupError, match="Leaf"):
        current(Leaf)


def test_registration_refuses_what_a_page_could_not_explain() -> None:
    @dataclass
    class Loose:
        minutes: int = setting(1, unit="分钟", label="时间")

    @dataclass(frozen=True)
    class NoLabel:
        minutes: int = setting(1, unit="分钟", label="minutes")

    @dataclass(frozen=True)
    class NoUnit:
        minutes: int = setting(1, label="时间")

    @dataclass(frozen=True)
    class NoSource:
        minutes: int = setting(1, unit="分钟", label="时间", source="somewhere")

    @dataclass(frozen=True)
    class NoType:
        minutes: set[int] = setting(None, label="时间")  # noqa: RUF009

    for cls, fault in [
        (Loose, "frozen"),
        (NoLabel, "label"),
        (NoUnit, "unit"),
        (NoSource, "source"),
        (NoType, "type"),
    ]:
        with pytest.raises(TypeError, match=fault):
            register("x", cls)
    with pytest.raises(TypeError, match="already belongs"):
        register("tea", Leaf)
    assert "x" not in registered()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "Qing Xi"}, "只能用小写字母"),
        ({"time_zone": "Asia/Qingxi"}, "没有“Asia/Qingxi”这个时区"),
        ({"school_year_starts": "9月1日"}, "应为“月-日”"),
        ({"school_year_starts": "02-30"}, "应为“月-日”"),
        ({"levels": [{"code": "class", "name": "班"}]}, "必须有 school"),
        (
            {"levels": [{"code": "school", "name": "校"}, {"code": "city", "name": "市"}]},
            "自上而下排列",
        ),
        (
            {"classrooms": [{"code": "aa", "name": "甲课"}, {"code": "aa", "name": "乙课"}]},
            "不能重复",
        ),
    ],
)
def test_the_regions_own_facts_are_checked(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ProfileError, match=sentence), override(RegionProfile, **changes):
        pass


def test_lines_are_found_past_comments_strings_and_nested_lists() -> None:
    text = (
        "# top\n[a]\n"
        'x = "[not a table]" # [nor this\n'
        'y = """\n[b]\nz = 1\n"""\n'
        "n = [[1, 2],\n  [3]]\n"
        "w.v = 2\n"
        "[[c]]\nk = 1\n[[c]]\nk = 2\n"
    )

    found = line_numbers(text)

    assert found[("a",)] == 2
    assert (found[("a", "x")], found[("a", "y")], found[("a", "n")]) == (3, 4, 8)
    assert found[("a", "w", "v")] == 10
    assert (found[("c", 0, "k")], found[("c", 1, "k")]) == (12, 14)
    assert ("b",) not in found
