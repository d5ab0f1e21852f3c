"""Text of resources as HTML."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()
# "js-default" renders no raw HTML and no unsafe links.
_MARKDOWN = MarkdownIt("js-default", {"breaks": True})


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML; raw HTML in it is shown as text."""
    rendered: str = _MARKDOWN.render(text)
    return mark_safe(rendered)
