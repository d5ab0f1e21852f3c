"""The textbooks of a term with what the library and the bank have for each unit, read in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint, Textbook, Unit
from tongke.teaching.assessment.models import Item
from tongke.teaching.continuity.matching import Offer, UnitFacts
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.services.topics import spread

_RANK = {Resource.Kind.MICRO: 0, Resource.Kind.PAGE: 1, Resource.Kind.SLIDES: 2}
_ITEMS_MOST = 12
Key = tuple[str, str]


class Shelf:
    """One volume: its units with facts, and how the term's lessons are spread over them."""

    def __init__(self, book: Textbook, units: Sequence[Unit], facts: Sequence[UnitFacts]) -> None:
        """Keep units in teaching order."""
        self.book, self.units, self.facts = book, units, facts
        self.position = {each.pk: index for index, each in enumerate(units)}
        self._counts: dict[int, list[int]] = {}

    def counts(self, lessons: int) -> list[int]:
        """How many of the term's lessons each unit takes."""
        if lessons not in self._counts:
            order = spread([(each.pk, each.periods) for each in self.units], lessons)
            self._counts[lessons] = [order.count(each.pk) for each in self.units]
        return self._counts[lessons]


def shelves(term: Term, wanted: Iterable[Key]) -> dict[Key, Shelf]:
    """The volume of each (subject, grade) for the half year of the term; five queries.

    Without a volume for this half any volume of the grade serves; without one there is no entry.
    """
    keys = set(wanted)
    half = "上" if term.starts_on.month >= 7 else "下"
    books: dict[Key, Textbook] = {}
    rows = Textbook.objects.filter(
        subject__in={subject for subject, _ in keys}, grade__in={grade for _, grade in keys}
    )
    for book in sorted(rows, key=lambda each: (not each.volume.startswith(half), each.code)):
        key = (book.subject_id, book.grade_id)
        if key in keys:
            books.setdefault(key, book)
    units: dict[int, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(textbook__in=books.values()).order_by("seq"):
        units[unit.textbook_id].append(unit)
    facts = _facts([each.pk for listed in units.values() for each in listed])
    return {
        key: Shelf(book, units[book.pk], [facts(each) for each in units[book.pk]])
        for key, book in books.items()
        if units[book.pk]
    }


class _Facts:
    """Key points, resources and items of some units, by unit."""

    def __init__(self, units: Sequence[int]) -> None:
        self.points: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for pk, unit, title in (
            KeyPoint.objects.filter(unit__in=units)
            .order_by("seq")
            .values_list("pk", "unit", "title")
        ):
            self.points[unit].append((pk, title))
        known = KeyPoint.objects.filter(unit__in=units)
        self.offers: dict[int, list[Offer]] = defaultdict(list)
        published = Resource.objects.filter(
            state=Resource.State.PUBLISHED, key_points__in=known.values("pk")
        )
        for point, pk, title, kind, seconds in published.values_list(
            "key_points", "pk", "title", "kind", "seconds"
        ):
            self.offers[point].append(Offer(pk, title, _RANK.get(Resource.Kind(kind), 9), seconds))
        self.items: dict[int, list[int]] = defaultdict(list)
        ready = Item.objects.filter(state=Item.State.READY, key_point__in=known.values("pk"))
        for point, pk in ready.order_by("difficulty", "code").values_list("key_point", "pk"):
            if len(self.items[point]) < _ITEMS_MOST:
                self.items[point].append(pk)

    def __call__(self, unit: Unit) -> UnitFacts:
        points = tuple(self.points[unit.pk])
        return UnitFacts(
            unit.pk, unit.title, points,
            {pk: self.offers[pk] for pk, _ in points if pk in self.offers},
            {pk: self.items[pk] for pk, _ in points if pk in self.items},
        )  # fmt: skip


def _facts(units: Sequence[int]) -> _Facts:
    return _Facts(units)
