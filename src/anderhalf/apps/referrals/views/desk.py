"""The referral form being filled in: who, what is asked, the facts, the draft, the file, and the answer so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.same_person import file_of_another
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import queries as record
from anderhalf.apps.record.models import Task
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.routing import Routing, RoutingStatus
from anderhalf.presentation.language import language
from anderhalf.presentation.written import Written

from .. import agreed, queries
from ..actions.submitting import FORM
from ..forms import AllergiesForm, ContentForm, FactForm, PersonForm
from ..forms.layout import as_initial, as_posted
from ..forms.widgets import read_date
from ..imported import FORM as RECORD_FORM
from ..imported import ImportedAsk, ImportedRecord
from ..listed import unknown_in
from ..models import Referral
from ..routing import pathway_to_refer, pathways_to_refer, route, series_with, with_list_and_register
from .answer import Answer, answer_of
from .imported import imported_rows
from .may_send import button_of
from .written import other_texts, questions_of, written_of

ASKS, DECEASED = "asks", "deceased"
"""Under these names a saved referral keeps what the file left open and that the patient has died; no field has them."""


def parsed_uuid(text: str | None) -> UUID | None:
    """A UUID from an address or a hidden field; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@dataclass
class Desk:
    """One form in the making. ``patient`` is None for somebody not registered yet; then ``key`` is the draft's."""

    viewer: Viewer
    request: HttpRequest
    patient: Patient | None
    key: str
    from_hospital: bool
    referral: Referral | None = None
    data: QueryDict | None = None

    @property
    def at(self):
        """The moment of this request."""
        return self.request.now

    @property
    def on(self) -> date:
        """Today, in Amsterdam."""
        return timezone.localdate(self.at)

    @property
    def record_key(self) -> str:
        """An upload belongs to the patient, whichever draft is being written."""
        return str(self.patient.pk) if self.patient is not None else self.key

    @property
    def parameter(self) -> str:
        """By which name the address of this form gives :attr:`key`."""
        if self.referral is not None:
            return "verwijzing"
        return "patient" if self.patient is not None else "concept"

    # ---- what is known ----

    @cached_property
    def pathway(self) -> Pathway:
        """What this is about: as chosen on the form, else in the saved referral, else the agreement's first."""
        chosen = self._typed("pathway") or (self.referral.pathway if self.referral is not None else "")
        return pathway_to_refer(self.viewer.network, chosen, on=self.on)

    @cached_property
    def agreement(self):
        """The agreement that is valid today."""
        return agreement_on(self.viewer.network, on=self.on)

    @cached_property
    def imported(self) -> ImportedRecord | None:
        """The upload that waits beside this draft."""
        data = people.draft_of(self.viewer, RECORD_FORM, self.record_key)
        return ImportedRecord.from_dict(data) if data else None

    @cached_property
    def asks(self) -> Mapping[str, ImportedAsk]:
        """What the file leaves to a person: of the own upload, else of the colleague who kept this referral."""
        if self.imported is not None:
            return self.imported.asks
        kept = self.referral.form_data.get(ASKS, {}) if self.referral is not None else {}
        return {name: ImportedAsk.from_dict(row) for name, row in kept.items()}

    @cached_property
    def deceased(self) -> str:
        """What the file says of a death, of the own upload or of the colleague's; empty when it says nothing."""
        if self.imported is not None:
            return self.imported.deceased
        return str(self.referral.form_data.get(DECEASED, "")) if self.referral is not None else ""

    @property
    def reported_dead(self) -> str:
        """The same, unless somebody said on the form that the patient lives."""
        return "" if self.content_form.cleaned_data.get("alive") else self.deceased

    def not_taken_over(self) -> list[str]:
        """What the file holds and no field does, for the letter; a death that the referrer contradicts among it."""
        lines = list(self.fact_form.not_taken_over())
        if self.deceased and not self.reported_dead:
            said = _("Overleden (%(day)s); de verwijzer heeft nagevraagd dat de patiënt leeft.")
            lines.append(said % {"day": self.deceased})
        return lines

    @cached_property
    def draft(self) -> Mapping[str, list[str]] | None:
        """What was typed earlier and not sent."""
        return people.draft_of(self.viewer, FORM, self.key)

    @cached_property
    def saved_at(self):
        """When that was."""
        found = people.drafts(self.viewer, FORM).filter(about=self.key).first()
        return timezone.localtime(found.saved_at) if found else None

    @cached_property
    def known(self):
        """The latest values in the record of a registered patient."""
        if self.patient is None:
            return {}
        return record.facts_of(self.patient.pk, dictionary=self.pathway.facts, on=self.on)

    @cached_property
    def emergencies(self) -> list[Task]:
        """Emergencies of this patient that the organisation did not end yet, but for what stands in this very form."""
        if self.patient is None:
            return []
        found = queries.emergencies_of(self.viewer, self.patient.pk, at=self.at)
        own = {"about": queries.IN_A_FORM + self.key, "created_by": self.viewer.name}
        return list(found.exclude(**own))

    @property
    def asks_call(self) -> bool:
        """Whether an emergency for which advice was given holds back what is sent."""
        return any(not one.about for one in self.emergencies)

    # ---- the three forms ----

    @cached_property
    def initial(self) -> dict[str, Any]:
        """What the fields start with: the draft, else the saved referral, else the file."""
        if self.draft is not None:
            return as_initial(self.draft)
        if self.referral is not None and self.referral.form_data:
            return as_initial(self.referral.form_data)
        found: dict[str, Any] = {}
        if self.imported is not None:
            found.update(self.imported.person)
            found["further_information"] = "\n".join((*self.imported.conditions, *self.imported.reports))
            found["treatment_so_far"] = "\n".join(self.imported.medication)
        if self.viewer.role == Role.POH and self.patient is not None and self.patient.gp_id:
            found["on_behalf_of"] = str(self.patient.gp_id)
        return found

    @cached_property
    def person_form(self) -> PersonForm | None:
        """Only for somebody who is not registered yet."""
        if self.patient is not None:
            return None
        return PersonForm(
            self.data,
            practices=people.practices(self.viewer),
            insurers=people.organisations(self.viewer, Organisation.Kind.INSURER),
            on=self.on,
            initial=self.initial,
        )

    @cached_property
    def content_form(self) -> ContentForm:
        """What is asked, by the HASP headings."""
        doctors = (
            people.colleagues(self.viewer, at=self.at, roles=(Role.GP,))
            if self.viewer.role == Role.POH
            else ()
        )
        form = ContentForm(
            self.data,
            from_hospital=self.from_hospital,
            centres=agreed.receivers(self.viewer.network, "intermediate", on=self.on),
            doctors=doctors,
            pathways=pathways_to_refer(self.viewer.network, on=self.on),
            initial={
                **self.initial,
                "submission": str(uuid4()),
                "pathway": self.pathway.key,
                "version": self._version(),
            },
        )
        return form

    def _version(self) -> str:
        """Of the saved referral that this form changes: the one that an own draft was begun on, else the present."""
        if self.referral is None:
            return ""
        begun = as_initial(self.draft).get("version") if self.draft is not None else ""
        return str(begun or self.referral.version)

    @cached_property
    def allergies_form(self) -> AllergiesForm:
        """What the patient can't have; what the file says is filled in."""
        return AllergiesForm(self.data, imported=self.imported, initial=self.initial)

    @cached_property
    def fact_form(self) -> FactForm:
        """The facts of the pathway."""
        return self._fact_form(self.data)

    def _fact_form(self, data: Any) -> FactForm:
        return FactForm(
            data,
            pathway=self.pathway,
            on=self.on,
            known=self.known,
            imported=self.imported.values() if self.imported else {},
            asks=self.asks,
            born=self.born,
            sex=self.sex,
            written=self.written,
            initial=self.initial,
        )

    @cached_property
    def written(self) -> Written:
        """What the texts say of a danger, and what was answered."""
        return written_of(self)

    @property
    def forms(self) -> list[Any]:
        """All forms that are shown."""
        every = (self.person_form, self.content_form, self.allergies_form, self.fact_form)
        return [form for form in every if form is not None]

    # ---- who ----

    def _typed(self, name: str) -> str:
        source = self.data if self.data is not None else self.initial
        return str(source.get(name) or "").strip()

    def file_of_another(self, patient: Patient) -> str:
        """The refusal of a file that is about somebody else; empty when it can be this patient."""
        return file_of_another(self.imported.differences(patient)) if self.imported is not None else ""

    @property
    def born(self) -> date | None:
        """As registered or typed; a day to come is none, and the form says so."""
        if self.patient is not None:
            return self.patient.birth_date
        try:
            found = read_date(self._typed("birth_date"))
        except ValueError:
            return None
        return found if found <= self.on else None

    @property
    def sex(self) -> str:
        """As registered or typed."""
        return self.patient.sex if self.patient is not None else self._typed("sex")

    @property
    def practice_key(self) -> str:
        """The patient's practice, by its id in the agreement."""
        if self.patient is not None:
            return self.patient.practice.key
        chosen = self._typed("practice")
        found = list(people.practices(self.viewer))
        return next(
            (one.key for one in found if str(one.pk) == chosen), found[0].key if len(found) == 1 else ""
        )

    @property
    def insurer(self) -> Organisation | None:
        """The patient's insurer, when known."""
        if self.patient is not None:
            return self.patient.insurer
        found = people.organisations(self.viewer, Organisation.Kind.INSURER)
        return next((one for one in found if str(one.pk) == self._typed("insurer")), None)

    @property
    def intent(self) -> str:
        """What is asked; empty for what no form offers."""
        return asked if (asked := self._typed("intent")) in Referral.Intent.values else ""

    def routing(self) -> tuple[Routing, list[str]]:
        """What the agreement answers on what is filled in, and the facts that could not be used: then no line."""
        form = self.fact_form if self.data is not None else self._fact_form(as_posted(self.fact_form))
        form.is_valid()
        older = self.imported.earlier_values() if self.imported is not None else {}
        patient, listed = self.patient and self.patient.pk, self._typed("treatment_so_far")
        beside = with_list_and_register(
            self.pathway, form.facts(), form.doubtful, patient=patient, network=self.viewer.network, at=self.at,
            listed=listed, texts=other_texts(self), allergies=self.allergies_form.now(),
            not_now=self.written.not_now,
        )  # fmt: skip
        found = route(
            pathway=self.pathway, facts=beside.facts, intent=self.intent, from_hospital=self.from_hospital,
            birth_date=self.born, sex=self.sex, at=self.at, doubtful=beside.doubtful,
            series=series_with(self.pathway, patient, beside.facts, on=self.on, earlier=older),
            pairs=beside.pairs, called=beside.called,
        )  # fmt: skip
        unread = [name for name in self.pathway.facts if f"f_{name}" in form.errors]
        if unread and not found.excluded:
            found = replace(found, line="", status=RoutingStatus.NEEDS_DATA)
        return found, unread

    def _relevant(self) -> set[str]:
        """Facts that can still change the answer, or that the list of things to do asks for."""
        found, _invalid = self.routing()
        asked = to_do.inputs if (to_do := self.pathway.tables.get("to_do")) else ()
        return {one.fact for one in found.missing} | {fact.name for fact in asked}

    def answer(self) -> Answer:
        """The panel beside the form."""
        found, invalid = self.routing()
        line = found.line if found.line in agreed.LINE_KINDS else "intermediate"
        receiver = self._receiver(line)
        hospital, certain = self._receiver("second"), found.line in agreed.LINE_KINDS
        note = agreed.deductible_note(
            self.viewer.network,
            insurer=self.insurer,
            centre=receiver if line == "intermediate" and found.line != "first" else None,
            from_hospital=self.from_hospital,
            advice=self.intent == Referral.Intent.ADVICE,
            on=self.on,
        )
        return answer_of(
            found,
            receiver=agreed.place_label(self.agreement, receiver) if receiver and certain else "",
            phone=agreed.urgent_phone(self.viewer.network, hospital.key, on=self.on) if hospital else "",
            centre_phone=agreed.phone_at(receiver, on=self.on),
            closed=agreed.closed_now(receiver, practice=self.practice_key, at=self.at),
            own_centre=receiver is not None and receiver.pk in self.viewer.organisation_ids,
            agreement=_("%(name)s (versie %(version)s)")
            % {"name": self.agreement.title[language()], "version": self.agreement.version},
            waiting_days=queries.waiting_time(receiver.pk, at=self.at)
            if receiver and line == "intermediate"
            else None,
            deductible=note,
            invalid=invalid,
            unknown=unknown_in(self.viewer.network, self._typed("treatment_so_far"), at=self.at),
            asks=self.asks,
        )

    def _receiver(self, line: str) -> Organisation | None:
        chosen = parsed_uuid(self._typed("recipient"))
        if chosen is not None and line == "intermediate":
            picked = agreed.receivers(self.viewer.network, line, on=self.on).filter(pk=chosen).first()
            if picked is not None:
                return picked
        return agreed.default_recipient(self.viewer.network, line, practice=self.practice_key, on=self.on)

    def context(self) -> dict[str, Any]:
        """For the template."""
        return {
            "desk": self,
            "patient": self.patient,
            "person_form": self.person_form,
            "content_form": self.content_form,
            "allergies_form": self.allergies_form,
            "sections": self.fact_form.sections(self._relevant()),
            "answer": self.answer(),
            "button": button_of(self),
            "written": questions_of(self),
            "imported": self.imported,
            "imported_rows": imported_rows(self.imported, self.fact_form),
            "draft_restored": self.data is None and self.draft is not None,
            "open_referrals": list(queries.open_of_patient(self.patient.pk)) if self.patient else [],
            "has_errors": self.data is not None and any(form.errors for form in self.forms),
        }
