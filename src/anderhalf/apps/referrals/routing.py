"""What the agreement answers about one patient: the facts of the form and the record, brought to the one routing.

Who decides is ``core/pathway/referral.py`` with the pathway's tables (``pathways/<key>/*.csv``); here the facts are
brought together, with those of the request (what is asked, from where) and of the person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import NotPublished, pathways_on
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.sex import sex_fact
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import queries as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.called import NO_NAMES, Called, with_drug_names
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.mentions import Mention, doubtful_with, mentions_in
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.referral import REFERRAL, route_referral
from anderhalf.core.pathway.routing import Routing

from .listed import called_by_fact, codes_of, names_by_code, pairs_of, with_list, with_texts
from .models import Referral
from .register import Noted, facts_of_register, open_readings


def pathways_to_refer(network: str, *, on: date) -> tuple[Pathway, ...]:
    """The pathways somebody can be referred for on this day, in the order of the agreement: those whose tables say
    which line. Raises :class:`NotPublished` when the agreement has none."""
    found = tuple(pathway for pathway in pathways_on(network, on=on) if REFERRAL in pathway.tables)
    if not found:
        raise NotPublished(
            f"{network}: no pathway of the agreement of {on.isoformat()} has a table {REFERRAL!r}"
        )
    return found


def pathway_to_refer(network: str, key: str, *, on: date) -> Pathway:
    """The pathway that was chosen; the agreement's first when none was, or one that does not count today."""
    found = pathways_to_refer(network, on=on)
    return next((pathway for pathway in found if pathway.key == key), found[0])


def pathway_to_read(network: str, *, on: date) -> Pathway:
    """The pathway whose dictionary knows most facts, to read a record with: what it is about is chosen afterwards,
    and a dictionary that takes over another's (``facts_from``) finds all that either can use."""
    return max(pathways_to_refer(network, on=on), key=lambda pathway: len(pathway.facts))


def route(
    *,
    pathway: Pathway,
    facts: Mapping[str, FactValue],
    intent: str,
    from_hospital: bool,
    birth_date: date | None,
    sex: str,
    at: datetime,
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    series: Mapping[str, Sequence[FactValue]] | None = None,
    pairs: Sequence[Interaction] = (),
    called: Called = NO_NAMES,
) -> Routing:
    """:func:`route_referral` with the facts of the request and of the person. ``doubtful``: readings that the form
    did not accept yet (unusual, not confirmed); they count for danger only, as do the values over time of ``series``
    (see :func:`series_with`). ``called``: the names of the drugs in use, which a danger of two of them says."""
    on = timezone.localdate(at)
    given = dict(facts)
    if intent:
        given["question"] = FactValue(intent, on, "request")
    given["referred_from"] = FactValue("second" if from_hospital else "first", on, "request")
    if (given_sex := sex_fact(sex)) is not None:
        given["sex"] = given_sex
    found = route_referral(
        pathway, given, on=on, birth_date=birth_date, doubtful=doubtful, series=series, pairs=pairs
    )
    danger = with_drug_names(found.danger, [pathway], called)
    why = {sign.rule: sign.why for sign in danger.certain}
    reasons = tuple(replace(one, texts=why.get(one.rule, one.texts)) for one in found.reasons)
    return replace(found, danger=danger, reasons=reasons)


def series_with(
    pathway: Pathway,
    patient: UUID | None,
    facts: Mapping[str, FactValue],
    *,
    on: date,
    earlier: Mapping[str, Sequence[FactValue]] | None = None,
) -> dict[str, tuple[FactValue, ...]]:
    """The values over time of what changes are looked at: of the record (``patient`` None: of nobody yet), what a file
    holds besides (``earlier``), and the facts of now."""
    names = pathway.dictionary.in_series
    found = record.series_of(patient, names, on=on) if patient is not None else {}
    for name in names:
        given = [*found.get(name, ()), *(earlier or {}).get(name, ())]
        now = facts.get(name)
        if now is not None and now.on is not None:
            given.append(now)
        if given:
            found[name] = tuple(given)
    return found


@dataclass(frozen=True, slots=True)
class Beside:
    """What is filled in, with what the medication list and the register say beside it."""

    facts: dict[str, FactValue]
    doubtful: dict[str, Sequence[FactValue]]
    pairs: tuple[Interaction, ...]
    """The drugs of the list that do not go together."""
    called: dict[str, list[Labels]]
    """Fact about drugs -> the names of those of the list."""


def with_list_and_register(
    pathway: Pathway,
    facts: Mapping[str, FactValue],
    doubtful: Mapping[str, Sequence[FactValue]],
    *,
    patient: UUID | None,
    network: str,
    at: datetime,
    listed: str = "",
    texts: Sequence[str] = (),
    allergies: Sequence[Noted] = (),
    not_now: Collection[Mention] = (),
) -> Beside:
    """The facts and the doubtful readings with what the medication says (of the record, and as ``listed``) and the
    register, and the ``allergies`` of a form that enter it when the form is sent: the eye sees before sending what it
    sees after. Drugs that the other ``texts`` name count as doubtful, unless somebody said that it is ``not_now``; a
    list that names one beside a "no" was asked about as what is denied."""
    codes = codes_of(network, listed=listed, patient=patient, at=at)
    on = timezone.localdate(at)
    known, readings = with_list(
        pathway, codes, facts, doubtful, on=on, settled={one.fact for one in not_now if one.denied}
    )
    settled = {one.fact for one in not_now}
    readings = with_texts(
        pathway, texts, known, readings, network=network, on=on, settled=settled, listed=listed
    )
    certain, unjudged = facts_of_register(patient, network, at=at, beside=allergies)
    known |= {name: value for name, value in certain.items() if name in pathway.dictionary}
    for name, values in open_readings(unjudged, known).items():
        readings[name] = (*readings.get(name, ()), *values)
    called = called_by_fact(pathway, names_by_code(network, codes, on=on))
    return Beside(known, readings, pairs_of(network, codes, facts=known, at=at), called)


def route_patient(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    intent: str,
    direction: str,
    pathway: str = "",
    items: Sequence[NewObservation] = (),
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    texts: Sequence[str] = (),
    listed: str = "",
    not_now: Collection[Mention] = (),
    allergies: Sequence[Noted] = (),
) -> Routing:
    """:func:`route` for a registered patient, on the record overlaid with ``items``; the caller checks access.
    ``pathway`` is a key of the agreement; empty is its first. What the ``texts`` mention counts as doubtful, unless
    somebody said that it is ``not_now``; what the register says, and what the form's ``allergies`` will make it say,
    counts as it does in care. ``listed``: the drugs of the patient as the referral lists them; they
    answer what is asked about drugs."""
    on = timezone.localdate(at)
    about = Patient.objects.only("birth_date", "sex").get(pk=patient)
    chosen = pathway_to_refer(by.network, pathway, on=on)
    facts = record.facts_of(patient, dictionary=chosen.facts, on=on)
    answered = {one.key for one in not_now}
    written = [one for one in mentions_in(chosen.dictionary, texts) if one.key not in answered]
    given: dict[str, list[FactValue]] = {}
    for item in items:
        day = timezone.localdate(item.at)
        given.setdefault(item.fact, []).append(FactValue(item.value, day, "form"))
        earlier = facts.get(item.fact)
        if earlier is None or earlier.on is None or earlier.on <= day:
            facts[item.fact] = FactValue(item.value, day, "form")
    beside = with_list_and_register(
        chosen, facts, doubtful_with(written, doubtful or {}, on=on),
        patient=patient, network=by.network, at=at, listed=listed, texts=texts, allergies=allergies,
        not_now=not_now,
    )  # fmt: skip
    return route(
        pathway=chosen,
        facts=beside.facts,
        intent=intent,
        from_hospital=direction == Referral.Direction.FROM_SECOND_LINE,
        birth_date=about.birth_date,
        sex=about.sex,
        at=at,
        doubtful=beside.doubtful,
        series=series_with(chosen, patient, beside.facts, on=on, earlier=given),
        pairs=beside.pairs,
        called=beside.called,
    )
