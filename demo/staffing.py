"""Who teaches what: the periods of every class shared out among as many teachers as that needs.

Pure. Centre schools have specialists; at a teaching point a few teachers share everything.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from demo.region import (
    ART,
    CHINESE,
    CLASS_TALK,
    COMPUTING,
    ENGLISH,
    ETHICS,
    LABOUR,
    LOCAL,
    MATHS,
    MUSIC,
    PRACTICE,
    SCIENCE,
    SPORT,
    SchoolSpec,
)

Klass = tuple[str, int]
Periods = Mapping[str, Mapping[str, int]]
"""Weekly periods by grade and subject."""

MOST = 18
_SPECIAL = (CHINESE, MATHS, ENGLISH, SCIENCE, MUSIC, ART, SPORT, COMPUTING, ETHICS)
_MAIN_MOST = 16
_POINT_MOST = 16
_NO_PAPER = frozenset({LABOUR, PRACTICE, LOCAL, CLASS_TALK})


@dataclass
class Post:
    """One teacher to be: what they teach and how many periods a week."""

    number: int
    main: str
    papers: set[str] = field(default_factory=set)
    load: int = 0


@dataclass(frozen=True)
class Task:
    """One subject of one class, and who teaches it (the post's place in the list)."""

    klass: Klass
    subject: str
    periods: int
    post: int


@dataclass
class Staffing:
    """The teachers of one school with all they do."""

    posts: list[Post] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    homerooms: dict[Klass, int] = field(default_factory=dict)

    def who(self, klass: Klass, subject: str) -> int:
        """The post that teaches a subject to a class; KeyError when nobody does."""
        for task in self.tasks:
            if (task.klass, task.subject) == (klass, subject):
                return task.post
        raise KeyError(subject)

    def _hire(self, main: str) -> Post:
        post = Post(len(self.posts), main, {main})
        self.posts.append(post)
        return post

    def _give(self, post: Post, klass: Klass, subject: str, periods: int) -> None:
        self.tasks.append(Task(klass, subject, periods, post.number))
        post.load += periods

    def _least(self, extra: int) -> Post:
        post = min(self.posts, key=lambda each: (each.load, each.number))
        return post if post.load + extra <= MOST else self._hire(CHINESE)


def staff(spec: SchoolSpec, periods: Periods) -> Staffing:
    """Share out a school's weekly periods; nobody teaches more than 18."""
    return _point(spec, periods) if spec.is_point else _specialists(spec, periods)


def _specialists(spec: SchoolSpec, periods: Periods) -> Staffing:
    found = Staffing()
    for subject in _SPECIAL:
        post: Post | None = None
        for klass in sorted(spec.sizes):
            count = periods[klass[0]].get(subject, 0)
            if not count:
                continue
            if post is None or post.load + count > _MAIN_MOST:
                post = found._hire(subject)
            found._give(post, klass, subject, count)
            if subject == CHINESE:
                found.homerooms[klass] = post.number
    for klass in sorted(spec.sizes):
        home = found.posts[found.homerooms[klass]]
        found._give(home, klass, CLASS_TALK, periods[klass[0]][CLASS_TALK])
    _spread(found, spec, periods)
    return found


def _spread(found: Staffing, spec: SchoolSpec, periods: Periods) -> None:
    """Give the subjects without specialists to whoever has the fewest periods."""
    for subject in (LABOUR, PRACTICE, LOCAL):
        for klass in sorted(spec.sizes):
            count = periods[klass[0]].get(subject, 0)
            if count:
                found._give(found._least(count), klass, subject, count)


def _point(spec: SchoolSpec, periods: Periods) -> Staffing:
    wanted = [
        (subject, klass, count)
        for subject in (CHINESE, MATHS, ETHICS, SPORT, ENGLISH, SCIENCE, ART, MUSIC, COMPUTING,
                        CLASS_TALK, PRACTICE, LABOUR, LOCAL)
        for klass in sorted(spec.sizes)
        if subject not in spec.lacks and (count := periods[klass[0]].get(subject, 0))
    ]  # fmt: skip
    total = sum(count for _, _, count in wanted)
    found = Staffing()
    for number in range(max(3, math.ceil(total / _POINT_MOST))):
        found._hire(CHINESE if number % 2 == 0 else MATHS)
    for subject, klass, count in wanted:
        post = _free_hand(found, subject, klass, count)
        found._give(post, klass, subject, count)
        if subject == CHINESE:
            found.homerooms[klass] = post.number
        if subject not in _NO_PAPER and subject not in spec.unsure:
            post.papers.add(subject)
    return found


def _free_hand(found: Staffing, subject: str, klass: Klass, count: int) -> Post:
    """Who takes one more task: the homeroom teacher, whoever teaches the subject, or the idlest."""
    if subject == CLASS_TALK:
        return found.posts[found.homerooms[klass]]
    mine = [each for each in found.posts if each.main == subject]
    knows = {task.post for task in found.tasks if task.subject == subject}
    known = [
        each for each in found.posts if each.number in knows and subject not in (CHINESE, MATHS)
    ]
    for some in (mine, known):
        fits = [each for each in some if each.load + count <= _POINT_MOST + 1]
        if fits:
            return min(fits, key=lambda each: (each.load, each.number))
    return found._least(count)
