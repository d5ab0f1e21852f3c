"""What week pages show of day changes: badges on changed lessons, days that follow another plan."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import DayChange, LessonClass, Term
from tongke.teaching.timetable.queries.changes_day import Suspended

Kind, Part = DayChange.Kind, DayChange.Part
Cell = tuple[int, date, int]


class Marks:
    """The standing changes of some days that touch some classes or a teacher; few queries."""

    def __init__(
        self,
        term: Term,
        days: Collection[date],
        *,
        classes: Collection[int] = (),
        teacher: Person | None = None,
    ) -> None:
        """Read them."""
        self.suspended = Suspended(term, days)
        who = teacher.pk if teacher else 0
        sides = LessonClass.objects.filter(
            Q(school_class__in=classes) | Q(assistant=who) | Q(lesson__teacher=who)
        )
        touched = Q(school_class__in=classes) | Q(teacher=who) | Q(was_teacher=who)
        found = DayChange.objects.filter(
            touched | Q(part=Part.WHOLE, lesson__in=sides.values("lesson")),
            term=term, day__in=days, state__in=DayChange.STANDING,
        )  # fmt: skip
        # Mostly there is nothing, and to ask with all that would be shown costs thrice as much.
        self.rows = _shown(list(found.values_list("pk", flat=True)))
        self.cells: dict[Cell, DayChange] = {
            (row.school_class_id or 0, row.day, row.seq or 0): row
            for row in self.rows if row.part == Part.OWN
        }  # fmt: skip
        self._parts = {
            (row.lesson_id, row.part, row.school_class_id if row.part == Part.ASSISTANT else None):
            row for row in self.rows if row.part != Part.OWN
        }  # fmt: skip
        made_up = [row.lesson_id for row in self.rows if self._made_up(row)]
        listed = LessonClass.objects.filter(lesson__in=made_up)
        rows = listed.select_related("school_class__school", "assistant", "room").order_by("pk")
        self.sides = list(rows) if made_up else []

    @staticmethod
    def _made_up(row: DayChange) -> bool:
        return row.part == Part.WHOLE and row.kind == Kind.MAKE_UP

    def host(self, lesson: int) -> DayChange | None:
        """What changed the delivering teacher of a joint lesson."""
        return self._parts.get((lesson, Part.HOST, None))

    def assistant(self, lesson: int, klass: int) -> DayChange | None:
        """What changed the assistant of one class of a joint lesson."""
        return self._parts.get((lesson, Part.ASSISTANT, klass))

    def made_up(self) -> list[DayChange]:
        """Joint lessons that are held on another day."""
        return [row for row in self.rows if self._made_up(row)]

    def plan_of(self, school: Organisation, day: date) -> int | None:
        """The weekday whose plan a school follows on a day."""
        return self.suspended.plan_of(school, day)

    def note(self, schools: Iterable[Organisation], day: date) -> str:
        """What the head of a day's column says: suspended, or made up."""
        for school in schools:
            why = self.suspended.why(school, day, None)
            row = self.suspended.made_up(school, day)
            if why:
                return why.replace("停课日：", "停课：")
            if row is not None:
                return f"补 {row.day.month}/{row.day.day} 的课"
        return ""

    def used(self, day: date) -> bool:
        """Whether something is put on a day that has no lessons of its own."""
        return any(row.day == day and row.kind != Kind.NOT_HELD for row in self.rows)


def _shown(pks: list[int]) -> list[DayChange]:
    """These changes with all that pages show of them."""
    rows = DayChange.objects.filter(pk__in=pks).select_related(
        "school_class__school", "subject", "was_subject", "teacher", "was_teacher",
        "lesson__course__subject", "lesson__course__grade", "lesson__course__host_school",
        "lesson__teacher", "lesson__slot",
    )  # fmt: skip
    return list(rows) if pks else []


def badge_of(row: DayChange) -> str:
    """The word on a changed lesson: 代课, 调课, 补课 or 停课."""
    return str(row.get_kind_display())


def words_of(row: DayChange) -> tuple[str, str]:
    """Subject and teacher of a changed ordinary lesson as its class has it."""
    subject = row.subject or row.was_subject
    if row.kind == Kind.NOT_HELD:
        return subject.name if subject else "", ""
    return subject.name if subject else "", row.teacher.name if row.teacher else ""
