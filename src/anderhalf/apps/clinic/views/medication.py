"""A medication agreement that was written down wrongly: corrected, or entered in error. The old one stays visible."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.record import actions as record

from .. import actions, queries
from ..errors import QuestionFirst, WrittenDanger
from ..forms import MedicationCorrectionForm
from .common import frame
from .danger import unsaved_panel
from .written import ask_in


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Say what it should have been, or that it was never agreed."""
    viewer, at = request.viewer, request.now
    found = queries.agreement(viewer, medication_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=found.patient_id, at=at)
    episode = queries.shown_episode_of(viewer, found.patient_id, at=at)
    pathway = queries.pathway_of(episode, on=timezone.localdate(at)) if episode is not None else None
    in_care = episode is not None and episode.ended_at is None
    form = MedicationCorrectionForm(
        request.POST or None, agreement=found, at=at, drug=queries.drug_of_agreement(found, at=at),
        described_by=queries.described_by(episode, at=at) if in_care else None,
    )  # fmt: skip
    if form.is_bound and in_care:
        form.full_clean()
        ask_in(form, viewer, found.patient, at=at)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct_agreement(
                by=viewer, at=at, agreement=found, because=given["because"], despite=given["despite"],
                better=form.better() if given["what"] == "correct" else None, agreed_with=given["agreed_with"],
                observations=form.new_observations(), not_now=form.written.not_now_keys,
            )  # fmt: skip
        except QuestionFirst as refused:
            form.ask_despite(refused)
        except (record.RecordRefused, WrittenDanger) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("De medicatieafspraak is gecorrigeerd; de oude blijft zichtbaar."))
            return redirect("clinic:medication", found.patient_id)
    context = {
        **frame(request, found.patient, episode, "medication"),
        "form": form,
        "line": queries.medication_lines([found], pathway)[0],
    }
    if form.is_bound and in_care:
        panel = unsaved_panel(viewer, found.patient, form, at=at)
        context["danger"] = panel or context["danger"]
    return render(request, "clinic/medication_correct.html", context, status=422 if form.errors else 200)
