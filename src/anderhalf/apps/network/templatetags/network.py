"""Texts of the content in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from anderhalf.content.agreement import Agreement
from anderhalf.core.pathway.model import Pathway
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


@register.simple_tag
def approver(name: str, agreement: Agreement, pathways: Iterable[Pathway]) -> SafeString:
    """Who signed, with the role in the reader's language where the agreement of the day, or a pathway that runs,
    names it; else as it was signed, marked as Dutch."""
    if language() == "nl":
        return format_html("{}", name)
    for one in (*agreement.approvals, *(one for each in pathways for one in each.approvals)):
        if name == f"{one.name}, {one.role.get('nl', '')}":
            return format_html("{}, {}", one.name, label_of(one.role))
    return format_html('<span lang="nl">{}</span>', name)
