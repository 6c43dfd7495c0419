"""Form fields that more than one room uses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .wording import says_something


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
