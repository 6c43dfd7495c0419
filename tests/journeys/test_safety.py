"""An uploaded record with angio-oedema, from the practice to the proposals, in a real browser: nothing starts it."""

from __future__ import annotations

import gzip
import json

from .steps import Road
from .test_titration import BSNS, CONDITIONS, RED_FLAGS, WELL, Care

NAME = "Oedeemstra"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
ANGIO_OEDEMA = "Enalapril: angio-oedeem"


def record(bsn: str) -> bytes:
    """A small file of a general practice: two allergies, one of them of a drug of the protocol."""

    def allergy(text: str, **more: object) -> dict[str, object]:
        return {"resource": {"resourceType": "AllergyIntolerance", "patient": {"reference": "urn:uuid:p"},
                             "code": {"text": text}, **more}}  # fmt: skip

    reaction = {"text": "angio-oedeem", "coding": [{"system": "http://snomed.info/sct", "code": "41291007"}]}
    bundle = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:p", "resource": {
                "resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1951-05-03",
                "identifier": [{"system": BSN, "value": bsn}], "name": [{"family": NAME, "given": ["Tjeerd"]}]}},
            allergy("Enalapril", onsetDateTime="2019-05-03", reaction=[{"manifestation": [reaction]}]),
            allergy("Penicilline", reaction=[{"manifestation": [{"text": "anafylaxie"}]}]),
        ],
    }  # fmt: skip
    return gzip.compress(json.dumps(bundle).encode())


def test_an_uploaded_record_with_angio_oedema(visit, service):
    patient = Care(visit, service, NAME, next(BSNS))
    road = Road(visit, patient.today, name=NAME)
    road._people = patient._people

    poh = road.person("poh")
    poh.opens("/verwijzen/")
    poh.follows("Bestand kiezen")
    poh.page.set_input_files(
        "input[name=record]",
        {"name": "dossier.json.gz", "mimeType": "application/gzip", "buffer": record(patient.bsn)},
    )
    poh.presses("Inlezen")
    assert poh.page.locator("[name=allergy_0_what]").input_value() == "Enalapril"
    assert poh.page.locator("[name=allergy_0_reaction]").input_value() == "angioedema"
    road.when_the_poh_fills_in(
        intent="titration", reason="Hartfalen, LVEF 32%. Graag de medicatie instellen.",
        f_heart_failure_known="true", f_systolic_bp="122", f_heart_rate="76", f_oxygen_saturation="96",
        f_potassium="4,6", f_egfr="70", f_nt_probnp="1200", f_ecg_result="abnormal", f_nyha="II",
        f_advanced_hf_sign="false", patient_informed="on", **{f"f_{name}": "false" for name in RED_FLAGS},
        chosen_line="intermediate", because="Afgesproken met het centrum.",
    )  # fmt: skip
    road.when_the_poh_sends()
    poh.sees(ANGIO_OEDEMA, "nog bevestigen")

    road.when_the_vs_accepts(ANGIO_OEDEMA, "Penicilline: anafylaxie", "nog bevestigen")
    patient.vs.opens("/wachtlijst/")
    row = patient.vs.page.locator("main tr, main li", has_text=NAME).first
    patient.chart = row.locator("a[href*='/dossier/']").first.get_attribute("href")
    patient.after(1)

    patient.begins_a_consult()
    patient.vs.sees(ANGIO_OEDEMA, "nog bevestigen")
    patient.records(
        **WELL, f_lvef="32", conclusion="HFrEF.", plan="Medicatie opbouwen.",
        **{f"med_0_{part}": value for part, value in
           {"kind": "reported", "drug": "bisoprolol", "dose": "10", "times": "1", "since": "2020"}.items()},
    )  # fmt: skip
    vs = patient.vs
    vs.opens(f"{patient.chart}verdraagt/")
    vs.presses("Alle klassen nagevraagd", exact=False)
    vs.fills(**CONDITIONS)
    vs.presses("Vastleggen")

    # not confirmed yet: nothing of the renin-angiotensin system is offered, and why stands there
    vs.opens(f"{patient.chart}voorstellen/")
    for start in ("Enalapril starten", "Sacubitril/valsartan starten", "Candesartan starten"):
        assert vs.page.locator("article.advice", has_text=start).count() == 0, start
    vs.sees(ANGIO_OEDEMA, "nog beoordelen", "Spironolacton starten")

    # one press confirms
    vs.follows("Beoordeel het register")
    entry = vs.page.locator("#to-judge > li", has_text=ANGIO_OEDEMA)
    assert entry.locator("input[name=about]").first.get_attribute("value") == "ace_inhibitor:enalapril"
    vs.clicks(entry.get_by_role("button", name="Bevestigen"))
    vs.opens(f"{patient.chart}voorstellen/")
    for start in ("Enalapril starten", "Sacubitril/valsartan starten", "Candesartan starten"):
        assert vs.page.locator("article.advice", has_text=start).count() == 0, start
    vs.sees(ANGIO_OEDEMA, "Spironolacton starten")

    # typed in the consult it is stopped as well, and the reason is asked from a prescriber
    patient.begins_a_consult()
    vs.fills(
        med_0_kind="start", med_0_drug="enalapril", med_0_dose="2,5", med_0_times="2", med_0_reason="HFrEF"
    )
    vs.presses("Consult vastleggen")
    vs.sees(f"In het register staat: {ANGIO_OEDEMA}")
    vs.visitor.problems[:] = [one for one in vs.visitor.problems if "422" not in one]  # that is the refusal
    vs.page.locator("[name=med_0_kind]").select_option("")
    vs.opens(f"{patient.chart}medicatie/")
    vs.sees("bisoprolol", "sinds 2020")
    vs.sees_not("Neem enalapril")

    # a decline folds, and can be taken back
    vs.opens(f"{patient.chart}voorstellen/")
    card = patient.card("Spironolacton starten")
    card.locator("summary", has_text="niet doen").click()
    card.locator("input[name=reason]").last.fill("eerst het kalium van volgende week")
    vs.clicks(card.get_by_role("button", name="Niet doen"))
    vs.sees("1 voorstel afgewezen")
    vs.presses("Ongedaan maken")
    vs.sees("Ongedaan gemaakt", "ongedaan gemaakt")
    patient.card("Spironolacton starten")
