"""The ledger entries of a held lesson, written later through the outbox. Safe to repeat."""

from django.utils import timezone

from tongke.core.jobs import task
from tongke.engines.credits.services import Posting, post_many, reverse
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.models import Lesson, LessonClass
from tongke.teaching.timetable.queries.changes_calendar import Suspended
from tongke.teaching.timetable.queries.courses import form_name

WORKLOAD = "workload"


@task("timetable.credit_lesson")
def credit_lesson(lesson: int, revision: int) -> None:
    """Post the work of the delivering teacher and of each assistant of a held lesson.

    Nothing happens when the lesson was corrected since. Safe to run twice: entries have keys.
    """
    found = (
        Lesson.objects.select_related(
            "course__subject", "course__grade", "course__host_school", "course__term", "teacher"
        )
        .filter(pk=lesson, revision=revision, state=Lesson.State.HELD)
        .first()
    )
    if found is None:
        return
    postings = [_posting(found, "host", found.teacher, found.course.host_school)]
    listening = found.classes.filter(side=LessonClass.Side.LISTENING).exclude(assistant=None)
    suspended = Suspended(found.course.term, [found.day])
    told: set[int] = set()
    for each in listening.select_related("assistant", "school_class__school").order_by("pk"):
        place = each.school_class.school
        if suspended.why(place, found.day, each.bell_seq):
            continue  # the lesson went on without this class
        # One assistant with two classes in one room has assisted one lesson.
        if each.assistant is not None and each.assistant.pk not in told:
            told.add(each.assistant.pk)
            postings.append(_posting(found, "assistant", each.assistant, place))
    post_many(postings, at=timezone.now())


def entry_key(lesson: int, revision: int) -> str:
    """What the keys of one revision's ledger entries begin with."""
    return f"lesson:{lesson}:{revision}:"


def _posting(lesson: Lesson, role: str, person: Person, organisation: Organisation) -> Posting:
    form = lesson.course.form
    label = f"{lesson.day:%Y-%m-%d} {lesson.course} {lesson.title}".strip()
    return Posting(
        book=WORKLOAD, person=person, organisation=organisation, rule=role,
        facts={"form": form, "form_name": form_name(form)}, source=lesson, source_label=label,
        key=f"{entry_key(lesson.pk, lesson.revision)}{role}:{person.pk}",
        occurred_on=lesson.day,
    )  # fmt: skip


@task("timetable.uncredit_lesson")
def uncredit_lesson(lesson: int, revision: int, reason: str) -> None:
    """Take back the entries of a revision that was corrected. Safe to run twice, and late."""
    found = Lesson.objects.get(pk=lesson)
    reverse(key_prefix=entry_key(lesson, revision), source=found, reason=reason, at=timezone.now())
