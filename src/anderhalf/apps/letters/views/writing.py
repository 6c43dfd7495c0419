"""An interim letter, changing a draft, signing and discarding it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.errors import ClinicRefused
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.views.danger import unsaved_panel
from anderhalf.apps.clinic.views.written import ask_in
from anderhalf.apps.network import queries as network
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import draft_of

from .. import actions, queries
from ..blocks import readable
from ..composing import Composed, compose
from ..errors import LetterChanged, LetterRefused
from ..forms import LetterForm, WrittenLetterForm
from ..models import Letter
from .common import patient_frame

DRAFT = "letter"


@require_http_methods(["GET", "POST"])
def interim(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """A letter on the way: proposed from the record, changed, and signed or kept as a draft."""
    viewer, at = request.viewer, request.now
    episode = clinic.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.SIGN_LETTER, patient=episode.patient_id, at=at)
    if episode.ended_at is not None:
        messages.error(
            request, _("De zorg in het centrum is afgesloten. Er kan geen tussenbericht meer uit.")
        )
        return redirect("clinic:chart", episode.patient_id)
    kind = Letter.Kind.INTERIM
    begun = queries.open_draft(viewer, episode, kind, at=at)
    if begun is not None:
        if request.method == "POST":
            messages.info(request, _("Er was al een concept begonnen. Hier staat het."))
        return redirect("letters:edit", begun.pk)
    composed = _composed(request, episode)
    form = _form(
        request, episode, composed.sections, composed=composed, version=0, about=f"{episode.pk}:{kind}"
    )
    if request.method == "POST" and form.is_valid():
        made = actions.draft_letter(by=viewer, at=at, episode=episode.pk, kind=kind, texts=form.texts())
        people.discard_draft(by=viewer, form=DRAFT, about=f"{episode.pk}:{kind}")
        return _kept_or_signed(request, made, form)
    return _editor(request, episode, form, None, subject=composed.subject, about=f"{episode.pk}:{kind}")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Change a draft. One that ends care is changed on the page where care is ended."""
    viewer, at = request.viewer, request.now
    letter = queries.letter_for(viewer, letter_id, at=at)
    if not queries.may_write(viewer, letter, at=at):
        check_access(viewer, Right.SIGN_LETTER, patient=letter.patient_id, at=at)
        messages.info(request, _("Deze brief verandert niet meer."))
        return redirect("letters:letter", letter.pk)
    if letter.kind != Letter.Kind.INTERIM:
        return redirect("letters:close_episode", letter.episode_id)
    form = _form(
        request, letter.episode, letter.sections, composed=_composed(request, letter.episode),
        version=letter.version, about=str(letter.pk),
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return _editor(request, letter.episode, form, letter, subject=letter.subject, about=str(letter.pk))
    try:
        changed = actions.edit_letter(
            by=viewer, at=at, letter=letter.pk, texts=form.texts(), version=form.cleaned_data["version"]
        )
    except LetterChanged as stale:
        return _stale(request, letter, form, stale.present)
    except LetterRefused as refused:
        form.add_error(None, str(refused))
        return _editor(request, letter.episode, form, letter, subject=letter.subject, about=str(letter.pk))
    people.discard_draft(by=viewer, form=DRAFT, about=str(letter.pk))
    return _kept_or_signed(request, changed, form)


def _composed(request: HttpRequest, episode: Episode) -> Composed:
    """What the record proposes for an interim letter."""
    agreement = network.agreement_on(request.viewer.network, on=timezone.localdate(request.now))
    return compose(episode, agreement=agreement, kind=Letter.Kind.INTERIM, at=request.now)


def _form(
    request: HttpRequest, episode: Episode, sections: list[dict[str, Any]], *, composed: Composed, version: int,
    about: str,
) -> WrittenLetterForm:  # fmt: skip
    options: dict[str, Any] = {
        "sections": sections, "at": request.now, "pathway": clinic.described_by(episode, at=request.now),
        "proposed": [str(one["text"]) for one in composed.sections],
    }  # fmt: skip
    if request.method == "POST":
        return WrittenLetterForm(request.POST, **options)
    kept = draft_of(request.viewer, DRAFT, about) or {}
    typed = {name: values[-1] for name, values in kept.items() if values and name.startswith("h_")}
    return WrittenLetterForm(initial=typed | {"version": version}, **options)


def _stale(request: HttpRequest, letter: Letter, form: LetterForm, present: Letter) -> HttpResponse:
    """Somebody else changed the draft: what was typed stays in the form, theirs stands beside it."""
    again = LetterForm({**request.POST.dict(), "version": present.version}, sections=present.sections)
    again.is_valid()
    again.add_error(None, str(LetterChanged(present)))
    return _editor(
        request, letter.episode, again, present, subject=letter.subject, about=str(letter.pk), theirs=present
    )


def _kept_or_signed(request: HttpRequest, letter: Letter, form: WrittenLetterForm) -> HttpResponse:
    if request.POST.get("do") != "sign":
        messages.success(request, _("Het concept is bewaard."))
        return redirect("letters:edit", letter.pk)
    form.check_headings()
    ask_in(form, request.viewer, letter.patient, at=request.now)
    if form.errors:
        form.data = form.data.copy()
        form.data["version"] = str(letter.version)
        episode = clinic.episode(request.viewer, letter.episode_id, at=request.now)
        return _editor(request, episode, form, letter, subject=letter.subject, about=str(letter.pk))
    answered = {"observations": form.new_observations(), "not_now": form.written.not_now_keys}
    return _sign(request, letter.pk, letter.version, **answered)


def _sign(request: HttpRequest, letter_id: UUID, version: int, **answered: Any) -> HttpResponse:
    try:
        signed = actions.sign_and_deliver(
            by=request.viewer, at=request.now, letter=letter_id, version=version, **answered
        )
    except (LetterRefused, ClinicRefused) as refused:
        messages.error(request, str(refused))
        return redirect("letters:edit", letter_id)
    messages.success(request, _("Ondertekend en afgeleverd bij %(name)s.") % {"name": signed.recipient.name})
    return redirect("letters:letter", letter_id)


def _editor(
    request: HttpRequest,
    episode: Episode,
    form: LetterForm,
    letter: Letter | None,
    *,
    subject: str,
    about: str,
    theirs: Letter | None = None,
) -> HttpResponse:
    context = {
        **patient_frame(request, episode.patient),
        "form": form,
        "rows": form.rows(),
        "letter": letter,
        "subject": subject,
        "episode": episode,
        "about": about,
        "draft": DRAFT,
        "theirs": readable(theirs.sections) if theirs else None,
        "shown": {"title": subject, "sections": readable(form.shown_sections()), "draft": True},
        "medication_changed": letter is not None and queries.medication_changed(letter),
    }
    if getattr(form, "questions", None):
        panel = unsaved_panel(request.viewer, episode.patient, form, at=request.now)
        context["danger"] = panel or context["danger"]
    return render(request, "letters/edit.html", context, status=422 if form.errors else 200)


@require_POST
def preview(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter as it would read with what is typed now; stores nothing."""
    letter = queries.letter_for(request.viewer, letter_id, at=request.now)
    check_access(request.viewer, Right.SIGN_LETTER, patient=letter.patient_id, at=request.now)
    return _preview(request, letter.subject, letter.sections)


@require_POST
def interim_preview(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The same for a letter that is not kept yet."""
    viewer, at = request.viewer, request.now
    episode = clinic.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.SIGN_LETTER, patient=episode.patient_id, at=at)
    composed = _composed(request, episode)
    return _preview(request, composed.subject, composed.sections)


def _preview(request: HttpRequest, subject: str, sections: list[dict[str, Any]]) -> HttpResponse:
    form = LetterForm(request.POST, sections=sections)
    shown = {"title": subject, "sections": readable(form.shown_sections()), "draft": True}
    return render(request, "letters/_letter.html", {"shown": shown})


@require_POST
def refresh(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Take the medication of the draft from the record again."""
    letter = queries.letter_for(request.viewer, letter_id, at=request.now)
    try:
        actions.refresh_letter(by=request.viewer, at=request.now, letter=letter.pk)
    except LetterRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("De medicatie in het concept is bijgewerkt."))
    return redirect("letters:edit", letter.pk)


@require_POST
def discard(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Decide not to send a draft."""
    letter = queries.letter_for(request.viewer, letter_id, at=request.now)
    try:
        actions.discard_letter(by=request.viewer, at=request.now, letter=letter.pk)
    except LetterRefused as refused:
        messages.error(request, str(refused))
        return redirect("letters:letter", letter.pk)
    messages.success(request, _("Het concept wordt niet verstuurd."))
    return redirect("clinic:chart", letter.patient_id)


@require_POST
def sign(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Sign an interim letter as it stands; letters that end care are signed where care is ended."""
    letter = queries.letter_for(request.viewer, letter_id, at=request.now)
    if letter.kind != Letter.Kind.INTERIM:
        return redirect("letters:close_episode", letter.episode_id)
    return _sign(request, letter.pk, letter.version)
