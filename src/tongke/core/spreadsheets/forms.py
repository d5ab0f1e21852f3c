"""The upload form of every import."""

from typing import Any

from django import forms

from tongke.core.spreadsheets.sheet import Limits


class UploadForm(forms.Form):
    """One file; what is in it is judged by reading it, not here."""

    file = forms.FileField(
        label="表格文件",
        max_length=200,
        allow_empty_file=True,  # the report says better what to do
        error_messages={"required": "请选择要导入的文件。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.zip"}),
    )

    def __init__(self, *args: Any, limits: Limits, packed: bool = False, **kwargs: Any) -> None:
        """Say the limits below the field; `packed` importers take archives."""
        super().__init__(*args, **kwargs)
        most = limits.most_bytes / 1048576
        formats = ".zip 数据包" if packed else ".xlsx 或 .csv"
        advice = f"{formats}，不超过 {most:g} MB。上传后先检查，不会直接写入。"
        self.fields["file"].help_text = advice
