"""What a danger asks at every hour: a call is a call at night too, what can wait is not told to call at night."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from anderhalf.apps.clinic.views.danger import home_panel, panel_of_danger
from tests.spec.cases.care import Care

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
THURSDAY = datetime(2025, 11, 13, 10, 0, tzinfo=AMSTERDAM)
THURSDAY_NIGHT = datetime(2025, 11, 13, 23, 0, tzinfo=AMSTERDAM)
FRIDAY_EARLY = datetime(2025, 11, 14, 6, 30, tzinfo=AMSTERDAM)
SATURDAY_NIGHT = datetime(2025, 11, 15, 4, 0, tzinfo=AMSTERDAM)
SUNDAY = datetime(2025, 11, 16, 13, 0, tzinfo=AMSTERDAM)

PULSE_48 = {"heart_rate": "48"}
WEIGHT = {"weight": "84"}
PRESSURE_222 = {"systolic_bp": "222"}
ILL = {"acute_illness": "true"}
POTASSIUM = {"potassium": "6.4"}


def said(name: str, care: Care, panel: dict) -> str:
    html = render_to_string(
        f"clinic/{name}.html", {name.strip("_"): panel, "patient": care.patient, "viewer": care.vs}
    )
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(
    ("moment", "facts", "heading", "has", "lacks"),
    [
        (THURSDAY, PULSE_48, "Handel vandaag", "Uiterlijk", "nu dicht"),
        (SATURDAY_NIGHT, PULSE_48, "Handel op de eerstvolgende werkdag", "Dit kan tot dan wachten. Wordt het erger?",
         "overleg nu"),
        (SATURDAY_NIGHT, PRESSURE_222, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "kan tot dan wachten"),
        (THURSDAY_NIGHT, PRESSURE_222, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "kan tot dan wachten"),
        (SUNDAY, PRESSURE_222, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "kan tot dan wachten"),
        (FRIDAY_EARLY, PRESSURE_222, "Overleg vandaag, uiterlijk morgen", "kan tot dan wachten", "overleg vandaag nog"),
        (SATURDAY_NIGHT, ILL, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "werkdag"),
        (THURSDAY_NIGHT, ILL, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "werkdag"),
        (SUNDAY, ILL, "Overleg vandaag, uiterlijk morgen", "overleg vandaag nog", "werkdag"),
        (THURSDAY, ILL, "Overleg vandaag, uiterlijk morgen", "Uiterlijk", "werkdag"),
        (FRIDAY_EARLY, ILL, "Overleg vandaag, uiterlijk morgen", "kan tot dan wachten", "werkdag"),
        (SATURDAY_NIGHT, POTASSIUM, "Bel nu de dienstdoende cardioloog", "overleg nu", "kan tot dan wachten"),
        (THURSDAY_NIGHT, POTASSIUM, "Bel nu de dienstdoende cardioloog", "overleg nu", "werkdag met het centrum"),
    ],
)  # fmt: skip
def test_the_team_reads_one_term(people, moment, facts, heading, has, lacks):
    care = Care.begin(people, moment)
    care.contact(facts)
    words = said("_danger", care, panel_of_danger(care.vs, care.patient, care.danger(at=moment), at=moment))
    assert heading in words and has in words and lacks not in words, words


@pytest.mark.parametrize(
    ("moment", "facts", "has", "lacks"),
    [
        (SATURDAY_NIGHT, PULSE_48, "Bel het centrum zodra het open is", "Bel nu"),
        (SATURDAY_NIGHT, PRESSURE_222, "Bel nu de huisartsenpost", "zodra het open is"),
        (SUNDAY, PRESSURE_222, "Bel nu de huisartsenpost", "zodra het open is"),
        (SUNDAY, ILL, "Bel nu de huisartsenpost", "zodra het open is"),
        (SATURDAY_NIGHT, ILL, "Bel nu de huisartsenpost", "zodra het open is"),
        (FRIDAY_EARLY, ILL, "Bel het centrum zodra het open is", "Bel nu"),
        (FRIDAY_EARLY, PRESSURE_222, "Bel het centrum zodra het open is", "Bel nu"),
        (THURSDAY, PULSE_48, "Bel vandaag het centrum", "huisartsenpost"),
        (THURSDAY, ILL, "Bel vandaag het centrum", "huisartsenpost"),
    ],
)
def test_at_home_one_reads_whom_to_call_at_this_hour(people, moment, facts, has, lacks):
    care = Care.begin(people, moment)
    care.home(facts)
    words = said("_home_danger", care, home_panel(people.viewer("patient"), care.patient, at=moment))
    assert has in words and lacks not in words, words


def test_what_could_wait_and_was_left_is_no_emergency_at_night(people):
    care = Care.begin(people, THURSDAY)
    care.contact(PULSE_48)
    words = said(
        "_danger",
        care,
        panel_of_danger(care.vs, care.patient, care.danger(at=SATURDAY_NIGHT), at=SATURDAY_NIGHT),
    )
    assert "Handel op de eerstvolgende werkdag" in words and "overleg nu" not in words
