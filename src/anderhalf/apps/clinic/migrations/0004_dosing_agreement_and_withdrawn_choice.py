import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("clinic", "0003_tolerances_to_the_register")]

    operations = [
        migrations.DeleteModel(name="ToleranceAsked"),
        migrations.RenameModel(old_name="Tolerance", new_name="DosingAgreement"),
        migrations.AlterField(
            model_name="dosingagreement",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="dosing_agreements", to="people.patient"
            ),
        ),
        migrations.AlterField(
            model_name="dosingagreement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("max_tolerated", "hoogst verdragen dosis bereikt"),
                    ("restart_agreed", "herstart afgesproken"),
                ],
                max_length=20,
            ),
        ),
        migrations.RenameIndex(
            model_name="dosingagreement",
            new_name="clinic_dosi_patient_8ac928_idx",
            old_name="clinic_tole_patient_46db1b_idx",
        ),
        migrations.AddField(model_name="advicechoice", name="tasks", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="advicechoice", name="about", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.CreateModel(
            name="ChoiceWithdrawn",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("undone", "ongedaan gemaakt"), ("reopened", "heropend")], max_length=10
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                (
                    "choice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawn",
                        to="clinic.advicechoice",
                    ),
                ),
            ],
        ),
    ]
