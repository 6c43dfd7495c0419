"""Texts of the content in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from anderhalf.presentation.language import label_of, language

register = template.Library()


@register.filter
def in_language(labels: Mapping[str, str] | None) -> str:
    """``{"nl": …, "en": …}`` in the reader's language."""
    return label_of(labels)


@register.filter
def of_language(items: Mapping[str, tuple[str, ...]] | None) -> tuple[str, ...]:
    """A list per language: the reader's, else the Dutch one."""
    given = items or {}
    return given.get(language()) or given.get("nl", ())
