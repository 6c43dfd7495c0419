"""Users have data: allergies in the banner and tolerances of the clinic move to the one register, and nothing is lost."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

AT = datetime(2025, 5, 3, 9, tzinfo=UTC)
BEFORE = [("people", "0001_initial"), ("clinic", "0001_initial"), ("record", "0001_initial")]


@pytest.mark.django_db(transaction=True)
def test_every_row_of_both_old_tables_arrives():
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate(BEFORE)
    old = executor.loader.project_state(BEFORE).apps
    network = old.get_model("people", "Network").objects.create(key="proef", name="Proef")
    practice = old.get_model("people", "Organisation").objects.create(
        network=network, key="praktijk", kind="practice", name="Praktijk"
    )
    patient = old.get_model("people", "Patient").objects.create(
        network=network, family_name="Voorbeeld", birth_date=date(1950, 1, 1), sex="female", practice=practice,
        recorded_at=AT,
    )  # fmt: skip
    alert = old.get_model("people", "Alert")
    stays = {"recorded_at": AT, "recorded_by": "A. Huisarts"}
    ended = {"ended_at": AT, "ended_by": "B. Arts", "ended_because": "vergissing"}
    first = alert.objects.create(
        patient=patient, kind="allergy", text="Enalapril: angio-oedeem 2019", since=date(2019, 1, 1), **stays
    )
    second = alert.objects.create(patient=patient, kind="allergy", text="Penicilline", **stays, **ended)
    alert.objects.create(patient=patient, kind="alert", text="valgevaar", **stays)
    tolerance = old.get_model("clinic", "Tolerance")
    rows = {
        kind: tolerance.objects.create(
            network=network, patient=patient, kind=kind, drug_class="mra", drug="spironolactone", reason=f"reden {kind}",
            **stays,
        )
        for kind in ("contraindication", "allergy", "angioedema", "intolerance", "patient_refuses", "max_tolerated",
                     "restart_agreed")
    }  # fmt: skip
    old.get_model("clinic", "ToleranceAsked").objects.create(patient=patient, at=AT, by="C. Specialist")

    executor = MigrationExecutor(connection)
    executor.migrate(newest)
    new = executor.loader.project_state(newest).apps
    entries = {row.pk: row for row in new.get_model("people", "AllergyIntolerance").objects.all()}
    assert len(entries) == 7
    moved = entries[first.pk]
    assert (moved.substance, moved.kind, moved.since, moved.verification, moved.recorded_by) == (
        "Enalapril: angio-oedeem 2019", "allergy", date(2019, 1, 1), "unconfirmed", "A. Huisarts",
    )  # fmt: skip
    assert (entries[second.pk].ended_by, entries[second.pk].ended_because) == ("B. Arts", "vergissing")
    assert {
        kind: (entries[rows[kind].pk].kind, entries[rows[kind].pk].reaction, entries[rows[kind].pk].text)
        for kind in ("contraindication", "allergy", "angioedema", "intolerance", "patient_refuses")
    } == {
        "contraindication": ("contraindication", "", "reden contraindication"),
        "allergy": ("allergy", "", "reden allergy"),
        "angioedema": ("intolerance", "angioedema", "reden angioedema"),
        "intolerance": ("intolerance", "", "reden intolerance"),
        "patient_refuses": ("patient_refuses", "", "reden patient_refuses"),
    }
    assert {entries[row.pk].verification for kind, row in rows.items() if row.pk in entries} == {"confirmed"}
    agreed = new.get_model("clinic", "DosingAgreement").objects.values_list("pk", "kind")
    assert set(agreed) == {(rows[kind].pk, kind) for kind in ("max_tolerated", "restart_agreed")}
    asked = new.get_model("people", "AllergiesAsked").objects.get()
    assert (asked.every_class, asked.at, asked.by) == (True, AT, "C. Specialist")
    assert list(new.get_model("people", "Alert").objects.values_list("kind", "text")) == [
        ("alert", "valgevaar")
    ]
    assert isinstance(moved.pk, uuid.UUID)
