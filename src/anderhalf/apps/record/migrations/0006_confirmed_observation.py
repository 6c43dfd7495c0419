"""An unlikely value that somebody confirmed is remembered as such."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0005_wording_of_tasks")]

    operations = [
        migrations.AddField(
            model_name="observation",
            name="confirmed",
            field=models.BooleanField(default=False),
        ),
    ]
