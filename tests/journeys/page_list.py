"""Every page of the service: who may look at it, and which things of the demonstration fill its address.

A new address belongs in one of the two lists; ``test_pages`` refuses one that stands in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse


@dataclass(frozen=True)
class Shown:
    """A page as one account sees it; ``about`` and ``query`` name ids of the stage (``@episode``) or plain values."""

    account: str
    url_name: str
    about: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    name: str = ""
    status: int = 200

    @property
    def title(self) -> str:
        """A name for messages and pictures: ``clinic-chart``, or with what sets it apart."""
        return (self.url_name.replace(":", "-") + (f"-{self.name}" if self.name else "")).replace("_", "-")

    def path(self, stage: dict[str, str]) -> str:
        """The address."""

        def value(text: str) -> str:
            return stage[text[1:]] if text.startswith("@") else text

        address = reverse(self.url_name, args=[value(one) for one in self.about])
        return address + (f"?{urlencode({key: value(one) for key, one in self.query})}" if self.query else "")


def _pages(account: str, *pages: str | tuple[str, ...]) -> list[Shown]:
    """Short rows: an address name, or (name, about…); ``?key=value`` and ``#name`` may follow."""
    found = []
    for page in pages:
        name, *rest = (page,) if isinstance(page, str) else page
        found.append(
            Shown(
                account,
                name,
                about=tuple(one for one in rest if not one.startswith(("?", "#"))),
                query=tuple(tuple(one[1:].split("=", 1)) for one in rest if one.startswith("?")),  # type: ignore[misc]
                name=next((one[1:] for one in rest if one.startswith("#")), ""),
            )
        )
    return found


PAGES: list[Shown] = [
    *_pages(
        "",
        "account_login",
        "account_inactive",
        ("insight:experience", "@token"),
        "insight:thanks",
    ),
    *_pages(
        "poh",
        ("home", "#poh"),
        "people:patients",
        "people:patient_new",
        ("people:patient_details", "@patient_linde"),
        ("people:alerts", "@patient_linde"),
        ("people:consents", "@patient_linde"),
        "people:emergency_search",
        ("people:emergency", "@patient"),
        ("clinic:chart", "@patient_linde", "#first-line"),
        ("clinic:plan", "@patient_linde", "#first-line"),
        "referrals:new",
        ("referrals:new", "?patient=@patient_linde", "#form"),
        ("referrals:new", "?nieuw=1", "#unknown"),
        "exchange:upload_record",
        "exchange:upload_extract",
        "casefinding:overview",
        ("casefinding:list", "onvolledig"),
        ("casefinding:list", "anderhalve-lijn", "#line"),
        ("casefinding:search", "@search"),
        ("casefinding:person", "@found_person"),
        "referrals:list",
        ("referrals:referral", "@referral_own", "#own"),
        ("referrals:emergency", "@emergency"),
        ("letters:inbox", "#poh"),
        "mfa_index",
        "account_change_password",
        "network:training",
        "network:sheet",
    ),
    *_pages("huisarts", ("home", "#gp"), "letters:inbox", ("letters:letter", "@letter_linde")),
    *_pages(
        "vs",
        ("home", "#vs"),
        "clinic:today",
        "clinic:agenda",
        "clinic:sessions_new",
        ("clinic:session", "@session"),
        ("clinic:book", "@episode_waiting"),
        ("clinic:appointment_move", "@appointment"),
        ("clinic:appointment_cancel", "@appointment"),
        "clinic:waiting",
        "clinic:in_care",
        "clinic:due",
        "clinic:population",
        ("clinic:chart", "@patient"),
        ("clinic:encounters", "@patient"),
        ("clinic:measurements", "@patient"),
        ("clinic:medication", "@patient"),
        ("clinic:diagnosis", "@patient"),
        ("clinic:proposals", "@patient"),
        ("clinic:tolerances", "@patient"),
        ("clinic:plan", "@patient"),
        ("clinic:documents", "@patient"),
        ("clinic:home_measurement", "@patient"),
        ("clinic:chart", "@patient_returned", "#returned"),
        ("clinic:danger", "@patient_danger"),
        ("clinic:encounter_new", "@episode"),
        ("clinic:encounter", "@encounter"),
        ("clinic:encounter_correct", "@encounter"),
        ("clinic:observation_correct", "@observation"),
        ("clinic:medication_correct", "@agreement"),
        "referrals:triage",
        ("referrals:referral", "@referral_sent", "#triage"),
        ("referrals:referral", "@referral_seen", "#seen"),
        ("referrals:list", "#vs"),
        "supervision:meetings",
        ("supervision:meeting", "@meeting_next"),
        ("supervision:meeting", "@meeting_held", "#held"),
        ("supervision:case", "@case_waiting"),
        ("supervision:add", "@episode"),
        ("letters:inbox", "#vs"),
        ("letters:inbox", "?patient=@patient", "#patient"),
        ("letters:edit", "@letter_draft"),
        ("letters:interim", "@episode"),
        ("letters:close_episode", "@episode", "?uitkomst=terug"),
        ("letters:close_episode", "@episode", "?uitkomst=ziekenhuis", "#forward"),
        ("letters:close_episode", "@episode", "?uitkomst=controle", "#control"),
        ("letters:close_episode", "@episode", "?uitkomst=anders", "#other"),
        ("insight:handout", "@episode_invited"),
        ("insight:results", "#vs"),
        "network:agreement",
        ("network:table", "heart_failure", "referral"),
        ("network:table", "heart_failure", "exclusion", "#exclusion"),
        ("network:table", "heart_failure", "stable", "#stable"),
        ("network:try_out", "heart_failure", "referral"),
        "network:partners",
        "style",
    ),
    *_pages(
        "cardioloog",
        ("home", "#cardiologist"),
        "referrals:down",
        ("referrals:down", "?patient=@patient", "#form"),
        ("referrals:list", "#cardiologist"),
        ("referrals:referral", "@referral_hospital", "#hospital"),
        ("supervision:meetings", "#cardiologist"),
        ("supervision:case", "@case_waiting", "#decide"),
        ("supervision:case", "@case_decided", "#decided"),
        ("clinic:chart", "@patient", "#cardiologist"),
    ),
    *_pages(
        "patient",
        "people:my_record",
        ("people:log", "@patient_self"),
        ("people:consents", "@patient_self", "#patient"),
        ("clinic:home_measurement", "@patient_self", "#patient"),
        ("letters:inbox", "#patient-own"),
    ),
    *_pages("mantelzorger", ("people:my_record", "#carer")),
    *_pages("hfv", ("home", "#nurse")),
    *_pages("wijk", ("home", "#district-nurse"), ("people:patients", "#district-nurse")),
    *_pages(
        "projectleider",
        ("home", "#project-leader"),
        "insight:results",
        "network:drafts",
        ("network:draft", "@draft"),
        ("network:draft_table", "@draft", "referral"),
        ("network:draft_rehearsal", "@draft", "referral"),
    ),
    *_pages(
        "declaraties",
        ("home", "#billing"),
        "billing:claims",
        ("billing:claim", "@claim"),
        "billing:contracts",
    ),
    *_pages(
        "verzekeraar", ("home", "#insurer"), ("billing:claims", "#insurer"), ("insight:results", "#insurer")
    ),
    *_pages("beheerder", ("home", "#administrator"), "people:accounts", "people:account_new"),
    *_pages("privacy", ("home", "#privacy"), "people:emergencies", ("people:log", "@patient", "#privacy")),
]

NOT_PAGES: dict[str, str] = {
    "health": "for monitors",
    "network:sheet_file": "a file",
    "network:export": "a file",
    "network:draft_export": "a file",
    "people:patient": "leads on to the page of the own role",
    "insight:results_csv": "a file",
    "billing:claims_csv": "a file",
    "letters:pdf": "a file",
    "clinic:document": "a file",
    "mfa_download_recovery_codes": "a file",
    "account_logout": "signs out, or leads home",
    "referrals:unnamed": "the same template as referrals:emergency; test_unnamed_emergency opens it",
    "mfa_authenticate": "seen by everyone who signs in; the journeys look at it",
    "account_reauthenticate": "asked before the second step is changed, with the session's age as the reason",
    "mfa_reauthenticate": "asked before the second step is changed, with the session's age as the reason",
    "mfa_activate_totp": "only for who has no second step yet; test_sign_in walks it",
    "mfa_deactivate_totp": "asks to confirm again first; test_sign_in walks it",
    "mfa_view_recovery_codes": "asks to confirm again first; test_sign_in walks it",
    "mfa_generate_recovery_codes": "asks to confirm again first; test_sign_in walks it",
    **dict.fromkeys(
        [
            "switch_role",
            "set_language",
            "set_theme",
            "forget_lost",
            "save_draft",
            "people:alert_end",
            "people:carer_add",
            "people:patient_account",
            "people:carer_end",
            "people:emergency_close",
            "people:emergency_review",
            "people:account_close",
            "people:account_reopen",
            "people:account_unlock",
            "people:account_reset",
            "referrals:route",
            "referrals:send",
            "referrals:discard",
            "referrals:accept",
            "referrals:ask",
            "referrals:redirect",
            "referrals:answer",
            "referrals:supplement",
            "referrals:withdraw",
            "referrals:seen",
            "referrals:close",
            "referrals:message",
            "casefinding:progress",
            "casefinding:invite",
            "casefinding:refer",
            "casefinding:set_aside",
            "casefinding:reopen",
            "clinic:session_cancel",
            "clinic:session_substitute",
            "clinic:appointment_arrived",
            "clinic:appointment_no_show",
            "clinic:stable",
            "clinic:task_done",
            "supervision:plan",
            "clinic:results_seen",
            "clinic:advice_choose",
            "clinic:not_used",
            "clinic:beside_choose",
            "clinic:tolerance_end",
            "clinic:tolerance_restore",
            "people:alert_restore",
            "people:allergy_restore",
            "clinic:tolerance_judge",
            "clinic:dosing_end",
            "clinic:advice_undo",
            "clinic:danger_undo",
            "clinic:advice_reopen",
            "people:allergy_end",
            "people:allergies_asked",
            "network:draft_cell",
            "network:draft_import",
            "network:draft_submit",
            "network:draft_take_back",
            "network:draft_withdraw",
            "network:draft_renew",
            "network:draft_approve",
            "network:draft_reject",
            "supervision:decide",
            "supervision:drop",
            "supervision:attend",
            "supervision:close",
            "letters:preview",
            "letters:refresh",
            "letters:sign",
            "letters:discard",
            "letters:interim_preview",
            "letters:close_preview",
            "billing:submit",
            "billing:step",
        ],
        "a step or a fragment, not a page",
    ),
}
