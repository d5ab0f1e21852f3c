"""What each lesson of a term is about: a textbook's units laid over the lessons in order."""

from collections.abc import Sequence

from tongke.foundation.curriculum.models import Unit


def spread(units: Sequence[tuple[int, int]], lessons: int) -> list[int]:
    """Lay units over lessons, in order, in proportion to what the textbook suggests.

    Args:
        units: (key, suggested periods) in teaching order.
        lessons: how many lessons there are.

    Returns:
        The unit's key of each lesson. With fewer lessons than units, the last ones are left out.

    Example:
        >>> spread([(1, 4), (2, 2)], 3)
        [1, 1, 2]
        >>> spread([(1, 4), (2, 4), (3, 4)], 2)
        [1, 2]
    """
    if len(units) >= lessons:
        return [key for key, _ in units[:lessons]]
    # One lesson each, then the rest by the largest share still owed (Sainte-Laguë).
    counts = [1] * len(units)
    for _ in range(lessons - len(units)):
        owed = [max(weight, 1) / (2 * count + 1) for (_, weight), count in
                zip(units, counts, strict=True)]  # fmt: skip
        if not owed:
            return []
        counts[owed.index(max(owed))] += 1
    return [key for (key, _), count in zip(units, counts, strict=True) for _ in range(count)]


def titles(units: Sequence[Unit], lessons: int) -> list[tuple[Unit | None, str]]:
    """The unit and title of each lesson; lessons of one unit are numbered.

    Without units every lesson stays untitled.
    """
    known = {each.pk: each for each in units}
    order = spread([(each.pk, each.periods) for each in units], lessons)
    found: list[tuple[Unit | None, str]] = []
    for index, key in enumerate(order):
        number, total = order[: index + 1].count(key), order.count(key)
        title = known[key].title
        found.append((known[key], f"{title}（{number}）" if total > 1 else title))
    return found or [(None, "")] * lessons
