"""What a line of the log says, in words that a patient understands.

An event that has no sentence of its own is told by what it was about and what was done to it, so that a new event
elsewhere in the service is never shown as a code.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

EVENTS = {
    "patient.viewed": N_("opende het dossier"),
    "patient.registered": N_("schreef de patiënt in"),
    "patient.changed": N_("paste de persoonsgegevens aan"),
    "relation.opened": N_("legde vast wie bij de zorg betrokken is"),
    "relation.ended": N_("legde vast wie niet meer bij de zorg betrokken is"),
    "emergency.opened": N_("opende het dossier met de noodknop"),
    "emergency.ended": N_("sloot de noodtoegang"),
    "emergency.reviewed": N_("beoordeelde het gebruik van de noodknop"),
    "alert.added": N_("legde een waarschuwing of behandelgrens vast"),
    "alert.ended": N_("haalde een waarschuwing of behandelgrens weg"),
    "people:allergy_registered": N_("legde een allergie of iets dat niet wordt verdragen vast"),
    "people:allergy_confirmed": N_("bevestigde een allergie of iets dat niet wordt verdragen"),
    "people:allergy_rejected": N_("verwierp een allergie of iets dat niet wordt verdragen"),
    "people:allergy_ended": N_("liet een allergie of iets dat niet wordt verdragen vervallen"),
    "people:allergy_in_error": N_("merkte een allergie aan als foutief ingevoerd"),
    "people:allergy_restored": N_("zette een allergie of iets dat niet wordt verdragen weer terug"),
    "people:allergies_asked": N_("legde vast dat naar allergieën is gevraagd"),
    "medication_corrected": N_("verbeterde een medicatieafspraak"),
    "medication_in_error": N_("merkte een medicatieafspraak aan als foutief"),
    "consent.given": N_("legde toestemming vast"),
    "consent.withdrawn": N_("legde een bezwaar vast"),
    "carer.added": N_("gaf een mantelzorger toegang"),
    "carer.ended": N_("beëindigde de toegang van een mantelzorger"),
    "account.created": N_("maakte een account"),
    "log.viewed": N_("bekeek wie er meekeek"),
    "chart.viewed": N_("opende het dossier"),
    "document_read": N_("bekeek een document"),
    "observations_recorded": N_("legde meetwaarden vast"),
    "observation_corrected": N_("verbeterde een meetwaarde"),
    "observation_in_error": N_("merkte een meetwaarde aan als foutief"),
    "observation_unreliable": N_("merkte een meetwaarde aan als onbetrouwbaar"),
    "document_added": N_("voegde een document toe"),
    "decision_stored": N_("keek wat de afgesproken regels zeggen"),
    "task_added": N_("zette een taak klaar"),
    "task_done": N_("rondde een taak af"),
    "task_cancelled": N_("liet een taak vervallen"),
    "task_reopened": N_("zette een taak weer open"),
}

OBJECTS = {
    "patient": _lazy("het dossier"),
    "referral": _lazy("een verwijzing"),
    "message": _lazy("een bericht"),
    "episode": _lazy("de zorgperiode bij het centrum"),
    "encounter": _lazy("een consult"),
    "appointment": _lazy("een afspraak"),
    "observation": _lazy("een meetwaarde"),
    "observations": _lazy("meetwaarden"),
    "medication": _lazy("de medicatie"),
    "medication_agreement": _lazy("de medicatie"),
    "document": _lazy("een document"),
    "case": _lazy("een casuïstiekbespreking"),
    "case_discussion": _lazy("een casuïstiekbespreking"),
    "casediscussion": _lazy("de bespreking van uw situatie"),
    "meeting": _lazy("de bespreking"),
    "supervisionmeeting": _lazy("de bespreking"),
    "letter": _lazy("een brief"),
    "claim": _lazy("een declaratie"),
    "task": _lazy("een taak"),
    "decision": _lazy("een antwoord van de afspraak"),
    "advicechoice": _lazy("een voorstel over medicatie"),
    "allergyintolerance": _lazy("wat de patiënt niet verdraagt"),
    "allergiesasked": _lazy("wat de patiënt niet verdraagt"),
    "dosingagreement": _lazy("een afspraak over de dosis"),
    "outcome": _lazy("de afronding van de zorg"),
    "questionnaire": _lazy("de vragenlijst"),
    "log": _lazy("wie er meekeek"),
    "account": _lazy("een account"),
    "medicationagreement": _lazy("de medicatie"),
    "educationgiven": _lazy("gegeven uitleg"),
    "alert": _lazy("waarschuwingen en behandelgrenzen"),
    "dangeranswer": _lazy("wat er bij gevaar is gedaan"),
    "consent": _lazy("toestemmingen"),
    "page": _lazy("een bladzijde over de patiënt"),
}

SENTENCES = {
    "C": N_("legde vast: %(what)s"),
    "R": N_("bekeek: %(what)s"),
    "U": N_("wijzigde: %(what)s"),
    "D": N_("verwijderde: %(what)s"),
    "E": N_("voerde uit: %(what)s"),
}


def what_happened(*, event: str, action: str, object_type: str) -> str:
    """One sentence without its subject, in the reader's language: "bekeek: een brief"."""
    if event in EVENTS:
        return _(EVENTS[event])
    what = str(OBJECTS.get(object_type, _("het dossier")))
    return _(SENTENCES.get(action, SENTENCES["R"])) % {"what": what}
