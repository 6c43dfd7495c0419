"""Reading a record for the referral form: what is found waits as a draft; nothing enters the record here."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from anderhalf.apps.people import actions as people
from anderhalf.apps.people import queries as people_queries
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.roles import FIRST_LINE, SPECIALISTS
from anderhalf.apps.people.same_person import bsn_of_another, file_of_another
from anderhalf.apps.referrals import queries
from anderhalf.apps.referrals.actions import FORM
from anderhalf.apps.referrals.imported import FORM as RECORD_FORM
from anderhalf.apps.referrals.imported import ImportedRecord
from anderhalf.apps.referrals.routing import pathway_to_read, pathways_to_refer
from anderhalf.apps.referrals.views.desk import parsed_uuid
from anderhalf.exchange.fhir.messages import place, sentence
from anderhalf.exchange.fhir.problems import Reason, RecordRefused
from anderhalf.exchange.fhir.reading import read_record
from anderhalf.exchange.fhir.unpack import MIB, Limits
from anderhalf.exchange.prefill import imported_record
from anderhalf.exchange.uploads import UploadTooLarge, limit_upload

LIMITS = Limits()


@csrf_exempt  # only so that the size is looked at before the body is read; _upload checks the token
def upload_record(request: HttpRequest) -> HttpResponse:
    """Choose a FHIR file; a file that is too large is refused before it has come in."""
    if request.viewer.role not in FIRST_LINE | SPECIALISTS:
        raise AccessDenied(_("Alleen huisarts, praktijkondersteuner en medisch specialist verwijzen hier."))
    if request.method != "POST":
        return _page(request)
    try:
        handler = limit_upload(request, limit=LIMITS.uploaded_bytes)
    except UploadTooLarge:
        return _refuse(request, _too_large(), status=413)
    response = _upload(request)
    return _refuse(request, _too_large(), status=413) if handler.exceeded else response


def _too_large() -> str:
    return sentence(RecordRefused(Reason.TOO_LARGE, "", limit=str(LIMITS.uploaded_bytes // MIB)))


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    """Read the file, match the patient within what this person may refer, and lead to the form."""
    viewer, at = request.viewer, request.now
    file = request.FILES.get("record")
    if file is None:
        return _refuse(request, _("Kies eerst een bestand."), status=422)
    pathway = pathway_to_read(viewer.network, on=timezone.localdate(at))
    try:
        reading = read_record(
            file.read(), dictionary=pathway.dictionary, on=timezone.localdate(at), limits=LIMITS
        )
    except RecordRefused as refused:
        return _refuse(request, sentence(refused), status=422, where=place(refused))
    pathways = pathways_to_refer(viewer.network, on=timezone.localdate(at))
    record = imported_record(
        reading, pathway=pathway, file_name=file.name or "", read_at=at, pathways=pathways
    )
    return _lead_to_form(request, record)


def _lead_to_form(request: HttpRequest, record: ImportedRecord) -> HttpResponse:
    viewer, at = request.viewer, request.now
    bsn = record.person.get("bsn", "")
    wanted = parsed_uuid(request.POST.get("patient"))
    match = queries.patient_by_bsn(viewer, bsn, at=at) if bsn else None
    if wanted is not None:
        about = people_queries.patient_for(viewer, wanted, Right.REFER, at, event="referral.form")
        if bsn and (
            match is None or match.pk != about.pk
        ):  # the BSN decides; what else differs is asked after it
            return _refuse(
                request, _("Dit dossier is van iemand anders dan de patiënt die u verwijst."), status=422
            )
        if different := record.differences(about):
            return _refuse(request, _refusal(different, bsn), status=422)
        parameter, key = "patient", str(wanted)
    elif match is not None:
        if different := record.differences(match):
            return _refuse(request, _refusal(different, bsn), status=422)
        parameter, key = "patient", str(match.pk)
        messages.info(request, _("Deze patiënt is bekend: het BSN komt overeen."))
    else:
        parameter, key = "concept", str(parsed_uuid(request.POST.get("concept")) or uuid4())
        if not bsn:
            messages.info(
                request, _("In het bestand staat geen BSN. Vul het zelf in en kijk de persoonsgegevens na.")
            )
    people.save_draft(by=viewer, at=at, form=RECORD_FORM, about=key, data=record.to_dict())
    # What was read now fills the form; an older draft about the same patient is kept in the letter's fields only.
    earlier = people_queries.draft_of(viewer, FORM, key)
    if earlier is not None:
        kept = {name: values for name, values in earlier.items() if not name.startswith(("f_", "d_", "c_"))}
        people.save_draft(by=viewer, at=at, form=FORM, about=key, data=kept)
    name = "referrals:down" if viewer.role in SPECIALISTS else "referrals:new"
    return redirect(f"{reverse(name)}?{parameter}={key}")


def _refusal(different: list[str], bsn: str) -> str:
    """What differs between the file and the patient who is known here."""
    return bsn_of_another(different) if bsn else file_of_another(different)


def _page(request: HttpRequest, *, refused: str = "", where: str = "", status: int = 200) -> HttpResponse:
    source = request.GET if request.method == "GET" else {}
    context = {
        "refused": refused,
        "where": where,
        "limit": LIMITS.uploaded_bytes // MIB,
        "patient": source.get("patient", ""),
        "concept": source.get("concept", ""),
    }
    return render(request, "exchange/upload_record.html", context, status=status)


def _refuse(request: HttpRequest, text: str, *, status: int, where: str = "") -> HttpResponse:
    return _page(request, refused=text, where=where, status=status)
