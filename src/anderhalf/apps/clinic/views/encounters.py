"""Recording a contact, reading it back, correcting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import draft_of, earlier_result
from anderhalf.apps.record.actions import RecordRefused
from anderhalf.apps.record.queries import contradicting_of, current_medication

from .. import actions, queries
from ..errors import ClinicRefused, EpisodeEnded, QuestionFirst, StaleVersion
from ..forms import EncounterForm, TextForm
from ..forms.written import TEXTS
from ..models import Appointment, Episode
from .common import frame
from .danger import unsaved_panel
from .during import carry_out, proposed_contact
from .written import ask_in

DRAFT = "encounter"


@require_http_methods(["GET", "POST"])
def encounter_new(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The form of one contact, by keyboard from top to bottom; kept as a draft while it is typed."""
    viewer, at = request.viewer, request.now
    if request.method == "POST" and (earlier := earlier_result(viewer, request.POST.get("submission", ""))):
        return redirect("clinic:encounter", UUID(earlier))
    episode = queries.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    if episode.ended_at is not None:
        raise_ended = EpisodeEnded()
        messages.error(request, str(raise_ended))
        return redirect("clinic:chart", episode.patient_id)
    appointment = _appointment(request, episode)
    form = _form(request, episode, appointment)
    if form.is_bound:
        form.full_clean()
        ask_in(form, viewer, episode.patient, at=at)
    if request.method == "POST" and form.is_valid() and not _stale(form, episode):
        try:
            encounter = actions.record_encounter(
                by=viewer,
                at=at,
                episode=episode.pk,
                kind=form.cleaned_data["kind"],
                happened_at=form.moment(),
                appointment=appointment.pk if appointment else None,
                text=form.text(),
                observations=form.new_observations(),
                medication=form.steps,
                documents=form.documents,
                education=form.education(),
                next_contact_on=form.cleaned_data["next_contact_on"],
                next_contact_kind=form.cleaned_data["next_contact_kind"],
                submission=form.submission_key(),
                not_now=form.written.not_now_keys,
            )
        except QuestionFirst as refused:
            for one in (refused, *refused.others):
                form.ask_despite(one)
        except (ClinicRefused, RecordRefused) as refused:
            form.add_error(None, str(refused))
        else:
            people.discard_draft(by=viewer, form=DRAFT, about=str(episode.pk))
            _told(request, episode)
            changed = carry_out(request, episode, form.chosen, encounter.pk)
            if changed or "then_steps" in request.POST:
                address = reverse("clinic:proposals", args=[episode.patient_id])
                return redirect(f"{address}?consult={encounter.pk}")
            return redirect("clinic:encounter", encounter.pk)
    return _form_page(request, episode, appointment, form)


def _told(request: HttpRequest, episode: Episode) -> None:
    """That the contact is stored; with a danger in it never as if all were well."""
    if queries.danger_of(episode.patient, episode.network_id, at=request.now):
        messages.warning(
            request,
            _("Het consult is vastgelegd. Er is gevaar: doe nu wat hieronder staat, en leg vast wat u deed."),
        )
    else:
        messages.success(request, _("Het consult is vastgelegd."))


def _appointment(request: HttpRequest, episode: Episode) -> Appointment | None:
    """The appointment that this contact was planned as: named in the address, else the one of today."""
    planned = queries.planned_of(request.viewer, episode, at=request.now)
    asked = request.GET.get("afspraak", "") or request.POST.get("appointment", "")
    if asked:
        return next((one for one in planned if str(one.pk) == asked), None)
    today = timezone.localdate(request.now)
    return next((one for one in planned if timezone.localdate(one.slot.starts_at) == today), None)


def _form(request: HttpRequest, episode: Episode, appointment: Appointment | None) -> EncounterForm:
    day = timezone.localdate(request.now)
    pathway = queries.pathway_of(episode, on=day)
    beside = queries.runs_along(episode, at=request.now)
    widest = beside[-1] if beside else pathway
    latest = queries.known_facts(
        episode.patient_id, widest, on=day, birth_date=episode.patient.birth_date, sex=episode.patient.sex
    )
    found = queries.proposals(request.viewer, episode, at=request.now)
    about: dict[str, Any] = {
        "pathway": pathway, "at": request.now, "latest": latest,
        "doubt": contradicting_of(episode.patient_id, dictionary=widest.facts, on=day),
        "beside": [(one, queries.asked_by(episode.network_id, one, on=day)) for one in beside],
        "cards": found.asked_for if found is not None else [],
        "listed": queries.answered_by_list(episode, beside, at=request.now),
        "awaited": [name for card in found.cards for name in card.missing] if found is not None else [],
    }  # fmt: skip
    if request.method == "POST":
        return EncounterForm(request.POST, request.FILES, **about)
    initial: dict[str, Any] = {
        "version": episode.version,
        "happened_on": day,
        "kind": appointment.kind if appointment else Appointment.Kind.VISIT,
        "submission": uuid4(),
    }
    if (following := proposed_contact(request, episode)) is not None:
        initial |= {"next_contact_on": following.on, "next_contact_kind": following.kind}
    kept = draft_of(request.viewer, DRAFT, str(episode.pk)) or {}
    initial |= {name: values[-1] if values else "" for name, values in kept.items() if name != "version"}
    return EncounterForm(initial=initial, **about)


def _stale(form: EncounterForm, episode: Episode) -> bool:
    """Somebody else recorded or changed something meanwhile: said once, with nothing of what was typed lost."""
    if form.cleaned_data["version"] == episode.version:
        return False
    form.add_error(
        None,
        _(
            "Intussen is er iets vastgelegd bij deze patiënt. Bekijk hieronder wat, en leg daarna opnieuw vast."
        ),
    )
    form.data = form.data.copy()
    form.data["version"] = str(episode.version)
    return True


def _form_page(
    request: HttpRequest, episode: Episode, appointment: Appointment | None, form: EncounterForm
) -> HttpResponse:
    pathway = form.pathway
    changes = queries.changed_since(request.viewer, episode.patient_id, at=request.now)
    context = {
        **frame(request, episode.patient, episode, "encounters"),
        "form": form,
        "facts": form.fact_rows(),
        "drug_rows": form.drug_rows(),
        "proposal_rows": form.proposal_rows(),
        "beside_rows": form.beside_rows(),
        "topic_rows": form.topic_rows(),
        "given": queries.education_of(request.viewer, episode.patient_id, at=request.now),
        "drugs": queries.drug_lines(current_medication(episode.patient_id, at=request.now), pathway),
        "brought": queries.brought_by_referral(episode, at=request.now),
        "changes": queries.changes_in_words(
            changes, queries.widest(episode, pathway, on=timezone.localdate(request.now))
        ),
        "appointment": appointment,
        "next": proposed_contact(request, episode),
        "proposals": queries.proposals(request.viewer, episode, at=request.now),
        "draft": DRAFT,
        "restored": not form.is_bound and bool(draft_of(request.viewer, DRAFT, str(episode.pk))),
    }
    if form.is_bound:  # what was typed and is not saved: said before every error
        context["danger"] = (
            unsaved_panel(request.viewer, episode.patient, form, at=request.now) or context["danger"]
        )
    if context["danger"]:  # a phone would scroll past it, to the field that has the focus
        form.without_focus()
    return render(request, "clinic/encounter_form.html", context, status=422 if form.errors else 200)


@require_GET
def encounter(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """One contact as it was recorded, with earlier versions of its text."""
    found = queries.encounter(request.viewer, encounter_id, at=request.now)
    day = timezone.localdate(request.now)
    pathway = queries.pathway_of(found.episode, on=day)
    belonging = queries.belonging_to(request.viewer, found, at=request.now)
    titles = {topic.id: queries.label_of(topic.title) for topic in pathway.education.topics}
    context = {
        **frame(request, found.patient, found.episode, "encounters"),
        "encounter": found,
        "paragraphs": _paragraphs(found),
        "measurements": queries.observation_lines(
            belonging.observations, queries.widest(found.episode, pathway, on=day), by_fact=True
        ),
        "medication": queries.medication_lines(belonging.medication, pathway),
        "documents": belonging.documents,
        "education": [(titles.get(one.topic, one.topic), one) for one in found.education.all()],
        "versions": list(reversed(found.earlier_versions.all())),
    }
    return render(request, "clinic/encounter.html", context)


def _paragraphs(found: Any) -> list[tuple[str, str]]:
    return [
        (str(TextForm.base_fields[name].label), getattr(found, name))
        for name in TEXTS
        if getattr(found, name)
    ]


@require_http_methods(["GET", "POST"])
def encounter_correct(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """Change the words of a contact, with the reason; the old words stay."""
    found = queries.encounter(request.viewer, encounter_id, at=request.now)
    check_access(request.viewer, Right.WRITE_CLINICAL, patient=found.patient_id, at=request.now)
    form = _text_form(request, found, request.POST or None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_encounter(
                by=request.viewer,
                at=request.now,
                encounter=encounter_id,
                text=form.text(),
                because=form.cleaned_data["because"],
                version=form.cleaned_data["version"],
                observations=form.new_observations(),
                not_now=form.written.not_now_keys,
            )
        except StaleVersion as stale:
            form = _text_form(request, found, {**request.POST.dict(), "version": stale.present.version})
            form.add_error(None, str(stale))
            context["present"] = _paragraphs(stale.present)
        except ClinicRefused as refused:
            form.add_error("because", str(refused))
        else:
            messages.success(request, _("De tekst is gewijzigd; de oude blijft leesbaar."))
            return redirect("clinic:encounter", encounter_id)
    context |= {
        **frame(request, found.patient, found.episode, "encounters"),
        "form": form,
        "encounter": found,
    }
    if form.is_bound:  # what was typed and is not saved: said before every error
        context["danger"] = (
            unsaved_panel(request.viewer, found.patient, form, at=request.now) or context["danger"]
        )
    return render(request, "clinic/encounter_correct.html", context, status=422 if form.errors else 200)


def _text_form(request: HttpRequest, found: Any, data: Any) -> TextForm:
    """The words of a contact to be changed, and when they were: what the new ones say of a danger."""
    day = timezone.localdate(request.now)
    pathway = queries.widest(found.episode, queries.pathway_of(found.episode, on=day), on=day)
    form = TextForm(data, initial=TextForm.initial_of(found), pathway=pathway, at=request.now)
    if form.is_bound:
        form.full_clean()
        before = [getattr(found, name) for name in TEXTS]
        ask_in(form, request.viewer, found.patient, at=request.now, before=before)
    return form
