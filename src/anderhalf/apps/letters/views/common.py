"""What pages of letters share: the letter as it is shown, and the chart's frame around it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.views.common import frame
from anderhalf.apps.people.models import Patient

from ..blocks import readable
from ..models import Letter


def patient_frame(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Banner and tabs around a patient whom the viewer has opened."""
    episode = clinic.shown_episode_of(request.viewer, patient.pk, at=request.now)
    return frame(request, patient, episode, "letters")


def shown(letter: Letter) -> dict[str, Any]:
    """A stored letter as ``_letter.html`` shows it."""
    return {
        "title": letter.subject,
        "sender": letter.sender,
        "recipient": letter.recipient,
        "author": letter.signed_by or letter.author.full_name,
        "signed_at": letter.signed_at,
        "sections": readable(letter.sections),
    }
