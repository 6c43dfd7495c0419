from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "anderhalf.apps.supervision"
    label = "supervision"
    verbose_name = "Bespreking"

    def ready(self) -> None:
        """What a contact brings up must be discussed: the clinic knows nothing of the meeting above it."""
        from anderhalf.apps.clinic.followers import (
            AFTER_ADVICE,
            AFTER_ENCOUNTER,
            AFTER_UNDO,
            DISCUSSED,
            TIMELINE_EVENTS,
        )

        from .actions import put_case_of_advice, put_cases_of_encounter, take_back_cases
        from .queries import decisions_in_timeline, decisions_lately

        if put_cases_of_encounter not in AFTER_ENCOUNTER:
            AFTER_ENCOUNTER.append(put_cases_of_encounter)
        if put_case_of_advice not in AFTER_ADVICE:
            AFTER_ADVICE.append(put_case_of_advice)
        if take_back_cases not in AFTER_UNDO:
            AFTER_UNDO.append(take_back_cases)
        if decisions_in_timeline not in TIMELINE_EVENTS:
            TIMELINE_EVENTS.append(decisions_in_timeline)
        if decisions_lately not in DISCUSSED:
            DISCUSSED.append(decisions_lately)
