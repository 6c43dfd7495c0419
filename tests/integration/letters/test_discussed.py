"""What is only discussed is no change of medication: not in the tasks, not in the letter, not on the agenda."""

from __future__ import annotations

import pytest

from anderhalf.apps.letters.composing import compose
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.record.models import Task
from anderhalf.apps.supervision.models import CaseDiscussion
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db


def test_what_is_only_discussed_is_no_change_in_the_letter(people):
    """Potassium 5.2 on enalapril: ARNI only after discussion. Nothing was started, so no control of ARNI, and the
    letter says that it is going to be discussed, and of what."""
    people.at = DAY
    who = TitrationPatient(people).given("enalapril 10 bid 60d", potassium="5.2")
    assert (who.card("arni").kind, who.card("arni").rule) == ("discuss", "ARNI-53")
    who.choose("arni", "accepted")
    titles = [task.title for task in Task.objects.filter(patient=who.episode.patient_id, kind="monitoring")]
    assert not [title for title in titles if "ARNI" in title]
    made = compose(
        who.episode, agreement=agreement_on(who.episode.network_id, on=DAY.date()), kind="interim", at=DAY
    )
    text = "\n".join(one["text"] for one in made.sections)
    assert "Nog te controleren na een wijziging" not in text
    assert "Wordt nog besproken met de specialist" in text and "overgenomen" not in text
    assert "- ARNI: Kalium boven 5,0 mmol/l: start alleen na overleg." in text
    assert "Nog te meten:\n- Opnieuw meten: kalium" in text
    case = CaseDiscussion.objects.get(episode=who.episode, rule="titration:ARNI-53")
    assert case.question.startswith("ARNI")
