"""A practice looks through its own population: an extract in, worklists out, and one patient referred from there."""

from __future__ import annotations

import re

from tests.support.extract import BSN, extract, zipped

from .steps import Person, saved

NO_RED_FLAG = dict.fromkeys(
    (
        "f_chest_pain_at_rest",
        "f_dyspnoea_at_rest",
        "f_hypoperfusion",
        "f_syncope",
        "f_abrupt_deterioration",
    ),
    "false",
)


def uploads(poh: Person, content: bytes, name: str = "uittreksel.zip") -> None:
    """The POH chooses a file and has it searched."""
    poh.opens("/opsporen/")
    poh.follows("Uittreksel doorzoeken")
    poh.page.set_input_files(
        "input[name=extract]", {"name": name, "mimeType": "application/zip", "buffer": content}
    )
    poh.presses("Doorzoeken")


def test_search_invite_set_aside_and_refer(person, today):
    poh = person("poh")
    poh.opens("/")
    poh.follows("Opsporen")
    poh.sees("Nog niet gezocht")

    # a file that is no extract says what is wrong, and leaves nothing
    uploads(poh, zipped({"metingen.csv": "patientnummer;nhg\n1;2\n"}))
    poh.page.get_by_text("Dit uittreksel is niet doorzocht").wait_for()
    poh.sees("dit bestand ontbreekt", "Er is niets van bewaard")

    # the practice's extract: a bar, and then what was read and what was not
    uploads(poh, zipped(extract(today, named=True)))
    poh.page.get_by_role("link", name="Naar de werklijsten").wait_for(timeout=90_000)
    poh.looks()
    poh.sees(
        "Regels niet te gebruiken", "deze patiënt staat niet in het bestand met patiënten", "metingen.csv"
    )
    poh.page.locator("summary", has_text="Regel voor regel").click()
    poh.sees("31-31-2024")

    # the lists, and why somebody is on one: rule, source, values with their day, what is missing
    poh.follows("Naar de werklijsten")
    poh.sees(
        "Komt in aanmerking voor de 1,5 lijn", "2 nog te bekijken", "Lijkt op hartfalen, zonder diagnose"
    )
    poh.follows("Diagnose of behandeling onvolledig")
    poh.sees("K.J. van Uittreksel", "HFrEF zonder MRA", "nr. 103")
    poh.follows("K.J. van Uittreksel")
    poh.sees("TR-T4", "ESC21 Table 37", "Kalium 4,6 mmol/l", "Nog uit te zoeken", "NYHA-klasse")

    # invited, with the day; not suitable, with a reason
    poh.page.locator("summary", has_text="Uitnodigen voor controle").click()
    poh.presses("Uitnodiging vastleggen")
    poh.sees("Vastgelegd: uitgenodigd.", f"{today:%d-%m-%Y}")
    poh.follows("Volgende op deze lijst")
    poh.sees("nr. 103")
    poh.page.locator("summary", has_text="Niet geschikt, met reden").click()
    poh.fills(reason="Terminaal ziek, geen verwijzing gewenst.")
    poh.presses("Vastleggen")
    poh.opens("/opsporen/lijst/onvolledig/")
    poh.sees_not("nr. 103")
    poh.opens("/opsporen/lijst/onvolledig/?toon=done")
    poh.sees("nr. 103", "Terminaal ziek")

    # one press to a referral with the name, the BSN and the values of the extract in it
    poh.opens("/opsporen/lijst/anderhalve-lijn/")
    poh.follows("K.J. van Uittreksel")
    poh.presses("Verwijzing maken")
    assert poh.page.locator("[name=bsn]").input_value() == BSN
    assert poh.page.locator("[name=family_name]").input_value() == "Uittreksel"
    assert poh.page.locator("[name=f_potassium]").input_value() == "4,6"
    poh.fills_and_waits(
        intent="titration",
        reason="Gevonden bij het doorzoeken van de praktijk: hartfalen zonder MRA en SGLT2-remmer.",
        **NO_RED_FLAG,
        f_oxygen_saturation="97",
        f_nyha="II",
        f_orthopnoea="false",
        f_new_angina="false",
        f_new_ecg_abnormality="false",
        f_hf_admissions_12_months="0",
        f_correctable_cause_suspected="false",
        f_specific_cause_suspected="false",
        f_advanced_hf_sign="false",
        f_optimal_therapy_3_months="false",
        f_therapy_status="titrating",
        patient_informed="on",
    )
    poh.answered("RF-21")
    saved(poh)
    poh.presses("Verwijzing versturen")
    assert re.search(r"/verwijzingen/[0-9a-f-]{36}/$", poh.page.url), poh.text()[:300]

    # the list knows, a colleague of the practice sees it, and nobody else sees any of it
    gp = person("huisarts")
    gp.opens("/opsporen/lijst/anderhalve-lijn/?toon=done")
    gp.sees("K.J. van Uittreksel", "verwezen")
    gp.follows("K.J. van Uittreksel")
    gp.follows("Verwijzing bekijken")
    gp.sees("RF-21")
    other = person("poh.sluis")
    other.opens("/opsporen/")
    other.sees("Nog niet gezocht")
    for account in ("vs", "projectleider"):
        outsider = person(account)
        outsider.opens("/")
        outsider.sees_not("Opsporen", "Opgespoord")
        assert outsider.page.goto(outsider.visitor.url + "/opsporen/").status == 403
        outsider.visitor.problems.clear()  # the browser calls 403 an error
