"""Pre-excitation on the ECG leads to the cardiologist, whatever the separate question on WPW in the family says."""

from __future__ import annotations

import pytest
from django.urls import reverse

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db
QUIET = {
    "mehra": "1", "af_within_48_hours": False, "af_after_cardioversion": False, "mechanical_valve": False,
    "mitral_stenosis": False, "hcm_or_amyloidosis": False, "congestion": False, "rate_slowing_drug": True,
    "pressure_symptoms": False, "icd_shock": "none", "wants_fewer_attacks": False, "af_pattern": "permanent",
}  # fmt: skip


@pytest.mark.parametrize("family", [{"wpw_or_family_sudden_death": False}, {}])
@pytest.mark.parametrize(("pulse", "rule"), [(88, "AR-29"), (110, "AR-28")])
def test_pre_excitation_is_for_the_cardiologist(people, a_patient, family, pulse, rule):
    facts = {**ORDINARY, "heart_rate": pulse, "pre_excitation": True, **QUIET, **family}
    data = form_data(facts, patient=str(a_patient.pk), pathway="atrial_fibrillation", intent="titration")
    page = people.client("poh").post(reverse("referrals:route"), data).content.decode()
    assert "2e lijn" in page and rule in page and "AR-90" not in page
