from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "anderhalf.apps.clinic"
    label = "clinic"
    verbose_name = "Spreekuur"

    def ready(self) -> None:
        """Accepting starts an episode, withdrawing ends it, what enters the record or the register is looked at for
        danger, and what the record says that forbids drugs stands beside the register: the rooms beneath know nothing
        of the clinic above them."""
        from anderhalf.apps.people.followers import AFTER_REGISTER, CONDITIONS
        from anderhalf.apps.record.followers import AFTER_OBSERVATIONS
        from anderhalf.apps.referrals.actions import AFTER_ACCEPT, AFTER_WITHDRAW

        from .actions import end_episode_of_withdrawn, open_episode_for, watch_for_danger, watch_the_register
        from .queries import conditions_of

        for followers, follower in (
            (AFTER_ACCEPT, open_episode_for),
            (AFTER_WITHDRAW, end_episode_of_withdrawn),
            (AFTER_OBSERVATIONS, watch_for_danger),
            (AFTER_REGISTER, watch_the_register),
            (CONDITIONS, conditions_of),
        ):
            if follower not in followers:
                followers.append(follower)
