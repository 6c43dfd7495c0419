"""The end of a period of care: outcome, letter with live preview, and one signature for all of it."""

from __future__ import annotations

from datetime import timedelta
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
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.clinic.views.cards import stable_card
from anderhalf.apps.clinic.views.common import frame
from anderhalf.apps.clinic.views.danger import unsaved_panel
from anderhalf.apps.clinic.views.written import ask_in
from anderhalf.apps.network import queries as network
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import draft_of, earlier_result
from anderhalf.apps.referrals.errors import ReferralRefused
from anderhalf.apps.supervision import queries as supervision

from .. import actions, queries
from ..blocks import readable
from ..composing import compose
from ..errors import AlreadyClosed, LetterChanged, LetterRefused
from ..forms import CloseForm
from ..kinds import letter_kind_of
from ..models import Letter

DRAFT = "close_episode"
OTHER = "other"
ADVISED = {
    "return": Outcome.Kind.RETURNED,
    "forward": Outcome.Kind.FORWARDED,
    "stay": Outcome.Kind.UNDER_CONTROL,
    "discuss": Outcome.Kind.UNDER_CONTROL,
}
"""Which outcome the page opens with, by the answer of the ``stable`` table."""
WORDS = {
    Outcome.Kind.RETURNED: "terug",
    Outcome.Kind.FORWARDED: "ziekenhuis",
    Outcome.Kind.UNDER_CONTROL: "controle",
    OTHER: "anders",
}


class _Closing:
    """One request about the end of one episode: what was chosen, the letter that goes with it, and its form."""

    def __init__(self, request: HttpRequest, episode: Episode) -> None:
        self.request, self.episode = request, episode
        self.viewer, self.at, self.day = request.viewer, request.now, timezone.localdate(request.now)
        self.pathway = clinic.pathway_of(episode, on=self.day)
        self.advice = stable_card(clinic.stable_advice(self.viewer, episode, at=self.at), self.pathway)
        asked = request.POST.get("outcome") or request.GET.get("uitkomst", "")
        by_word = {word: str(outcome) for outcome, word in WORDS.items()}
        known = by_word.get(asked, asked)
        default = str(ADVISED.get(self.advice.advice, Outcome.Kind.UNDER_CONTROL))
        self.outcome = known if known in by_word.values() else self._begun() or default
        self.kind = Letter.Kind.END if self.outcome == OTHER else letter_kind_of(self.outcome)
        self.letter = queries.open_draft(self.viewer, episode, self.kind, at=self.at)
        agreement = network.agreement_on(self.viewer.network, on=self.day)
        self.composed = compose(episode, agreement=agreement, kind=self.kind, at=self.at)
        self.sections = self.letter.sections if self.letter else self.composed.sections
        self.about = f"{episode.pk}:{self.kind}"
        self.proposed = [str(section["text"]) for section in self.composed.sections]
        self.described_by = clinic.described_by(episode, at=self.at)

    def _begun(self) -> str:
        """The outcome of a draft that was kept before, so that the page opens where it was left."""
        kinds = {
            Letter.Kind.RETURN: Outcome.Kind.RETURNED,
            Letter.Kind.FORWARD: Outcome.Kind.FORWARDED,
            Letter.Kind.END: OTHER,
        }
        for kind, outcome in kinds.items():
            if queries.open_draft(self.viewer, self.episode, kind, at=self.at):
                return str(outcome)
        return ""

    @property
    def undiscussed(self) -> list[str]:
        """What the agreement wants discussed before a return and nobody decided; titles for the reader."""
        if self.outcome != Outcome.Kind.RETURNED:
            return []
        rules = supervision.undecided_rules(
            self.viewer, self.episode, at=self.at, events=("return_proposed",)
        )
        titles = {one.rule: clinic.label_of(one.title) for one in rules}
        for case in supervision.waiting_of(self.viewer, self.episode, at=self.at):
            titles.setdefault(case.rule or str(case.pk), supervision.reason_of(case).title or case.question)
        return list(titles.values())

    @property
    def on_agenda(self) -> bool:
        """Whether something about this patient waits for the meeting."""
        return bool(supervision.waiting_of(self.viewer, self.episode, at=self.at))

    def urgencies(self) -> list[tuple[str, str]]:
        """The terms of the pathway within which somebody is seen."""
        terms = [one for one in self.pathway.urgencies.values() if one.days is not None]
        return [
            (one.code, clinic.label_of(one.label)) for one in sorted(terms, key=lambda one: one.days or 0)
        ]

    def form(self) -> CloseForm:
        """The form: as posted, else with what was typed before, else as proposed."""
        options: dict[str, Any] = {
            "sections": self.sections,
            "outcome": self.outcome,
            "urgencies": self.urgencies(),
            "pathway": self.described_by,
            "at": self.at,
            "proposed": self.proposed,
        }
        if self.request.method == "POST":
            return CloseForm(self.request.POST, **options)
        initial: dict[str, Any] = {"version": self.letter.version if self.letter else 0}
        every = next((c.every_days for c in self.pathway.follow_up.contacts if c.id == "under_control"), None)
        if every:
            initial["next_contact_on"] = self.episode.next_contact_on or self.day + timedelta(days=every)
        kept = draft_of(self.viewer, DRAFT, self.about) or {}
        initial |= {
            name: values[-1]
            for name, values in kept.items()
            if values and name not in ("version", "submission", "outcome", "do")
        }
        return CloseForm(initial=initial, **options)


@require_http_methods(["GET", "POST"])
def close_episode(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Choose how the period ends, see the letter as it will be, and sign; or keep it for later."""
    viewer, at = request.viewer, request.now
    if request.method == "POST" and (earlier := earlier_result(viewer, request.POST.get("submission", ""))):
        return redirect("letters:letter", UUID(earlier))
    episode = clinic.episode(viewer, episode_id, at=at)
    if episode.ended_at is not None:
        messages.info(request, _("De zorg voor deze patiënt is hier al afgesloten."))
        return redirect("clinic:chart", episode.patient_id)
    check_access(viewer, Right.SIGN_LETTER, patient=episode.patient_id, at=at)
    closing = _Closing(request, episode)
    form = closing.form()
    if request.method != "POST" or not form.is_valid():
        return _page(closing, form)
    if form.cleaned_data["version"] != (closing.letter.version if closing.letter else 0):
        return _stale(closing)
    return _sign(closing, form) if request.POST.get("do") == "sign" else _keep(closing, form)


def _keep(closing: _Closing, form: CloseForm) -> HttpResponse:
    """Keep the draft; proposing a return puts the patient on the agenda when the agreement wants that."""
    letter = closing.letter
    if letter is not None:
        actions.edit_letter(
            by=closing.viewer, at=closing.at, letter=letter.pk, texts=form.texts(), version=letter.version
        )
    else:
        actions.draft_letter(
            by=closing.viewer,
            at=closing.at,
            episode=closing.episode.pk,
            kind=closing.kind,
            texts=form.texts(),
        )
    people.discard_draft(by=closing.viewer, form=DRAFT, about=closing.about)
    if closing.outcome == Outcome.Kind.RETURNED and closing.on_agenda:
        messages.success(closing.request, _("Het concept is bewaard en de patiënt staat op de agenda."))
    else:
        messages.success(closing.request, _("Het concept is bewaard."))
    word = {str(outcome): word for outcome, word in WORDS.items()}[closing.outcome]
    response = redirect("letters:close_episode", closing.episode.pk)
    response["Location"] += f"?uitkomst={word}"
    return response


def _sign(closing: _Closing, form: CloseForm) -> HttpResponse:
    form.check_headings()
    form.check_outcome(
        at=closing.at, undiscussed=bool(closing.undiscussed), born=closing.episode.patient.birth_date
    )
    if form.chosen() != Outcome.Kind.DECEASED:
        ask_in(form, closing.viewer, closing.episode.patient, at=closing.at)
    if form.errors:
        return _page(closing, form)
    given = form.cleaned_data
    try:
        outcome, signed = actions.close_care(
            by=closing.viewer,
            at=closing.at,
            episode=closing.episode.pk,
            outcome=form.chosen(),
            next_contact_on=given["next_contact_on"]
            if closing.outcome == Outcome.Kind.UNDER_CONTROL
            else None,
            urgency=given["urgency"] if closing.outcome == Outcome.Kind.FORWARDED else "",
            texts=form.texts(),
            letter=closing.letter.pk if closing.letter else None,
            version=closing.letter.version if closing.letter else None,
            undiscussed_because=given["undiscussed_because"],
            deceased_on=given["deceased_on"] if form.chosen() == Outcome.Kind.DECEASED else None,
            submission=str(given["submission"]),
            observations=form.new_observations(),
            not_now=form.written.not_now_keys,
        )
    except AlreadyClosed as done:
        messages.info(closing.request, str(done))
        return redirect("clinic:chart", closing.episode.patient_id)
    except LetterChanged:
        return _stale(_Closing(closing.request, closing.episode))
    except (LetterRefused, ClinicRefused, ReferralRefused) as refused:
        form.add_error(None, str(refused))
        return _page(closing, form)
    people.discard_draft(by=closing.viewer, form=DRAFT, about=closing.about)
    messages.success(
        closing.request,
        _("%(outcome)s: de brief is ondertekend en afgeleverd bij %(name)s.")
        % {"outcome": str(outcome.get_kind_display()).capitalize(), "name": signed.recipient.name},
    )
    return redirect("letters:letter", signed.pk)


def _stale(closing: _Closing) -> HttpResponse:
    """Somebody else kept a draft meanwhile: what was typed stays in the form, theirs stands beside it."""
    theirs = closing.letter
    data = closing.request.POST.copy()
    data["version"] = str(theirs.version if theirs else 0)
    form = CloseForm(data, sections=closing.sections, outcome=closing.outcome, urgencies=closing.urgencies(),
                     pathway=closing.described_by, at=closing.at, proposed=closing.proposed)  # fmt: skip
    form.is_valid()
    form.add_error(None, str(LetterChanged(theirs)))
    return _page(closing, form, theirs=theirs)


def _page(closing: _Closing, form: CloseForm, *, theirs: Letter | None = None) -> HttpResponse:
    request = closing.request
    labels = {
        str(Outcome.Kind.RETURNED): _("Terug naar de huisarts"),
        str(Outcome.Kind.FORWARDED): _("Naar het ziekenhuis"),
        str(Outcome.Kind.UNDER_CONTROL): _("Onder controle"),
        OTHER: _("Anders"),
    }
    choices = [
        {"label": labels[str(outcome)], "word": word, "current": str(outcome) == closing.outcome}
        for outcome, word in WORDS.items()
    ]
    context = {
        **frame(request, closing.episode.patient, closing.episode, ""),
        "form": form,
        "rows": form.rows(),
        "choices": choices,
        "outcome": closing.outcome,
        "advice": closing.advice,
        "letter": closing.letter,
        "undiscussed": closing.undiscussed,
        "on_agenda": closing.on_agenda,
        "draft": DRAFT,
        "about": closing.about,
        "theirs": readable(theirs.sections) if theirs else None,
        "shown": {
            "title": closing.letter.subject if closing.letter else closing.composed.subject,
            "sections": readable(form.shown_sections()),
            "draft": True,
        },
        "medication_changed": closing.letter is not None and queries.medication_changed(closing.letter),
    }
    if getattr(form, "questions", None):
        panel = unsaved_panel(closing.viewer, closing.episode.patient, form, at=closing.at)
        context["danger"] = panel or context["danger"]
    return render(request, "letters/close.html", context, status=422 if form.errors else 200)


@require_POST
def close_preview(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The letter as it would read with what is typed now; stores nothing."""
    episode = clinic.episode(request.viewer, episode_id, at=request.now)
    check_access(request.viewer, Right.SIGN_LETTER, patient=episode.patient_id, at=request.now)
    closing = _Closing(request, episode)
    shown = {
        "title": closing.composed.subject,
        "sections": readable(closing.form().shown_sections()),
        "draft": True,
    }
    return render(request, "letters/_letter.html", {"shown": shown})
