"""Texts of the pathway in templates."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from django import template

from ..queries import label_of

register = template.Library()


@register.filter
def in_language(labels: Mapping[str, str]) -> str:
    """The text of a label in the reader's language."""
    return label_of(labels)


@register.simple_tag
def new_key() -> str:
    """A key by which a second press of the same button is known; each form its own."""
    return str(uuid4())
