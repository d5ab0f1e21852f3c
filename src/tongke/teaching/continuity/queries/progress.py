"""How far classes are in the subjects of a day, and what fits there."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from tongke.core.profile import current
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.continuity.matching import Match, match, place
from tongke.teaching.continuity.profile import ContinuityProfile
from tongke.teaching.continuity.queries.shelves import Shelf, shelves
from tongke.teaching.timetable.models import Lesson, LessonClass, Placement, Term
from tongke.teaching.timetable.queries.calendar import Calendar, week_of


class Progress:
    """How far classes are in the subjects of a day, and what fits there."""

    def __init__(
        self,
        term: Term,
        calendar: Calendar,
        day: date,
        cells: Sequence[tuple[SchoolClass, Placement]],
    ) -> None:
        """Read textbooks, weekly lessons and taught topics; ten queries whatever the number."""
        self.calendar, self.day = calendar, day
        pairs = {(one.pk, row.subject_id) for one, row in cells}
        self.shelves: dict[tuple[str, str], Shelf] = shelves(
            term, {(row.subject_id, one.grade_code) for one, row in cells}
        )
        self.weekly: dict[tuple[int, str], list[tuple[int, int, str]]] = defaultdict(list)
        rows = Placement.objects.filter(
            term=term, school_class__in={one for one, _ in pairs},
            subject__in={subject for subject, _ in self.shelves},
        )  # fmt: skip
        for klass, subject, weekday, seq, weeks in rows.values_list(
            "school_class", "subject", "weekday", "seq", "weeks"
        ):
            if (klass, subject) in pairs:
                self.weekly[klass, subject].append((weekday, seq, weeks))
        self._counts: dict[tuple[int, str], tuple[int, int]] = {}
        self.taught = self._taught({one for one, _ in pairs})

    def _taught(self, classes: set[int]) -> dict[tuple[int, str], int]:
        """The unit of the last lesson with a topic, by class and subject."""
        since = self.day - timedelta(days=current(ContinuityProfile).progress_days)
        rows = LessonClass.objects.filter(
            school_class__in=classes, lesson__state=Lesson.State.HELD, lesson__day__lt=self.day,
            lesson__day__gte=since, lesson__unit__isnull=False,
        ).order_by("lesson__starts_at")  # fmt: skip
        listed = rows.values_list("school_class", "lesson__course__subject", "lesson__unit")
        return {(klass, subject): unit for klass, subject, unit in listed}

    def match(self, one: SchoolClass, row: Placement, most: int) -> Match | None:
        """What fits; None when the region keeps no textbook of the subject and grade."""
        shelf = self.shelves.get((row.subject_id, one.grade_code))
        if shelf is None:
            return None
        index, total = self._place(one.pk, row)
        at, turn = place(index, shelf.counts(total))
        taught = self.taught.get((one.pk, row.subject_id))
        week = (self.day - self.calendar.term.starts_on).days // 7 + 1
        why = f"按第 {week} 教学周的进度"
        if taught is not None and taught in shelf.position:
            at, why = shelf.position[taught], "按最近一次联合课的课题"
        title = shelf.units[at].title
        return match(shelf.facts, at, turn, most, f"{why}：{title}")

    def _place(self, klass: int, row: Placement) -> tuple[int, int]:
        """Lessons of the subject before this one in the term, and in the whole term."""
        cells = self.weekly[klass, row.subject_id]
        counts = [self._count(weekday, weeks) for weekday, _, weeks in cells]
        index = sum(before for before, _ in counts)
        index += sum(seq < row.seq for weekday, seq, _ in cells if weekday == row.weekday)
        return index, max(1, sum(total for _, total in counts))

    def _count(self, weekday: int, weeks: str) -> tuple[int, int]:
        """Days of a weekly lesson before the day, and in the whole term; odd weeks apart."""
        key = (weekday, weeks)
        if key not in self._counts:
            parity = {"odd": 1, "even": 0}.get(weeks)
            term = self.calendar.term
            days = [
                each
                for each in self.calendar.days_of(weekday)
                if parity is None or (week_of(term, each) or 0) % 2 == parity
            ]
            self._counts[key] = (sum(each < self.day for each in days), len(days))
        return self._counts[key]
