"""The roles of a network and which of them see patients."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """One role per membership (DESIGN §5)."""

    GP = "gp", _("huisarts")
    POH = "poh", _("praktijkondersteuner")
    VS = "vs", _("verpleegkundig specialist")
    PA = "pa", _("physician assistant")
    HF_NURSE = "hf_nurse", _("hartfalenverpleegkundige")
    CARDIOLOGIST = "cardiologist", _("cardioloog")
    INTERNIST = "internist", _("vasculair internist")
    PARAMEDIC = "paramedic", _("paramedicus")
    DISTRICT_NURSE = "district_nurse", _("wijkverpleegkundige")
    ENURSE = "enurse", _("e-verpleegkundige")
    PATIENT = "patient", _("patiënt")
    CARER = "carer", _("mantelzorger")
    PROJECT_LEADER = "project_leader", _("projectleider")
    BILLING = "billing", _("declaratiemedewerker")
    INSURER = "insurer", _("zorgverzekeraar")
    ADMINISTRATOR = "administrator", _("beheerder")
    PRIVACY_OFFICER = "privacy_officer", _("privacyfunctionaris")


FIRST_LINE = frozenset({Role.GP, Role.POH})
CENTRE = frozenset({Role.VS, Role.PA, Role.HF_NURSE})
LEAD_PRACTITIONERS = frozenset({Role.VS, Role.PA})
SPECIALISTS = frozenset({Role.CARDIOLOGIST, Role.INTERNIST})
CARE_TEAM = frozenset({Role.PARAMEDIC, Role.DISTRICT_NURSE, Role.ENURSE})
SIGNATORIES = frozenset({Role.GP}) | LEAD_PRACTITIONERS | SPECIALISTS
"""Who may sign a change of the agreement on behalf of their organisation."""
PRESCRIBERS = frozenset({Role.GP}) | LEAD_PRACTITIONERS | SPECIALISTS
"""Who may prescribe by law, and so who may say that what protects a patient from a drug no longer holds."""
SELF = frozenset({Role.PATIENT, Role.CARER})
CLINICIANS = FIRST_LINE | CENTRE | SPECIALISTS | CARE_TEAM
SECOND_FACTOR_REQUIRED = CLINICIANS | {Role.BILLING, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}
"""Everyone who sees patients or what is theirs, and whoever hands out accounts."""
