"""What is kept as a document and what not, told from the bytes alone."""

from __future__ import annotations

import struct
import zlib

import pytest

from anderhalf.apps.clinic.errors import FileRefused
from anderhalf.apps.clinic.uploads import MAXIMUM_BYTES, sniff

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer<<>>\n%%EOF\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20 + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")],
    ids=["pdf", "png", "jpeg"],
)
def test_what_is_kept(content, kind):
    assert sniff(content) == kind


HOSTILE = {
    "empty": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a program": b"MZ\x90\x00" + b"\x00" * 60,
    "a zip": b"PK\x03\x04" + b"\x00" * 60,
    "a page that begins with white space and then says PDF": b"  %PDF-1.4 <html>",
    "half a PDF": PDF[:-8],
    "a PDF that runs a program": PDF.replace(
        b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
    ),
    "a PDF that starts a program": PDF.replace(b"/Type /Catalog", b"/S /Launch/F (cmd.exe)"),
    "a PDF with an attachment": PDF.replace(b"/Type /Catalog", b"/Type /EmbeddedFile"),
    "a PNG with a page behind it": PNG + b"<html><script>alert(1)</script></html>",
    "a cut PNG": PNG[:-12],
    "a PNG in name only": b"\x89PNG\r\n\x1a\n<html>",
    "a JPEG with a page behind it": JPEG + b"<script>alert(1)</script>",
    "a cut JPEG": JPEG[:-2],
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_refused(content):
    with pytest.raises(FileRefused):
        sniff(content)


def test_too_large_says_how_large():
    with pytest.raises(FileRefused, match="11 MB"):
        sniff(PDF.ljust(11 * 1024 * 1024, b" "))
    assert sniff(PDF[:-6] + b" " * (MAXIMUM_BYTES - len(PDF)) + b"%%EOF\n") == "application/pdf"


def test_a_word_that_only_looks_like_a_program_is_no_program():
    assert sniff(PDF.replace(b"/Type /Catalog", b"/JSomething 1")) == "application/pdf"
