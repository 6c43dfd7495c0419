"""Patients are found by a folded key of their names; it is filled for those who are there."""

from django.db import migrations

import anderhalf.apps.people.search_key
from anderhalf.apps.people.names import search_key

BATCH = 1000


def fill(apps, schema_editor):
    """Work out the key of every patient."""
    patients = apps.get_model("people", "Patient").objects.using(schema_editor.connection.alias)
    batch = []
    rows = patients.only("pk", "initials", "given_name", "prefix", "family_name")
    for patient in rows.iterator(chunk_size=BATCH):
        patient.search_key = search_key(
            patient.initials, patient.given_name, patient.prefix, patient.family_name
        )
        batch.append(patient)
        if len(batch) == BATCH:
            patients.bulk_update(batch, ["search_key"])
            batch = []
    if batch:
        patients.bulk_update(batch, ["search_key"])


class Migration(migrations.Migration):
    dependencies = [("people", "0003_allergies_out_of_alerts")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="search_key",
            field=anderhalf.apps.people.search_key.SearchKeyField(
                blank=True, default="", editable=False, max_length=600
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
