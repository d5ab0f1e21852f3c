"""Forms of the library."""

from typing import Any

from django import forms

from tongke.core.models import StoredFile
from tongke.engines.library.models import Resource
from tongke.engines.library.services import Content
from tongke.foundation.curriculum.web import PointsField


class ResourceForm(forms.Form):
    """Title, kind, text or file, length, key points."""

    kind = forms.ChoiceField(label="类型", choices=Resource.Kind.choices)
    title = forms.CharField(label="标题", max_length=80)
    body = forms.CharField(
        label="正文", required=False, widget=forms.Textarea(attrs={"rows": 10}), max_length=20000
    )
    minutes = forms.DecimalField(
        label="学完要几分钟", min_value=0, max_value=60, decimal_places=1, initial=3
    )
    upload = forms.FileField(
        label="文件", required=False, help_text="视频（MP4、WebM）、PDF 或图片；正文页可以不传"
    )
    key_points = PointsField(
        label="知识点",
        help_text="按住 Ctrl 可多选；选了知识点，诊断后才能推荐给需要的学生",
    )

    def __init__(
        self, *args: Any, points: Any, resource: Resource | None = None, **kw: Any
    ) -> None:
        """Fill with the resource."""
        if resource is not None:
            kw["initial"] = {
                "kind": resource.kind, "title": resource.title, "body": resource.body,
                "minutes": round(resource.seconds / 60, 1),
                "key_points": list(resource.key_points.values_list("pk", flat=True)),
            }  # fmt: skip
        super().__init__(*args, **kw)
        self.fields["key_points"].queryset = points  # type: ignore[attr-defined]

    def content(self, file: StoredFile | None) -> Content:
        """What was filled in."""
        filled = self.cleaned_data
        return Content(
            kind=filled["kind"], title=filled["title"], body=filled["body"],
            seconds=round(float(filled["minutes"]) * 60), key_points=list(filled["key_points"]),
            file=file,
        )  # fmt: skip
