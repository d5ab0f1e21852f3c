"""Form fields that let people choose key points by volume, unit and name."""

from typing import Any

from django import forms

from tongke.foundation.curriculum.models import KeyPoint


def point_label(point: KeyPoint) -> str:
    """音乐五年级上册 · 童年的歌 · 认识节拍; needs the row with its volume (see `points_for`)."""
    book = point.unit.textbook
    where = f"{book.subject.name}{book.grade.name}{book.volume}"
    return f"{where} · {point.unit.title} · {point.title}"


class PointField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One key point."""

    def __init__(self, **more: Any) -> None:
        """Without choices until the form puts a queryset in."""
        super().__init__(queryset=KeyPoint.objects.none(), **more)

    def label_from_instance(self, obj: Any) -> str:
        """The point with its place."""
        return point_label(obj)


class PointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several key points."""

    def __init__(self, **more: Any) -> None:
        """Without choices until the form puts a queryset in."""
        super().__init__(queryset=KeyPoint.objects.none(), **more)

    def label_from_instance(self, obj: Any) -> str:
        """The point with its place."""
        return point_label(obj)
