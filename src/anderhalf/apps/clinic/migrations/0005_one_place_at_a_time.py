"""One patient is in one place at a time: the database refuses a second live appointment that begins at that moment."""

from django.db import migrations, models

LIVE = ["booked", "arrived", "fulfilled", "no_show"]


def fill(apps, schema_editor):
    """Copy the beginning of the slot; of two that stand at one time already only the first booked keeps it."""
    appointments = apps.get_model("clinic", "Appointment").objects.using(schema_editor.connection.alias)
    taken = set()
    rows = appointments.order_by("booked_at", "pk").values_list("pk", "patient_id", "slot__starts_at", "status")
    for pk, patient, begins_at, status in rows.iterator(chunk_size=1000):
        if status in LIVE:
            if (patient, begins_at) in taken:
                continue
            taken.add((patient, begins_at))
        appointments.filter(pk=pk).update(begins_at=begins_at)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0004_dosing_agreement_and_withdrawn_choice")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="begins_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", LIVE)),
                fields=("patient", "begins_at"),
                name="one_live_appointment_per_patient_and_time",
            ),
        ),
    ]
