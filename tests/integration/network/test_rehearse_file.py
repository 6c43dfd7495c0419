"""Rehearsing on people from a file: counted, nothing kept, what cannot be read is named."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anderhalf.apps.network import actions
from anderhalf.apps.network.queries.drafts import base_of, text_of_table

pytestmark = pytest.mark.django_db
KNOWN = {
    "question": "diagnosis", "referred_from": "first", "heart_failure_known": "false", "new_angina": "false",
    "correctable_cause_suspected": "false", "specific_cause_suspected": "false", "heart_rate": "80",
    "orthopnoea": "false", "nyha": "II", "rhythm": "sinus", "ecg_result": "normal", "bmi": "27,5",
    "chest_pain_at_rest": "false", "dyspnoea_at_rest": "false", "hypoperfusion": "false", "syncope": "false",
    "systolic_bp": "130", "abrupt_deterioration": "false", "age": "77", "sex": "male", "pregnant": "false",
    "natriuretic_lowering_drug": "false",
}  # fmt: skip


@pytest.fixture
def draft(people, at):
    by = people.viewer("vs")
    made = actions.start_draft(
        by=by, at=at, pathway="heart_failure", title="Grens naar 150 ng/l", because="Proef."
    )
    text = text_of_table(made, base_of(made), "referral").replace(">=125", ">=150").replace("<125", "<150")
    return actions.save_table(
        by=by, at=at, draft_id=made.pk, table="referral", text=text, version=made.version
    )


def rehearse(client, draft, content, name="people.csv"):
    data = content if isinstance(content, bytes) else content.encode()
    address = reverse("network:draft_rehearsal", args=[draft.pk, "referral"])
    response = client.post(address, {"file": SimpleUploadedFile(name, data)}, follow=True)
    return " ".join(response.content.decode().split())


def rows(values, delimiter=";"):
    header = [*KNOWN, "nt_probnp", "name"]
    lines = [delimiter.join(header)]
    lines += [delimiter.join([*KNOWN.values(), value, "Jan"]) for value in values]
    return "\n".join(lines)


def test_people_of_a_file_move_by_the_change(people, draft):
    page = rehearse(people.client("vs"), draft, rows(["100", "125", "140", "149", "150", "900"]))
    assert "Oefenen op een bestand" in page
    assert "Wie zou er ergens anders terechtkomen" in page
    assert "3 gevallen, zonder naam" in page
    assert page.count("RF-26 → RF-27") == 3
    assert "Jan" not in page
    assert "niet meetellen: name" in page


def test_what_cannot_be_read_is_named_and_counts_as_unknown(people, draft):
    page = rehearse(people.client("vs"), draft, rows(["140", "hoog", "-7"]))
    assert "2 waarden tellen niet mee" in page
    assert "eerst gegevens nodig" in page
    assert "is geen getal" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00bad", "geen UTF-8"),
        ("naam;nummer\nJan;1\n", "geen enkele kolom"),
        (b"x" * 2_100_000, "2 MB"),
    ],
)
def test_a_file_that_is_something_else_is_refused(people, draft, content, said):
    assert said in rehearse(people.client("vs"), draft, content)


def test_the_project_leader_sees_no_cases_of_a_file_either(people, draft):
    page = rehearse(people.client("project_leader"), draft, rows(["140", "900"]))
    assert "&lt; 10" in page
    assert "RF-26 → RF-27" not in page
