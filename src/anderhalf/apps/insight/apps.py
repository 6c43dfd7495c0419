from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "anderhalf.apps.insight"
    label = "insight"
    verbose_name = "Resultaten"

    def ready(self) -> None:
        """When care ends the patient is invited to judge it: the clinic knows nothing of the room above it."""
        from anderhalf.apps.clinic.actions import AFTER_END

        from .actions import invite_after_care

        if invite_after_care not in AFTER_END:
            AFTER_END.append(invite_after_care)
