"""Form fields that more than one room uses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anderhalf.core.wording import within

from .wording import says_something


def in_row(field: forms.Field, row: str) -> forms.Field:
    """The field, with the row of the form it stands in: several rows have fields of the same name."""
    field.in_row = row
    return field


def labelled_in_row(field: forms.Field, label: str) -> str:
    """The name of a field where its row is not in sight."""
    row = getattr(field, "in_row", "")
    return f"{row}: {within(label)}" if row else label


class ReasonField(forms.CharField):
    """A text that says why, or what was decided: refused beside the field when it says nothing ("." or "-").

    The action that takes it asks :func:`says_something` too: it is reached by other roads than a form.
    """

    default_error_messages = {
        "required": _("Vul een reden in."),
        "says_nothing": _("Schrijf hier in woorden waarom."),
    }

    def validate(self, value: Any) -> None:
        """Required as every field, and words when something was typed."""
        super().validate(value)
        if value and not says_something(value):
            raise ValidationError(self.error_messages["says_nothing"], code="says_nothing")
