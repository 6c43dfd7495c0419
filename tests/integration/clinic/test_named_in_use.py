"""x"""
from __future__ import annotations
import pytest
from datetime import timedelta
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.referrals import actions as referrals
from tests.integration.clinic.titration_care import WELL, value_of
from anderhalf.apps.clinic.models import Episode
pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("text", ["Ontwaterd met furosemide i.v., bètablokker en ACE-remmer op startdosis.", "metoprolol 50 mg, enalapril 5 mg", ""])
def test_x(clinic, at, text):
    p = clinic.people.patient()
    r = referrals.send(by=clinic.people.viewer("gp"), at=at - timedelta(days=5), patient=p.pk,
        content=referrals.Content(intent="titration", reason="Hartfalen", treatment_so_far=text), chosen_line="intermediate", because="kent")
    referrals.accept(by=clinic.vs, at=at - timedelta(days=4), referral=r.pk, because="past bij het centrum")
    e = Episode.objects.select_related("patient", "centre", "referral").get(referral=r)
    items = [record.NewObservation(fact=n, value=value_of(n, raw), at=at - timedelta(minutes=30)) for n, raw in WELL.items()]
    record.record_observations(by=clinic.vs, at=at - timedelta(minutes=20), patient=e.patient_id, items=items, under=Right.WRITE_CLINICAL)
    actions.ask_tolerances(by=clinic.vs, at=at - timedelta(minutes=10), episode=e.pk)
    page = queries.proposals(clinic.vs, e, at=at)
    for c in page.cards:
        print(c.drug_class, c.kind, "|", c.title, "|", c.why, "|", c.missing, c.unclear)
    print(page.problems)
    assert 0
