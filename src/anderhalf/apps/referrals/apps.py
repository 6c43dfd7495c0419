from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "anderhalf.apps.referrals"
    label = "referrals"
    verbose_name = "Verwijzingen"
