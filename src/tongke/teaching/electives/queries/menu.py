"""The menu of a round as one pupil sees it, and the pupil's own list."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Enrolment, Organisation, Person, Title
from tongke.teaching.electives.allocation import Span
from tongke.teaching.electives.models import Ballot, Choice, Offer, Round, Seat, Section
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.advice import Advice, advice_for
from tongke.teaching.timetable.queries.calendar import weekday_name


def section_rows(rows: QuerySet[Section]) -> QuerySet[Section]:
    """Sections with all that lists show."""
    return (
        rows.select_related(
            "offer__school",
            "offer__subject",
            "offer__teacher",
            "offer__term",
            "teacher",
            "room",
            "course__host_class",
        )
        .prefetch_related("times", "offer__grades")
        .order_by("offer__title", "offer__pk", "number")
    )


def may_choose(section: Section, enrolment: Enrolment) -> bool:
    """Whether a section is for this pupil: their grade, and their school where it stays inside."""
    grades = {grade.pk for grade in section.offer.grades.all()}
    inside = section.offer.school_id == enrolment.school_class.school_id
    open_to_all = section.offer.reach == Offer.Reach.REGION
    return enrolment.school_class.grade_code in grades and (inside or open_to_all)


@dataclass(frozen=True)
class MenuLine:
    """A section on the menu of one pupil."""

    section: Section
    times: str
    grades: str
    own: bool
    busy: bool
    wanted: int
    free: int
    rank: int | None
    master: str
    advice: Advice | None


@dataclass(frozen=True)
class MenuFilter:
    """What a menu is narrowed by."""

    words: str = ""
    subject: str = ""
    school: str = ""
    form: str = ""
    weekday: str = ""
    fits: bool = False

    def apply(self, lines: Sequence[MenuLine]) -> list[MenuLine]:
        """The lines that fit; menus are short enough to be narrowed here."""
        return [each for each in lines if self._fits(each)]

    def _fits(self, line: MenuLine) -> bool:
        offer = line.section.offer
        text = f"{offer.title}{offer.school.short_name}{line.section.teacher.name}{offer.summary}"
        days = {str(each.weekday) for each in line.section.times.all()}
        return (
            self.words in text
            and self.subject in {"", offer.subject_id}
            and self.school in {"", str(offer.school_id)}
            and self.form in {"", offer.form}
            and (not self.weekday or self.weekday in days)
            and (not self.fits or not line.busy)
        )


def menu(round_: Round, pupil: Person, enrolment: Enrolment, today: date) -> list[MenuLine]:
    """Every section of a round that is for this pupil; a fixed number of queries."""
    found = [each for each in section_rows(round_.sections.all()) if may_choose(each, enrolment)]
    ids = [each.pk for each in found]
    busy = busy_of(round_, pupil, enrolment, today)
    ranks = dict(
        Choice.objects.filter(ballot__round=round_, ballot__pupil=pupil).values_list(
            "section", "rank"
        )
    )
    wanted = Counter(
        dict(
            Choice.objects.filter(ballot__round=round_, section__in=ids)
            .order_by().values_list("section").annotate(Count("pk"))
        )
    )  # fmt: skip
    taken = taken_seats(ids)
    masters = _masters({each.teacher_id for each in found}, today)
    advice = advice_for(pupil, {each.offer.subject_id for each in found})
    return [
        MenuLine(
            section=each, times=times.times_text(each),
            grades="、".join(grade.name for grade in each.offer.grades.all()),
            own=each.offer.school_id == enrolment.school_class.school_id,
            busy=times.clash(each, busy), wanted=wanted[each.pk],
            free=max(0, each.seats - taken[each.pk]), rank=ranks.get(each.pk),
            master=masters.get(each.teacher_id, ""), advice=advice.get(each.offer.subject_id),
        )
        for each in found
    ]  # fmt: skip


def busy_of(round_: Round, pupil: Person, enrolment: Enrolment, today: date) -> tuple[Span, ...]:
    """When a pupil cannot attend: the class's timetable and sections of other rounds."""
    own = times.class_spans(round_.term, [enrolment.school_class_id], today)
    held = times.held_spans(round_, [pupil.pk])
    return own.get(enrolment.school_class_id, ()) + held.get(pupil.pk, ())


def taken_seats(sections: Sequence[int], beside: Round | None = None) -> Counter[int]:
    """How many seats are taken, by section, as far as told; one round may be left out."""
    rows = Seat.objects.filter(
        section__in=sections, state=Seat.State.SEATED, round__state__in=Round.TOLD
    ).order_by()
    rows = rows.exclude(round=beside) if beside else rows
    return Counter(dict(rows.values_list("section").annotate(Count("pk"))))


def _masters(teachers: set[int], today: date) -> dict[int, str]:
    rows = Title.objects.filter(now(today), person__in=teachers, state=Title.State.FILED)
    return dict(rows.values_list("person", "kind"))


@dataclass(frozen=True)
class ListLine:
    """One line of a pupil's list, with what it meets."""

    choice: Choice
    times: str
    note: str


def list_lines(ballot: Ballot | None) -> list[ListLine]:
    """A pupil's list in order; each line says which better choice it clashes with."""
    if ballot is None:
        return []
    choices = list(
        ballot.choices.select_related(
            "section__offer__school", "section__teacher", "subject"
        ).prefetch_related("section__times")
    )
    lines, above = [], list[Section]()
    for choice in choices:
        section, note = choice.section, ""
        if section is None:
            lines.append(ListLine(choice, "", ""))
            continue
        for other in above:
            if other.offer_id == section.offer_id:
                note = f"与第 {above.index(other) + 1} 志愿是同一门课，最多录取其中一班。"
            elif times.clash(section, times.spans_of(other)):
                note = f"与第 {above.index(other) + 1} 志愿时间冲突，最多录取其中一门。"
            if note:
                break
        above.append(section)
        lines.append(ListLine(choice, times.times_text(section), note))
    return lines


def ballot_of(round_: Round, pupil: Person) -> Ballot | None:
    """The pupil's list in a round."""
    return Ballot.objects.filter(round=round_, pupil=pupil).select_related("agreed_by").first()


def filter_options(lines: Sequence[MenuLine]) -> dict[str, list[tuple[str, str]]]:
    """What a menu can be narrowed to: only what is on it."""
    subjects = {each.section.offer.subject for each in lines}
    schools: dict[int, Organisation] = {
        each.section.offer.school_id: each.section.offer.school for each in lines
    }
    return {
        "subjects": [(one.pk, one.name) for one in sorted(subjects, key=lambda s: s.position)],
        "schools": [
            (str(one.pk), one.short_name)
            for one in sorted(schools.values(), key=lambda school: school.path)
        ],
        "forms": [(value, str(label)) for value, label in Offer.Form.choices],
        "weekdays": [(str(n), weekday_name(n)) for n in range(1, 6)],
    }
