"""A letter from draft to read: states, signature, PDF, receipt, and who sees what when."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.letters import actions, queries
from anderhalf.apps.letters.blocks import blocks_of
from anderhalf.apps.letters.errors import HeadingEmpty, LetterChanged, LetterSigned
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.letters.pdf import render_pdf
from anderhalf.apps.letters.picture import course_of
from anderhalf.apps.letters.states import LETTER_STATES
from anderhalf.apps.people.access import AccessDenied
from anderhalf.core.states import StepRefused

pytestmark = pytest.mark.django_db

HOSTILE = [
    '#read("/etc/passwd")',
    '#import "/etc/passwd": *',
    "$ x^2 $ en $ en *vet* en _cursief_ en `code`",
    "\\#set text(size: 40pt)",
    '"] #panic("x") [',
    "= Kop van een ander\n== Tweede",
    "@label <label> [inhoud] {blok} // commentaar /* en */",
    "https://example.org ~ -- --- ...",
    "<script>alert(1)</script> & \" '",
]


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def squeezed(text: str) -> str:
    """Without spaces: where a PDF breaks a line says nothing about its words."""
    return "".join(text.split())


@pytest.fixture
def draft(cared_for, people, at):
    return actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="interim")


@pytest.fixture
def delivered(draft, people, at):
    return actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=draft.pk)


def test_the_text_is_filled_from_what_happened(cared_for, people, at):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="return")
    text = {section["id"]: section["text"] for section in letter.sections}
    assert "Uw vraag: Hartfalen, graag instellen." in text["answer"]
    assert "Wij hadden 2 contacten, van 18-09-2025 tot 11-11-2025. Stabiel, NYHA II." in text["answer"]
    assert text["diagnosis"].startswith("HFrEF, LVEF 33% (18-09-2025).")
    assert "atriumfibrilleren" in text["diagnosis"]
    assert "11-11-2025: kalium 5,1 mmol/l" in text["diagnosis"]
    assert "bloeddruk 112/68 mmHg" in text["diagnosis"]
    assert (
        "Bisoprolol: gestart op 18-09-2025 met 1,25 mg 1 dd, sinds 11-11-2025 2,5 mg 1 dd" in text["policy"]
    )
    assert "Spironolacton stoppen, over vier weken opnieuw proberen." in text["policy"]
    assert (
        "elke 3 maanden (bloeddruk," in text["policy"]
        and "Laboratorium bij huisarts: na de controles hierboven elk jaar" in text["policy"]
    )
    assert "De patiënt vertelde zelf na: medicijnen." in text["patient_agreements"]
    assert "bisoprolol 2,5 mg 1 dd (streefdosis 10 mg 1 dd)" in text["targets"]
    assert "in 3 dagen meer dan 2 kg zwaarder" in text["alarm_limits"]
    assert "eGFR onder 30" in text["refer_again"]
    policy = next(section for section in letter.sections if section["id"] == "policy")
    assert policy["medication"] == [
        {
            "drug": "bisoprolol",
            "dose": "2,5 mg 1 dd",
            "target": "10 mg 1 dd",
            "since": "11-11-2025",
            "note": "",
        }
    ]
    assert policy["code"] == {"system": "http://loinc.org", "code": "51847-2"}


def test_signing_fixes_text_and_pdf(draft, people, at):
    vs = people.viewer("vs")
    signed = actions.sign_and_deliver(by=vs, at=at, letter=draft.pk, version=draft.version)
    assert signed.pdf_sha256 == hashlib.sha256(bytes(signed.pdf)).hexdigest()
    assert signed.signed_by == f"{vs.name}, verpleegkundig specialist"
    assert [change.status for change in signed.changes.all()] == ["draft", "signed", "delivered"]
    for again in (
        lambda: actions.edit_letter(by=vs, at=at, letter=draft.pk, texts={"policy": "anders"}),
        lambda: actions.refresh_letter(by=vs, at=at, letter=draft.pk),
        lambda: actions.sign_and_deliver(by=vs, at=at, letter=draft.pk),
        lambda: actions.discard_letter(by=vs, at=at, letter=draft.pk),
    ):
        with pytest.raises(LetterSigned):
            again()
    stored = Letter.objects.get(pk=draft.pk)
    assert hashlib.sha256(bytes(stored.pdf)).hexdigest() == signed.pdf_sha256
    assert stored.sections == signed.sections
    with connection.cursor() as cursor:
        cursor.execute("SELECT pdf FROM letters_letter WHERE pdf IS NOT NULL")
        (kept,) = cursor.fetchone()
    assert b"%PDF" not in bytes(kept), "encrypted where it is kept"


def test_the_pdf_holds_every_heading_the_patient_and_the_signature(cared_for, people, at):
    vs = people.viewer("vs")
    _outcome, letter = actions.close_care(by=vs, at=at, episode=cared_for.pk, outcome="returned")
    text = squeezed(pdf_text(bytes(letter.pdf)))
    for section in letter.sections:
        if section["text"]:
            assert squeezed(section["title"]) in text, section["title"]
    patient = letter.patient
    for said in (
        patient.full_name,
        f"BSN {patient.bsn}",
        "geboren 14-03-1948",
        "bisoprolol",
        "10 mg 1 dd",
        letter.sender.name,
        letter.recipient.name,
        vs.name,
        f"AGB {letter.author.agb}",
        "Elektronisch ondertekend op 12-11-2025 10:00",
        letter.episode.referral.number,
    ):
        assert squeezed(said) in text, said
    assert "CONCEPT" not in text


def test_the_pdf_is_archivable_and_readable_aloud(draft):
    content = render_pdf(draft)
    reader = PdfReader(BytesIO(content))
    assert b"pdfaid" in content and b"pdfuaid" in content
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nl-NL" and root["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == draft.subject
    width, height = (float(side) for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)
    assert "CONCEPT" in pdf_text(content).replace(" ", "")
    assert render_pdf(draft) == content, "the same letter gives the same bytes"


def test_the_letter_shows_the_course_as_a_picture_with_words_for_who_cannot_see_it(draft):
    content = render_pdf(draft)
    said = squeezed(pdf_text(content))
    assert squeezed("Verloop van medicatie en metingen") in said
    assert squeezed("Kalium") in said and "5,1" in said
    alternative = course_of(draft).alt
    assert "Kalium: 4,8 naar 5,1 mmol/l" in alternative
    assert "(bisoprolol): 1,25 mg 1 dd naar 2,5 mg 1 dd;" in alternative
    assert "(spironolacton): 25 mg 1 dd, daarna gestopt" in alternative
    assert b"pdfaid" in content and b"pdfuaid" in content, "with the picture it is still archivable"


def test_one_measurement_is_no_course(clinic, people, at):
    episode = clinic.episode(at=at - timedelta(days=9))
    letter = actions.draft_letter(by=clinic.vs, at=at, episode=episode.pk, kind="interim")
    assert course_of(letter) is None
    assert squeezed("Verloop van medicatie") not in squeezed(pdf_text(render_pdf(letter)))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_read_as_markup(draft, people, at, text):
    letter = actions.edit_letter(by=people.viewer("vs"), at=at, letter=draft.pk, texts={"diagnosis": text})
    said = squeezed(pdf_text(render_pdf(letter)))
    assert "root:" not in said
    for line in text.splitlines():
        # Typst's own font has a ligature or two; compare the letters that carry meaning
        assert squeezed(line) in said, (line, said)
    page = people.client("vs").get(reverse("letters:letter", args=[letter.pk])).content.decode()
    assert "<script>alert" not in page


def test_a_hostile_name_and_unprintable_characters_don_t_stop_a_letter(draft, people, at):
    letter = actions.edit_letter(
        by=people.viewer("vs"),
        at=at,
        letter=draft.pk,
        texts={"diagnosis": "\x00\x07Goed \u202e\U0001f600 مرحبا 漢字 ok"},
    )
    letter.patient.family_name = '#read("/etc/passwd")'
    said = squeezed(pdf_text(render_pdf(letter)))
    assert "Goed" in said and squeezed('#read("/etc/passwd")') in said and "root:" not in said


def test_paragraphs_and_lists():
    assert blocks_of("Een\nTwee\n\n- a\n- b\nDrie\r\n\r\n  \n") == [
        {"kind": "text", "items": ["Een", "Twee"]},
        {"kind": "list", "items": ["a", "b"]},
        {"kind": "text", "items": ["Drie"]},
    ]
    assert blocks_of("") == []


def test_a_required_heading_may_not_be_empty_when_signing(draft, people, at):
    vs = people.viewer("vs")
    actions.edit_letter(by=vs, at=at, letter=draft.pk, texts={"diagnosis": " ", "patient_agreements": ""})
    with pytest.raises(HeadingEmpty) as refused:
        actions.sign_and_deliver(by=vs, at=at, letter=draft.pk)
    assert refused.value.headings == ["Diagnose/Conclusie"]
    assert Letter.objects.get(pk=draft.pk).status == "draft"


def test_over_somebody_else_s_change_nothing_is_saved(draft, people, at):
    vs, pa = people.viewer("vs"), people.viewer("pa")
    actions.edit_letter(by=pa, at=at, letter=draft.pk, texts={"policy": "van de PA"}, version=1)
    with pytest.raises(LetterChanged) as refused:
        actions.edit_letter(by=vs, at=at, letter=draft.pk, texts={"policy": "van de VS"}, version=1)
    assert refused.value.present.version == 2
    with pytest.raises(LetterChanged):
        actions.sign_and_deliver(by=vs, at=at, letter=draft.pk, version=1)


def test_one_draft_of_a_kind_at_a_time(draft, cared_for, people, at):
    again = actions.draft_letter(
        by=people.viewer("pa"), at=at, episode=cared_for.pk, kind="interim", texts={"policy": "erbij"}
    )
    assert again.pk == draft.pk and again.version == 2


def test_discarding_keeps_the_letter_as_not_sent(draft, people, at):
    vs = people.viewer("vs")
    assert actions.discard_letter(by=vs, at=at, letter=draft.pk).status == "discarded"
    assert actions.discard_letter(by=vs, at=at, letter=draft.pk).status == "discarded"
    with pytest.raises(LetterSigned):
        actions.sign_and_deliver(by=vs, at=at, letter=draft.pk)


def test_the_states_allow_no_other_steps():
    steps = {(str(a), str(b)) for a, following in LETTER_STATES.transitions.items() for b in following}
    assert steps == {
        ("draft", "signed"),
        ("draft", "discarded"),
        ("signed", "delivered"),
        ("delivered", "read"),
    }
    with pytest.raises(StepRefused):
        LETTER_STATES.check("read", "draft")


def test_the_receipt_is_the_first_reader_of_the_recipient(delivered, people, at):
    actions.mark_read(by=people.viewer("vs"), at=at, letter=delivered.pk)
    assert Letter.objects.get(pk=delivered.pk).status == "delivered"
    actions.mark_read(by=people.viewer("poh"), at=at + timedelta(hours=1), letter=delivered.pk)
    actions.mark_read(by=people.viewer("gp"), at=at + timedelta(hours=2), letter=delivered.pk)
    receipt = queries.receipt_of(delivered)
    assert receipt is not None and receipt.by == people.viewer("poh").name
    assert receipt.at == at + timedelta(hours=1)


def test_unread_past_the_agreed_time_shows_on_both_sides(delivered, people, at):
    """Five working days after Wednesday 12 November 10:00 is Wednesday 19 November 10:00."""
    gp, vs, other = people.viewer("gp"), people.viewer("vs"), people.viewer("gp", other=True)
    due = at + timedelta(days=7)
    assert delivered.read_before == due
    assert not queries.overdue(gp, at=due).exists()
    late = due + timedelta(seconds=1)
    for viewer, expected in ((gp, 1), (vs, 1), (other, 0), (people.viewer("vs", other=True), 0)):
        assert queries.overdue(viewer, at=late).count() == expected
    assert queries.counts(vs, at=late) == {"letters:inbox": 0}, "reading it is the practice's task"
    assert queries.counts(gp, at=at) == {"letters:inbox": 1}
    actions.mark_read(by=gp, at=late, letter=delivered.pk)
    assert not queries.overdue(vs, at=late).exists()
    assert queries.counts(gp, at=late) == {"letters:inbox": 0}


def test_unread_letters_come_first(cared_for, delivered, people, at):
    vs, gp = people.viewer("vs"), people.viewer("gp")
    actions.mark_read(by=gp, at=at, letter=delivered.pk)
    second = actions.draft_letter(by=vs, at=at - timedelta(days=2), episode=cared_for.pk, kind="interim")
    actions.sign_and_deliver(by=vs, at=at - timedelta(days=2), letter=second.pk)
    page = queries.inbox(gp, "received", at=at)
    assert [one.pk for one in page] == [second.pk, delivered.pk]


def test_who_may_read(draft, delivered, people, at):
    for role in ("gp", "poh", "vs", "pa", "hf_nurse"):
        assert queries.letter_for(people.viewer(role), delivered.pk, at=at).pk == delivered.pk
    for role, other in (
        ("gp", True),
        ("vs", True),
        ("project_leader", False),
        ("billing", False),
        ("paramedic", False),
    ):
        with pytest.raises(AccessDenied):
            queries.letter_for(people.viewer(role, other=other), delivered.pk, at=at)


def test_a_draft_is_the_centre_s_own(draft, people, at):
    assert queries.letter_for(people.viewer("hf_nurse"), draft.pk, at=at).pk == draft.pk
    for role in ("gp", "poh", "cardiologist"):
        with pytest.raises(AccessDenied):
            queries.letter_for(people.viewer(role), draft.pk, at=at)
    assert queries.letters_of(people.viewer("gp"), draft.patient_id, at=at) == []
    assert len(queries.letters_of(people.viewer("vs"), draft.patient_id, at=at)) == 1


def test_patients_read_their_own_letters(delivered, people, at):
    stranger = people.viewer("patient")
    with pytest.raises(AccessDenied):
        queries.letter_for(stranger, delivered.pk, at=at)
    own = replace(stranger, patient_ids=(delivered.patient_id,))
    assert [one.pk for one in queries.letters_of(own, delivered.patient_id, at=at)] == [delivered.pk]
    assert queries.letter_for(own, delivered.pk, at=at).pk == delivered.pk
    actions.mark_read(by=own, at=at, letter=delivered.pk)
    assert Letter.objects.get(pk=delivered.pk).status == "delivered", "the patient is not the recipient"


def test_every_step_and_every_look_leaves_its_line(delivered, people, at):
    queries.letter_for(people.viewer("gp"), delivered.pk, at=at)
    actions.mark_read(by=people.viewer("gp"), at=at, letter=delivered.pk)
    lines = AuditLine.objects.filter(object_id=str(delivered.pk)).values_list("event", "action", "patient")
    assert {(event, action) for event, action, _patient in lines} == {
        ("letters:letter_drafted", "C"),
        ("letters:letter_signed", "E"),
        ("letters:letter_viewed", "R"),
        ("letters:letter_received", "U"),
    }
    assert {str(patient) for _event, _action, patient in lines} == {str(delivered.patient_id)}


def test_medication_changed_after_the_draft_is_noticed_and_taken_in(draft, cared_for, people, at):
    from anderhalf.apps.clinic import actions as clinic_actions

    from .conftest import step

    later = at + timedelta(hours=1)
    assert not queries.medication_changed(draft)
    clinic_actions.record_encounter(
        by=people.viewer("vs"),
        at=later,
        episode=cared_for.pk,
        medication=[step("change", "7.5", "pols 72", despite="proef")],
    )
    assert queries.medication_changed(draft)
    fresh = actions.refresh_letter(by=people.viewer("vs"), at=later, letter=draft.pk)
    policy = next(section for section in fresh.sections if section["id"] == "policy")
    assert policy["medication"][0]["dose"] == "7,5 mg 1 dd"
    assert not queries.medication_changed(fresh)
