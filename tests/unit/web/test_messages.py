"""Texts are found, merged and checked without losing a translation."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from anderhalf.web import messages


@pytest.fixture
def room(tmp_path: Path) -> messages.Room:
    """A small app with one template and one Python file."""
    app = tmp_path / "apps" / "clinic"
    (app / "templates" / "clinic").mkdir(parents=True)
    (app / "__init__.py").write_text("")
    (app / "templates" / "clinic" / "show.html").write_text(
        "{% load i18n %}\n"
        '<c-button label="{% translate "Verwijzing versturen" %}">\n'
        "      <p>it's odd {{ x|default:_('nog niet bekend') }}</p>\n"
        "  {% blocktranslate count n=days trimmed %}\n   {{ n }} dag geleden{% plural %}{{ n }} dagen geleden"
        "{% endblocktranslate %}\n"
        '<b>{% translate "Lijn" context "zorg" %}</b>\n    </c-button>\n'
    )
    (app / "forms.py").write_text(
        "from django.utils.translation import gettext_lazy as _\n"
        "label = _('Kalium')\nlong = _(\n    'twee '\n    'delen'\n)\nvalue = _(label)\n"
    )
    (tmp_path / "web").mkdir()
    return messages.choose_rooms(["clinic"], package=tmp_path)[0]


def test_finds_texts_in_templates_and_python(room: messages.Room) -> None:
    found = messages.extract_messages(room)
    assert set(found) == {
        (None, "Verwijzing versturen"),
        (None, "nog niet bekend"),
        (None, "%(n)s dag geleden"),
        ("zorg", "Lijn"),
        (None, "Kalium"),
        (None, "twee delen"),
    }
    assert found[(None, "%(n)s dag geleden")].plural == "%(n)s dagen geleden"
    assert found[(None, "Kalium")].files == {"clinic/forms.py"}


def test_merge_keeps_translations_and_drops_vanished_texts(room: messages.Room) -> None:
    catalogue = messages.update(room)
    for entry in catalogue:
        if entry.msgid == "Kalium":
            entry.msgstr = "Potassium"
    catalogue.append(polib.POEntry(msgid="weg", msgstr="gone"))
    catalogue.save(str(room.po_path))

    again = messages.update(room)
    assert again.find("Kalium").msgstr == "Potassium"
    assert again.find("weg") is None
    assert "weg" not in room.po_path.read_text()
    assert "Kalium" not in messages.untranslated(room)
    assert "Verwijzing versturen" in messages.untranslated(room)


def test_a_text_that_became_plural_keeps_its_translation(room: messages.Room) -> None:
    old = polib.POEntry(msgid="%(n)s dag geleden", msgstr="%(n)s day ago")
    room.po_path.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(old)
    catalogue.save(str(room.po_path))
    entry = messages.update(room).find("%(n)s dag geleden")
    assert entry.msgstr_plural == {0: "%(n)s day ago", 1: ""}


def test_check_sees_texts_that_were_never_extracted(room: messages.Room) -> None:
    assert not room.po_path.exists()
    assert len(messages.untranslated(room)) == 6


def test_compile_writes_a_catalogue_that_gettext_reads(room: messages.Room) -> None:
    import gettext

    catalogue = messages.update(room)
    catalogue.find("Kalium").msgstr = "Potassium"
    catalogue.save(str(room.po_path))
    target = messages.compile_room(room)
    assert target is not None
    with target.open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Kalium") == "Potassium"


def test_unknown_room_is_named(tmp_path: Path) -> None:
    with pytest.raises(messages.UnknownRoomError, match="cardio"):
        messages.choose_rooms(["cardio"])


def test_web_has_no_text_without_english() -> None:
    (web,) = messages.choose_rooms(["web"])
    assert messages.untranslated(web) == []
