"""indicators.toml, sroi.toml and experience.toml: what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from anderhalf.content.agreement import (
    Experience,
    Indicator,
    Organisation,
    Question,
    Sroi,
    SroiInput,
    SroiOutcome,
)
from anderhalf.content.goals import Goal
from anderhalf.content.network import known_organisation
from anderhalf.content.schedule import unique_ids
from anderhalf.content.toml import Section

INDICATOR_KINDS = ("count", "share", "mean", "duration")
EVENTS = (
    "episode_seen",
    "referred_from_first",
    "outcome_forwarded",
    "outcome_under_control",
    "outcome_returned",
    "outcome_other",
    "outcome_open",
    "experience_mark",
    "days_sent_to_seen",
    "triage_overruled",
    "referral_triaged",
)
"""What the service records, and so what an indicator can count."""

REPORTING = ("stakeholder_choice", "sample", "negative")
ZERO = Decimal(0)


def read_indicators(root: Section, goals: tuple[Goal, ...], network: Section) -> Mapping[str, Indicator]:
    """`[[indicators]]` by id; a share has a denominator, and every goal has its indicator."""
    root.only("indicators")
    unique_ids(root, "indicators")
    found = {}
    for section in root.items("indicators", required=True):
        section.only(
            "id", "title_nl", "title_en", "kind", "numerator", "denominator", "better", "target", "source"
        )
        kind = section.choice("kind", INDICATOR_KINDS)
        if kind != "share" and "denominator" in section:
            section.fault("denominator", f"a {kind} has no denominator")
        found[section.text("id")] = Indicator(
            id=section.text("id"),
            title=section.labels("title"),
            kind=kind,
            numerator=section.choice("numerator", EVENTS),
            denominator=section.choice("denominator", EVENTS, required=kind == "share"),
            better=section.choice("better", ("higher", "lower", "neutral")),
            target=section.number("target", required=False),
            source=section.text("source"),
        )
    for goal in goals:
        if goal.indicator not in found:
            network.fault(
                "goals", f"goal {goal.id} is measured by {goal.indicator}, which is not an indicator"
            )
    return found


def read_sroi(root: Section, organisations: Mapping[str, Organisation]) -> Sroi:
    """sroi.toml; every share lies from 0 to 1, and an assumption is labelled as one."""
    root.only(
        "years",
        "discount_rate",
        "discount_source",
        "discount_first_year",
        "assumption",
        "inputs",
        "outcomes",
        "reporting",
    )
    unique_ids(root, "inputs")
    unique_ids(root, "outcomes")
    reporting = root.section("reporting")
    return Sroi(
        years=root.whole("years", minimum=1) or 0,
        discount_rate=_share(root, "discount_rate"),
        discount_source=root.text("discount_source"),
        discount_first_year=root.flag("discount_first_year"),
        inputs=tuple(_input(section, organisations) for section in root.items("inputs", required=True)),
        outcomes=tuple(_outcome(section, organisations) for section in root.items("outcomes", required=True)),
        reporting={name: reporting.labels(name) for name in REPORTING},
        sensitivity=reporting.words("sensitivity"),
    )


def read_experience(root: Section) -> Experience:
    """experience.toml: the mark, the agreed questions and their answers."""
    root.only("valid_days", "source", "mark", "questions", "answers", "free_text")
    unique_ids(root, "questions")
    unique_ids(root, "answers")
    mark, free_text = root.section("mark"), root.section("free_text")
    lowest, highest = mark.whole("minimum") or 0, mark.whole("maximum") or 0
    if highest <= lowest:
        mark.fault("maximum", "the highest mark is not above the lowest")
    return Experience(
        valid_days=root.whole("valid_days", minimum=1) or 0,
        mark=mark.labels("text"),
        mark_minimum=lowest,
        mark_maximum=highest,
        mark_lowest=mark.labels("lowest"),
        mark_highest=mark.labels("highest"),
        questions=tuple(
            Question(id=section.text("id"), text=section.labels("text"))
            for section in root.items("questions", required=True)
        ),
        answers={section.text("id"): section.labels() for section in root.items("answers", required=True)},
        free_text=free_text.labels("text"),
        free_text_maximum=free_text.whole("maximum_characters", minimum=1) or 0,
        source=root.text("source"),
    )


def _input(section: Section, organisations: Mapping[str, Organisation]) -> SroiInput:
    section.only(
        "id", "stakeholder", "title_nl", "title_en", "amount_eur", "per_year", "assumption", "source"
    )
    known_organisation(section, "stakeholder", section.text("stakeholder"), organisations)
    return SroiInput(
        id=section.text("id"),
        stakeholder=section.text("stakeholder"),
        title=section.labels("title"),
        amount=section.number("amount_eur", minimum=0) or ZERO,
        per_year=section.flag("per_year", default=False),
        assumption=section.flag("assumption"),
        source=section.text("source"),
    )


def _outcome(section: Section, organisations: Mapping[str, Organisation]) -> SroiOutcome:
    section.only(
        "id",
        "stakeholder",
        "title_nl",
        "title_en",
        "quantity",
        "unit_nl",
        "unit_en",
        "proxy_eur",
        "proxy_source",
        "deadweight",
        "displacement",
        "attribution",
        "drop_off",
        "duration_years",
        "assumption",
        "source",
    )
    known_organisation(section, "stakeholder", section.text("stakeholder"), organisations)
    return SroiOutcome(
        id=section.text("id"),
        stakeholder=section.text("stakeholder"),
        title=section.labels("title"),
        quantity=section.number("quantity", minimum=0) or ZERO,
        unit=section.labels("unit"),
        proxy=section.number("proxy_eur") or ZERO,
        proxy_source=section.text("proxy_source"),
        deadweight=_share(section, "deadweight"),
        displacement=_share(section, "displacement"),
        attribution=_share(section, "attribution"),
        drop_off=_share(section, "drop_off"),
        duration_years=section.whole("duration_years", minimum=1) or 0,
        assumption=section.flag("assumption"),
        source=section.text("source"),
    )


def _share(section: Section, key: str) -> Decimal:
    value = section.number(key, minimum=0)
    if value is not None and value > 1:
        section.fault(key, f"{value} is above 1; a share is written 0.15 for 15%")
    return value or ZERO
