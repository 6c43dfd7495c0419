"""A task about a danger keeps the term of its rule, and what was typed at home in plain words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0006_confirmed_observation")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="told_at_home",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
