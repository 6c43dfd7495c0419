"""The fast road gives the same answers as the explained one."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from anderhalf.core.pathway.titration import advise
from anderhalf.core.pathway.titration.population import decide
from tests.support.titration import TODAY, moment, protocol
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
