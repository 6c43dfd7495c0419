"""Charts in templates: rooms hand over plain data, because they may not import ``web``; here it becomes a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from anderhalf.presentation import charts

register = template.Library()


@register.simple_tag
def timeline_picture(data: Mapping[str, Any], title: str) -> SafeString:
    """The drawn timeline."""
    return charts.timeline_chart(title=title, **charts.lanes_from(data))


@register.simple_tag
def timeline_rows(data: Mapping[str, Any], title: str) -> SafeString:
    """The same data as a table."""
    return charts.timeline_table(title=title, **charts.lanes_from(data))
