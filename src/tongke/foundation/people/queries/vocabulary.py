"""Names of subjects, grades and stages, which curriculum owns and registers here.

People stores codes only; its pages ask here for words. Whoever owns the names calls `register`
once in `AppConfig.ready`; without it codes stand for themselves, grades excepted, whose names
are the same everywhere.
"""

from typing import Protocol

Pairs = list[tuple[str, str]]

_GRADES = {
    "11": "一年级", "12": "二年级", "13": "三年级", "14": "四年级", "15": "五年级", "16": "六年级",
    "21": "七年级", "22": "八年级", "23": "九年级", "31": "高一", "32": "高二", "33": "高三",
}  # fmt: skip
_STAGES = {"0": "学前", "1": "小学", "2": "初中", "3": "高中"}


class Vocabulary(Protocol):
    """Who knows the names: code and name pairs, in the order lists show them."""

    def subjects(self) -> Pairs:
        """Subjects taught in the region."""
        ...

    def grades(self) -> Pairs:
        """Grades, youngest first."""
        ...


class _Bare:
    """Before anybody has registered: no subjects, the common grades."""

    def subjects(self) -> Pairs:
        """None known."""
        return []

    def grades(self) -> Pairs:
        """The common names."""
        return list(_GRADES.items())


_known: list[Vocabulary] = [_Bare()]


def register(vocabulary: Vocabulary) -> None:
    """Take the names from `vocabulary` from now on."""
    _known[:] = [vocabulary]


def subjects() -> Pairs:
    """Subject codes and names."""
    return _known[0].subjects()


def grades() -> Pairs:
    """Grade codes and names, youngest first."""
    return _known[0].grades() or list(_GRADES.items())


def stages() -> Pairs:
    """Stage codes and names."""
    return list(_STAGES.items())


def subject_name(code: str) -> str:
    """The name of a subject; the code when nobody knows it."""
    return dict(subjects()).get(code, code)


def grade_name(code: str) -> str:
    """The name of a grade; the code when nobody knows it."""
    return dict(grades()).get(code, code)


def stage_name(code: str) -> str:
    """The name of a stage; the code when it is unknown."""
    return _STAGES.get(code, code)


def stage_of_grade(code: str) -> str:
    """The stage a grade lies in when schools run six and three years: its first digit."""
    return code[:1]


def class_name(grade_code: str, number: int) -> str:
    """The name of a class as schools write it.

    Example:
        >>> class_name("15", 2)
        '五年级（2）班'
    """
    return f"{grade_name(grade_code)}（{number}）班"
