"""A request looks up once which versions there are; what was published since is never missed by the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anderhalf.apps.network import actions, queries
from anderhalf.apps.network.models import ContentVersion
from anderhalf.apps.network.queries import NotPublished
from anderhalf.content import load_network, load_pathway

pytestmark = pytest.mark.django_db
NETWORK, PATHWAY, NEXT = "voorbeeldstreek", "heart_failure", "9.0.0"


def published_anew(at) -> None:
    """A next version of the pathway and the agreement that runs it, from today."""
    day = at.date()
    running = queries.agreement_on(NETWORK, on=day)
    pathways = {key: queries.pathway_on(NETWORK, key, on=day) for key in running.pathways}

    def following(files, version):
        root = "pathway.toml" if "pathway.toml" in files else "network.toml"
        text = files[root].replace(f'version = "{version}"', f'version = "{NEXT}"', 1)
        return {**files, root: text, "CHANGELOG.md": f"{files['CHANGELOG.md']}\n## {NEXT}\n"}

    was = pathways[PATHWAY]
    pathways[PATHWAY] = load_pathway(
        following(was.files, was.version), "test", choices=running.pathways[PATHWAY].settings
    )
    files = following(running.files, running.version)
    head, _, rest = files["network.toml"].partition(f"[pathways.{PATHWAY}]")
    rest = rest.replace(f'version = "{was.version}"', f'version = "{NEXT}"', 1)
    files["network.toml"] = f"{head}[pathways.{PATHWAY}]{rest}"
    actions.publish(
        agreement=load_network(files, "test", pathways=pathways),
        pathways=pathways,
        at=at + timedelta(hours=1),
    )


def running(at) -> str:
    """The version that answers now, by every question that can be asked."""
    day = at.date() + timedelta(days=365)
    one = queries.pathway_on(NETWORK, PATHWAY, on=day).version
    assert one in {each.version for each in queries.pathways_on(NETWORK, on=day)}
    assert queries.agreement_on(NETWORK, on=day).pathways[PATHWAY].version == one
    return one


def asked(seen) -> int:
    return sum('FROM "network_contentversion"' in one["sql"] for one in seen.captured_queries)


def test_within_it_is_asked_once(network, at):
    running(at)  # parsed before
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        queries.versions_remembered(),
    ):
        running(at)
        running(at)
    assert asked(seen) == 1
    with CaptureQueriesContext(connection) as seen:
        running(at)
        running(at)
    assert asked(seen) > 1


def test_who_publishes_within_is_answered_by_the_new_version(network, at):
    with queries.versions_remembered():
        before = running(at)
        published_anew(at)
        assert before != NEXT == running(at)


def test_what_was_published_and_rolled_back_is_not_remembered(network, at):
    class Refused(Exception):
        pass

    with queries.versions_remembered():
        before = running(at)
        with pytest.raises(Refused), transaction.atomic():
            published_anew(at)
            assert running(at) == NEXT
            raise Refused
        assert running(at) == before
        with pytest.raises(NotPublished):
            queries.pinned_version(NETWORK, PATHWAY, NEXT)


def test_another_network_is_not_answered_from_the_memory_of_the_first(network, at):
    with queries.versions_remembered():
        running(at)
        with pytest.raises(NotPublished):
            queries.agreement_on("another", on=at.date())


def test_the_next_request_sees_what_was_published(people, at, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    gp, shown = people.client("gp"), []

    def page():
        with CaptureQueriesContext(connection) as seen:
            assert gp.get("/").status_code == 200
        shown.append(queries.pathway_on(NETWORK, PATHWAY, on=at.date()).version)
        return asked(seen)

    page()  # parses
    assert page() <= 1
    published_anew(at)
    page()
    assert page() <= 1
    assert shown[1] != NEXT == shown[3]


def test_where_versions_are_made_every_look_is_new(people, at, monkeypatch):
    """A draft follows on what was published a moment ago, by whomever: a page of that room keeps nothing in mind."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    seen = []
    read = ContentVersion.objects.filter

    def look(*args, **kwargs):
        from anderhalf.apps.network.queries import versions

        seen.append(versions._remembered.get())
        return read(*args, **kwargs)

    monkeypatch.setattr(ContentVersion.objects, "filter", look)
    assert people.client("vs").get("/afspraak/wijzigen/").status_code == 200
    assert seen and all(one is None for one in seen)
