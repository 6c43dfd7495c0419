from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "anderhalf.apps.billing"
    label = "billing"
    verbose_name = "Declaraties"

    def ready(self) -> None:
        """A contact and an answered advice are claimed: the rooms below know nothing of claims."""
        from anderhalf.apps.clinic.actions import AFTER_ENCOUNTER
        from anderhalf.apps.referrals.actions import AFTER_ANSWER

        from .actions import claim_advice, claim_contact

        for followers, follower in ((AFTER_ENCOUNTER, claim_contact), (AFTER_ANSWER, claim_advice)):
            if follower not in followers:
                followers.append(follower)
