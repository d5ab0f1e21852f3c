"""What people take from the region profile: titles, sign-in rules, consent, small groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting

ROLES = (
    "pupil", "guardian", "teacher", "head", "timetabler", "researcher", "officer", "director",
    "sysadmin",
)  # fmt: skip
"""Role codes, as in `people.roles`, which needs no profile and is needed by none."""

TITLE_LEVELS = ("national", "province", "city", "district", "school")
STAGES = ("0", "1", "2", "3")


@dataclass(frozen=True, kw_only=True)
class TitleKind:
    """A kind of title in the master-teacher register, at one level."""

    code: str = setting(REQUIRED, label="称号代码", source="S-014", minimum=2, maximum=40)
    name: str = setting(REQUIRED, label="称号名称", source="S-014", minimum=2, maximum=20)
    level: str = setting(REQUIRED, label="级别", source="S-014", choices=TITLE_LEVELS)
    term_duty: bool = setting(
        default=True, label="有学期任务", source="A-51", help="每学期至少一次示范课或公开课并上传。"
    )
    live_target: bool = setting(default=False, label="列入直播授课目标", source="A-51")


@dataclass(frozen=True, kw_only=True)
class TitleLevel:
    """The local name of a level of titles."""

    code: str = setting(REQUIRED, label="级别代码", source="S-014", choices=TITLE_LEVELS)
    name: str = setting(REQUIRED, label="级别名称", source="S-014", minimum=2, maximum=10)


@dataclass(frozen=True, kw_only=True)
class ConsentPurpose:
    """A purpose for which a guardian is asked, with the text and its version."""

    code: str = setting(REQUIRED, label="用途代码", source="law", minimum=3, maximum=30)
    name: str = setting(REQUIRED, label="用途", source="law", minimum=2, maximum=20)
    version: str = setting(
        REQUIRED, label="文本版本", source="law", help="改了文字就要换版本，并重新征求同意。"
    )
    text: str = setting(REQUIRED, label="说明文字", source="law", minimum=30, maximum=400)
    refusal: str = setting(REQUIRED, label="不同意时", source="law", minimum=6, maximum=120)
    days: int = setting(
        REQUIRED, unit="天", label="保存期限", source="law", minimum=1, maximum=3650
    )


@dataclass(frozen=True, kw_only=True)
class SchoolKind:
    """A kind of school by the national three-digit code, with the stages it teaches."""

    code: str = setting(REQUIRED, label="办学类型代码", source="law", minimum=3, maximum=3)
    name: str = setting(REQUIRED, label="办学类型", source="law", minimum=2, maximum=30)
    stages: tuple[str, ...] = setting((), label="学段", source="law", choices=STAGES)
    confirmed: bool = setting(default=False, label="已核对标准", source="law")


def _kind(code: str, name: str, stages: str, *, confirmed: bool) -> SchoolKind:
    return SchoolKind(code=code, name=name, stages=tuple(stages), confirmed=confirmed)


def _consents() -> tuple[ConsentPurpose, ...]:
    return (
        ConsentPurpose(
            code="recording",
            name="课堂录像",
            version="1",
            text=(
                "上专递课时会录下教室画面和声音，供孩子补课、老师改进教学使用。"
                "只有本课程的老师和同班同学能看，不对外公开，到期自动删除。"
            ),
            refusal="孩子坐在镜头拍不到的位置照常上课，不影响学习和评价。",
            days=180,
        ),
        ConsentPurpose(
            code="diagnosis",
            name="学情分析",
            version="1",
            text=(
                "根据孩子的课堂作答和作业，估计每个知识点掌握到什么程度，并推荐练习和微课。"
                "只有任课老师、您和孩子能看；老师可以更正结果；不排名，不用于升学。"
            ),
            refusal="不再做个人分析和推荐，作业照常布置和批改。",
            days=1095,
        ),
        ConsentPurpose(
            code="showcase",
            name="作品展示",
            version="1",
            text=(
                "孩子的优秀作业、作品或演唱片段，可能在本区域平台的展示页面播放，"
                "姓名只显示姓氏，您随时可以要求撤下。"
            ),
            refusal="作品不展示，不影响评价。",
            days=365,
        ),
        ConsentPurpose(
            code="third_party",
            name="第三方应用",
            version="1",
            text=(
                "学校使用经过审核的第三方学习应用时，向它提供不含姓名的编号和必要的学习数据。"
                "每个应用使用前会另外列明名称、用途和数据种类。"
            ),
            refusal="孩子不使用该应用，老师安排同等的学习任务。",
            days=365,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class PeopleProfile:
    """Titles, names of roles, the rules of signing in, consent and the protection of pupils."""

    role_labels: Mapping[str, str] = setting(
        {
            "pupil": "学生",
            "guardian": "家长",
            "teacher": "教师",
            "head": "校长",
            "timetabler": "教务员",
            "researcher": "教研员",
            "officer": "电教专干",
            "director": "教育局领导",
            "sysadmin": "系统管理员",
        },
        label="角色名称",
        source="A-80",
        help="只写与默认不同的角色。",
        choices=ROLES,
        minimum=2,
        maximum=12,
    )
    titles: tuple[TitleKind, ...] = setting(
        (
            TitleKind(code="special", name="特级教师", level="province", live_target=True),
            TitleKind(code="leader-p", name="学科带头人", level="province", live_target=True),
            TitleKind(code="leader-c", name="学科带头人", level="city", live_target=True),
            TitleKind(code="master-c", name="名师", level="city"),
            TitleKind(code="backbone-d", name="骨干教师", level="district", term_duty=False),
            TitleKind(code="teaching-d", name="教学名师", level="district", term_duty=False),
        ),
        label="名师称号",
        source="S-014",
        minimum=1,
    )
    title_levels: tuple[TitleLevel, ...] = setting(
        (
            TitleLevel(code="national", name="国家级"),
            TitleLevel(code="province", name="省级"),
            TitleLevel(code="city", name="市级"),
            TitleLevel(code="district", name="县（区）级"),
            TitleLevel(code="school", name="校级"),
        ),
        label="称号级别",
        source="S-014",
        minimum=1,
    )
    school_kinds: tuple[SchoolKind, ...] = setting(
        (
            _kind("111", "幼儿园", "0", confirmed=True),
            _kind("211", "小学", "1", confirmed=True),
            _kind("218", "小学教学点", "1", confirmed=False),
            _kind("311", "初级中学", "2", confirmed=True),
            _kind("312", "九年一贯制学校", "12", confirmed=True),
            _kind("341", "完全中学", "23", confirmed=False),
            _kind("342", "高级中学", "3", confirmed=True),
            _kind("345", "十二年一贯制学校", "123", confirmed=True),
            _kind("361", "中等职业学校", "3", confirmed=True),
            _kind("514", "其他特殊教育学校", "12", confirmed=True),
        ),
        label="办学类型",
        source="law",
        minimum=1,
    )
    idle_minutes: int = setting(
        30, unit="分钟", label="无操作自动退出", source="law", minimum=5, maximum=30
    )
    admin_idle_minutes: int = setting(
        15, unit="分钟", label="管理员无操作自动退出", source="law", minimum=5, maximum=30
    )
    remember_days: int = setting(
        7,
        unit="天",
        label="免登录天数",
        source="design",
        help="只在本人勾选时有效；0 表示不提供。",
        minimum=0,
        maximum=30,
    )
    lockout_attempts: int = setting(
        5, unit="次", label="输错几次后锁定", source="law", minimum=3, maximum=10
    )
    lockout_minutes: int = setting(
        15, unit="分钟", label="锁定时长", source="law", minimum=10, maximum=1440
    )
    second_factor_roles: tuple[str, ...] = setting(
        ("officer", "director", "sysadmin"),
        label="必须两步验证的角色",
        source="law",
        choices=ROLES,
    )
    password_min_length: int = setting(
        10, unit="位", label="教职工密码最短", source="law", minimum=8, maximum=64
    )
    pupil_password_min_length: int = setting(
        8, unit="位", label="学生和家长密码最短", source="law", minimum=8, maximum=64
    )
    idle_account_days: int = setting(
        180,
        unit="天",
        label="多久未登录停用",
        source="law",
        help="包含寒暑假；停用后由学校管理员恢复。",
        minimum=90,
        maximum=730,
    )
    consent_age: int = setting(
        14,
        unit="周岁",
        label="需监护人同意的年龄",
        source="law",
        help="不满这个年龄的学生，非法定用途须先征得监护人同意。",
        minimum=14,
        maximum=18,
    )
    consent_purposes: tuple[ConsentPurpose, ...] = setting(
        _consents(), label="征求同意的用途", source="law", minimum=1
    )
    answer_days: int = setting(
        15,
        unit="工作日",
        label="答复查阅、更正、删除申请",
        source="law",
        minimum=1,
        maximum=30,
    )
    small_cell: int = setting(
        5,
        unit="人",
        label="最小统计人数",
        source="design",
        help="少于这个人数的学生分组不显示统计数字，以免看出是谁。",
        minimum=3,
        maximum=30,
    )

    def check(self) -> Iterator[str]:
        """Codes once; every title's level has a name."""
        for key in ("titles", "title_levels", "consent_purposes", "school_kinds"):
            codes = [one.code for one in getattr(self, key)]
            if len(codes) != len(set(codes)):
                yield f"{key} 的代码不能重复。"
        named = {level.code for level in self.title_levels}
        for title in self.titles:
            if title.level not in named:
                yield f"titles 的“{title.name}”用了没有名称的级别“{title.level}”。"

    def title_name(self, code: str) -> str:
        """The full name of a title, level first (市级学科带头人); the code when it is unknown."""
        levels = {level.code: level.name for level in self.title_levels}
        for title in self.titles:
            if title.code == code:
                # 特级教师 is a rank of its own: nobody puts a level before it.
                prefix = "" if title.code == "special" else levels[title.level]
                return prefix + title.name
        return code


register("people", PeopleProfile, label="人员与账号")
