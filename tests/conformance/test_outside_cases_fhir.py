"""Records that somebody else made to mislead: each goes through the upload of a practice nurse to the form that follows.

The right answers were decided before, by an outside review; the files stand outside the project (`ANDERHALF_SHARED`),
those that the review describes and did not keep are made in `outside_records.py`. The run prints file, now, right.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anderhalf.apps.people.models import Draft
from anderhalf.apps.people.queries import draft_of
from anderhalf.apps.referrals.imported import FORM, ImportedRecord

from .outside_records import INLINE

SHARED = Path(os.environ.get("ANDERHALF_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


FOLDER = SHARED / "data" / "outside-cases" / "fhir"


URL = "/verwijzen/dossier-inlezen/"


TODAY = datetime(2026, 11, 28, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))


FILES = sorted(path.name for path in FOLDER.glob("*.json")) if FOLDER.is_dir() else []


pytestmark = pytest.mark.django_db


# ---- the road: upload by a practice nurse, then the form -------------------------------------------------------------


@dataclass
class Seen:
    """What the nurse sees after the upload."""

    status: int
    page: str
    record: ImportedRecord | None

    def value(self, name: str) -> str:
        """What stands in the field of a fact or of the person; empty when nothing."""
        found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', self.page)
        return unescape(found[1]) if found else ""

    def answer(self, fact: str) -> str:
        """The answer that is filled in: true, false or empty (unknown)."""
        found = re.search(rf'name="f_{fact}" value="(\w*)"[^>]*checked', self.page)
        return found[1] if found else ""

    def chosen(self, fact: str) -> str:
        select = re.search(rf'<select name="f_{fact}".*?</select>', self.page, re.S)
        found = re.search(r'<option value="(\w*)" selected', select[0]) if select else None
        return found[1] if found else ""

    @property
    def text(self) -> str:
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page)))

    @property
    def readable(self) -> str:
        """Without what is folded away for the technician."""
        page = re.sub(
            r"<details[^>]*><summary>Plaats in het bestand .*?</details>", "", self.page, flags=re.S
        )
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))

    def found(self, fact: str) -> str:
        """What was read of a fact, whether the form asks for it, or finds it too old, or not."""
        return next((str(one.value) for one in self.record.facts if one.name == fact), "")


@pytest.fixture
def upload(people, monkeypatch):
    client = people.client("poh")
    monkeypatch.setattr(timezone, "now", lambda: TODAY)

    def upload_(content: bytes, name: str) -> Seen:
        response = client.post(URL, {"record": SimpleUploadedFile(name, content)})
        if response.status_code != 302:
            return Seen(response.status_code, response.content.decode(), None)
        page = client.get(response.url)
        data = draft_of(people.viewer("poh"), FORM, Draft.objects.get(form=FORM).about)
        return Seen(page.status_code, page.content.decode(), ImportedRecord.from_dict(data))

    return upload_


# ---- what is right ---------------------------------------------------------------------------------------------------

Check = Callable[[Seen], bool]


def potassium(value: str) -> Check:
    return lambda seen: seen.status == 200 and seen.value("f_potassium") == value


def danger(seen: Seen) -> bool:
    """A result that may not be used still counts for danger: if this is right, call now."""
    return "Klopt dit?" in seen.readable and "Bel de dienstdoende cardioloog" in seen.readable


def held(fact: str, day: str) -> Check:
    """No older value steps in, and the day of the newer result is said beside the field."""
    sentence = f"er is een nieuwere uitslag ({day}) die niet gelezen kon worden"
    return lambda seen: seen.status == 200 and not seen.value(f"f_{fact}") and sentence in seen.text


def uses(*facts: str) -> Check:
    return lambda seen: all(
        seen.found(fact) == "True" and (f'name="f_{fact}"' not in seen.page or seen.answer(fact) == "true")
        for fact in facts
    )


def not_in_use(fact: str) -> Check:
    return lambda seen: seen.answer(fact) == "" and "metoprolol" not in str(seen.record.medication)


def asked(fact: str, *words: str) -> Check:
    return lambda seen: seen.answer(fact) == "" and all(word in seen.readable for word in words)


def says(*words: str) -> Check:
    return lambda seen: seen.status == 200 and all(word in seen.readable for word in words)


def person(**fields: str) -> Check:
    return lambda seen: all(seen.value(name) == value for name, value in fields.items())


def both(*checks: Check) -> Check:
    return lambda seen: all(check(seen) for check in checks)


RIGHT: dict[str, tuple[str, Check]] = {
    "MP9-active-period-of-use-ended": ("not in use: the period decides", not_in_use("beta_blocker")),
    "MP9-dosage-in-extension": ("dosage from the extension", both(uses("beta_blocker"), says("1 maal per dag 50 mg"))),
    "MP9-start-MA-active-stop-MA": ("not in use: the stop ends the treatment", not_in_use("beta_blocker")),
    "MP9-status-unknown-period-open": ("asked", asked("beta_blocker", "metoprolol", "status onbekend")),
    "PRK-only-metoprolol": (
        "said that the class is unknown, name proposed",
        asked("beta_blocker", "kon de groep niet worden bepaald", "Metoprolol 50 mg tablet", "Bètablokker"),
    ),
    "absolute-no-fullUrl": ("read", potassium("4,8")),
    "active-boundsPeriod-ended": ("not in use", not_in_use("beta_blocker")),
    "atc-M01AE01-nsaid": ("NSAID", uses("nsaid")),
    "born-1900-01-01": ("asked: often a filler", both(potassium("4,8"), says("01-01-1900 staat in veel systemen voor onbekend"))),
    "born-1906-01-01": ("read", potassium("4,8")),
    "bsn-old-use": ("the current BSN", person(bsn="111222333")),
    "cond-active-but-abated": (
        "contradiction: asked", asked("heart_failure_known", "Hartfalen", "actief genoemd, maar ook beëindigd", "01-01-2020"),
    ),
    "cond-no-clinicalStatus": ("shown, asked", asked("heart_failure_known", "Hartfalen", "status onbekend")),
    "corrected-before-final-same-time": ("4.8", potassium("4,8")),
    "deceased": (
        "warned, later result set aside",
        both(potassium(""), says("overleden", "01-10-2026", "Kalium, 20-11-2026: Dit is gemeten na het overlijden.")),
    ),
    "egfr-90-comparator": ("usable as a lower bound", lambda seen: seen.value("f_egfr") == ">90"),
    "egfr-newer-exact-after-90": ("42 does not step in", lambda seen: seen.value("f_egfr") == ">90"),
    "focus-on-somebody-else": ("set aside", both(potassium(""), says("Kalium, 20-11-2026: Dit gaat over iemand anders"))),
    "http-vs-https": ("read", potassium("4,8")),
    "identical-Patient-twice": ("one patient", potassium("4,8")),
    "k-value-and-dataAbsentReason": (
        "set aside", both(potassium(""), says("Kalium, 20-11-2026: Er staat een waarde, en ook dat er geen waarde is")),
    ),
    "lvef-8806-2": ("read", lambda seen: seen.value("f_lvef") == "35"),
    "maiden-only-period-ended": ("Nieuw", person(family_name="Nieuw")),
    "med-A10BD15-metformine-dapagliflozine": ("SGLT2 inhibitor", uses("sglt2_inhibitor")),
    "med-C09BA02-enalapril-HCT": ("ACE inhibitor and thiazide", uses("ace_inhibitor", "thiazide")),
    "medRef-display-only-target-absent": (
        "named, and asked", asked("beta_blocker", "Metoprolol 50 mg", "kon de groep niet worden bepaald"),
    ),
    "message": ("read", potassium("4,8")),
    "newer-inequality-older-steps-in": (
        "4.4 does not step in: more than 7 is a danger", both(potassium(">7"), says("bel")),
    ),
    "newer-preliminary-older-steps-in": ("no value, day said, danger if right", both(held("potassium", "20-11-2026"), danger)),
    "newer-unusable-unit-older-steps-in": ("no value, day said", held("potassium", "20-11-2026")),
    "newer-impossible-older-steps-in": ("no value, day said", held("potassium", "20-11-2026")),
    "same-minute-lvef": (
        "neither: asked", both(lambda seen: not seen.value("f_lvef"), says("verschillende uitslagen van één moment")),
    ),
    "newer-without-day-older-steps-in": (
        "no value, said", both(potassium(""), says("er is een uitslag zonder bruikbare datum die niet gelezen kon worden")),
    ),
    "nl-name-IN-BR-mixed": (
        "van der Berg, Johanna, J. P. M.",
        person(family_name="Berg", prefix="van der", given_name="Johanna", initials="J. P. M."),
    ),
    "nl-prefix-VV": ("van der Berg", person(family_name="Berg", prefix="van der")),
    "nl-usual-CL": ("Henk", person(family_name="Putten", given_name="Henk", initials="H. J.")),
    "patient-replaced": ("said", both(potassium("4,8"), says("vervallen of vervangen"))),
    "same-person-twice-same-BSN": ("one patient, said", both(potassium("4,8"), says("2 keer in het bestand, met hetzelfde BSN"))),
    "searchset-with-next-page": ("said", both(potassium("4,8"), says("Dit is niet het hele dossier", "totaal 400"))),
    "spo2-59408-5": ("read", both(lambda seen: seen.found("oxygen_saturation") == "88", says("88 % op 20-11-2026"))),
    "title-prefix": ("no tussenvoegsel", person(family_name="Berg", prefix="")),
    "stop-without-treatment": ("asked", asked("beta_blocker", "metoprolol", "mogelijk gestopt")),
    "stop-of-another-treatment": ("in use", uses("beta_blocker")),
    "stopped-and-started-again": ("in use", uses("beta_blocker")),
    "stop-that-is-still-to-come": ("in use", uses("beta_blocker")),
    "validityPeriod-ended": ("not in use", not_in_use("beta_blocker")),
    "dispensed-only": ("asked", asked("beta_blocker", "metoprolol", "afgeleverd, 01-11-2026")),
    "drug-in-Medication-with-ATC": ("ARNI", uses("arni")),
    "icpc-of-a-gp": (
        "all known",
        uses("atrial_fibrillation", "hypertension", "stroke_or_tia", "asthma", "anaemia", "coronary_disease",
             "vascular_disease", "diabetes", "copd", "heart_failure_known"),
    ),
    "heart-failure-by-a-child": ("known", uses("heart_failure_known")),
    "heart-failure-icd10-no-status": ("asked", asked("heart_failure_known", "Herz", "status onbekend")),
    "unknown-code": ("named", says("Zeldzame bepaling · loinc 99999-9 · 20-11-2026 · 12 mg/L")),
    "smoking-by-LOINC-answer": ("former", lambda seen: seen.chosen("smoking") == "former"),
    "angio-oedema-on-enalapril": ("shown, asked", asked("angioedema_history", "enalapril")),
    "corrected-without-unit-at-one-moment": ("the corrected 7.8 does not stand", potassium("")),
    "preliminary-older-than-final": ("4.8", potassium("4,8")),
    "same-BSN-other-birth": (
        "refused, truly", lambda seen: seen.status == 422 and "Hetzelfde BSN staat bij twee verschillende" in seen.text,
    ),
    "batch": ("read", potassium("4,8")),
    "versioned-reference": ("read", potassium("4,8")),
    "bsn-by-oid": ("read", potassium("4,8")),
}  # fmt: skip


def now_of(seen: Seen) -> str:
    """What the service does now, in a few words."""
    if seen.record is None:
        return f"refused ({seen.status})"
    facts = ", ".join(f"{one.name} {one.value}" for one in seen.record.facts) or "no fact"
    asks = "; ".join(f"{name}: {ask.text}" for name, ask in seen.record.asks.items())
    return (facts + (f" · asked: {asks}" if asks else ""))[:160]


def test_every_file_of_the_folder_has_a_right_answer():
    assert {name.removesuffix(".json") for name in FILES} <= set(RIGHT)
    assert {*INLINE, *(name.removesuffix(".json") for name in FILES)} >= (
        set(RIGHT) if FILES else set(INLINE)
    )


@pytest.mark.parametrize("name", RIGHT)
def test_a_record_from_outside_is_read_rightly(name, upload, capsys):
    path = FOLDER / f"{name}.json"
    if not path.is_file() and name not in INLINE:
        pytest.skip(f"{path} is not there; set ANDERHALF_SHARED")
    content = path.read_bytes() if path.is_file() else json.dumps(INLINE[name]).encode()
    seen = upload(content, f"{name}.json")
    right, check = RIGHT[name]
    with capsys.disabled():
        print(f"\n{name:<40} now: {now_of(seen)} · right: {right}", end="")
    assert seen.status != 500 and check(seen), seen.readable[:3000]
    assert "Bundle.entry[" not in seen.readable, "a place in the file is for the technician"
