"""Who may open what: the table that ``test_access_matrix`` holds the service to, one row per address.

It is written from DESIGN §5 and not from the code, so that the two can disagree. Roles in ``may`` get an answer when
they work at an organisation that has something to do with the patient, and stand in the care relation that belongs to
it. ``anyway`` are the roles that get an answer without one: by policy, or because the page is not about one patient.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FIRST = frozenset({"gp", "poh"})
LEADS = frozenset({"vs", "pa"})
CENTRE = LEADS | {"hf_nurse"}
SPECIALISTS = frozenset({"cardiologist", "internist"})
TEAM = frozenset({"paramedic", "district_nurse", "enurse"})
SELF = frozenset({"patient", "carer"})
CARE = FIRST | CENTRE | SPECIALISTS
CLINICIANS = CARE | TEAM
OFFICE = frozenset({"project_leader", "billing", "insurer", "administrator", "privacy_officer"})
EVERYBODY = CLINICIANS | SELF | OFFICE
PRESCRIBERS = frozenset({"gp"}) | LEADS | SPECIALISTS
SIGNATORIES = frozenset({"gp"}) | LEADS | SPECIALISTS
PRIVACY = frozenset({"privacy_officer"})
MONEY = frozenset({"billing", "insurer"})
NOBODY: frozenset[str] = frozenset()
CARER = {"username": "a.naaste", "family_name": "Naaste", "relation": "dochter", "submission": "{key}"}


@dataclass(frozen=True)
class Row:
    """One address. ``post`` means that it takes only POST; ``about`` that an answer must leave a line on the patient."""

    may: frozenset[str]
    anyway: frozenset[str] = NOBODY
    post: bool = False
    about: bool = True
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""
    public: bool = False
    named: frozenset[str] = NOBODY  # who reads the patient's name here whatever the relation, by policy


def general(may: frozenset[str], **more: object) -> Row:
    """A page by role alone: the same answer whatever the patient."""
    return Row(may, anyway=may, about=False, **more)  # type: ignore[arg-type]


ABOUT_ONE: dict[str, Any] = {"post": True, "data": {"patient": "{patient}"}}
OPEN = Row(EVERYBODY, anyway=EVERYBODY, about=False, public=True)

EXPECTED: dict[str, Row] = {
    # ---- the shell ----
    "home": general(EVERYBODY),
    "style": general(EVERYBODY),
    "health": OPEN,
    "switch_role": general(EVERYBODY, post=True),
    "set_language": Row(EVERYBODY, anyway=EVERYBODY, about=False, public=True, post=True),
    "set_theme": Row(EVERYBODY, anyway=EVERYBODY, about=False, public=True, post=True),
    "forget_lost": general(EVERYBODY, post=True),
    "save_draft": general(EVERYBODY, post=True, data={"draft_form": "proef"}),
    "account_login": OPEN,
    "account_logout": OPEN,
    "account_inactive": OPEN,
    "mfa_authenticate": OPEN,
    "account_reauthenticate": general(EVERYBODY),
    "account_change_password": general(EVERYBODY),
    "mfa_reauthenticate": general(EVERYBODY),
    "mfa_index": general(EVERYBODY),
    "mfa_activate_totp": general(EVERYBODY),
    "mfa_deactivate_totp": general(EVERYBODY),
    "mfa_view_recovery_codes": general(EVERYBODY),
    "mfa_generate_recovery_codes": general(EVERYBODY),
    "mfa_download_recovery_codes": general(EVERYBODY),
    # ---- people ----
    "people:patients": general(CLINICIANS | PRIVACY, named=PRIVACY),
    "people:patient_new": general(FIRST | SPECIALISTS),
    "people:emergency_search": general(CARE),
    "people:patient": Row(CLINICIANS | SELF | PRIVACY, anyway=PRIVACY | SELF, about=False, named=PRIVACY),
    "people:patient_details": Row(CARE | TEAM | SELF | PRIVACY, anyway=PRIVACY),
    "people:alerts": Row(CARE | TEAM | SELF),
    "people:alert_end": Row(PRESCRIBERS, post=True, data={"because": "achterhaald"}),
    "people:alert_restore": Row(CARE, post=True),
    "people:allergy_end": Row(PRESCRIBERS, post=True, data={"because": "achterhaald"}),
    "people:allergy_restore": Row(CARE, post=True),
    "people:allergies_asked": Row(CARE, post=True),
    "people:consents": Row(CARE | TEAM | SELF | PRIVACY, anyway=PRIVACY),
    "people:carer_add": Row(FIRST | CENTRE | {"patient"}, post=True, data=CARER),
    "people:carer_end": Row(FIRST | CENTRE | {"patient"}, post=True),
    "people:patient_account": Row(FIRST | CENTRE | {"patient"}, post=True, data=CARER),
    "people:log": Row(SELF | PRIVACY, anyway=PRIVACY),
    "people:emergency": Row(CARE, anyway=CARE, about=False),
    "people:emergency_close": Row(CARE, anyway=CARE, about=False, post=True),
    "people:emergencies": general(PRIVACY, named=PRIVACY),
    "people:emergency_review": general(PRIVACY, post=True),
    "people:my_record": Row(SELF, anyway=SELF, about=False),
    "people:accounts": general(frozenset({"administrator"})),
    "people:account_new": general(frozenset({"administrator"})),
    "people:account_close": general(frozenset({"administrator"}), post=True),
    "people:account_reopen": general(frozenset({"administrator"}), post=True),
    "people:account_unlock": general(frozenset({"administrator"}), post=True),
    "people:account_reset": general(frozenset({"administrator"}), post=True),
    # ---- the agreement ----
    "network:agreement": general(EVERYBODY),
    "network:table": general(EVERYBODY),
    "network:sheet": general(EVERYBODY),
    "network:sheet_file": general(EVERYBODY),
    "network:export": general(EVERYBODY),
    "network:try_out": general(EVERYBODY),
    "network:training": general(EVERYBODY),
    "network:partners": general(EVERYBODY),
    "network:drafts": general(SIGNATORIES | {"project_leader"}),
    "network:draft": general(SIGNATORIES | {"project_leader"}),
    "network:draft_table": general(SIGNATORIES | {"project_leader"}),
    "network:draft_export": general(SIGNATORIES | {"project_leader"}),
    "network:draft_cell": general(SIGNATORIES | {"project_leader"}),
    "network:draft_import": general(SIGNATORIES | {"project_leader"}, post=True),
    "network:draft_submit": general(SIGNATORIES | {"project_leader"}, post=True),
    "network:draft_take_back": general(SIGNATORIES | {"project_leader"}, post=True),
    "network:draft_withdraw": general(SIGNATORIES | {"project_leader"}, post=True),
    "network:draft_renew": general(SIGNATORIES | {"project_leader"}, post=True),
    "network:draft_rehearsal": general(SIGNATORIES | {"project_leader"}),
    "network:draft_approve": general(SIGNATORIES, post=True),
    "network:draft_reject": general(SIGNATORIES, post=True, data={"because": "Dit kan zo niet."}),
    # ---- referrals ----
    "referrals:new": general(FIRST | SPECIALISTS),
    "referrals:new?patient": Row(FIRST | SPECIALISTS, anyway=SPECIALISTS, query="patient={patient}"),
    "referrals:route": Row(
        FIRST | SPECIALISTS, anyway=SPECIALISTS, named=SPECIALISTS, about=False, **ABOUT_ONE
    ),
    "referrals:send": Row(
        FIRST | SPECIALISTS, anyway=SPECIALISTS, named=SPECIALISTS, about=False, **ABOUT_ONE
    ),
    "referrals:emergency": Row(FIRST),  # the one whose advice it was; here a practice
    "referrals:unnamed": general(NOBODY),  # of one organisation; test_unnamed_emergency opens it
    "referrals:discard": general(EVERYBODY, post=True, data={"about": "{patient}"}),  # one's own draft
    "referrals:down": general(SPECIALISTS),
    "referrals:list": general(CARE),
    "referrals:triage": general(CENTRE | SPECIALISTS),
    "referrals:referral": Row(CARE | SELF),
    "referrals:accept": Row(LEADS, post=True),
    "referrals:ask": Row(LEADS, post=True, data={"question": "?"}),
    "referrals:redirect": Row(LEADS, post=True, data={"line": "first", "because": "x"}),
    "referrals:answer": Row(LEADS, post=True, data={"answer": "x"}),
    "referrals:supplement": Row(FIRST, post=True, data={"text": "x"}),
    "referrals:withdraw": Row(FIRST, post=True, data={"because": "niet nodig"}),
    "referrals:seen": Row(CENTRE, post=True),
    "referrals:close": Row(CENTRE, post=True),
    "referrals:message": Row(FIRST | CENTRE, post=True, data={"text": "x"}),
    "exchange:upload_record": general(FIRST | SPECIALISTS),
    # ---- case finding: the practice alone, whatever another organisation has to do with the patient ----
    "exchange:upload_extract": general(FIRST),
    "casefinding:overview": general(FIRST),
    "casefinding:list": general(FIRST),
    "casefinding:search": Row(FIRST, about=False),
    "casefinding:progress": Row(FIRST, about=False),
    "casefinding:person": Row(FIRST),
    "casefinding:invite": Row(FIRST, post=True, data={"version": "1", "on": "21-11-2026"}),
    "casefinding:refer": Row(FIRST, post=True, data={"version": "1"}),
    "casefinding:set_aside": Row(FIRST, post=True, data={"version": "1", "reason": "verhuisd"}),
    "casefinding:reopen": Row(FIRST, post=True, data={"version": "1"}),
    # ---- the clinic ----
    "clinic:today": general(CENTRE),
    "clinic:agenda": general(CENTRE),
    "clinic:waiting": general(CENTRE),
    "clinic:in_care": general(CENTRE),
    "clinic:due": general(CENTRE),
    "clinic:population": general(CENTRE),
    "clinic:sessions_new": general(CENTRE),
    "clinic:session": general(CENTRE),
    "clinic:session_cancel": general(CENTRE, post=True),
    "clinic:session_substitute": general(CENTRE, post=True),
    "clinic:book": Row(CENTRE),
    "clinic:appointment_move": Row(CENTRE),
    "clinic:appointment_cancel": Row(CENTRE),
    "clinic:appointment_arrived": Row(CENTRE, post=True),
    "clinic:appointment_no_show": Row(CENTRE, post=True),
    "clinic:chart": Row(CLINICIANS | SELF),
    "clinic:danger": Row(CENTRE | SPECIALISTS),
    "clinic:danger_undo": Row(CENTRE | SPECIALISTS, post=True),
    "clinic:encounters": Row(CENTRE | SPECIALISTS),
    "clinic:measurements": Row(CENTRE | SPECIALISTS),
    "clinic:medication": Row(CENTRE | SPECIALISTS),
    "clinic:diagnosis": Row(CENTRE | SPECIALISTS),
    "clinic:proposals": Row(CENTRE | SPECIALISTS),
    "clinic:tolerances": Row(CENTRE | SPECIALISTS),
    "clinic:plan": Row(CLINICIANS | SELF),
    "clinic:documents": Row(CENTRE | SPECIALISTS),
    "clinic:document": Row(CENTRE | SPECIALISTS),
    "clinic:home_measurement": Row(CENTRE | TEAM | SELF),
    "clinic:stable": Row(CENTRE, post=True),
    # A task is of the organisation that has to do it; finishing it shows nothing.
    "clinic:task_done": Row(CENTRE | SPECIALISTS, anyway=CENTRE | SPECIALISTS, about=False, post=True),
    "clinic:results_seen": Row(CENTRE, post=True),
    "clinic:advice_choose": Row(CENTRE, post=True),
    "clinic:not_used": Row(CENTRE, post=True),
    "clinic:beside_choose": Row(CENTRE, post=True),
    "clinic:tolerance_end": Row(LEADS, post=True, data={"because": "vergissing"}),
    "clinic:tolerance_restore": Row(CENTRE, post=True),
    "clinic:tolerance_judge": Row(CENTRE, post=True, data={"do": "reject"}),
    "clinic:dosing_end": Row(LEADS, post=True, data={"because": "vergissing"}),
    "clinic:advice_undo": Row(CENTRE, post=True),
    "clinic:advice_reopen": Row(CENTRE, post=True),
    "clinic:medication_correct": Row(CENTRE),
    "clinic:encounter_new": Row(CENTRE),
    "clinic:encounter": Row(CENTRE | SPECIALISTS),
    "clinic:encounter_correct": Row(CENTRE),
    "clinic:observation_correct": Row(CENTRE),
    # ---- supervision ----
    "supervision:meetings": general(CENTRE | SPECIALISTS),
    "supervision:meeting": general(CENTRE | SPECIALISTS),
    "supervision:plan": general(CENTRE | SPECIALISTS, post=True),
    "supervision:attend": general(CENTRE | SPECIALISTS, post=True),
    "supervision:close": general(CENTRE | SPECIALISTS, post=True),
    "supervision:case": Row(CENTRE | SPECIALISTS),
    "supervision:add": Row(CENTRE),
    "supervision:decide": Row(SPECIALISTS, post=True, data={"decision": "x", "version": "1"}),
    "supervision:drop": Row(CENTRE, post=True, data={"because": "niet nodig"}),
    # ---- letters ----
    "letters:inbox": general(CARE | SELF),
    "letters:inbox?patient": Row(CARE | SELF, query="patient={patient}"),
    "letters:letter": Row(CARE | SELF),
    "letters:pdf": Row(CARE | SELF),
    "letters:edit": Row(LEADS),
    "letters:preview": Row(LEADS, post=True),
    "letters:refresh": Row(LEADS, post=True),
    "letters:sign": Row(LEADS, post=True),
    "letters:discard": Row(LEADS, post=True),
    "letters:interim": Row(LEADS),
    "letters:interim_preview": Row(LEADS, post=True),
    "letters:close_episode": Row(LEADS),
    "letters:close_preview": Row(LEADS, post=True),
    # ---- money and figures ----
    "billing:claims": general(MONEY, named=MONEY),
    "billing:claims_csv": general(MONEY, named=MONEY),
    "billing:contracts": general(MONEY),
    "billing:submit": general(MONEY, post=True),
    "billing:claim": general(MONEY, named=MONEY),
    "billing:step": general(MONEY, post=True, data={"stand": "paid"}),
    "insight:results": general(CLINICIANS | {"project_leader", "insurer"}),
    "insight:results_csv": general(CLINICIANS | {"project_leader", "insurer"}),
    "insight:thanks": OPEN,
    "insight:experience": OPEN,
    "insight:handout": Row(CARE | SELF, about=False),  # names nobody
}
