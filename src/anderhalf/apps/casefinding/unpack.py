"""From what was uploaded to a folder with the files of one extract, or a refusal that names the file.

Names inside a zip are never paths here: only the last part counts, and only when it is one of the documented names.
Sizes are counted while unpacking, whatever a file says about itself.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from django.utils.translation import gettext as _

from anderhalf.population.shapes import SHAPES, shape_of

from .errors import UploadRefused

MIB = 1024 * 1024
PIECE = 256 * 1024
FHIR_SUFFIXES = (".ndjson", ".ndjson.gz", ".json", ".json.gz", ".xml", ".xml.gz")
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._- ")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much an extract of one practice may be. Sizes in bytes."""

    uploaded: int = 64 * MIB
    unpacked: int = 256 * MIB
    members: int = 25_000


class Uploaded(Protocol):
    """A file as Django hands it over."""

    name: str | None
    file: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """Its content in pieces."""
        ...


def unpack(files: Iterable[Uploaded], folder: Path, *, limits: Limits) -> tuple[str, ...]:
    """Write the usable files into ``folder``; returns the names of those that were left aside.

    Raises ``UploadRefused``; the caller throws the folder away then.
    """
    unpacker = _Unpacker(folder, limits)
    for upload in files:
        name = plain_name(upload.name or "")
        if name.lower().endswith(".zip"):
            unpacker.zip(name, upload.file)
        else:
            unpacker.take(name, upload.chunks())
    if not unpacker.taken:
        names = ", ".join(f"{shape.dutch}.csv" for shape in SHAPES.values())
        raise UploadRefused(
            _(
                "Hier zit geen bestand bij dat een uittreksel is. Verwacht: %(names)s, of FHIR als .ndjson of .json."
            )
            % {"names": names}
        )
    return tuple(unpacker.aside)


def plain_name(name: str) -> str:
    """The last part of a name, without what a file system or a page could stumble over."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter if letter in SAFE else "_" for letter in last)[:120].lstrip(".")


def is_usable(name: str) -> bool:
    """Whether a name is one of the five files, or a FHIR record."""
    return bool(shape_of(name)) or name.lower().endswith(FHIR_SUFFIXES)


class _Unpacker:
    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.room = limits.unpacked
        self.taken: set[str] = set()
        self.aside: list[str] = []

    def zip(self, name: str, file: IO[bytes]) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [one for one in archive.infolist() if not one.is_dir()]
                if len(members) > self.limits.members:
                    raise UploadRefused(
                        _("%(file)s bevat meer dan %(n)d bestanden.")
                        % {"file": name, "n": self.limits.members}
                    )
                for member in members:
                    self.member(name, archive, member)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
            raise UploadRefused(_("%(file)s is geen leesbaar zip-bestand.") % {"file": name}) from None

    def member(self, archive_name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        name = plain_name(member.filename)
        if member.filename.startswith("__MACOSX/") or not name:
            return
        if member.flag_bits & 1:
            raise UploadRefused(
                _("%(file)s is met een wachtwoord beveiligd. Pak het eerst uit.") % {"file": archive_name}
            )
        if not is_usable(name):
            self.take(name, ())
            return
        with archive.open(member) as content:
            self.take(name, iter(lambda: content.read(PIECE), b""))

    def take(self, name: str, pieces: Iterable[bytes]) -> None:
        if not is_usable(name):
            self.aside.append(name)
            return
        lower = name.lower()
        if lower in self.taken:
            raise UploadRefused(_("%(file)s zit er twee keer bij. Laat er één weg.") % {"file": name})
        self.taken.add(lower)
        target = self.folder / (lower if not lower.endswith(FHIR_SUFFIXES) else name)
        with target.open("xb") as out:
            for piece in pieces:
                self.room -= len(piece)
                if self.room < 0:
                    raise UploadRefused(
                        _("Uitgepakt is dit meer dan %(mb)d MB. Dat is geen uittreksel van één praktijk.")
                        % {"mb": self.limits.unpacked // MIB}
                    )
                out.write(piece)
