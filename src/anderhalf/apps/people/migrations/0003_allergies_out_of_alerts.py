"""Allergies that stood in the banner as free text go to the register: to be confirmed, ended ones as they were."""

from django.db import migrations


def move(apps, schema_editor):
    """Every allergy keeps its id, its words, and who recorded and ended it."""
    alert = apps.get_model("people", "Alert")
    entry = apps.get_model("people", "AllergyIntolerance")
    for row in alert.objects.filter(kind="allergy").iterator():
        entry.objects.create(
            id=row.id, patient_id=row.patient_id, kind="allergy", substance=row.text, since=row.since,
            verification="unconfirmed", origin="typed", original={"from": "alert"}, recorded_at=row.recorded_at,
            recorded_by=row.recorded_by, ended_at=row.ended_at, ended_by=row.ended_by,
            ended_because=row.ended_because,
        )  # fmt: skip
    alert.objects.filter(kind="allergy").delete()


class Migration(migrations.Migration):

    dependencies = [("people", "0002_allergyintolerance_and_more")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=False)]
