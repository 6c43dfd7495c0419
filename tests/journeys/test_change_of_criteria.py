"""A criterion is changed in the browser: warned of the gap, mended, rehearsed, signed by two partners, and it answers."""

from __future__ import annotations

import json
import re

from tests.support import people
from tests.support.server import Server, run_python

from .steps import Person, day, saved

BSNS = people.test_bsns()
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
SUSPECTED = {
    "intent": "diagnosis",
    "tests_asked": "echo",
    "reason": "Sinds enkele maanden moe bij inspanning. ECG zonder afwijkingen.",
    **NO_RED_FLAG,
    "f_heart_failure_known": "false",
    "f_new_angina": "false",
    "f_correctable_cause_suspected": "false",
    "f_specific_cause_suspected": "false",
    "f_heart_rate": "80",
    "f_systolic_bp": "134",
    "f_oxygen_saturation": "96",
    "f_potassium": "4,4",
    "f_rhythm": "sinus",
    "f_ecg_result": "normal",
    "f_nyha": "II",
    "f_orthopnoea": "false",
    "f_weight": "82",
    "f_height": "175",
    "f_natriuretic_lowering_drug": "false",
    "patient_informed": "on",
}
REPLAY = """
import json, sys
import django
django.setup()
from anderhalf.apps.network.queries import pathway_of_decision
from anderhalf.apps.record.models import StoredDecision
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.replay import ReplayDiffers, check_replays

network, now = sys.argv[2], sys.argv[3]
found = []
for row in StoredDecision.objects.filter(referral=sys.argv[1], table="referral"):
    stored = Decision.from_dict(row.decision)
    versions = {}
    for version in (row.version, now):
        table = pathway_of_decision(network, key=row.pathway, version=version, on=stored.on).tables["referral"]
        try:
            check_replays(stored, table)
            versions[version] = "the same"
        except ReplayDiffers:
            versions[version] = "another table"
    found.append({"version": row.version, "line": stored.value("line"), "replays": versions})
print(json.dumps(found))
"""


def suspects(poh: Person, name: str, nt_probnp: str) -> None:
    """The POH fills in a referral of somebody who may have heart failure, with this NT-proBNP."""
    poh.opens("/verwijzen/?nieuw=1")
    poh.fills(bsn=next(BSNS), family_name=name, initials="D.", birth_date="11-02-1949", sex="male")
    poh.fills_and_waits(**SUSPECTED, f_nt_probnp=nt_probnp)
    saved(poh)


def sends(poh: Person) -> str:
    """Sends it, and gives the referral's address."""
    saved(poh)
    poh.presses("Verwijzing versturen")
    assert re.search(r"/verwijzingen/[0-9a-f-]{36}/$", poh.page.url), poh.text()[:300]
    return poh.page.url.removeprefix(poh.visitor.url)


def test_edit_warn_mend_rehearse_sign_answer_replay(person, service: Server, today):
    poh, author = person("poh"), person("vs")

    # given: a referral that was answered by the version that runs now
    suspects(poh, "Drempel", "140")
    poh.answered("RF-26")
    old = sends(poh)
    poh.sees("RF-26", "zorgpad 1.0.0")

    # when the nurse specialist raises a threshold
    author.opens("/afspraak/wijzigen/")
    author.fills(
        pathway="heart_failure",
        title="Grens voor NT-proBNP naar 150 ng/l",
        because="Minder echo's zonder opbrengst.",
    )
    author.presses("Concept beginnen")
    draft = author.page.url.removeprefix(author.visitor.url)
    grid = f"{draft}referral/"
    author.opens(grid)
    author.types("RF-26 NT-proBNP", ">=150")
    author.sees("150 ng/l of meer")
    author.presses("Bewaren en controleren")

    # then the page warns of the gap and shows for whom it would open
    author.sees("Gat", "NT-proBNP 125 tot 150 ng/l")
    example = author.page.locator("details", has_text="Voorbeeldpatiënt").first
    example.locator("summary").click()
    shown = example.inner_text()
    witness = re.search(r"NT-proBNP\s+([\d.,]+)", shown)
    assert witness and 125 <= float(witness[1].replace(".", "").replace(",", ".")) < 150, shown
    author.opens(draft)
    author.sees("Daarna kunt u indienen")
    assert author.page.get_by_role("button", name="Indienen bij de partners").count() == 0

    # when it is mended
    author.opens(grid)
    author.types("RF-27 NT-proBNP", "<150")
    author.types("RF-28 NT-proBNP", "<150")
    author.types("RF-45 NT-proBNP", "<150")
    for rule in ("RF-26", "RF-27", "RF-45"):  # the words that referrers read say the same, in both languages
        for language in ("Nederlands", "Engels"):
            words = author.page.get_by_label(f"{rule} Waarom ({language})", exact=True)
            words.fill(words.input_value().replace("125", "150"))
    for language, text in (
        (
            "Nederlands",
            "Ernstig overgewicht (BMI vanaf 35) met NT-proBNP onder 150: bij blijvend vermoeden een echo.",
        ),
        ("Engels", "Severe obesity (BMI from 35) with NT-proBNP below 150: an echo if suspicion persists."),
    ):
        author.page.get_by_label(f"RF-28 Waarom ({language})", exact=True).fill(text)
    author.presses("Bewaren en controleren")
    author.sees("Geen gaten, overlap of tegenspraak")

    # then the rehearsal on the network's own decisions says who would go elsewhere
    author.opens(f"{draft}oefenen/referral/")
    author.sees("Oefenen op het afgelopen jaar", "Van waar naar waar", "Zou veranderen")
    moving = author.page.locator("td.moves a")
    assert moving.count() >= 1
    cells = author.page.locator("td.matrix-cell").all_inner_texts()
    counted = sum(int(text) for text in cells if text.strip().isdigit())
    assert counted >= 40, f"a year of the demonstration holds more than {counted} decisions"
    author.clicks(moving.first)
    author.sees("zonder naam", "RF-26", "RF-27", "140 ng/l")
    author.sees_not("Drempel")

    # when it is submitted, the author cannot sign it, by the page nor past it
    author.opens(draft)
    author.fills(valid_from=day(today), because="De grens van 150 is met elkaar besproken.")
    author.presses("Indienen bij de partners")
    author.sees("U schreef deze wijziging zelf", "nog niet ondertekend")
    assert author.page.get_by_role("button", name="Ondertekenen", exact=True).count() == 0
    refused = author.page.evaluate(
        """async address => {
            const form = new FormData(document.querySelector("form[action$='/terugnemen/']"));
            form.set("version", "99");
            const answer = await fetch(address, {method: "POST", body: form});
            return answer.text();
        }""",
        f"{draft}ondertekenen/",
    )
    assert "U schreef deze wijziging zelf" in refused
    author.opens(draft)
    assert author.page.get_by_label("ondertekend", exact=True).count() == 0

    # two partners sign; after the first nothing has changed yet
    cardiologist, gp = person("cardioloog"), person("huisarts")
    cardiologist.opens(draft)
    cardiologist.sees("beslist anders", "125 ng/l of meer", "150 ng/l of meer")
    cardiologist.presses("Ondertekenen")
    cardiologist.sees("Er is nog een handtekening nodig", "De andere partner is nu aan zet")
    poh.opens("/afspraak/")
    suspects(poh, "Tussenin", "140")
    poh.answered("RF-26")
    gp.opens(draft)
    gp.presses("Ondertekenen")
    gp.sees("Ondertekend en gepubliceerd: versie 1.1.0", "Afspraak 1.1.0")

    # then a new referral is answered by the new version
    suspects(poh, "Daarna", "140")
    poh.answered("RF-27", "1e lijn")
    poh.fills_and_waits(f_nt_probnp="210")
    poh.answered("RF-26", "NT-proBNP vanaf 150 ng/l")
    new = sends(poh)
    poh.sees("RF-26", "zorgpad 1.1.0")

    # and the old one still says what it said, by the old version, to be calculated again
    poh.opens(old)
    poh.sees("RF-26", "zorgpad 1.0.0")
    assert replayed(service, old) == [
        {
            "version": "1.0.0",
            "line": "intermediate",
            "replays": {"1.0.0": "the same", "1.1.0": "another table"},
        }
    ]
    assert replayed(service, new) == [
        {"version": "1.1.0", "line": "intermediate", "replays": {"1.1.0": "the same"}}
    ]


def replayed(service: Server, referral: str) -> list[dict[str, object]]:
    """What the stored decisions of a referral give with the version they name, and with the one that runs now."""
    printed = run_python(
        REPLAY,
        environment=service.environment,
        arguments=(referral.strip("/").split("/")[-1], "voorbeeldstreek", "1.1.0"),
    )
    return json.loads(printed)
