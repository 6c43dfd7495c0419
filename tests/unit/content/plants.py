"""Faults to plant in copies of the real content, each with the cell and the message by which it must be named."""

from __future__ import annotations

from dataclasses import dataclass

from anderhalf.content.paths import content_root

PATHWAY, NETWORK = "pathways/heart_failure", "networks/voorbeeldstreek"


@dataclass(frozen=True)
class Plant:
    """Replace the first `old` in a file by `new`; the fault must be in `cell`, on the line where `old` stood."""

    file: str
    old: str
    new: str
    cell: str
    message: str
    line_of: str = ""
    """Text on whose line the fault is reported, when that is not the line of `old`."""


STABLE_LINES = (content_root() / PATHWAY / "stable.csv").read_text(encoding="utf-8").splitlines()

PLANTS = {
    # facts.toml
    "type that does not exist": Plant(
        f"{PATHWAY}/facts.toml", '[lvef]\ntype = "number"', '[lvef]\ntype = "numeral"', "lvef.type",
        "'numeral' is not one of", line_of='type = "numeral"',
    ),
    "range upside down": Plant(
        f"{PATHWAY}/facts.toml", "range = [5, 90]", "range = [90, 5]", "lvef.range", "is not below the highest"
    ),
    "usual outside possible": Plant(
        f"{PATHWAY}/facts.toml", "usual = [10, 75]", "usual = [10, 95]", "lvef.usual", "outside the possible range"
    ),
    "unit conversion that is no number": Plant(
        f"{PATHWAY}/facts.toml", '"pmol/L" = "1/0.118"', '"pmol/L" = "about eight"', "nt_probnp.conversions.pmol/L",
        "is not a factor",
    ),
    "unit conversion that divides by zero": Plant(
        f"{PATHWAY}/facts.toml", '"pmol/L" = "1/0.118"', '"pmol/L" = "1/0"', "nt_probnp.conversions.pmol/L",
        "is not a factor",
    ),
    "one code for two facts": Plant(
        f"{PATHWAY}/facts.toml", '"2951-2"', '"2823-3"', "sodium.codes", "loinc 2823-3 is already the code of potassium",
    ),
    "misspelt key": Plant(
        f"{PATHWAY}/facts.toml", "usual = [10, 75]", "usuel = [10, 75]", "lvef.usuel", "unknown key"
    ),
    "label in one language only": Plant(
        f"{PATHWAY}/facts.toml", 'label = { nl = "Kalium", en = "Potassium" }', 'label = { nl = "Kalium" }',
        "potassium.label.en", "the text in English is missing",
    ),
    "derived from a fact that is not there": Plant(
        f"{PATHWAY}/facts.toml", 'from = ["weight", "height"]', 'from = ["weight", "length"]', "bmi.derived",
        "length is not a fact",
    ),
    "group that does not exist": Plant(
        f"{PATHWAY}/facts.toml", '[lvef]\ntype = "number"\ngroup = "echo"', '[lvef]\ntype = "number"\ngroup = "eco"',
        "lvef.group", "'eco' is not one of [groups]", line_of='group = "eco"',
    ),
    "source that is not in the list": Plant(
        f"{PATHWAY}/facts.toml", 'source = "SPS-ACE"', 'source = "WIKIPEDIA"', "loop_diuretic_dose.source",
        "WIKIPEDIA is not one of [sources]",
    ),
    # pathway.toml
    "table file that is missing": Plant(
        f"{PATHWAY}/pathway.toml", 'file = "stable.csv"', 'file = "stabel.csv"', "tables.stable.file",
        "there is no file stabel.csv",
    ),
    "hit policy that does not exist": Plant(
        f"{PATHWAY}/pathway.toml", 'hit_policy = "U"', 'hit_policy = "X"', "tables.phenotype.hit_policy",
        "is not one of",
    ),
    "date in quotes": Plant(
        f"{PATHWAY}/pathway.toml", "valid_from = 2024-01-01", 'valid_from = "2024-01-01"', "valid_from",
        "this must be a date",
    ),
    "urgency without source": Plant(
        f"{PATHWAY}/pathway.toml", 'en = "within 1 week", source = "local"', 'en = "within 1 week"',
        "urgencies.within_1_week.source", "needs a source",
    ),
    "setting that chooses what no table does": Plant(
        f"{PATHWAY}/pathway.toml", 'chosen = "echo"', 'chosen = "esc_365"', "settings.nt_probnp_in_af.chosen",
        "no table carries it out",
    ),
    "urgency that is not described": Plant(
        f"{PATHWAY}/pathway.toml", '"within_2_weeks", "routine", "advice", "none"]',
        '"within_2_weeks", "routine", "advice", "none", "soon"]', "tables.referral.outputs.urgency",
        "soon is not described in [urgencies]", line_of="[tables.referral.outputs.urgency]",
    ),
    "version without changelog": Plant(
        f"{PATHWAY}/CHANGELOG.md", "## 1.0.0", "## 0.9.9", "", "version 1.0.0 is not described here", line_of="-",
    ),
    # tables
    "cell that cannot be read": Plant(
        f"{PATHWAY}/referral.csv", ">=130", ">=", "qrs_duration", "expected a value"
    ),
    "decimal comma in a cell": Plant(f"{PATHWAY}/stable.csv", "<90,", '"<9,0",', "systolic_bp", "decimal comma"),
    "outcome that is not allowed": Plant(
        f"{PATHWAY}/stable.csv", '"""forward"""', '"""forwards"""', "out:advice", "is not allowed here"
    ),
    "value that is not in the list": Plant(
        f"{PATHWAY}/exclusion.csv", '"""female"", ""other"""', '"""women"""', "sex", "is not in the list"
    ),
    "criterion on a fact that does not exist": Plant(
        f"{PATHWAY}/phenotype.csv", "lvef_ever_40_or_less", "lvef_ever", "lvef_ever", "is not a fact of the dictionary"
    ),
    "rule without source": Plant(
        f"{PATHWAY}/stable.csv", ",ESC21 p.3621,A", ",,A", "source", "rule ST-08: the source is missing"
    ),
    "unconfirmed number": Plant(
        f"{PATHWAY}/stable.csv", ",ESC21 p.3621,A", ",ESC21 p.3621,U", "grade", "unconfirmed numbers are never content"
    ),
    "local agreement passed off as a guideline": Plant(
        f"{PATHWAY}/stable.csv", ",local,local,\nST-12", ",local,A,\nST-12", "grade",
        "grade A is not the grade of any cited source", line_of="ST-11",
    ),
    "rule without explanation": Plant(
        f"{PATHWAY}/stable.csv", "Still congested: first relieve it.", "", "why_en", "no explanation in English"
    ),
    "two rules with one id": Plant(f"{PATHWAY}/stable.csv", "ST-09,", "ST-08,", "id", "already the id"),
    "row with a cell too many": Plant(
        f"{PATHWAY}/stable.csv", "Nog overvuld: eerst ontwateren.", "Nog overvuld, eerst ontwateren.", "",
        f"the header has {len(STABLE_LINES[0].split(','))};",
    ),
    # a dangerous end
    "current number that does not say which end is a danger": Plant(
        f"{PATHWAY}/facts.toml", 'danger = []\nno_danger.low = { nl = "Geen eiwitverlies.', 'no_danger.low = { nl = "Geen eiwitverlies.',
        "urine_acr.danger", "urine_acr: say which end is a danger", line_of="[urine_acr]",
    ),
    "end that does not exist": Plant(
        f"{PATHWAY}/facts.toml", 'danger = ["low"]', 'danger = ["left"]', "oxygen_saturation.danger",
        "'left' is not one of low, high",
    ),
    "danger that no rule answers": Plant(
        f"{PATHWAY}/facts.toml", 'danger = []\nno_danger.low = { nl = "Geen eiwitverlies.',
        'danger = ["high"]\nno_danger.low = { nl = "Geen eiwitverlies.', "urine_acr.danger",
        "pathway heart_failure: urine_acr = 2000 mg/mmol is a danger, and with nothing else known no rule calls",
        line_of="[urine_acr]",
    ),
    "danger that the dictionary does not name": Plant(
        f"{PATHWAY}/facts.toml", 'danger = ["low"]', "danger = []", "oxygen_saturation.danger",
        'oxygen_saturation = 40 % calls somebody, so facts.toml must say danger = ["low"]',
        line_of="[oxygen_saturation]",
    ),
    # what the explanation of a rule says
    "limit moved and its text not": Plant(
        f"{PATHWAY}/exclusion.csv", "EX-05,-,-,-,-,<90", "EX-05,-,-,-,-,<92", "why_en",
        "rule EX-05: the number 90 in the text stands in no cell",
    ),
    "text about a limit that stands in another table, and not there any more": Plant(
        f"{PATHWAY}/to_do.csv", "onder 90% is het spoed", "onder 91% is het spoed", "why_nl",
        "rule TD-16: the number 91 in the text stands in no cell",
    ),
    "number explained by a place that is not there": Plant(
        f"{PATHWAY}/numbers.toml", 'stands_in = "exclusion.csv EX-05"', 'stands_in = "exclusion.csv EX-998"',
        "numbers[1].stands_in", "there is no exclusion.csv EX-998",
    ),
    "limit in a text of another number": Plant(
        f"{PATHWAY}/exclusion.csv", "Kalium boven 6,0", "Kalium boven 6,5", "why_nl",
        "rule EX-07: the number 6,5 in the text stands in no cell",
    ),
    "languages that name other numbers": Plant(
        f"{PATHWAY}/stable.csv", "Less than 6 weeks", "Some weeks", "why_en",
        "rule ST-12: the Dutch text says 6, the English does not",
    ),
    "term in a text of another length": Plant(
        f"{PATHWAY}/stable.csv", "Minder dan 3 maanden", "Minder dan 4 maanden", "why_nl",
        "rule ST-11: the number 4 in the text stands in no cell",
    ),
    "number explained for a rule that is gone": Plant(
        f"{PATHWAY}/numbers.toml", '"TD-16"', '"TD-61"', "numbers[1].rules", "there is no rule TD-61 in to_do.csv",
    ),
    "number explained that the text does not say": Plant(
        f"{PATHWAY}/numbers.toml", '"TD-16"', '"TD-15"', "numbers[1].rules",
        "the text of rule TD-15 says no number that needs this",
    ),
    "number of a source that the rule does not cite": Plant(
        f"{PATHWAY}/titration/numbers.toml", 'source = "PMJ-BB"', 'source = "ESC21"', "numbers[3].source",
        "rule BB-11 does not cite ESC21",
    ),
    # other files of the pathway
    # other files of the pathway
    "follow-up that measures nothing known": Plant(
        f"{PATHWAY}/followup.toml", 'measure = ["lvef"]', 'measure = ["ejection"]', "tests[3].measure",
        "ejection is not a fact",
    ),
    "topic twice": Plant(
        f"{PATHWAY}/education.toml", 'id = "weight"', 'id = "diet"', "topics[10].id", "the id diet is used twice"
    ),
    "not TOML": Plant(f"{PATHWAY}/education.toml", '[[topics]]\nid = "diet"', '[[topics]\nid = "diet"', "", "not valid TOML"),
    # network
    "organisation that does not exist": Plant(
        f"{NETWORK}/network.toml", '"praktijk_de_sluis", ', '"praktijk_de_brug", ', "centres[1].phases[1].practices",
        "'praktijk_de_brug' is not an organisation",
    ),
    "hospital that is a practice": Plant(
        f"{NETWORK}/network.toml", 'hospital = "ziekenhuis"', 'hospital = "praktijk_de_linde"', "centres[1].hospital",
        "praktijk_de_linde is a practice, not a hospital",
    ),
    "AGB code of seven digits": Plant(
        f"{NETWORK}/network.toml", 'agb = "01999901"', 'agb = "0199990"', "organisations[1].agb", "eight digits"
    ),
    "AGB code twice": Plant(
        f"{NETWORK}/network.toml", 'agb = "01999902"', 'agb = "01999901"', "organisations[2].agb",
        "already the AGB code of praktijk_de_linde",
    ),
    "telephone number that cannot be": Plant(
        f"{NETWORK}/network.toml", '"099-9990021"', '"112"', "organisations[10].phone_urgent", "ten digits"
    ),
    "organisation twice": Plant(
        f"{NETWORK}/network.toml", 'id = "praktijk_het_veer"', 'id = "praktijk_molenzicht"', "organisations[4].id",
        "used twice",
    ),
    "practice in two centres": Plant(
        f"{NETWORK}/network.toml", 'practices = ["praktijk_zeezicht"]', 'practices = ["praktijk_zeezicht", "praktijk_het_veer"]',
        "centres[2].phases[2].practices", "already belongs to centre oost",
    ),
    "phase before the centre": Plant(
        f"{NETWORK}/network.toml", "[[centres.phases]]\nfrom = 2025-09-01", "[[centres.phases]]\nfrom = 2025-06-01",
        "centres[2].phases[1].from", "starts before the centre", line_of="from = 2025-06-01",
    ),
    "pathway version that is not there": Plant(
        f"{NETWORK}/network.toml", '[pathways.heart_failure]\nversion = "1.0.0"',
        '[pathways.heart_failure]\nversion = "9.9.9"', "pathways.heart_failure.version",
        "is version 1.0.0, not 9.9.9", line_of='version = "9.9.9"',
    ),
    "choice that is no option": Plant(
        f"{NETWORK}/network.toml", 'lvef_40 = "esc"', 'lvef_40 = "guess"', "pathways.heart_failure.settings.lvef_40",
        "'guess' is not an option", line_of='lvef_40 = "guess"',
    ),
    "role that does not exist": Plant(
        f"{NETWORK}/network.toml", 'owner = "gp"', 'owner = "doctor"', "answer_times[3].owner", "'doctor' is not a role"
    ),
    "evaluations out of order": Plant(
        f"{NETWORK}/network.toml", "[2024-07-15, 2025-01-15", "[2025-01-15, 2024-07-15", "pilot.evaluations",
        "not in order",
    ),
    "pilot that ends before it starts": Plant(
        f"{NETWORK}/network.toml", "until = 2025-12-31", "until = 2023-12-31", "pilot.until", "lies before"
    ),
    "approved by one partner only": Plant(
        f"{NETWORK}/network.toml", 'organisation = "huisartsengroep"\non', 'organisation = "ziekenhuis"\non', "approvals",
        "at least two partners", line_of="-",
    ),
    "contract for a centre that does not exist": Plant(
        f"{NETWORK}/contracts.toml", 'id = "zuid_oost_2026"\ninsurer = "verzekeraar_zuid"\ncentre = "oost"',
        'id = "zuid_oost_2026"\ninsurer = "verzekeraar_zuid"\ncentre = "noord"', "contracts[3].centre",
        "'noord' is not a centre", line_of='centre = "noord"',
    ),
    "contracts that overlap": Plant(
        f"{NETWORK}/contracts.toml", "valid_until = 2025-12-31", "valid_until = 2026-06-30", "contracts[3].valid_from",
        "overlaps in time with contract zuid_oost_2024", line_of="valid_from = 2026-01-01",
    ),
    "deductible forgotten": Plant(
        f"{NETWORK}/contracts.toml", 'per = "contact"\ndeductible = false', 'per = "contact"',
        "contracts[1].terms[3].deductible", "deductible is missing", line_of='[[contracts.terms]]\nservice = "advice"',
    ),
    "negative amount": Plant(
        f"{NETWORK}/contracts.toml", "amount_eur = 310.00", "amount_eur = -310.00", "contracts[1].terms[1].amount_eur",
        "is below 0",
    ),
    "indicator of something that is not recorded": Plant(
        f"{NETWORK}/indicators.toml", 'numerator = "outcome_returned"', 'numerator = "happy_patients"',
        "indicators[5].numerator", "'happy_patients' is not one of",
    ),
    "share above one": Plant(
        f"{NETWORK}/sroi.toml", "deadweight = 0.15", "deadweight = 15", "outcomes[1].deadweight", "is above 1"
    ),
    "situation with an impossible limit": Plant(
        f"{NETWORK}/supervision.toml", 'potassium = ">5.5"', 'potassium = ">55"', "situations[2].cells.potassium",
        "outside the range of potassium", line_of="cells = { potassium",
    ),
    "situation on an unknown fact": Plant(
        f"{NETWORK}/supervision.toml", 'egfr = "<30"', 'gfr = "<30"', "situations[3].cells.gfr", "gfr is not a fact",
        line_of="cells = { gfr",
    ),
    "staff before the centre": Plant(
        f"{NETWORK}/staffing.toml", "fte = 0.5\nfrom = 2025-09-01", "fte = 0.5\nfrom = 2025-01-01", "staff[4].from",
        "exists only from 2025-09-01", line_of="from = 2025-01-01",
    ),
    "letter without heading": Plant(
        f"{NETWORK}/letters.toml", 'id = "interim"', 'id = "postcard"', "letters[3].id", "'postcard' is not one of"
    ),
    "question without English": Plant(
        f"{NETWORK}/experience.toml", 'text_en = "Were you listened to?"', 'text_en = ""', "questions[1].text_en",
        "the text in English is missing",
    ),
    "audience that does not exist": Plant(
        f"{NETWORK}/communication.toml", 'audience = ["patient"]', 'audience = ["press"]', "moments[4].audience",
        "'press' is not a role",
    ),
}  # fmt: skip
