from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_unnamed_emergency")]

    operations = [
        migrations.AddField(
            model_name="message", name="asked", field=models.JSONField(blank=True, default=list)
        ),
    ]
