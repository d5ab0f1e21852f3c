"""Samples for the style guide page: every piece of the interface in every state.

All names are invented. The page is for developers; it is mounted only in debug mode.
"""

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

STATES = ("primary", "teal", "ok", "warn", "danger", "info", "violet", "muted")
_WORDS = ("进行中", "专递", "已完成", "待确认", "逾期", "已预约", "教研", "未开始")
_POINTS = ("分数意义", "约分通分", "同分母加减", "异分母加减", "解决问题")
_SHARES = (
    (0.89, 0.77, 0.86, None, 0.38),
    (0.84, 0.92, 0.97, 0.66, 0.55),
    (0.9, 0.61, 0.7, 0.45, 0.05),
)
_PUPILS = ("岑雨", "陆小舟", "季明禾")


class SampleForm(forms.Form):
    """One field of each kind, for looking at; `invalid()` gives it with errors."""

    name = forms.CharField(label="课程名称", max_length=40, help_text="学生和家长会看到这个名字。")
    grade = forms.ChoiceField(
        label="年级", choices=[("3", "三年级"), ("4", "四年级"), ("5", "五年级")]
    )
    start = forms.DateField(label="开始日期", widget=forms.DateInput(attrs={"type": "date"}))
    periods = forms.IntegerField(label="每周节数", min_value=1, max_value=5, required=False)
    mode = forms.ChoiceField(
        label="上课方式", choices=[("live", "直播"), ("record", "录播")], widget=forms.RadioSelect
    )
    rooms = forms.MultipleChoiceField(
        label="听讲教室",
        choices=[("a", "石笋坪"), ("b", "鹿回湾"), ("c", "松月岭")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    slides = forms.FileField(label="课件", required=False, help_text="PDF 或图片，不超过 50 MB。")
    public = forms.BooleanField(label="可公开观看", required=False)

    @classmethod
    def invalid(cls) -> "SampleForm":
        """The form as it comes back from a failed post."""
        form = cls({"name": "", "grade": "9", "periods": "8"}, auto_id="bad_%s")
        form.add_error(None, "这门课与已有课程时间冲突，没有保存。")
        return form


def context() -> dict[str, Any]:
    """Everything that core/styleguide.html shows."""
    rows = [
        {"name": f"第{number}小学", "classes": number * 3, "share": number / 60}
        for number in range(1, 61)
    ]
    return {
        "day": date(2026, 11, 23),
        "states": list(zip(STATES, _WORDS, strict=True)),
        "form": SampleForm(initial={"name": "五年级音乐（专递）", "grade": "5", "mode": "live"}),
        "drawer_form": SampleForm(auto_id="drawer_%s"),
        "bad_form": SampleForm.invalid(),
        "page": Paginator(rows, 5).get_page(2),
        "schools": [("1", "栖云中心小学"), ("2", "石笋坪教学点")],
        "week": _week(),
        "points": _POINTS,
        "heat": _heat(),
        "chart_bar": _chart("hbar", unit="%", max=100, target=85),
        "chart_line": _chart("line", unit="%"),
        "chart_interval": _intervals(),
        "graph": _graph(),
        "steps": ["填报", "学校审核", {"label": "县级评审", "note": "还有 4 天"}, "公示"],
        "legend": [("primary", "本班"), ("teal", "专递"), ("warn", "教研")],
    }


def _week() -> dict[str, Any]:
    days = [
        {"label": f"周{name} {day}", "today": day == 23}
        for name, day in zip("一二三四五", range(23, 28), strict=True)
    ]
    own = {"title": "四(2)", "sub": "本班 · 音乐室", "href": "#week"}
    away = {"title": "四(1)", "sub": "→ 鹿回湾", "state": "teal", "href": "#week"}
    rows = [
        {
            "label": "第 1 节",
            "note": "08:00–08:40",
            "cells": [{**own, "past": True}, None, own, None, own],
        },
        {
            "label": "第 2 节",
            "note": "09:50–10:30",
            "cells": [
                {
                    "title": "五(2)",
                    "sub": "→ 3 个教学点",
                    "state": "teal",
                    "next": True,
                    "href": "#week",
                },
                None,
                away,
                [own, {"title": "片区教研", "sub": "一课三磨", "state": "warn"}],
                {**away, "badge": "松月岭请假"},
            ],
        },
        {
            "label": "第 3 节",
            "note": "10:45–11:25",
            "cells": [
                None,
                {"title": "合唱团", "state": "violet"},
                None,
                {"title": "停课", "state": "danger"},
                None,
            ],
        },
    ]
    return {"days": days, "rows": rows}


def _heat() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "cells": [
                {
                    "share": share,
                    "low": None if share is None else max(0.0, share - 0.08),
                    "high": None if share is None else min(1.0, share + 0.06),
                }
                for share in shares
            ],
        }
        for name, shares in zip(_PUPILS, _SHARES, strict=True)
    ]


def _chart(kind: str, **more: Any) -> dict[str, Any]:
    labels = ["栖云", "望溪", "云岫", "石笋坪", "鹿回湾"]
    series = [{"name": "按计划开出", "values": [98, 92, 87, 79, 94]}]
    if kind == "line":
        labels = [f"第 {week} 周" for week in range(9, 14)]
        series.append({"name": "有互动", "values": [61, 70, 68, None, 82]})
    return {"kind": kind, "labels": labels, "series": series, **more}


def _intervals() -> dict[str, Any]:
    labels = ["分数意义", "通分", "解决问题"]
    return {
        "kind": "interval",
        "labels": labels,
        "max": 100,
        "series": [
            {"name": "主讲班", "values": [89, 68, 51], "low": [86, 65, 48], "high": [92, 71, 54]},
            {"name": "听讲班", "values": [84, 55, 37], "low": [79, 51, 33], "high": [87, 60, 41]},
        ],
    }


def _graph() -> dict[str, Any]:
    nodes = [
        {"id": "1", "label": "分数的意义", "note": "掌握 86%", "state": "ok", "href": "#graph"},
        {"id": "2", "label": "分数的基本性质", "note": "掌握 81%", "state": "ok", "href": "#graph"},
        {"id": "3", "label": "最小公倍数", "href": "#graph"},
        {"id": "4", "label": "通分", "note": "掌握 60%", "state": "warn", "href": "#graph"},
        {"id": "5", "label": "同分母加减", "href": "#graph"},
        {"id": "6", "label": "异分母加减", "note": "掌握 45%", "state": "danger", "href": "#graph"},
        {"id": "7", "label": "加减混合运算顺序与简便算法", "href": "#graph"},
    ]
    pairs = [(1, 2), (2, 4), (3, 4), (1, 5), (4, 6), (5, 6), (6, 7)]
    return {"nodes": nodes, "edges": [{"from": str(one), "to": str(other)} for one, other in pairs]}
