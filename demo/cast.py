"""The cast of the demo: who signs in with which name, and whom of the invented people they are.

Everybody of the cast has the same password, printed on the sign-in page of a demo; there is no
such person, and a demo holds nobody's data.
"""

from dataclasses import dataclass

from demo.region import ART, CHINESE, COMPUTING, ENGLISH, MUSIC, SCIENCE

PASSWORD = "qingxi2026"  # noqa: S105 - shown to everybody


@dataclass(frozen=True)
class Login:
    """A sign-in name of the demo with the role it shows and a word on the person."""

    login: str
    role: str
    name: str
    note: str = ""


LOGINS = (
    Login("shen", "主讲教师", "沈知夏", "栖云中心小学，五年级音乐主讲"),
    Login("luo", "听讲教师", "罗青禾", "石笋坪教学点，也是一位家长"),
    Login("tian", "听讲教师", "田晓岚", "鹿回湾教学点"),
    Login("xiaohe", "学生", "苏小禾", "石笋坪五年级"),
    Login("su", "家长", "苏长林", "小禾和小苗的父亲"),
    Login("gu", "校长", "顾立言", "栖云中心小学"),
    Login("han", "教务员", "韩致和", "栖云中心小学，也教语文"),
    Login("yin", "教务员", "尹素雅", "石笋坪教学点，也是班主任"),
    Login("qin", "教研员", "秦念真", "县教研室，音乐"),
    Login("ouyang", "电教专干", "欧阳鸣谦", "县电教中心"),
    Login("yuan", "教育局领导", "袁景明", "县教育局"),
    Login("guan", "系统管理员", "管守正", "县电教中心"),
)


@dataclass(frozen=True)
class TeacherPart:
    """A teacher of the cast: the one who teaches `subject` to this class of this school."""

    login: str
    name: str
    sex: str
    school: str
    klass: tuple[str, int]
    subject: str


TEACHERS = (
    TeacherPart("shen", "沈知夏", "2", "qiyun", ("15", 2), MUSIC),
    TeacherPart("wang", "汪诗韵", "2", "qiyun", ("15", 1), ART),
    TeacherPart("ji", "季文君", "2", "qiyun", ("15", 1), ENGLISH),
    TeacherPart("qi", "戚远帆", "1", "qiyun", ("15", 1), SCIENCE),
    TeacherPart("xiang", "向晓峰", "1", "qiyun", ("15", 1), COMPUTING),
    TeacherPart("han", "韩致和", "1", "qiyun", ("16", 1), CHINESE),
    TeacherPart("luo", "罗青禾", "2", "石笋坪", ("15", 1), CHINESE),
    TeacherPart("yin", "尹素雅", "2", "石笋坪", ("12", 1), CHINESE),
    TeacherPart("tian", "田晓岚", "2", "鹿回湾", ("15", 1), CHINESE),
    TeacherPart("tan", "覃向阳", "1", "松月岭", ("15", 1), CHINESE),
)


@dataclass(frozen=True)
class OfficePart:
    """Somebody of the bureau: in which of its offices, in which role."""

    login: str
    name: str
    sex: str
    office: str
    role: str
    subject: str = ""


BUREAU = (
    OfficePart("guan", "管守正", "1", "media", "sysadmin"),
    OfficePart("yuan", "袁景明", "1", "bureau", "director"),
    OfficePart("ouyang", "欧阳鸣谦", "1", "media", "officer"),
    OfficePart("qin", "秦念真", "2", "research", "researcher", MUSIC),
    OfficePart("", "邵敏行", "1", "bureau", "director"),
    OfficePart("", "龚雅琴", "2", "staff", "officer"),
    OfficePart("", "孟修文", "1", "basic", "officer"),
    OfficePart("", "贺仲平", "1", "research", "researcher", CHINESE),
    OfficePart("", "黎晓芸", "2", "research", "researcher", ENGLISH),
)

PUPIL = "xiaohe"
GUARDIAN = "su"
HEAD = "gu"
TIMETABLERS = {"qiyun": "han", "石笋坪": "yin"}
