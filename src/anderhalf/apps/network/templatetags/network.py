"""Texts of the content in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language

from ..words import text_in

register = template.Library()


@register.filter
def in_language(labels: Mapping[str, str] | None) -> str:
    """``{"nl": …, "en": …}`` in the reader's language."""
    return text_in(labels, get_language() or "nl")


@register.filter
def of_language(items: Mapping[str, tuple[str, ...]] | None) -> tuple[str, ...]:
    """A list per language: the reader's, else the Dutch one."""
    given = items or {}
    return given.get((get_language() or "nl")[:2]) or given.get("nl", ())
