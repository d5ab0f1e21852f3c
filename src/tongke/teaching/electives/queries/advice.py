"""What is known of a pupil's learning in a subject, in plain words; never a prohibition (S-042)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from tongke.core.profile import current
from tongke.engines.learning.models import Mastery
from tongke.engines.learning.profile import LearningProfile
from tongke.foundation.people.models import Person
from tongke.teaching.electives.models import Result
from tongke.teaching.electives.profile import ElectivesProfile


@dataclass(frozen=True)
class Advice:
    """The estimate of a subject with its uncertainty, shares in [0, 1], and a sentence."""

    mean: float
    low: float
    high: float
    points: int
    items: int
    words: str


def advice_for(pupil: Person, subjects: Collection[str]) -> dict[str, Advice]:
    """Advice by subject, where enough is known; one query each for mastery and past results."""
    least = current(ElectivesProfile).advice_points
    rows = Mastery.objects.filter(
        pupil=pupil, key_point__unit__textbook__subject__in=subjects, mean__isnull=False
    ).values_list("key_point__unit__textbook__subject", "mean", "low", "high", "evidence")
    known: dict[str, list[tuple[float, float, float, int]]] = defaultdict(list)
    for subject, mean, low, high, items in rows:
        known[subject].append((mean or 0.0, low or 0.0, 1.0 if high is None else high, items))
    past = _past(pupil, subjects)
    return {
        subject: _advice(points, past.get(subject, ""))
        for subject, points in known.items()
        if len(points) >= least
    }


def _advice(points: list[tuple[float, float, float, int]], past: str) -> Advice:
    mean, low, high = (sum(one[n] for one in points) / len(points) for n in range(3))
    items = sum(one[3] for one in points)
    return Advice(mean, low, high, len(points), items, _words(mean, low, high, len(points)) + past)


def _words(mean: float, low: float, high: float, points: int) -> str:
    profile = current(LearningProfile)
    if low >= profile.weak_share and mean >= profile.mastered_share:
        told = "学得比较稳"
    elif high < profile.mastered_share and mean < profile.weak_share:
        told = "有些内容还要补一补，选了也可以边学边补"
    else:
        told = "有的会了，有的还不稳"
    width = "，题做得还少，只能大致参考" if high - low > 0.4 else ""
    return f"从做过的 {points} 个知识点看，{told}{width}。"


def _past(pupil: Person, subjects: Collection[str]) -> dict[str, str]:
    rows = Result.objects.filter(
        pupil=pupil, section__offer__subject__in=subjects
    ).select_related("section__offer").order_by("at")  # fmt: skip
    return {
        row.section.offer.subject_id: (
            f"上次选修“{row.section.offer.title}”：{row.get_level_display()}。"
        )
        for row in rows
    }
