"""How a patient reacts to a drug, in the kinds that the rules and the banner know."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReactionKind(models.TextChoices):
    """The manifestation of an allergy or intolerance."""

    ANGIOEDEMA = "angioedema", _("angio-oedeem")
    ANAPHYLAXIS = "anaphylaxis", _("anafylaxie")
    RASH = "rash", _("huiduitslag")
    DYSPNOEA = "dyspnoea", _("benauwdheid")
    COUGH = "cough", _("hoest")
    HYPERKALAEMIA = "hyperkalaemia", _("hoog kalium")
    RENAL = "renal", _("nierfunctie achteruit")
    HYPOTENSION = "hypotension", _("lage bloeddruk")
    BRADYCARDIA = "bradycardia", _("trage pols")
    GYNAECOMASTIA = "gynaecomastia", _("gynaecomastie")
    GASTROINTESTINAL = "gastrointestinal", _("maag-darmklachten")
    BLEEDING = "bleeding", _("bloeding")
    OTHER = "other", _("anders")
