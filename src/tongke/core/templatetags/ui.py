"""Tags and filters that every page may load with `{% load ui %}`.

Icons, safe attributes, a block used twice, and the house way to write dates, durations
and shares. All of them are pure but for `ago`, which looks at the clock when it is not
given one.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context, TemplateSyntaxError
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WEEKDAYS = "一二三四五六日"
TINTS = ("primary", "teal", "warn", "info", "violet")
# What a page shows for None, and for the "" that Django passes for a variable it does not have.
ABSENT = "—"
_ICONS = Path(__file__).resolve().parent.parent / "icons.json"


@cache
def _icons() -> dict[str, str]:
    """Drawings by icon name, read once."""
    drawings: dict[str, str] = json.loads(_ICONS.read_text(encoding="utf-8"))
    return drawings


@register.simple_tag
def icon(name: str, size: int = 20, css: str = "") -> SafeString:
    """The icon as inline SVG, hidden from screen readers: always write a label beside it.

    Args:
        name: a line of core/icons.txt.
        size: edge in CSS pixels at the normal type size; it grows with the type (projector mode).
        css: further class names.

    Raises:
        TemplateSyntaxError: no such icon; add it to icons.txt and run `npm run icons`.
    """
    drawing = _icons().get(name)
    if drawing is None:
        message = f"No icon “{name}”: add it to core/icons.txt and run npm run icons."
        raise TemplateSyntaxError(message)
    paint = "icon icon-filled" if name.endswith("-filled") else "icon"
    edge = f"{size / 16:g}rem"
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 24 24" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        f"{paint} {css}".strip(),
        edge,
        edge,
        # The drawings come from our own generated file, never from a person.
        mark_safe(drawing),
    )


@register.simple_tag
def html_attrs(attrs: Mapping[str, Any]) -> SafeString:
    """The attributes a component did not declare, escaped, with a leading space each.

    cotton's own `{{ attrs }}` does not escape values bound with a colon.
    """
    declared = getattr(attrs, "attrs_dict", None)
    given = declared() if declared is not None else dict(attrs)
    pieces = []
    for name, value in given.items():
        if value is True:
            pieces.append(format_html(" {}", name))
        elif value is not False and value is not None:
            pieces.append(format_html(' {}="{}"', name, value))
    # Every piece is escaped above.
    return mark_safe("".join(pieces))


@register.simple_tag(takes_context=True)
def reuse(context: Context, name: str) -> str:
    """The text of the block `name` once more, without its markup (for <title>)."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    if block is None:
        return ""
    with context.push():
        text = strip_tags(block.nodelist.render(context)).strip()
    # The block has escaped its variables already.
    return mark_safe(" ".join(text.split()))


@register.simple_tag(takes_context=True)
def query_set(context: Context, **changes: object) -> str:
    """The address's query with some parameters changed; None or "" drops one.

    `{% query_set page=2 %}` keeps every filter and moves to page 2. A change of anything
    but the page itself goes back to the first page.
    """
    request = context.get("request")
    if request is None:
        return "?"
    query = request.GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_state(context: Context, field: str, param: str = "sort") -> str:
    """ "ascending", "descending" or "none": how the address sorts by `field`."""
    request = context.get("request")
    given = request.GET.get(param, "") if request is not None else ""
    if given == field:
        return "ascending"
    return "descending" if given == f"-{field}" else "none"


@register.simple_tag
def widget(field: BoundField, css: str = "") -> SafeString:
    """The field's control with the house's class; Django adds the aria attributes."""
    own = str(field.field.widget.attrs.get("class", ""))
    classes = " ".join(part for part in (field_css(field), own, css) if part)
    return field.as_widget(attrs={"class": classes})


@register.filter
def field_css(field: BoundField) -> str:
    """Class of the control, by the kind of widget."""
    return {
        "check": "check",
        "choices": "choices",
        "file": "input input-file",
        "select": "input select",
        "textarea": "input textarea",
    }.get(field_kind(field), "input")


@register.filter
def field_kind(field: BoundField) -> str:
    """ "check", "choices", "file", "select", "textarea", "hidden" or "input"."""
    widget = field.field.widget
    names = {kind.__name__ for kind in type(widget).__mro__}
    if widget.is_hidden:
        return "hidden"
    for kind, class_name in (
        ("choices", "RadioSelect"),
        ("choices", "CheckboxSelectMultiple"),
        ("check", "CheckboxInput"),
        ("select", "Select"),
        ("textarea", "Textarea"),
    ):
        if class_name in names:
            return kind
    return "file" if widget.input_type == "file" else "input"


@register.filter
def minutes_text(minutes: float | str | None) -> str:
    """Minutes as people say them.

    Example:
        >>> minutes_text(40), minutes_text(80), minutes_text(120)
        ('40 分钟', '1 小时 20 分', '2 小时')
    """
    if minutes is None or isinstance(minutes, str):
        return ABSENT
    whole = round(minutes)
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{whole} 分钟"
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


@register.filter
def percent(share: float | str | None, digits: int = 0) -> str:
    """A share in [0, 1] as a percentage, rounded half away from zero.

    Example:
        >>> percent(0.86), percent(0.9637, 1), percent(None)
        ('86%', '96.4%', '—')
    """
    if share is None or isinstance(share, str):
        return ABSENT
    scale = 10 ** int(digits)
    scaled = float(share) * 100 * scale
    # round() would take 0.125 to 12% and 0.135 to 14%; a small nudge hides binary noise.
    rounded = int(abs(scaled) + 0.5 + 1e-9) / scale * (-1 if scaled < 0 else 1)
    return f"{rounded:.{int(digits)}f}%"


@register.filter
def short_date(day: date | datetime | str | None) -> str:
    """The house's date.

    Example:
        >>> short_date(date(2026, 11, 23))
        '11月23日 周一'
    """
    if day is None or isinstance(day, str):
        return ABSENT
    local = _local(day)
    return f"{local.month}月{local.day}日 周{WEEKDAYS[local.weekday()]}"


@register.filter
def short_datetime(moment: datetime | str | None) -> str:
    """The house's date with the time of day: 11月23日 周一 09:50."""
    if moment is None or isinstance(moment, str):
        return ABSENT
    return f"{short_date(moment)} {_local(moment):%H:%M}"


@register.filter
def ago(moment: datetime | str | None, now: datetime | None = None) -> str:
    """How long ago, as in talk: 刚刚, 5 分钟前, 3 小时前, 昨天 17:40, 11月20日, 2025年3月1日.

    A moment that still lies ahead is written as its date and time.
    """
    if moment is None or isinstance(moment, str):
        return ABSENT
    local, today = _local(moment), _local(now or timezone.now())
    minutes = int((today - local).total_seconds() // 60)
    if minutes < 0:
        return short_datetime(moment)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    days = (today.date() - local.date()).days
    if days == 0:
        return f"{minutes // 60} 小时前"
    if days == 1:
        return f"昨天 {local:%H:%M}"
    day = f"{local.month}月{local.day}日"
    return day if local.year == today.year else f"{local.year}年{day}"


@register.filter
def heat_step(share: Any) -> int | str:
    """Step 0 (low) to 8 (high) of the heat scale for a share in [0, 1]; "" for none."""
    if share is None or share == "":
        return ""
    return min(8, max(0, int(float(share) * 9)))


@register.filter
def initial(name: str) -> str:
    """The character an avatar shows: the first, or “·” for no name."""
    return str(name).strip()[:1] or "·"


@register.filter
def tint(name: str) -> str:
    """A colour name that is always the same for the same text."""
    return TINTS[sum(map(ord, str(name))) % len(TINTS)]


@register.filter
def as_list(value: object) -> list[object]:
    """A list of what there is: None → [], one thing → [it], a list → itself."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


@register.filter
def is_text(value: object) -> bool:
    """Whether the value is plain text (steps may be text or mappings)."""
    return isinstance(value, str)


@register.filter
def plain(value: object) -> str:
    """A number as HTML wants it, whatever the language: 1234.5, never 1,234.5."""
    return str(value)


@register.filter
def same_text(one: object, other: object) -> bool:
    """Whether both read the same; a query gives "3" where an option holds 3."""
    return str(one) == str(other)


@register.filter
def hundredth(share: float) -> int:
    """A share in [0, 1] on the scale 0–100, rounded."""
    return int(float(share) * 100 + 0.5)


@register.filter
def or_dash(text: str) -> str:
    """The text, or — when it is blank."""
    return text if str(text).strip() else ABSENT


@register.filter
def step_state(number: int, current: int | str) -> str:
    """ "done", "now" or "todo" for step `number` while `current` is being worked on."""
    now = int(current)
    if number < now:
        return "done"
    return "now" if number == now else "todo"


@register.simple_tag
def lesson_css(lesson: object) -> str:
    """Classes of a lesson in the week grid; `lesson` is a mapping or an object."""

    def read(name: str) -> object:
        if isinstance(lesson, Mapping):
            return lesson.get(name)
        return getattr(lesson, name, None)

    marks = [f"lesson-{mark}" for mark in ("past", "next") if read(mark)]
    return " ".join(["lesson", f"lesson-{read('state') or 'primary'}", *marks])


def _local(moment: date | datetime) -> Any:
    """An aware moment in the region's zone; dates and naive moments as they are."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment
