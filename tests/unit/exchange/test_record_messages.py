"""Every reason has a sentence, in Dutch and in English, with the place in the file."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

import anderhalf.web
from anderhalf.exchange.fhir.messages import TEXTS, describe
from anderhalf.exchange.fhir.problems import Reason, RecordRefused, SkippedItem
from tests.unit.exchange.builders import bundle, observation, quantity, read

CATALOGUE = Path(anderhalf.web.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence_in_both_languages(reason):
    with translation.override("nl"):
        dutch = describe(SkippedItem(reason=reason, where="Bundle.entry[3]"))
        source = str(TEXTS[reason])
    assert dutch.endswith(" Plaats in het bestand: Bundle.entry[3].")
    assert "%(" not in dutch
    english = polib.pofile(str(CATALOGUE)).find(source)
    assert english is not None
    assert english.msgstr not in ("", source)
    names = re.compile(r"%\(\w+\)s")
    assert sorted(names.findall(english.msgstr)) == sorted(names.findall(source))


def test_there_are_no_sentences_without_a_reason():
    assert set(TEXTS) == set(Reason)


def test_the_sentence_names_what_was_found_and_what_is_possible():
    with translation.override("nl"):
        (item,) = read(bundle(observation(value=quantity(1200)))).skipped
        assert describe(item).startswith("Deze waarde kan niet; mogelijk is 40 tot 300 mm[Hg].")
        (item,) = read(bundle(observation(value=quantity(16, "inHg")))).skipped
        assert describe(item).startswith(
            "De eenheid ‘inHg’ is niet bekend voor dit gegeven; verwacht: mm[Hg]."
        )
        with pytest.raises(RecordRefused) as refused:
            read(b"x")
        assert (
            describe(refused.value)
            == "Dit is geen geldig JSON-bestand. Plaats in het bestand: regel 1, kolom 1."
        )


def test_details_from_the_file_cannot_break_the_sentence():
    with translation.override("nl"):
        (item,) = read(bundle(observation(value=quantity(16, "%(x)s %s %")))).skipped
        assert "‘%(x)s %s %’" in describe(item)
