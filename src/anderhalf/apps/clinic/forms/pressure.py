"""A very high blood pressure asks for the complaints that make it an emergency, at home and in a contact."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import ACTIONS, EXCLUSION, look_for_danger

from .facts import FactsMixin

PRESSURE = ("systolic_bp", "diastolic_bp")
PRESSURE_SYMPTOMS = "pressure_symptoms"
"""What decides between now and within a day, when the pressure is that high."""


class PressureMixin(FactsMixin):
    """Facts of which some must be answered when the pressure is an emergency with complaints."""

    asked_with_pressure: tuple[str, ...] = (PRESSURE_SYMPTOMS,)

    def ask_with_pressure(self, question: str) -> None:
        """Put ``question`` at what is not answered; call in ``clean``, after the facts were read.

        A pressure that is an emergency with complaints is not kept before they were answered, unless it is an
        emergency already. By which pressure that is so, the pathway's tables say.
        """
        today = timezone.localdate(self.at)
        first = {name: given[0] for name, given in self.unconfirmed.items() if given}
        typed = {name: FactValue(value, today) for name, value in {**first, **self.values}.items()}
        asked = [name for name in self.asked_with_pressure if name in self.fact_names]
        if not asked or not typed.keys() & set(PRESSURE) or self._calls_112(typed):
            return
        pressure = {name: typed[name] for name in PRESSURE if name in typed}
        if not self._calls_112({**pressure, asked[0]: FactValue(True, today)}):
            return
        for name in asked:
            if name not in self.values:
                self.add_error(f"f_{name}", question)

    def _calls_112(self, facts: Mapping[str, FactValue]) -> bool:
        on = timezone.localdate(self.at)
        found = look_for_danger([self.described_by], facts, on=on, tables=(EXCLUSION,)).certain
        return any(sign.action == ACTIONS[0] for sign in found)
