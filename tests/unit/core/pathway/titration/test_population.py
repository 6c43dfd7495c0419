"""The fast road gives the same answers as the explained one."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from anderhalf.core.pathway.titration import ProposalKind, advise
from anderhalf.core.pathway.titration.population import decide, summarise
from tests.support.titration import TODAY, moment, patient, protocol
from tests.unit.core.pathway.titration.test_properties import patients


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(patients())
def test_same_answers_as_the_explained_engine(one):
    slow = {each.drug_class: each for each in advise(protocol(), one, on=TODAY, at=moment()).proposals}
    for key, fast in decide(protocol(), one, on=TODAY, at=moment()).items():
        explained = slow[key]
        assert (fast.kind, fast.own_kind, fast.dose_now, fast.dose_new, fast.percent_of_target) == (
            explained.kind,
            explained.own_kind,
            explained.dose_now,
            explained.dose_new,
            explained.percent_of_target,
        )


def test_summary_counts_patients_targets_and_kinds():
    people = [
        patient(
            "bisoprolol 10 od 90d; enalapril 10 bid 90d; spironolactone 50 od 90d; dapagliflozin 10 od 90d",
            nyha="I",
        ),
        patient("bisoprolol 5 od 30d"),
        patient("", potassium="5.8"),
    ]
    found = summarise(protocol(), people, on=TODAY)
    beta = found["beta_blocker"]
    assert (beta.patients, beta.on_drug, beta.at_target, beta.at_half) == (3, 2, 1, 2)
    assert beta.kinds[ProposalKind.KEEP] >= 1
    assert beta.step_possible == 2
    # One has a potassium of 5.8, one waits for the ACE inhibitor.
    assert found["mra"].kinds[ProposalKind.HOLD] == 2
    assert sum(found["mra"].kinds.values()) == 3
