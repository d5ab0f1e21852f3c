"""How the home pages speak: greetings, names, and times as people say them."""

from datetime import date, datetime, timedelta

from django.utils import timezone

WEEKDAYS = "一二三四五六日"
_SUBJECT_ICONS = {
    "音乐": "music", "美术": "palette", "艺术": "palette", "英语": "language", "数学": "math",
    "科学": "flask", "语文": "book-2", "书法": "brush", "体育": "run", "信息": "cpu",
}  # fmt: skip
# The common surnames of two characters; whoever has another one is called by the first.
_DOUBLE = frozenset({
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯",
    "端木", "南宫", "独孤", "宇文", "长孙", "轩辕", "澹台", "百里",
})  # fmt: skip


def hello(now: datetime) -> str:
    """The greeting of this hour: 早上好, 上午好, 中午好, 下午好, 晚上好."""
    hour = timezone.localtime(now).hour
    steps = ((5, "晚上好"), (8, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好"))
    return next((words for until, words in steps if hour < until), "晚上好")


def surname(name: str) -> str:
    """The family name.

    Example:
        >>> surname("林知遥"), surname("欧阳电")
        ('林', '欧阳')
    """
    return name[:2] if name[:2] in _DOUBLE and len(name) > 2 else name[:1]


def given_name(name: str) -> str:
    """What a child is called at home: without the family name when two characters remain.

    Example:
        >>> given_name("安小满"), given_name("白露")
        ('小满', '白露')
    """
    rest = name[len(surname(name)) :]
    return rest if len(rest) >= 2 else name


def long_date(day: date) -> str:
    """11月23日 周一."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def day_word(day: date, today: date) -> str:
    """今天, 明天, 昨天, 周三 within the coming week, else the date.

    Example:
        >>> day_word(date(2026, 11, 24), date(2026, 11, 23))
        '明天'
        >>> day_word(date(2026, 11, 26), date(2026, 11, 23))
        '周四'
    """
    distance = (day - today).days
    near = {0: "今天", 1: "明天", -1: "昨天"}.get(distance)
    if near:
        return near
    if 1 < distance < 7:
        return f"周{WEEKDAYS[day.weekday()]}"
    return f"{day.month}月{day.day}日"


def moment_word(moment: datetime, today: date) -> str:
    """A moment as people say it: 今天 17:30, 明天 08:00, 周四 12:00, 12月3日 12:00."""
    local = timezone.localtime(moment)
    return f"{day_word(local.date(), today)} {local:%H:%M}"


def clock(since: datetime, until: datetime) -> str:
    """09:50–10:30."""
    return f"{timezone.localtime(since):%H:%M}–{timezone.localtime(until):%H:%M}"


def until_word(moment: datetime, now: datetime, today: date) -> str:
    """How far ahead a beginning lies: 8 分钟后开始, 09:50 开始, 明天 09:50."""
    ahead = moment - now
    if timedelta() < ahead <= timedelta(minutes=60):
        minutes = max(1, round(ahead.total_seconds() / 60))
        return f"{minutes} 分钟后开始"
    local = timezone.localtime(moment)
    if local.date() == today:
        return f"{local:%H:%M} 开始"
    return moment_word(moment, today)


def titled(subject: str, title: str) -> str:
    """A lesson's subject with its topic: 音乐《茉莉花》; the subject alone without one."""
    if not title:
        return subject
    return f"{subject} {title}" if "《" in title else f"{subject}《{title}》"


def subject_icon(name: str) -> str:
    """The drawing that stands for a subject; a book for those without one of their own.

    Example:
        >>> subject_icon("音乐"), subject_icon("道德与法治")
        ('music', 'book')
    """
    return _SUBJECT_ICONS.get(name[:2], "book")
