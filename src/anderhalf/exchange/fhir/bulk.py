"""Bulk lines of FHIR (NDJSON), gathered per patient on disk; what belongs to nobody of the folder is told line by line.

A line is one resource, or one bundle. Whose a resource is may be written as `Patient/1`, as a full address, as
`urn:uuid:…` or by an identifier; the patient may stand in another file.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anderhalf.exchange.fhir.bundle import SUBJECT_KEYS
from anderhalf.exchange.fhir.reading import READ_TYPES

BULK_SUFFIXES = (".ndjson", ".ndjson.gz")
SHOWN = 40
_VERSION = re.compile(r"/_history/[^/]*\Z")
_ADDRESS = re.compile(r"(?:(?P<scheme>https?)://(?P<server>.+)/)?Patient/(?P<id>[^/]+)")
_URN = re.compile(r"urn:(?:uuid|oid):(?P<id>.+)")
_MEDICATION = re.compile(r'"reference"\s*:\s*"(?:[^"]*/)?Medication/([^"/]+)')

Tell = Callable[[str, int | None, str, str], None]
"""File, line, why (English) and what stands there."""


@dataclass(frozen=True, slots=True)
class Record:
    """One patient's record: its file, the patient's name in the worklists, the record, and where its entries stand."""

    file: str
    name: str
    raw: bytes
    places: tuple[tuple[str, int], ...] = ()


class Bulk:
    """The bulk lines of a folder. `damaged` says that a file broke off: what is absent then is unknown."""

    def __init__(self, path: Path, tell: Tell) -> None:
        self.path = path
        self.tell = tell
        self.lines = 0
        self.kinds: Counter[str] = Counter()
        self.not_asked: Counter[str] = Counter()
        """Resources that are about nobody and that no criterion asks for, by type."""
        self.damaged = False
        path.unlink(missing_ok=True)
        self.store = sqlite3.connect(path)
        self.store.executescript(
            """CREATE TABLE line (file TEXT, number INTEGER, server TEXT, owner TEXT, reference TEXT, text TEXT);
            CREATE TABLE person (id TEXT, token TEXT);
            CREATE TABLE bundle (file TEXT, number INTEGER, name TEXT, text TEXT);
            CREATE TABLE medication (id TEXT, file TEXT, number INTEGER, text TEXT)"""
        )

    def close(self) -> None:
        """Throw the gathered lines away."""
        self.store.close()
        self.path.unlink(missing_ok=True)

    def read(self, path: Path) -> None:
        """Take in one file, line by line; a file that breaks off is told with the last line that was read."""
        number = 0
        try:
            with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
                for number, raw in enumerate(file, start=1):
                    text = _decoded(raw).removeprefix("\ufeff").strip()
                    if text:
                        self.lines += 1
                        self.take(path.name, number, text)
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError):
            self.damaged = True
            self.tell(
                path.name, number + 1, "the compressed file is damaged; nothing was read from here on", ""
            )

    def take(self, file: str, number: int, text: str) -> None:
        """Take in one line."""
        try:
            resource = json.loads(text)
        except (ValueError, RecursionError):
            self.tell(file, number, "this line is not JSON", text[:SHOWN])
            return
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(kind, str):
            self.tell(file, number, "this line is not a FHIR resource", text[:SHOWN])
            return
        self.kinds[kind] += 1
        if kind == "Bundle":
            name = _patient_in(resource) or f"{file}:{number}"
            self.store.execute("INSERT INTO bundle VALUES (?, ?, ?, ?)", (file, number, name, text))
            return
        if kind == "Medication" and isinstance(resource.get("id"), str):
            self.store.execute(
                "INSERT INTO medication VALUES (?, ?, ?, ?)", (resource["id"], file, number, text)
            )
            return
        owner = _owner(resource, kind)
        if owner is None:
            if kind in READ_TYPES:
                self.tell(file, number, "this resource names no patient", text[:SHOWN])
            else:
                self.not_asked[kind] += 1
            return
        if kind == "Patient":
            tokens = [f"id:{resource['id']}", *_tokens(resource)]
            self.store.executemany(
                "INSERT INTO person VALUES (?, ?)", [(resource["id"], one) for one in tokens]
            )
        self.store.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", (file, number, *owner, text))

    def records(self) -> Iterator[Record]:
        """The bundles as they stand, then one record per patient of the folder."""
        yield from (
            Record(file, name, text.encode(), ((file, number),))
            for file, number, name, text in self.store.execute(
                "SELECT * FROM bundle ORDER BY rowid"
            ).fetchall()
        )
        self.store.executescript(
            """CREATE INDEX by_owner ON line (owner); CREATE INDEX by_token ON person (token);
            CREATE INDEX by_id ON medication (id)"""
        )
        self.tell_homeless()
        people = self.store.execute("SELECT DISTINCT id FROM person ORDER BY id").fetchall()
        for (person,) in people:
            yield self.record(person)

    def record(self, person: str) -> Record:
        """All lines about one patient as a bundle, with the drugs they point at."""
        rows = self.store.execute(
            """SELECT DISTINCT file, number, reference, text FROM line WHERE owner IN (
                SELECT token FROM person WHERE id = ? AND token NOT IN (
                    SELECT token FROM person GROUP BY token HAVING count(DISTINCT id) > 1))
            ORDER BY rowid""",
            (person,),
        ).fetchall()
        entries, places, seen = [], [], set()
        for file, number, reference, text in rows:
            if text in seen:
                continue
            seen.add(text)
            entries.append(_pointing_at(person, reference, text))
            places.append((file, number))
        drugs = {found for text in entries for found in _MEDICATION.findall(text)}
        for drug in sorted(drugs):
            for file, number, text in self.store.execute(
                "SELECT file, number, text FROM medication WHERE id = ? LIMIT 1", (drug,)
            ):
                entries.append(text)
                places.append((file, number))
        whole = ",".join(f'{{"resource":{text}}}' for text in entries)
        raw = f'{{"resourceType":"Bundle","type":"collection","entry":[{whole}]}}'
        return Record(places[0][0], person, raw.encode(), tuple(places))

    def tell_homeless(self) -> None:
        """Lines about somebody who is not in the folder, or who cannot be told from another."""
        for file, number, text in self.store.execute(
            "SELECT file, number, text FROM line WHERE owner NOT IN (SELECT token FROM person) ORDER BY rowid"
        ).fetchall():
            self.tell(file, number, "this resource is about a patient who is not in the folder", text[:SHOWN])
        for file, number, text in self.store.execute(
            """SELECT file, number, text FROM line WHERE owner IN (
                SELECT token FROM person GROUP BY token HAVING count(DISTINCT id) > 1) ORDER BY rowid"""
        ).fetchall():
            self.tell(file, number, "two patients of the folder have this identifier", text[:SHOWN])
        servers = [
            one for (one,) in self.store.execute("SELECT DISTINCT server FROM line WHERE server <> ''")
        ]
        if len(servers) > 1:
            for file, number, text in self.store.execute(
                "SELECT file, number, text FROM line WHERE server <> '' ORDER BY rowid"
            ).fetchall():
                self.tell(file, number, "the folder points at patients of more than one server", text[:SHOWN])
            self.store.execute("DELETE FROM line WHERE server <> ''")


def _decoded(raw: bytes) -> str:
    """A line as text: UTF-8 as FHIR wants it, or Windows-1252 as older systems write."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _owner(resource: dict[str, object], kind: str) -> tuple[str, str, str] | None:
    """(server, token, reference as it stands) of the patient whom a resource is about; None when it names nobody."""
    if kind == "Patient":
        found = resource.get("id")
        return ("", f"id:{found}", "") if isinstance(found, str) and found else None
    for key in SUBJECT_KEYS:
        subject = resource.get(key)
        if not isinstance(subject, dict):
            continue
        reference = subject.get("reference")
        if isinstance(reference, str) and (owner := _pointed_at(reference)):
            return owner
        token = _token(subject.get("identifier"))
        if token and not reference:
            return "", token, ""
    return None


def _pointed_at(reference: str) -> tuple[str, str, str] | None:
    query = reference.removeprefix("Patient?identifier=")
    if query != reference:
        return "", query, ""
    plain = _VERSION.sub("", reference)
    address = _ADDRESS.fullmatch(plain)
    if address is not None:
        return address["server"] or "", f"id:{address['id']}", reference if address["scheme"] else ""
    urn = _URN.fullmatch(plain)
    return ("", f"id:{urn['id']}", reference) if urn is not None else None


def _pointing_at(person: str, reference: str, text: str) -> str:
    """The text of a resource with its patient written as the reader knows that patient."""
    if not reference:
        return text
    written = re.escape(json.dumps(reference)[1:-1])
    own = json.dumps(f"Patient/{person}")
    return re.sub(rf'("reference"\s*:\s*)"{written}"', lambda found: found[1] + own, text)


def _tokens(resource: dict[str, object]) -> Iterator[str]:
    listed = resource.get("identifier")
    for identifier in listed if isinstance(listed, list) else ():
        if token := _token(identifier):
            yield token


def _token(identifier: object) -> str:
    if not isinstance(identifier, dict):
        return ""
    system, value = identifier.get("system"), identifier.get("value")
    return f"{system}|{value}" if isinstance(system, str) and isinstance(value, str) else ""


def _patient_in(bundle: dict[str, object]) -> str:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            return str(resource.get("id") or "")
    return ""
