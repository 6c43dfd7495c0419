"""The base patient of the titration cases, in the real database, and what the proposals page says about him.

A man, born 1-2-1956, HFrEF with LVEF 30, sinus rhythm, NYHA II, systolic pressure 120/72, pulse 72, potassium 4.5,
creatinine 90 (also 60 and 250 days ago), sodium 140, 80 kg, not congested, not dehydrated, no complaints, weight
stable, asked for intolerances: none. Day: 20-11-2026. He was referred and accepted; what he takes and what was measured
was recorded through the record's actions; the answer comes from the query behind the proposals page.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.queries import Card
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from tests.support.care import Care
from tests.support.titration import PER_DAY, protocol, value_of

DAY = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
GDMT = "sacubitril_valsartan 97 bid 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d"
"""Everything else at target for more than 200 days, so that nothing competes."""
BASE: dict[str, Any] = {
    "lvef": 30, "rhythm": "sinus", "nyha": "II", "systolic_bp": 120, "diastolic_bp": 72, "heart_rate": 72,
    "potassium": "4.5", "creatinine": 90, "sodium": 140, "weight": 80, "congestion": False, "dehydration": False,
    "hypotension_symptoms": False, "beta_blocker_complaints": "none", "acute_illness": False, "weight_stable": True,
    "heart_failure_known": True, "dialysis": False, "palliative_phase": False, "frailty": "none", "diabetes": False,
    "lvef_ever_40_or_less": True, "hf_admissions_12_months": 0,
}  # fmt: skip
EARLIER = (("creatinine", 90, 60), ("creatinine", 90, 250))


class TitrationPatient:
    """`TitrationPatient(people).given("enalapril 5 bid 60d", potassium="5.2").card("ace_inhibitor")`."""

    def __init__(self, people: Any, *, birth_date: date = date(1956, 2, 1), sex: str = "male") -> None:
        self.people, self.vs = people, people.viewer("vs")
        row = people.patient(birth_date=birth_date, sex=sex)
        self.episode = Care(people, DAY).accepted(sent=DAY - timedelta(days=20), patient=row)

    def given(
        self, regimen: str = "", *, omit: tuple[str, ...] = (), earlier: tuple[tuple[str, Any, float], ...] = EARLIER,
        days_ago: dict[str, float] | None = None, asked: bool = True, tolerances: tuple[tuple[str, str, str], ...] = (),
        dosing: tuple[tuple[str, str], ...] = (), **facts: Any,
    ) -> TitrationPatient:  # fmt: skip
        """Record the base patient with these differences; `earlier` are (fact, value, days ago).

        `tolerances` are (kind, class, drug) of the register, `dosing` (kind, class) of agreements about the dose.
        """
        known = {name: value for name, value in {**BASE, **facts}.items() if name not in omit}
        ago = days_ago or {}
        self.measure(*((name, value, ago.get(name, 0)) for name, value in known.items()), *earlier)
        if "heart_rate" in known:  # and as fast on an earlier day: one pulse is no trend
            self.measure(("heart_rate", known["heart_rate"], ago.get("heart_rate", 0) + 1))
        self.takes(regimen)
        for kind, drug_class, drug in tolerances:
            actions.remember_tolerance(
                by=self.vs, at=DAY - timedelta(minutes=30), episode=self.episode.pk, kind=kind, drug_class=drug_class,
                drug=drug, reason="vastgelegd",
            )  # fmt: skip
        for kind, drug_class in dosing:
            actions.agree_dosing(
                by=self.vs, at=DAY - timedelta(minutes=30), episode=self.episode.pk, kind=kind, drug_class=drug_class,
                reason="vastgelegd",
            )  # fmt: skip
        if asked:
            actions.ask_tolerances(by=self.vs, at=DAY - timedelta(minutes=20), episode=self.episode.pk)
        return self

    def measure(self, *values: tuple[str, Any, float], minutes: int = 30, at: datetime = DAY) -> None:
        """Record (fact, value, days ago)."""
        items = [
            record.NewObservation(
                fact=name, value=value_of(value), at=at - timedelta(days=days, minutes=minutes)
            )
            for name, value, days in values
            if value is not None
        ]
        record.record_observations(
            by=self.vs, at=at, patient=self.episode.patient_id, items=items, under=Right.WRITE_CLINICAL
        )

    def takes(self, regimen: str) -> None:
        """`enalapril 10 bid 21d until 6d because acute_illness; M01AB05 50 od 5d`: oldest first per drug."""
        parts = [piece.split() for piece in regimen.split(";") if piece.strip()]
        parts.sort(key=lambda words: -float(words[3].rstrip("d")))
        seen: dict[str, int] = defaultdict(int)
        for words in parts:
            drug = protocol().drugs.get(words[0])
            self._agree(words, "change" if seen[words[0]] else "start", drug)
            seen[words[0]] += 1
            if "until" in words:
                reason = words[words.index("because") + 1] if "because" in words else "unknown"
                self._agree(words, "pause" if reason == "acute_illness" else "stop", drug, reason=reason)

    def _agree(self, words: list[str], kind: str, drug: Any, *, reason: str = "") -> None:
        ends = kind in ("stop", "pause")
        days = float((words[words.index("until") + 1] if ends else words[3]).rstrip("d"))
        per_day = Decimal(PER_DAY[words[2]])
        dosed = {} if ends else {"dose": Decimal(words[1]), "dose_unit": "mg", "times_per_day": int(per_day) or 1,
                                 "every_days": 1 if per_day >= 1 else 2}  # fmt: skip
        record.agree_medication(
            by=self.vs, at=DAY - timedelta(minutes=25), patient=self.episode.patient_id, kind=kind,
            drug=drug.key if drug is not None else words[0].lower(), drug_name=words[0],
            atc=drug.atc if drug is not None else words[0], drug_class=drug.drug_class if drug is not None else "",
            reason="hartfalen", from_at=DAY - timedelta(days=days, minutes=40), under=Right.WRITE_CLINICAL,
            stop_reason=reason, **dosed,
        )  # fmt: skip

    def at_later(self, days: int, **facts: Any) -> TitrationPatient:
        """A contact so many days later that finds the base patient as before, with these differences."""
        at = DAY + timedelta(days=days)
        self.measure(*((name, value, 0) for name, value in {**BASE, **facts}.items()), at=at)
        return self

    def changes(self, kind: str, atc: str, *, days: int, reason: str = "") -> None:
        """Start (600 mg a day) or stop a drug that is known by its ATC code, so many days later."""
        at = DAY + timedelta(days=days)
        dosed = {} if kind == "stop" else {"dose": Decimal(600), "dose_unit": "mg", "times_per_day": 1}
        record.agree_medication(
            by=self.vs, at=at, patient=self.episode.patient_id, kind=kind, drug=atc.lower(), drug_name=atc, atc=atc,
            drug_class="", reason="pijn", from_at=at - timedelta(minutes=5), under=Right.WRITE_CLINICAL,
            stop_reason=reason, **dosed,
        )  # fmt: skip

    def agree_restart(self, drug_class: str) -> None:
        """The supervision agreed that a class may be started again."""
        actions.agree_dosing(
            by=self.vs, at=DAY, episode=self.episode.pk, drug_class=drug_class, kind="restart_agreed",
            reason="besproken",
        )  # fmt: skip

    def page(self, *, at: datetime = DAY) -> Any:
        """What the proposals page shows."""
        return queries.proposals(self.vs, self.episode, at=at)

    def card(self, drug_class: str, *, at: datetime = DAY) -> Card:
        """The card of one class."""
        return next(one for one in self.page(at=at).cards if one.drug_class == drug_class)

    def choose(self, drug_class: str, choice: str, *, at: datetime = DAY, **more: Any) -> None:
        """Press a button of a card."""
        card = self.card(drug_class, at=at)
        actions.choose_advice(
            by=self.vs, at=at, episode=self.episode.pk, drug_class=drug_class, choice=choice, basis=card.basis, **more
        )  # fmt: skip


def said(card: Card) -> str:
    """A card in a few words, for the table of cases."""
    more = f"; nodig: {', '.join(card.missing)}" if card.missing else ""
    return f"{card.title} ({card.rule}){more}"
