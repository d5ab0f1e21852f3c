"""Forms of the item bank."""

from typing import Any

from django import forms

from tongke.foundation.curriculum.web import PointField
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.services import Content


class ItemForm(forms.Form):
    """One objective item."""

    key_point = PointField(label="知识点")
    kind = forms.ChoiceField(label="题型", choices=Item.Kind.choices)
    stem = forms.CharField(label="题干", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    options = forms.CharField(
        label="选项", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="选择题填写，每行一个，依次是 A、B、C…",
    )  # fmt: skip
    answer = forms.CharField(
        label="答案", max_length=400,
        help_text="选择题写字母（如 AC），判断题写对或错，数字题写一个数，"
        "填空题每个可接受的说法用 | 隔开",
    )  # fmt: skip
    points = forms.IntegerField(label="分值", min_value=1, max_value=100, initial=2)
    difficulty = forms.IntegerField(label="难度（1 易–5 难）", min_value=1, max_value=5, initial=3)
    explanation = forms.CharField(
        label="解析", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, *args: Any, points: Any, item: Item | None = None, **kw: Any) -> None:
        """Fill with the item."""
        if item is not None:
            joined = "" if item.kind in {"single", "multiple"} else "|"
            kw["initial"] = {
                "key_point": item.key_point_id, "kind": item.kind, "stem": item.stem,
                "options": "\n".join(item.options), "answer": joined.join(item.answer),
                "points": item.points, "difficulty": item.difficulty,
                "explanation": item.explanation,
            }  # fmt: skip
        super().__init__(*args, **kw)
        self.fields["key_point"].queryset = points  # type: ignore[attr-defined]

    def content(self) -> Content:
        """What was filled in."""
        filled = self.cleaned_data
        lines = [line.strip() for line in filled["options"].splitlines() if line.strip()]
        answer = filled["answer"]
        letters = filled["kind"] in {Item.Kind.SINGLE, Item.Kind.MULTIPLE}
        parts = list(answer.upper().replace(" ", "")) if letters else answer.split("|")
        return Content(
            kind=filled["kind"], stem=filled["stem"], options=tuple(lines),
            answer=tuple(part.strip() for part in parts if part.strip()),
            points=filled["points"], difficulty=filled["difficulty"],
            explanation=filled["explanation"], key_point=filled["key_point"],
        )  # fmt: skip
