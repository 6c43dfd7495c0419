"""Results come from what really happened, protect small counts, and show each viewer only the own part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.insight import actions, queries
from anderhalf.apps.insight.links import token_of
from anderhalf.apps.insight.models import Invitation
from anderhalf.apps.insight.queries import Beside, Choice, Question
from anderhalf.apps.insight.views.spreadsheet import rows_of
from anderhalf.apps.people.access import AccessDenied
from anderhalf.core.evaluation.periods import Grain
from anderhalf.core.spreadsheets import BOM

YEAR = Question(choice=Choice.YEAR, start=date(2025, 1, 1), end=date(2025, 12, 31))


def figures(results, column=0):
    return {row.indicator.id: row.figures[column] for row in results.rows}


def ask(people, at, role="vs", question=YEAR, **more):
    return queries.results_for(people.viewer(role, **more), question, at=at)


def test_every_indicator_from_events(care, people, at):
    care.episode(waited=10, outcome="returned")
    care.episode(waited=30, outcome="forwarded")
    care.episode(waited=20, outcome="under_control")
    care.episode(waited=20, outcome="moved")
    care.episode(waited=20)
    found = figures(ask(people, at + timedelta(hours=2)))
    assert found["patients_seen"].value == 5
    assert found["referred_from_first_line"].share.count == 5
    shares = {name: found[name].share.count for name in found if found[name].share}
    assert (shares["returned"], shares["forwarded"], shares["under_control"]) == (1, 1, 1)
    assert (shares["other_outcome"], shares["still_open"]) == (1, 1)
    waiting = found["waiting_days"]
    assert (waiting.value, waiting.within.count, waiting.within.total) == (20, 4, 5)
    assert found["mean_mark"].value is None


def test_newest_outcome_counts(care, people, at):
    episode = care.episode(outcome="under_control")
    later = at + timedelta(days=1)
    clinic.end_episode(
        by=people.viewer("vs"), at=later, episode=episode.pk, outcome="returned", plan="Huisarts."
    )
    before, after = ask(people, at + timedelta(hours=2)), ask(people, later + timedelta(hours=1))
    assert (figures(before)["under_control"].share.count, figures(before)["returned"].share.count) == (1, 0)
    assert (figures(after)["under_control"].share.count, figures(after)["returned"].share.count) == (0, 1)


def test_one_more_event_changes_exactly_one(care, people, at):
    care.episode(outcome="returned")
    before = ask(people, at + timedelta(hours=3))
    care.episode(outcome="returned")
    after = ask(people, at + timedelta(hours=3))
    changed = {
        name: after.tallies[0][name] - before.tallies[0][name]
        for name in after.tallies[0].counts
        if after.tallies[0][name] != before.tallies[0][name]
    }
    assert set(changed.values()) == {1}
    assert {
        "episode_seen",
        "outcome_returned",
        "referred_from_first",
        "waited_within",
        "referral_triaged",
    } <= set(changed)


def test_an_advice_or_an_unseen_patient_is_not_seen(care, people, at):
    care.accepted(sent=at - timedelta(days=3))
    assert figures(ask(people, at))["patients_seen"].value == 0


def test_overruled_by_the_referrer_counts_once(care, people, at):
    care.episode()
    found = ask(people, at + timedelta(hours=1))
    share = figures(found)["overruled_triage"].share
    assert (share.count, share.total) == (1, 1)
    assert (found.overruled[0].by_referrer.count, found.overruled[0].by_triage.count) == (1, 0)


def test_marks_count_in_the_period_of_the_answer(care, people, at):
    episode = care.episode(outcome="returned")
    later = at + timedelta(days=5)
    invitation = Invitation.objects.get(episode=episode)
    actions.answer(at=later, token=token_of(invitation.pk), mark=9, answers={})
    mark = figures(ask(people, later + timedelta(hours=1)))["mean_mark"]
    assert (mark.value, mark.answers) == (9, 1)


def test_periods_of_the_report(people, at):
    found = ask(people, at, question=Question())
    spans = [(column.period.start.isoformat(), column.period.grain) for column in found.columns]
    assert spans == [("2024-01-01", Grain.YEAR), ("2025-01-01", Grain.HALF), ("2025-07-01", Grain.HALF)]
    assert [column.running for column in found.columns] == [False, False, True]


@pytest.mark.parametrize(
    ("choice", "columns"), [(Choice.YEAR, 1), (Choice.HALF, 2), (Choice.QUARTER, 4), (Choice.MONTH, 11)]
)
def test_other_periods(people, at, choice, columns):
    question = Question(choice=choice, start=date(2025, 1, 1), end=date(2025, 12, 31))
    assert len(ask(people, at, question=question).columns) == columns


def test_too_many_columns_are_refused(people, at):
    question = Question(choice=Choice.MONTH, start=date(2020, 1, 1))
    with pytest.raises(queries.TooManyColumns):
        ask(people, at, question=question)


def test_days_are_local_days(care, people, at):
    """23:30 on new year's eve in Amsterdam is still the old year, though UTC and the summer say otherwise."""
    eve = at.replace(month=1, day=31, hour=23, minute=30)
    care.episode(seen=eve)
    months = Question(choice=Choice.MONTH, start=date(2025, 1, 1), end=date(2025, 2, 28))
    found = ask(people, at, question=months)
    assert [figures(found, n)["patients_seen"].value for n in range(2)] == [1, 0]


def test_constant_number_of_queries(care, people, at, django_assert_max_num_queries):
    for _ in range(2):
        care.episode(outcome="returned")
    viewer, later = people.viewer("project_leader"), at + timedelta(hours=2)
    queries.results_for(viewer, YEAR, at=later)
    with django_assert_max_num_queries(7):
        queries.results_for(viewer, Question(choice=Choice.MONTH), at=later)


# ---- protection --------------------------------------------------------------------------------------------------


def test_small_counts_are_hidden_from_the_project_leader(care, people, at):
    for _ in range(3):
        care.episode(outcome="returned")
    hidden, shown = (
        ask(people, at + timedelta(hours=2), "project_leader"),
        ask(people, at + timedelta(hours=2)),
    )
    assert figures(hidden)["patients_seen"].hidden
    assert figures(hidden)["returned"].hidden
    assert figures(hidden)["waiting_days"].hidden
    assert figures(shown)["patients_seen"].value == 3


def test_from_the_threshold_on_they_are_shown(care, people, at):
    for _ in range(10):
        care.episode(outcome="returned")
    found = figures(ask(people, at + timedelta(hours=2), "project_leader"))
    assert found["patients_seen"].value == 10
    assert found["returned"].share.count == 10
    care.episode(outcome="forwarded")
    found = figures(ask(people, at + timedelta(hours=2), "project_leader"))
    assert found["patients_seen"].value == 11
    assert found["returned"].hidden, "ten returned of eleven would tell that one was forwarded"
    assert found["forwarded"].hidden


def test_free_days_are_widened_to_whole_months_when_protected(people, at):
    question = Question(choice=Choice.FREE, start=date(2025, 3, 5), end=date(2025, 4, 9))
    wide = ask(people, at, "project_leader", question).columns[-1].period
    exact = ask(people, at, "vs", question).columns[-1].period
    assert (wide.start, wide.end) == (date(2025, 3, 1), date(2025, 4, 30))
    assert (exact.start, exact.end) == (date(2025, 3, 5), date(2025, 4, 9))


def test_page_of_the_project_leader_names_no_hidden_count(care, people, at, monkeypatch):
    for _ in range(3):
        care.episode(outcome="returned")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=2))
    text = people.client("project_leader").get(reverse("insight:results"), {"per": "jaar"}).content.decode()
    assert "afgeschermd" in text
    file = people.client("project_leader").get(reverse("insight:results_csv"), {"per": "jaar"})
    rows = list(rows_of(file.content.decode()))
    assert {
        row["aantal"] for row in rows if row["indicator"] == "Patiënten gezien" and row["kolom"] == "2025"
    } == {""}


# ---- who sees what -----------------------------------------------------------------------------------------------


def test_each_sees_the_own_part(care, people, at):
    for _ in range(10):
        care.episode(outcome="returned")
    later = at + timedelta(hours=2)

    def seen(role, **more):
        results = ask(people, later, role, **more)
        return figures(results)["patients_seen"].value if results.columns else None

    assert seen("vs") == 10
    assert seen("vs", other=True) == 0
    assert seen("gp") == 10
    assert seen("gp", other=True) == 0
    assert seen("cardiologist") == 10
    assert seen("insurer") == 10
    assert seen("project_leader") == 10


@pytest.mark.parametrize("role", ["billing", "administrator", "privacy_officer", "patient"])
def test_others_see_nothing(people, at, role):
    with pytest.raises(AccessDenied):
        ask(people, at, role)
    assert people.client(role).get(reverse("insight:results")).status_code == 403
    assert people.client(role).get(reverse("insight:results_csv")).status_code == 403


def test_a_centre_cannot_be_chosen_by_who_may_not(care, people, at):
    care.episode()
    west = Question(choice=Choice.YEAR, start=YEAR.start, end=YEAR.end, centre="anderhalf_west")
    assert figures(ask(people, at + timedelta(hours=1), "vs", west))["patients_seen"].value == 1, (
        "West is not offered"
    )
    assert figures(ask(people, at + timedelta(hours=1), "project_leader", west))["patients_seen"].value == 0


def test_centres_side_by_side(care, people, at):
    for _ in range(10):
        care.episode()
    question = Question(beside=Beside.CENTRES, start=date(2025, 1, 1))
    found = ask(people, at + timedelta(hours=1), "project_leader", question)
    by_centre = {
        column.organisation.key: figures(found, n)["patients_seen"].value
        for n, column in enumerate(found.columns)
    }
    assert by_centre == {"anderhalf_oost": 10, "anderhalf_west": 0}


def test_free_text_only_at_the_own_centre(care, people, at):
    episode = care.episode(outcome="returned")
    token = token_of(Invitation.objects.get(episode=episode).pk)
    actions.answer(
        at=at + timedelta(hours=2), token=token, mark=4, answers={}, text="Te lang gewacht in de gang."
    )
    later = at + timedelta(hours=3)
    own = queries.free_texts(people.viewer("vs"), at=later)
    assert [one.text for one in own] == ["Te lang gewacht in de gang."]
    assert own[0].month.day == 1
    for role, other in (("vs", True), ("project_leader", False), ("insurer", False), ("gp", False)):
        assert queries.free_texts(people.viewer(role, other=other), at=later) == []


# ---- page and file -----------------------------------------------------------------------------------------------


def test_page_shows_what_the_events_add_up_to(care, people, at, monkeypatch):
    episode = care.episode(outcome="returned")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=2))
    text = (
        people.client("vs")
        .get(reverse("insight:results"), {"per": "halfjaar", "van": "2025-07-01"})
        .content.decode()
    )
    assert "Patiënten gezien" in text
    assert "2e helft 2025" in text
    assert "100,0% (20,7–100,0%)" in text
    assert episode.patient.family_name not in text
    english = (
        people.client("vs", language="en")
        .get(reverse("insight:results"), {"per": "halfjaar"})
        .content.decode()
    )
    assert "Patients seen" in english
    assert "2nd half 2025" in english


def test_file_opens_in_a_dutch_spreadsheet(care, people, at, monkeypatch):
    care.episode(outcome="returned")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=2))
    response = people.client("vs").get(reverse("insight:results_csv"), {"per": "jaar", "van": "2025-01-01"})
    text = response.content.decode()
    assert text.startswith(BOM)
    rows = {(row["indicator"], row["soort"]): row for row in rows_of(text)}
    returned = rows["Terug naar de 1e lijn", "aandeel"]
    assert (returned["aantal"], returned["van de"], returned["waarde"]) == ("1", "1", "100,0%")
    assert returned["ondergrens 95%"] == "20,7%"
    from anderhalf.apps.audit.models import AuditLine

    assert AuditLine.objects.filter(event="insight:results_exported").count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "per=onzin",
        "van=2025-13-45",
        "van=2025-06-01&tot=2025-01-01",
        "naast=praktijken",
        "centrum=bestaat-niet",
        "per=maand&van=1999-01-01",
    ],
)
def test_strange_questions_still_get_an_answer(people, query):
    for role in ("project_leader", "vs", "insurer", "gp", "district_nurse"):
        assert people.client(role).get(f"{reverse('insight:results')}?{query}").status_code == 200
