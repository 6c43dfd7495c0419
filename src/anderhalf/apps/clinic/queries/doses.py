"""A dose as it is typed: read like every other number, and held against what the protocol knows of the drug.

What may be a mistake is asked; what cannot be is refused with the maximum. The look is at the whole day: dose times
intakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.entry import RefusedValue, typed_number
from anderhalf.core.pathway.units import unit_key
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import label_of, number_label

from .drugs import TABLET, Drug

REFUSED_TIMES = 3
"""More than so many times the maximum of a day is no dose but a typing mistake."""
SMALLEST_SHARE = 10
"""Less than the lowest dose divided by this is another unit."""
SMALLEST_KEPT = Decimal("0.001")
"""The record keeps three decimals; less would be shown as 0."""
UNITS = {"ug": "µg"}
_DOSE = Fact(name="dose", type=FactType.NUMBER, label={"nl": "Dosis", "en": "Dose"})
MILLIGRAM = "mg"
IN_MICROGRAMS = {"ug": 1, "mg": 1000, "g": 1_000_000}
"""Units of mass by which a dose is written, in the smallest of them."""
_WITH_UNIT = re.compile(r"([0-9][0-9., /]*?)\s*([^\W\d_]+|%)\.?")
_STRENGTHS = re.compile(r"[0-9]+(?:[.,][0-9]+)?(?:\s*/\s*[0-9]+(?:[.,][0-9]+)?)+")
_NUMBER = re.compile(r"[0-9][0-9., ]*")


class DoseRefused(ValueError):
    """A dose that cannot be read or cannot be; the text says why."""


@dataclass(frozen=True, kw_only=True)
class DoseAsked:
    """A dose that is asked about: the question, and what is confirmed by a tick."""

    question: str
    confirm: str


def unit_words(unit: str) -> str:
    """A unit as one writes it."""
    return UNITS.get(unit, unit)


def read_dose(text: str, drug: Drug | None = None) -> Decimal | None:
    """What was typed as a number above 0, nothing when empty. Raises :class:`DoseRefused`."""
    text = text.strip()
    if not text:
        return None
    wrong = _("Vul een getal groter dan 0 in.")
    text = _without_unit(text, drug)
    if _STRENGTHS.fullmatch(text):
        return _of_two(text, drug)
    try:
        dose = typed_number(_DOSE, text)
    except RefusedValue as refused:
        meant = _only_dose(text, refused, drug)
        if meant is not None:
            return meant
        readable = text.isascii() and _NUMBER.fullmatch(text)
        raise DoseRefused(label_of(refused.texts) if readable else wrong) from None
    if not isinstance(dose, Decimal) or dose <= 0:
        raise DoseRefused(wrong)
    if dose < SMALLEST_KEPT or dose.as_tuple().exponent < -3:  # type: ignore[operator]
        raise DoseRefused(_("Schrijf hoogstens drie decimalen."))
    return dose


def _without_unit(text: str, drug: Drug | None) -> str:
    """``400 mg`` of a drug that is dosed in mg is 400; another unit is named, not left out."""
    found = _WITH_UNIT.fullmatch(text)
    if found is None:
        return text
    if _STRENGTHS.fullmatch(found[1].strip()) and _spelled(found[2]) == MILLIGRAM:
        return found[1].strip()
    own = unit_words((drug.unit if drug is not None else "") or MILLIGRAM)
    if _spelled(found[2]) != _spelled(own):
        raise DoseRefused(_in_own_unit(found[1], found[2], own))
    return found[1].strip()


def _in_own_unit(number: str, unit: str, own: str) -> str:
    """That a dose is written in another unit than the drug's, with what it would be in that when it can be read."""
    said = _("Schrijf de dosis van dit middel in %(unit)s.") % {"unit": own}
    sizes = [IN_MICROGRAMS.get(_spelled(one)) for one in (unit, own)]
    try:
        dose = typed_number(_DOSE, number.strip())
    except RefusedValue as refused:
        small = min((one for one in refused.readings if isinstance(one, Decimal)), default=None)
        dose = small if small is not None and number.strip().startswith("0") else Decimal(0)
    if sizes[0] is None or sizes[1] is None or not isinstance(dose, Decimal) or dose <= 0:
        return said
    asked = _("Bedoelt u %(dose)s %(unit)s?")
    return f"{said} {asked % {'dose': _number(Fraction(dose) * sizes[0] / sizes[1]), 'unit': own}}"


def _spelled(unit: str) -> str:
    key = unit_key(unit)
    return TABLET if key.startswith(TABLET) else key


def _of_two(text: str, drug: Drug | None) -> Decimal:
    """``49/51`` of a tablet with two drugs is a step of its own; of another drug is said how to write it."""
    plain = text.replace(" ", "").replace(",", ".")
    labels = {
        label.replace(",", "."): amount for amount, label in ((drug and drug.step_labels) or {}).items()
    }
    if plain in labels:
        return Decimal(labels[plain])
    if labels:
        raise DoseRefused(_("Dit middel is er in %(doses)s.") % {"doses": in_words(list(labels))})
    if drug is not None and drug.unit == TABLET:
        raise DoseRefused(
            _("Dit is een combinatietablet: vul in hoeveel tabletten per keer, bijvoorbeeld 1.")
        )
    raise DoseRefused(
        _(
            "Schrijf één getal: de dosis van dit middel per keer. Is het een combinatietablet, kies die dan in de "
            "lijst, of schrijf elk middel op een eigen regel."
        )
    )


def _only_dose(text: str, refused: RefusedValue, drug: Drug | None) -> Decimal | None:
    """3,125 of a drug that is made in 3,125: written with fewer decimals it would be another dose."""
    small = min((one for one in refused.readings if isinstance(one, Decimal)), default=None)
    if small is None or drug is None or text.endswith("0"):
        return None
    return small if str(small) in [str(step) for step in drug.steps] else None


def check_dose(
    drug: Drug | None, dose: Decimal, times: int | None, *, every_days: int = 1
) -> DoseAsked | None:
    """Hold a dose against the protocol. Raises :class:`DoseRefused`; what is unusual comes back as a question."""
    if drug is None or drug.highest is None or drug.maximum_per_day is None:
        return None
    amount, unit = drug.aliases.get(dose, dose), unit_words(drug.unit)
    intakes = times or drug.per_day or 1
    daily, most = Fraction(amount) * intakes / every_days, drug.maximum_per_day
    if drug.lowest is not None and amount * SMALLEST_SHARE < drug.lowest:
        raise DoseRefused(_too_small(drug, dose, unit))
    shown = {"given": _number(daily), "unit": unit, "most": number_label(most)}
    if daily > most * REFUSED_TIMES:
        raise DoseRefused(
            _("%(given)s %(unit)s per dag kan niet: het maximum is %(most)s %(unit)s per dag.") % shown
        )
    question = ""
    if daily > most:
        question = (
            _(
                "%(given)s %(unit)s per dag is hoger dan het maximum van het zorgpad (%(most)s per dag). Klopt het?"
            )
            % shown
        )
    elif drug.fixed and ((amount, intakes) not in drug.fixed or every_days != 1):
        doses = ", ".join(f"{number_label(one)} {unit} {count} dd" for one, count in drug.fixed)
        question = _("Dit is geen dosis van dit middel (%(doses)s). Klopt het?") % {"doses": doses}
    elif amount > drug.highest:
        question = _("Hoger dan de hoogste dosis van het zorgpad (%(most)s). Klopt het?") % {
            "most": number_label(drug.highest)
        }
    if not question:
        return None
    confirm = f"{number_label(dose)} {unit}" + (f" {times} dd" if times else "")
    return DoseAsked(question=question, confirm=confirm)


def _too_small(drug: Drug, dose: Decimal, unit: str) -> str:
    shown = {"dose": number_label(dose), "unit": unit, "thousand": number_label(dose * 1000)}
    if drug.unit == "ug":
        return _("%(dose)s µg kan niet: bedoelt u %(thousand)s µg (%(dose)s mg)?") % shown
    lowest = {"lowest": number_label(drug.lowest or Decimal(0))}
    return (
        _("%(dose)s %(unit)s kan niet: de laagste dosis van het zorgpad is %(lowest)s %(unit)s.")
        % (shown | lowest)
    )  # fmt: skip


def _number(exact: Fraction) -> str:
    return number_label(Decimal(exact.numerator) / Decimal(exact.denominator))
