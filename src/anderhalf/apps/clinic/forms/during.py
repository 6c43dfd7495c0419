"""Proposals inside the consult form: what is chosen about a class while the contact is written down.

A choice is about what the card says. Whether the card still says so after the measurements of this contact is looked at
when they are stored (``views.encounters``): only then is a choice carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.presentation.fields import in_row

from ..models import AdviceChoice
from ..queries import Card

Choice = AdviceChoice.Choice


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody chose about the card of one class, and what that card said."""

    drug_class: str
    says: str
    choice: str
    reason: str = ""
    dose: str = ""
    stop_reason: str = ""


class ProposalsMixin(forms.Form):
    """Fields ``adv_<class>_…`` for the cards that ask for a choice."""

    def add_proposals(self, cards: Sequence[Card]) -> None:
        """Make the fields; call in ``__init__``."""
        self.cards = [card for card in cards if card.steps and not card.unclear and not card.forbidden]
        self.chosen: list[Chosen] = []
        for card in self.cards:
            where, title = f"adv_{card.drug_class}_", card.title

            def add(name: str, field: forms.Field, title: str = title) -> None:
                self.fields[name] = in_row(field, title)

            choices = [("", _("later")), (Choice.ACCEPTED, _("overnemen"))]
            if card.adaptable:
                choices.append((Choice.ADAPTED, _("andere dosis")))
            choices.append((Choice.DECLINED, _("niet doen")))
            self.fields[where + "choice"] = forms.ChoiceField(
                label=card.title, choices=choices, widget=forms.RadioSelect, required=False, initial=""
            )
            if card.adaptable:
                doses = [("", "–"), *card.doses]
                add(where + "dose", forms.ChoiceField(label=_("Andere dosis"), choices=doses, required=False))
            if card.stop_reasons:
                add(
                    where + "stop",
                    forms.ChoiceField(
                        label=_("Reden van stoppen"), choices=card.stop_reasons, required=False, initial="unknown"
                    ),
                )  # fmt: skip
            add(
                where + "reason",
                forms.CharField(label=_("Waarom anders"), max_length=300, required=False,
                                widget=forms.TextInput(attrs={"autocomplete": "off"})),
            )  # fmt: skip

    def read_proposals(self, cleaned: Mapping[str, Any]) -> None:
        """Read what was chosen; call in ``clean``."""
        for card in self.cards:
            where = f"adv_{card.drug_class}_"
            choice = cleaned.get(where + "choice") or ""
            if not choice:
                continue
            if self.data.get(where + "says", "") != card.says:
                self.add_error(where + "choice", _("Dit voorstel is intussen veranderd. Kies opnieuw."))
                continue
            reason, dose = (cleaned.get(where + part) or "" for part in ("reason", "dose"))
            if choice != Choice.ACCEPTED and not reason.strip():
                self.add_error(where + "reason", _("Schrijf op waarom u het anders doet."))
            if choice == Choice.ADAPTED and not dose:
                self.add_error(where + "dose", _("Kies een dosis uit de lijst."))
            self.chosen.append(
                Chosen(
                    drug_class=card.drug_class, says=card.says, choice=choice, reason=reason.strip(),
                    dose=dose if choice == Choice.ADAPTED else "", stop_reason=cleaned.get(where + "stop") or "",
                )
            )  # fmt: skip

    def proposal_rows(self) -> list[dict[str, Any]]:
        """The cards with their fields."""
        return [
            {
                "card": card,
                "name": f"adv_{card.drug_class}_says",
                "choice": self[f"adv_{card.drug_class}_choice"],
                "reason": self[f"adv_{card.drug_class}_reason"],
                "dose": self[f"adv_{card.drug_class}_dose"] if card.adaptable else None,
                "stop": self[f"adv_{card.drug_class}_stop"] if card.stop_reasons else None,
            }
            for card in self.cards
        ]
