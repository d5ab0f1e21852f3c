"""An uploaded timetable against what the school knows: matched names, and those still unknown."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable.models import GridImport
from tongke.teaching.timetable.queries import staff
from tongke.teaching.timetable.queries.calendar import planning_day
from tongke.teaching.timetable.queries.plans.tasks import classes_of
from tongke.teaching.timetable.queries.plans.times import week_of_school

KINDS = (("class", "班级"), ("subject", "学科"), ("teacher", "教师"))
_OTHER_NAMES = {
    "体育": "体育与健康", "道法": "道德与法治", "品德": "道德与法治", "信息": "信息科技",
    "信息技术": "信息科技", "劳技": "劳动", "综合": "综合实践活动", "综合实践": "综合实践活动",
    "班会课": "班会", "队会": "班会", "地方": "地方课程", "外语": "英语",
}  # fmt: skip
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")


@dataclass(frozen=True)
class Name:
    """A name of the file: how often, what it means, or that nobody knows."""

    kind: str
    name: str
    count: int
    key: str | None

    @property
    def known(self) -> bool:
        """Whether something was found or chosen, "" (leave out) too."""
        return self.key is not None


@dataclass(frozen=True)
class Lesson:
    """A matched lesson."""

    school_class: int
    subject: str
    teacher: int | None
    weekday: int
    seq: int


@dataclass(frozen=True)
class Matched:
    """What a file means."""

    names: Sequence[Name]
    lessons: Sequence[Lesson]
    left_out: int
    outside: int
    classes: Mapping[int, SchoolClass]
    subjects: Mapping[str, Subject]
    people: Mapping[int, Person]

    @property
    def unknown(self) -> list[Name]:
        """Names that nobody has said anything of."""
        return [one for one in self.names if not one.known]

    def of(self, kind: str) -> list[Name]:
        """The names of one kind, unknown ones first."""
        found = [one for one in self.names if one.kind == kind]
        return sorted(found, key=lambda one: (one.known, one.name))

    def by_task(self) -> dict[tuple[int, str], list[tuple[int, int]]]:
        """Periods of each class and subject, in the order of the week."""
        found: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
        for one in self.lessons:
            found[one.school_class, one.subject].append((one.weekday, one.seq))
        return {key: sorted(set(places)) for key, places in found.items()}

    def teachers_of(self, key: tuple[int, str]) -> list[int]:
        """Who teaches a subject to a class: the one with most lessons of it."""
        counts = Counter(
            one.teacher for one in self.lessons
            if (one.school_class, one.subject) == key and one.teacher
        )  # fmt: skip
        return [pk for pk, _ in counts.most_common(1)]


def plain(name: str) -> str:
    """A class's name as different people write it: 五(1)班, 五年级一班, 五1 are one."""
    for mark in "（）()班年级第 　":
        name = name.replace(mark, "")
    return name.translate(_DIGITS)


def matched(row: GridImport, today: date) -> Matched:
    """Match every name of a file by itself, or as the person has chosen."""
    classes = {each.pk: each for each in classes_of(row.school)}
    people = {each.pk: each for each in staff.teachers([row.school], today)}
    subjects = {each.code: each for each in Subject.objects.all()}
    skipped = set(row.mapping.get("skipped", ()))
    cells = [cell for cell in row.cells if cell[0] not in skipped]
    guesses = _guesses(classes, subjects, people)
    there = {
        "class": {str(pk) for pk in classes}, "subject": set(subjects),
        "teacher": {str(pk) for pk in people},
    }  # fmt: skip
    names: dict[tuple[str, str], Name] = {}
    for kind, place in (("class", 1), ("subject", 4), ("teacher", 5)):
        chosen = row.mapping.get(kind, {})
        for name, count in Counter(cell[place] for cell in cells if cell[place]).items():
            guess = guesses[kind].get(plain(name) if kind == "class" else name)
            key = chosen.get(name, guess)
            # What was chosen may be gone since, or never was of this school.
            known = key if not key or key in there[kind] else None
            names[kind, name] = Name(kind, name, count, known)
    seqs = set(week_of_school(row.school, planning_day(row.term, today)).seqs)
    lessons, left_out, outside = [], 0, 0
    for _, school_class, weekday, seq, subject, teacher in cells:
        keys = names["class", school_class].key, names["subject", subject].key
        if seq not in seqs:
            outside += 1
        elif not all(keys):
            left_out += 1
        else:
            who = names["teacher", teacher].key if teacher else ""
            lessons.append(
                Lesson(int(keys[0] or 0), keys[1] or "", int(who) if who else None, weekday, seq)
            )
    return Matched(list(names.values()), lessons, left_out, outside, classes, subjects, people)


def _guesses(
    classes: Mapping[int, SchoolClass], subjects: Mapping[str, Subject],
    people: Mapping[int, Person],
) -> dict[str, dict[str, str]]:  # fmt: skip
    """What a name means when only one thing has it."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for pk, each in people.items():
        by_name[each.name].append(str(pk))
        by_name[each.number].append(str(pk))
    known = {each.name: code for code, each in subjects.items()}
    known |= {each.short: code for code, each in subjects.items() if each.short}
    known |= {other: known[name] for other, name in _OTHER_NAMES.items() if name in known}
    return {
        "class": {plain(each.name): str(pk) for pk, each in classes.items()},
        "subject": known,
        "teacher": {name: keys[0] for name, keys in by_name.items() if len(keys) == 1},
    }


def options(found: Matched) -> dict[str, list[tuple[str, str]]]:
    """What each kind of name may be chosen to mean."""
    return {
        "class": [(str(pk), each.name) for pk, each in found.classes.items()],
        "subject": [(code, each.name) for code, each in found.subjects.items()],
        "teacher": [(str(pk), each.name) for pk, each in found.people.items()],
    }
