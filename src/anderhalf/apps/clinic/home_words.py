"""What is measured or asked at home, in words for the patient (B1): short, plain, no words of the trade."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anderhalf.core.decisions.facts import Fact
from anderhalf.presentation.language import label_of

LABELS = {
    "weight": _("Uw gewicht"),
    "systolic_bp": _("Bloeddruk: het hoogste getal"),
    "diastolic_bp": _("Bloeddruk: het laagste getal"),
    "heart_rate": _("Hartslag in rust"),
    "dyspnoea_at_rest": _("Bent u benauwd als u stilzit of praat?"),
    "chest_pain_at_rest": _("Hebt u pijn op de borst als u stilzit?"),
    "syncope": _("Bent u flauwgevallen?"),
    "stroke_signs": _(
        "Hebt u ineens een scheve mond, praat u verward, of beweegt een arm of been niet goed?"
    ),
    "bleeding": _("Is uw poep zwart, braakt of hoest u bloed, of stopt een bloeding niet?"),
    "suicidal_thoughts": _("Wilt u niet meer leven?"),
    "orthopnoea": _("Bent u sinds kort benauwd als u plat ligt? Of wordt u 's nachts benauwd wakker?"),
    "acute_illness": _("Bent u ziek door overgeven, diarree of koorts, en droogt u uit?"),
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


def home_label(fact: Fact) -> str:
    """What a fact is called for who measures at home."""
    return str(LABELS[fact.name]) if fact.name in LABELS else label_of(fact.label)


def home_line(fact: Fact, text: str) -> str:
    """A value as a line: ``Uw gewicht: 80,5 kg``; after a question ``Bent u flauwgevallen? Ja``."""
    label = home_label(fact)
    return f"{label} {text[:1].upper()}{text[1:]}" if label.endswith("?") else f"{label}: {text}"
