"""Extract, merge, compile and check the translatable texts, without system gettext.

Dutch is the source language: a msgid *is* the Dutch text. English lives in
``apps/<app>/locale/en/LC_MESSAGES/django.po`` and ``web/locale/en/…``, which ``exchange`` and ``presentation`` share.

    python -m anderhalf.web.messages update [app|web …]    # extract and merge (all rooms when none named)
    python -m anderhalf.web.messages compile [app|web …]   # write the .mo files
    python -m anderhalf.web.messages check [app|web …]     # exit 1 and list what has no English yet
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polib
from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGE = "en"
TEMPLATE_ENDINGS = (".html", ".txt")

# Function name -> which argument is what; the form that Babel uses.
# ("c" marks the context argument). Django's lazy and no-op aliases included.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "N_": None,
    "_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(slots=True)
class Message:
    """One text to translate: the key gettext uses, and the files it stands in."""

    msgid: str
    plural: str = ""
    context: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        return (self.context, self.msgid)


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the service with a catalogue of its own."""

    name: str
    sources: tuple[Path, ...]
    po_path: Path


class UnknownRoomError(LookupError):
    """The name is not an app and not ``web``."""


class UnreadableSourceError(ValueError):
    """A template or Python file could not be read for texts."""


def rooms(package: Path = PACKAGE) -> list[Room]:
    """Every app folder plus ``web``, in a fixed order."""
    found = []
    for folder in sorted((package / "apps").iterdir()):
        if folder.is_dir() and (folder / "__init__.py").exists():
            found.append(Room(folder.name, (folder,), _po_path(folder)))
    web = package / "web"
    found.append(Room("web", (web, package / "exchange", package / "presentation"), _po_path(web)))
    return found


def choose_rooms(names: Sequence[str], package: Path = PACKAGE) -> list[Room]:
    """The rooms named, or all of them when none is named. Raises UnknownRoomError."""
    known = {room.name: room for room in rooms(package)}
    for name in names:
        if name not in known:
            raise UnknownRoomError(f"'{name}' is no app and not 'web'; known: {', '.join(sorted(known))}")
    return [known[name] for name in names] if names else list(known.values())


def extract_messages(room: Room) -> dict[tuple[str | None, str], Message]:
    """All texts of a room's templates and Python files, keyed by (context, msgid)."""
    messages: dict[tuple[str | None, str], Message] = {}
    for path in _source_files(room):
        for message in messages_in_file(path):
            known = messages.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.files.add(path.relative_to(room.po_path.parents[3].parent).as_posix())
    return messages


def messages_in_file(path: Path) -> Iterator[Message]:
    """The texts in one template or Python file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # templatize() leaves the page's indentation standing; inside brackets Python does not mind it.
        text = f"({templatize(text, origin=str(path))}\n)"
    try:
        found = list(extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"}))
    except (SyntaxError, ValueError) as error:
        raise UnreadableSourceError(f"{path}: {error}") from error
    for _line, function, arguments, _comments in found:
        message = _message_from_call(function, arguments)
        if message is not None:
            yield message


def merge(room: Room, messages: dict[tuple[str | None, str], Message]) -> polib.POFile:
    """The room's catalogue with new texts added, vanished ones dropped, translations kept."""
    old = polib.pofile(str(room.po_path)) if room.po_path.exists() else polib.POFile()
    kept = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    merged = polib.POFile(wrapwidth=110)
    merged.metadata = {
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for key in sorted(messages, key=lambda key: (key[1].lower(), key[1], key[0] or "")):
        merged.append(_entry(messages[key], kept.get(key)))
    return merged


def update(room: Room) -> polib.POFile:
    """Extract and write the catalogue of one room; a room without texts gets no file."""
    catalogue = merge(room, extract_messages(room))
    if len(catalogue) or room.po_path.exists():
        room.po_path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(room.po_path))
    return catalogue


def compile_room(room: Room) -> Path | None:
    """Write the .mo beside the .po; None when the room has no catalogue."""
    if not room.po_path.exists():
        return None
    target = room.po_path.with_suffix(".mo")
    polib.pofile(str(room.po_path)).save_as_mofile(str(target))
    return target


def untranslated(room: Room) -> list[str]:
    """Texts in the sources that have no English yet, whether or not they are in the .po."""
    catalogue = merge(room, extract_messages(room))
    return [entry.msgid for entry in catalogue if not _is_translated(entry)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m anderhalf.web.messages", description=__doc__)
    parser.add_argument("command", choices=("update", "compile", "check"))
    parser.add_argument("room", nargs="*", help="an app's name or 'web'; all when left out")
    options = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure()  # the template lexer asks for settings, though it needs none of ours
    try:
        chosen = choose_rooms(options.room)
        return {"update": _run_update, "compile": _run_compile, "check": _run_check}[options.command](chosen)
    except (UnknownRoomError, UnreadableSourceError, SyntaxError) as error:
        _say(error, sys.stderr)
        return 2


def _run_update(chosen: list[Room]) -> int:
    for room in chosen:
        catalogue = update(room)
        open_texts = sum(1 for entry in catalogue if not _is_translated(entry))
        _say(f"{room.name}: {len(catalogue)} texts, {open_texts} without English")
    return 0


def _run_compile(chosen: list[Room]) -> int:
    for room in chosen:
        target = compile_room(room)
        if target is not None:
            _say(f"{room.name}: {target.name} written")
    return 0


def _run_check(chosen: list[Room]) -> int:
    failed = False
    for room in chosen:
        for msgid in untranslated(room):
            failed = True
            _say(f"{room.name}: no English for {msgid!r}")
    return 1 if failed else 0


def _say(text: object, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(f"{text}\n")


def _po_path(folder: Path) -> Path:
    return folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def _source_files(room: Room) -> Iterator[Path]:
    for source in room.sources:
        for path in sorted(source.rglob("*")):
            relative = path.relative_to(source).parts
            if "migrations" in relative or "static" in relative or "__pycache__" in relative:
                continue
            if path.suffix == ".py" or (path.suffix in TEMPLATE_ENDINGS and "templates" in relative):
                yield path


def _message_from_call(function: str, arguments: object) -> Message | None:
    """The message in one gettext call, or None when its text is not a literal."""
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    spec = KEYWORDS[function] or (1,)
    context: str | None = None
    texts: list[str] = []
    for part in spec:
        position = part[0] if isinstance(part, tuple) else part
        value = given[position - 1] if position <= len(given) else None
        if not isinstance(value, str) or not value:
            return None
        if isinstance(part, tuple):
            context = value
        else:
            texts.append(value)
    return Message(texts[0], plural=texts[1] if len(texts) > 1 else "", context=context)


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.msgid,
        msgctxt=message.context,
        occurrences=[(name, "") for name in sorted(message.files)],
    )
    if "%(" in message.msgid or "%s" in message.msgid or "%d" in message.msgid:
        entry.flags.append("python-format")
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: "", 1: ""}
        if old is not None and old.msgstr_plural:
            entry.msgstr_plural = dict(old.msgstr_plural)
        elif old is not None and old.msgstr:
            entry.msgstr_plural = {0: old.msgstr, 1: ""}
    elif old is not None:
        entry.msgstr = old.msgstr or (old.msgstr_plural or {}).get(0, "")
    if old is not None:
        entry.tcomment = old.tcomment
    return entry


def _is_translated(entry: polib.POEntry) -> bool:
    if entry.msgid_plural:
        return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


if __name__ == "__main__":
    raise SystemExit(main())
