"""What is typed in the letter that closes care is read for danger; what the record proposed is not asked again."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Outcome
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.record.models import DANGER, Task
from tests.spec.cases.test_free_text import asked

from .test_pages import form_of

pytestmark = pytest.mark.django_db
SAID = "Patiënt heeft nu pijn op de borst."


@pytest.fixture
def vs(people, cared_for):
    return people.client("vs")


def signs(vs, cared_for, **more):
    url = reverse("letters:close_episode", args=[cared_for.pk])
    page = vs.get(url, {"uitkomst": "ziekenhuis"})
    given = {"do": "sign", "h_reason": "Toename van klachten.", "urgency": "within_2_weeks"}
    return vs.post(url, form_of(page) | given | more)


def test_a_letter_that_says_a_danger_is_asked_before_it_is_signed(vs, cared_for):
    page = signs(vs, cared_for, h_reason=SAID)
    questions = asked(page)
    assert page.status_code == 422 and questions and not Letter.objects.exists()
    assert 'href="tel:112"' in page.content.decode()
    done = signs(vs, cared_for, h_reason=SAID, **dict.fromkeys(questions, "no"))
    assert done.status_code == 302 and Outcome.objects.get().kind == "forwarded"


def test_two_drugs_that_do_not_go_together_are_asked_too(vs, cared_for):
    text = "Gebruikt enalapril en Entresto samen."
    page = signs(vs, cared_for, h_reason=text)
    questions = asked(page)
    assert page.status_code == 422 and len(questions) == 2 and not Letter.objects.exists()
    assert signs(vs, cared_for, h_reason=text, **dict.fromkeys(questions, "no")).status_code == 302


def test_two_drugs_that_go_together_are_not(vs, cared_for):
    assert signs(vs, cared_for, h_reason="Gebruikt enalapril en bisoprolol, gaat goed.").status_code == 302


def test_the_letter_tells_no_danger_that_the_answer_ended(vs, cared_for):
    """The first press made it a danger in doubt; who then answers "no" signs no letter that says it is open."""
    questions = asked(signs(vs, cared_for, h_reason=SAID))
    assert open_danger(cared_for), "until somebody answers"
    begun = form_of(vs.get(reverse("letters:close_episode", args=[cared_for.pk]), {"uitkomst": "ziekenhuis"}))
    assert "LET OP, gevaar" in str(begun), (
        "what is typed above it stays: the paragraph is of the letter that was shown"
    )
    done = signs(vs, cared_for, h_reason=f"{begun['h_reason']}\n\n{SAID}", **dict.fromkeys(questions, "no"))
    assert done.status_code == 302
    letter = Letter.objects.filter(kind="forward").get()
    assert "LET OP, gevaar" not in str(letter.sections) and SAID in str(letter.sections)
    assert not open_danger(cared_for)


def open_danger(episode):
    return Task.objects.filter(patient=episode.patient, kind=DANGER, status=Task.Status.OPEN)


def test_no_action_passes_it_by(people, cared_for):
    with pytest.raises(WrittenDanger):
        actions.close_care(
            by=people.viewer("vs"), at=timezone.now(), episode=cared_for.pk, outcome="under_control",
            texts={"policy": SAID}, next_contact_on=timezone.localdate(),
        )  # fmt: skip
    assert not Letter.objects.exists()


def test_an_interim_letter_is_read_before_it_is_signed_and_not_before_it_is_kept(vs, cared_for):
    url = reverse("letters:interim", args=[cared_for.pk])
    given = form_of(vs.get(url)) | {"h_policy": SAID}
    assert vs.post(url, given | {"do": "save"}).status_code == 302, "a draft is nobody's letter yet"
    letter = Letter.objects.get()
    url = reverse("letters:edit", args=[letter.pk])
    page = vs.post(url, form_of(vs.get(url)) | {"do": "sign"})
    questions = asked(page)
    assert page.status_code == 422 and questions and 'href="tel:112"' in page.content.decode()
    assert vs.post(reverse("letters:sign", args=[letter.pk])).url == url, (
        "the other button does not pass it by"
    )
    assert Letter.objects.get().status == "draft"
    answered = form_of(vs.get(url)) | {"do": "sign"} | dict.fromkeys(questions, "no")
    assert vs.post(url, answered).status_code == 302 and Letter.objects.get().status == "delivered"


def test_no_signature_passes_it_by(people, cared_for):
    at, by = timezone.now(), people.viewer("vs")
    texts = {"policy": SAID}
    letter = actions.draft_letter(by=by, at=at, episode=cared_for.pk, kind="interim", texts=texts)
    with pytest.raises(WrittenDanger):
        actions.sign_and_deliver(by=by, at=at, letter=letter.pk)
    assert Letter.objects.get().status == "draft"
