"""followup.toml and education.toml: when somebody is seen again, and what a patient is taught."""

from __future__ import annotations

from collections.abc import Mapping

from anderhalf.content.cells import read_cells
from anderhalf.content.faults import Faults
from anderhalf.content.sources import check_graded, check_source
from anderhalf.content.toml import Section, TomlFile
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.model import (
    AlarmRule,
    ContactEvent,
    ContactRule,
    Education,
    FollowUp,
    ReferAgain,
    Setting,
    Source,
    TestRule,
    Topic,
)
from anderhalf.core.pathway.sick_days import ALWAYS, PAUSE

CONTACT_KINDS = ("visit", "phone", "video", "home")


def read_follow_up(
    files: Mapping[str, str], faults: Faults, *, sources: Mapping[str, Source], dictionary: FactDictionary,
    settings: Mapping[str, Setting],
) -> FollowUp:  # fmt: skip
    """Read followup.toml; every fact and setting it names must be there."""
    root = TomlFile.read("followup.toml", files, faults).root
    root.only("contacts", "tests", "alarms", "refer_again")
    for kind in root.data:
        unique_ids(root, kind)
    return FollowUp(
        contacts=tuple(_contact(section, sources, dictionary) for section in root.items("contacts")),
        tests=tuple(_test(section, sources, dictionary) for section in root.items("tests")),
        alarms=tuple(_alarm(section, sources, dictionary, settings) for section in root.items("alarms")),
        refer_again=tuple(
            _refer_again(section, sources, dictionary) for section in root.items("refer_again")
        ),
    )


def read_education(files: Mapping[str, str], faults: Faults, *, sources: Mapping[str, Source]) -> Education:
    """Read education.toml."""
    root = TomlFile.read("education.toml", files, faults).root
    root.only("topics", "methods", "source")
    check_source(root, "source", root.text("source"), sources)
    unique_ids(root, "topics")
    topics = []
    for section in root.items("topics", required=True):
        section.only("id", "title_nl", "title_en", "text_nl", "text_en", "source", "grade")
        source, grade = check_graded(section, sources)
        topics.append(
            Topic(
                id=section.text("id"),
                title=section.labels("title"),
                text=section.labels("text"),
                source=source,
                grade=grade,
            )
        )
    methods = {section.text("id"): section.labels() for section in root.items("methods", required=True)}
    return Education(topics=tuple(topics), methods=methods)


def unique_ids(root: Section, key: str) -> None:
    """Note a fault for every id that occurs twice under `[[key]]`."""
    seen: set[str] = set()
    for section in root.items(key):
        name = section.data.get("id")
        if isinstance(name, str):
            if name in seen:
                section.fault("id", f"the id {name} is used twice")
            seen.add(name)


def _measure(section: Section, dictionary: FactDictionary) -> tuple[str, ...]:
    names = section.words("measure", required=False)
    for name in names:
        if name not in dictionary:
            section.fault("measure", f"{name} is not a fact of the dictionary")
    return names


def _contact(section: Section, sources: Mapping[str, Source], dictionary: FactDictionary) -> ContactRule:
    section.only(
        "id",
        "event",
        "title_nl",
        "title_en",
        "when_nl",
        "when_en",
        "within_days",
        "every_days",
        "kind",
        "measure",
        "limits",
        "source",
        "grade",
    )
    event = _event(section)
    if (event is ContactEvent.RECHECK) != ("limits" in section):
        section.fault("limits", "a recheck says by `limits` for which values it holds, and only a recheck")
    if event is ContactEvent.RECHECK and "every_days" in section:
        section.fault("every_days", "a recheck is within_days of the value")
    if ("within_days" in section) == ("every_days" in section):
        section.fault(None, "give either within_days (once) or every_days (recurring)")
    source, grade = check_graded(section, sources)
    return ContactRule(
        id=section.text("id"),
        event=event,
        title=section.labels("title"),
        when=section.labels("when"),
        kind=section.choice("kind", CONTACT_KINDS),
        measure=_measure(section, dictionary),
        within_days=section.whole("within_days", required=False, minimum=1),
        every_days=section.whole("every_days", required=False, minimum=1),
        limits=read_cells(section, "limits", dictionary),
        source=source,
        grade=grade,
    )


def _event(section: Section) -> ContactEvent | None:
    known = {one.value: one for one in ContactEvent}
    return known.get(section.choice("event", known, required=False))


def _test(section: Section, sources: Mapping[str, Source], dictionary: FactDictionary) -> TestRule:
    section.only(
        "id",
        "title_nl",
        "title_en",
        "measure",
        "every_days",
        "after_days",
        "latest_days",
        "done",
        "source",
        "grade",
    )
    source, grade = check_graded(section, sources)
    after = section.whole("after_days", required=False, minimum=1)
    latest = section.whole("latest_days", required=False, minimum=1)
    if (after is None) == ("every_days" not in section):
        section.fault(None, "give either every_days (recurring) or after_days (once, after optimal therapy)")
    if after is not None and latest is not None and latest < after:
        section.fault("latest_days", "the latest day lies before the first")
    done = section.text("done", required=False) or None
    if done is not None and done not in dictionary:
        section.fault("done", f"{done} is not a fact of the dictionary")
    return TestRule(
        id=section.text("id"),
        title=section.labels("title"),
        measure=_measure(section, dictionary),
        every_days=section.whole("every_days", required=False, minimum=1),
        after_days=after,
        latest_days=latest,
        done=done,
        source=source,
        grade=grade,
    )


def _alarm(
    section: Section,
    sources: Mapping[str, Source],
    dictionary: FactDictionary,
    settings: Mapping[str, Setting],
) -> AlarmRule:
    section.only(
        "id", "fact", "gain", "in_days", "strictly_more", "action_nl", "action_en", "withhold", "without_nl",
        "without_en", "source", "grade",
    )  # fmt: skip
    fact = section.text("fact", required=False) or None
    if fact is not None and fact not in dictionary:
        section.fault("fact", f"{fact} is not a fact of the dictionary")
    source, grade = check_graded(section, sources)
    withhold = _withheld(section, settings, dictionary)
    return AlarmRule(
        id=section.text("id"),
        action=section.labels("action"),
        fact=fact,
        gain=section.number("gain", required=fact is not None),
        in_days=section.whole("in_days", required=fact is not None, minimum=1),
        strictly_more=section.flag("strictly_more", default=True),
        source=source,
        grade=grade,
        withhold=withhold,
        without=section.labels("without") if withhold else {},
    )


def _withheld(
    section: Section, settings: Mapping[str, Setting], dictionary: FactDictionary
) -> Mapping[str, str]:
    """`withhold`: class of drugs -> `always`, or the setting that decides."""
    if "withhold" not in section:
        return {}
    found = {str(name): str(how) for name, how in section.section("withhold").data.items()}
    for name, how in found.items():
        if name not in dictionary:
            section.fault("withhold", f"{name} is not a fact of the dictionary")
        if how != ALWAYS and (how not in settings or PAUSE not in settings[how].options):
            section.fault("withhold", f"{how} is neither {ALWAYS} nor a setting with the option {PAUSE}")
    if not all("{drugs}" in text for text in section.labels("action").values()):
        section.fault("action_nl", "the text must say {drugs}, where the names of the drugs come")
    return found


def _refer_again(section: Section, sources: Mapping[str, Source], dictionary: FactDictionary) -> ReferAgain:
    section.only("id", "text_nl", "text_en", "limits", "source", "grade")
    source, grade = check_graded(section, sources)
    return ReferAgain(
        id=section.text("id"), text=section.labels("text"), limits=read_cells(section, "limits", dictionary),
        source=source, grade=grade,
    )  # fmt: skip
