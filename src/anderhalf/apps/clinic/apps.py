from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "anderhalf.apps.clinic"
    label = "clinic"
    verbose_name = "Spreekuur"

    def ready(self) -> None:
        """Accepting starts an episode and withdrawing ends it: referrals know nothing of the clinic above them."""
        from anderhalf.apps.referrals.actions import AFTER_ACCEPT, AFTER_WITHDRAW

        from .actions import end_episode_of_withdrawn, open_episode_for

        for followers, follower in (
            (AFTER_ACCEPT, open_episode_for),
            (AFTER_WITHDRAW, end_episode_of_withdrawn),
        ):
            if follower not in followers:
                followers.append(follower)
