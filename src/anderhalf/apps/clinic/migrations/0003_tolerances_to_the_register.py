"""What the clinic remembered about drugs that a patient can't have goes to the register in ``people``.

Agreements about dosing stay here; that all classes were asked becomes a row of the register.
"""

from django.db import migrations

AGREEMENTS = ("max_tolerated", "restart_agreed")
KINDS = {"angioedema": ("intolerance", "angioedema")}
"""Old kinds that were a reaction."""
NAMES = {
    "loop_diuretic": "lisdiureticum", "beta_blocker": "bètablokker", "ace_inhibitor": "ACE-remmer", "arb": "ARB",
    "arni": "ARNI", "mra": "MRA", "sglt2_inhibitor": "SGLT2-remmer", "hydralazine_nitrate": "hydralazine met nitraat",
}  # fmt: skip
"""How a class was called on the screen of then."""


def move(apps, schema_editor):
    """Every row keeps its id, its words, and who recorded and ended it."""
    tolerance = apps.get_model("clinic", "Tolerance")
    entry = apps.get_model("people", "AllergyIntolerance")
    for row in tolerance.objects.exclude(kind__in=AGREEMENTS).iterator():
        kind, reaction = KINDS.get(row.kind, (row.kind, ""))
        entry.objects.create(
            id=row.id, patient_id=row.patient_id, kind=kind, reaction=reaction, drug_class=row.drug_class,
            drug=row.drug, substance=row.drug.replace("_", " ") or NAMES.get(row.drug_class, row.drug_class), text=row.reason, since=row.since,
            verification="confirmed", origin="typed", original={"from": "tolerance"}, recorded_at=row.recorded_at,
            recorded_by=row.recorded_by, ended_at=row.ended_at, ended_by=row.ended_by,
            ended_because=row.ended_because,
        )  # fmt: skip
    tolerance.objects.exclude(kind__in=AGREEMENTS).delete()
    asked = apps.get_model("people", "AllergiesAsked")
    asked.objects.bulk_create(
        asked(patient_id=row.patient_id, every_class=True, at=row.at, by=row.by)
        for row in apps.get_model("clinic", "ToleranceAsked").objects.order_by("at")
    )


class Migration(migrations.Migration):

    dependencies = [("clinic", "0002_danger_answers"), ("people", "0003_allergies_out_of_alerts")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=False)]
