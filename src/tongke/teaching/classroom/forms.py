"""Forms of the classroom's pages."""

from typing import Any

from django import forms

_MOST_LINES = 8


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one control; `clean` gives a list."""

    def __init__(self, **kwargs: Any) -> None:
        """With a control that takes several files."""
        super().__init__(widget=_Files(attrs={"accept": ".pdf,image/*"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file checked by itself."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    """PDF files and pictures for the deck."""

    documents = FilesField(
        label="课件文件", help_text="PDF 或图片，可一次选多个。演示文稿请先另存为 PDF。"
    )


class SlideForm(forms.Form):
    """A slide of text."""

    heading = forms.CharField(label="标题", max_length=60, required=False)
    lines = forms.CharField(
        label="正文", required=False,
        help_text=f"一行一条，最多 {_MOST_LINES} 行，每行最多 80 字。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip

    def clean_lines(self) -> list[str]:
        """The text line by line."""
        return str(self.cleaned_data["lines"]).splitlines()


class DutyForm(forms.Form):
    """A duty done, with evidence."""

    text = forms.CharField(
        label="说明", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    file = forms.FileField(
        label="附件", required=False, help_text="图片、PDF 或 Office 文档，不超过 20 MB。"
    )


class EndForm(forms.Form):
    """Ending a lesson; the decision is needed when both sides were together too briefly."""

    held = forms.TypedChoiceField(
        label="这节课", required=False, empty_value=None,
        coerce=lambda value: value == "yes",
        choices=[("", "按在线时间判断"), ("yes", "记为已上课"), ("no", "记为未上课")],
    )  # fmt: skip
    reason = forms.CharField(label="原因", max_length=200, required=False)


class AnswerForm(forms.Form):
    """A pupil's answer without the live connection."""

    id = forms.UUIDField()
    question = forms.IntegerField(min_value=1)
    choice = forms.RegexField(r"^[A-F, ]{1,12}$", error_messages={"invalid": "请选一个选项。"})
    at = forms.FloatField(required=False)
