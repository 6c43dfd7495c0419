from django.apps import AppConfig


class CasefindingConfig(AppConfig):
    name = "anderhalf.apps.casefinding"
    label = "casefinding"
    verbose_name = "Opsporen"

    def ready(self) -> None:
        """A referral that was begun from a worklist is followed to its sending; referrals know nothing of lists."""
        from anderhalf.apps.referrals.actions import AFTER_SUBMIT

        from .actions import note_referral

        if note_referral not in AFTER_SUBMIT:
            AFTER_SUBMIT.append(note_referral)
