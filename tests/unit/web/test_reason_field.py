"""One field for reasons: what says nothing is refused beside it, in every form that asks why."""

from __future__ import annotations

import pytest
from django import forms
from django.utils.translation import override

from anderhalf.apps.casefinding.forms import SetAsideForm
from anderhalf.apps.clinic.forms import CorrectionForm, MedicationCorrectionForm, ReasonForm, TextForm
from anderhalf.apps.network.forms.drafts import RejectForm, SubmitForm
from anderhalf.apps.people.forms.patients import EmergencyForm
from anderhalf.apps.supervision.forms import DropForm
from anderhalf.presentation.fields import ReasonField

FORMS = [
    (ReasonForm, "because"), (TextForm, "because"), (CorrectionForm, "because"), (MedicationCorrectionForm, "because"),
    (DropForm, "because"), (SetAsideForm, "reason"), (EmergencyForm, "reason"), (RejectForm, "because"),
    (SubmitForm, "because"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "name"), FORMS)
@pytest.mark.parametrize("text", [".", "-", "...............", "x", "   "])
def test_what_says_nothing_is_refused_beside_the_field(form, name, text):
    field = form.base_fields[name]
    assert isinstance(field, ReasonField)
    with pytest.raises(forms.ValidationError):
        field.clean(text)


@pytest.mark.parametrize(("language", "words"), [("nl", "woorden"), ("en", "words")])
def test_it_says_what_is_wanted(language, words):
    with override(language), pytest.raises(forms.ValidationError, match=words):
        ReasonField().clean("?")


def test_a_reason_that_need_not_be_given_is_empty_or_says_something():
    field = ReasonField(required=False)
    assert field.clean("") == "" and field.clean("ok dan") == "ok dan"
    with pytest.raises(forms.ValidationError):
        field.clean(".")
