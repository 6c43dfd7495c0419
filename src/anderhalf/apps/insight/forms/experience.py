"""The questionnaire of one page, made from the agreement: a mark, the agreed questions, free text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.content.agreement import Experience


class ExperienceForm(forms.Form):
    """``language`` chooses the words; the fields of the questions are named ``question_<id>``."""

    def __init__(self, *args: Any, agreed: Experience, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = language[:2]

        def words(labels: Any) -> str:
            return labels.get(language, labels["nl"])

        marks = range(agreed.mark_minimum, agreed.mark_maximum + 1)
        self.fields["mark"] = forms.TypedChoiceField(
            label=words(agreed.mark),
            coerce=int,
            choices=[(number, str(number)) for number in marks],
            widget=forms.RadioSelect,
            error_messages={"required": _("Kies een cijfer.")},
        )
        self.question_names = []
        for question in agreed.questions:
            name = f"question_{question.id}"
            self.question_names.append(name)
            self.fields[name] = forms.ChoiceField(
                label=words(question.text),
                choices=[(key, words(label)) for key, label in agreed.answers.items()],
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields["text"] = forms.CharField(
            label=words(agreed.free_text),
            required=False,
            max_length=agreed.free_text_maximum,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The agreed questions, in their order."""
        return [self[name] for name in self.question_names]

    def answers(self) -> dict[str, str]:
        """Question id -> answer id, of what was answered."""
        given = {name.removeprefix("question_"): self.cleaned_data.get(name) for name in self.question_names}
        return {key: value for key, value in given.items() if value}
