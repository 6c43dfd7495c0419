"""What the texts of a form say of a danger, asked beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals.listed import mentions_of
from anderhalf.presentation.written import ask_written

from ..forms.written import WrittenMixin
from ..queries.written import written_to_ask


def ask_in(
    form: WrittenMixin,
    viewer: Viewer,
    patient: Patient,
    *,
    at: datetime,
    before: Sequence[str] = (),
) -> None:
    """Add the questions to a form that was read; ``before`` is the earlier text, of which nothing is asked again."""
    on = timezone.localdate(at)
    form.read_drugs(viewer.network, on=on)
    earlier = mentions_of(form.described_by, before, network=viewer.network, on=on)
    settled = {one.key for one in earlier}
    form.settle_written(settled)
    typed, unconfirmed = form.for_the_eye()
    asked = written_to_ask(
        patient, viewer.network, form.written.unanswered, at=at, typed=typed, unconfirmed=unconfirmed,
        codes=form.drugs_for_the_eye(), settled={one.fact for one in form.written.not_now},
    )  # fmt: skip
    form.questions = ask_written(form, form.written, asked, facts=form.described_by.facts)
