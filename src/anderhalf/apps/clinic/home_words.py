"""What is measured or asked at home, in words for the patient (B1): short, plain, no words of the trade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext_lazy as _

from anderhalf.core.decisions.facts import Fact
from anderhalf.presentation.language import label_of

AT_HOME = (
    "weight", "systolic_bp", "diastolic_bp", "heart_rate", "pressure_symptoms", "dyspnoea_at_rest",
    "chest_pain_at_rest", "syncope",
    "stroke_signs", "bleeding", "angioedema_now", "suicidal_thoughts", "orthopnoea", "acute_illness", "digoxin_signs",
    "icd_shock",
)  # fmt: skip
"""What is asked of who measures at home."""
ASKED_WITH = {"icd_shock": "icd_present", "digoxin_signs": "digoxin"}
"""What is asked only of who has or uses something: the fact that says so."""
LABELS = {
    "weight": _("Uw gewicht"),
    "systolic_bp": _("Bloeddruk: het hoogste getal"),
    "diastolic_bp": _("Bloeddruk: het laagste getal"),
    "heart_rate": _("Hartslag in rust"),
    "dyspnoea_at_rest": _("Bent u benauwd als u stilzit of praat?"),
    "chest_pain_at_rest": _("Hebt u pijn op de borst als u stilzit?"),
    "pressure_symptoms": _("Hebt u hevige hoofdpijn, ziet u ineens slecht, bent u in de war of braakt u?"),
    "syncope": _("Bent u flauwgevallen?"),
    "stroke_signs": _(
        "Hebt u ineens een scheve mond, praat u verward, of beweegt een arm of been niet goed?"
    ),
    "bleeding": _("Is uw poep zwart, braakt of hoest u bloed, of stopt een bloeding niet?"),
    "angioedema_now": _("Zijn uw gezicht, lippen, tong of keel ineens dik?"),
    "suicidal_thoughts": _("Wilt u niet meer leven?"),
    "orthopnoea": _("Bent u sinds kort benauwd als u plat ligt? Of wordt u 's nachts benauwd wakker?"),
    "acute_illness": _("Bent u ziek door overgeven, diarree of koorts, en droogt u uit?"),
    "digoxin_signs": _("U slikt digoxine. Bent u misselijk of in de war, of ziet u geel, groen of wazig?"),
    "icd_shock": _("Kreeg u een schok van uw ICD (het kastje bij uw hart)?"),
    "target_weight": _("Uw streefgewicht"),
    "potassium": _("Kalium in uw bloed"),
    "egfr": _("Hoe goed uw nieren werken (eGFR)"),
    "nt_probnp": _("Hoe zwaar uw hart het heeft (NT-proBNP in uw bloed)"),
}
WITHIN = {"systolic_bp": _("het hoogste getal van uw bloeddruk,")}
"""What a fact is called in a sentence about another one."""
HELP = {
    "dyspnoea_at_rest": _("Ook als uw adem reutelt, of als u schuim ophoest."),
    "suicidal_thoughts": _("Praten kan dag en nacht, gratis: bel 113."),
    "systolic_bp": _("Bijvoorbeeld 120. U mag ook 120/80 schrijven."),
    "diastolic_bp": _("Bijvoorbeeld 80."),
    "heart_rate": _("Hoe vaak uw hart klopt in één minuut, als u stilzit. Bijvoorbeeld 70."),
    "weight": _("In kilo's. Weeg u 's ochtends, na het plassen."),
    "acute_illness": _("U droogt uit als u veel minder plast dan anders, of een droge mond hebt."),
}


OF_ANOTHER = {
    "weight": _("Het gewicht van uw naaste"),
    "dyspnoea_at_rest": _("Is uw naaste benauwd bij stilzitten of praten?"),
    "chest_pain_at_rest": _("Heeft uw naaste pijn op de borst bij stilzitten?"),
    "pressure_symptoms": _(
        "Heeft uw naaste hevige hoofdpijn, ineens slecht zien, verwardheid, of braakt uw naaste?"
    ),
    "syncope": _("Is uw naaste flauwgevallen?"),
    "stroke_signs": _(
        "Heeft uw naaste ineens een scheve mond, is praten verward, of beweegt een arm of been niet goed?"
    ),
    "bleeding": _(
        "Is de poep van uw naaste zwart, braakt of hoest uw naaste bloed, of stopt een bloeding niet?"
    ),
    "angioedema_now": _("Zijn het gezicht, de lippen, de tong of de keel van uw naaste ineens dik?"),
    "suicidal_thoughts": _("Wil uw naaste niet meer leven?"),
    "orthopnoea": _(
        "Is uw naaste sinds kort benauwd bij plat liggen? Of wordt uw naaste 's nachts benauwd wakker?"
    ),
    "acute_illness": _("Is uw naaste ziek door overgeven, diarree of koorts, en droogt uw naaste uit?"),
    "digoxin_signs": _(
        "Uw naaste slikt digoxine. Is uw naaste misselijk, in de war, of is er weinig trek, of geel, groen of "
        "wazig zien?"
    ),
    "icd_shock": _("Kreeg uw naaste een schok van de ICD (het kastje bij het hart)?"),
    "target_weight": _("Het streefgewicht van uw naaste"),
    "potassium": _("Kalium in het bloed"),
    "egfr": _("Hoe goed de nieren werken (eGFR)"),
    "nt_probnp": _("Hoe zwaar het hart het heeft (NT-proBNP in het bloed)"),
}
"""The same for the informal carer who looks along: it is about somebody else."""
HELP_OF_ANOTHER = {
    "dyspnoea_at_rest": _("Ook bij een reutelende adem, of bij schuim ophoesten."),
    "heart_rate": _("Hoe vaak het hart klopt in één minuut, bij stilzitten. Bijvoorbeeld 70."),
    "weight": _("In kilo's. Wegen gaat het best 's ochtends, na het plassen."),
    "acute_illness": _("Uitdrogen is veel minder plassen dan anders, of een droge mond."),
}
WITHIN_OF_ANOTHER = {"systolic_bp": _("het hoogste getal van de bloeddruk,")}
_of_another: ContextVar[bool] = ContextVar("of_another", default=False)


@contextmanager
def addressing_carer(looks_along: bool = True) -> Iterator[None]:
    """What is measured at home is said here to who looks along, or (False) to the patient."""
    before = _of_another.set(looks_along)
    try:
        yield
    finally:
        _of_another.reset(before)


def is_of_another() -> bool:
    """Whether the reader looks along with somebody else."""
    return _of_another.get()


def home_label(fact: Fact) -> str:
    """What a fact is called for who measures at home."""
    if is_of_another() and fact.name in OF_ANOTHER:
        return str(OF_ANOTHER[fact.name])
    return str(LABELS[fact.name]) if fact.name in LABELS else label_of(fact.label)


def home_help(name: str) -> str:
    """What stands beside its field."""
    if is_of_another() and name in HELP_OF_ANOTHER:
        return str(HELP_OF_ANOTHER[name])
    return str(HELP.get(name, ""))


def home_within() -> Mapping[str, str]:
    """What facts are called in a sentence about another one."""
    return {name: str(text) for name, text in (WITHIN_OF_ANOTHER if is_of_another() else WITHIN).items()}


def for_reader(name: str, line: str) -> str:
    """A line that was kept in the patient's words, to who reads it now."""
    if is_of_another() and name in OF_ANOTHER and line.startswith(own := str(LABELS[name])):
        return f"{OF_ANOTHER[name]}{line.removeprefix(own)}"
    return line


def home_line(fact: Fact, text: str) -> str:
    """A value as a line: ``Uw gewicht: 80,5 kg``; after a question ``Bent u flauwgevallen? Ja``."""
    label = home_label(fact)
    return f"{label} {text[:1].upper()}{text[1:]}" if label.endswith("?") else f"{label}: {text}"
