"""What a file really is, from its bytes; the name and the type that the browser sends are not believed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .errors import FileRefused

MAXIMUM_BYTES = 10 * 1024 * 1024
"""An ECG as PDF is far below one megabyte; a scan of some pages fits. Keeps one upload from filling the database."""

SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}

# A PDF can carry programs. Documents from an ECG device never do, so a file that does is refused, not cleaned.
ACTIVE_PDF = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
NAME_ENDS = b" \t\r\n\f\x00/<>[](){}%"


def _pdf_name_in(content: bytes, name: bytes) -> bool:
    """Whether the PDF name stands in the file as a whole name (``/JS``, not ``/JSomething``)."""
    start = content.find(name)
    while start != -1:
        end = start + len(name)
        if end >= len(content) or content[end] in NAME_ENDS:
            return True
        start = content.find(name, end)
    return False


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise FileRefused(_("Deze PDF is niet compleet. Maak het bestand opnieuw."))
    if any(_pdf_name_in(content, name) for name in ACTIVE_PDF):
        raise FileRefused(_("Deze PDF bevat een programma of bijlage en wordt daarom niet bewaard."))


def _check_png(content: bytes) -> None:
    if content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        raise FileRefused(_("Deze afbeelding is beschadigd of bevat meer dan een afbeelding."))


def _check_jpeg(content: bytes) -> None:
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise FileRefused(_("Deze afbeelding is beschadigd of bevat meer dan een afbeelding."))


CHECKS = {"application/pdf": _check_pdf, "image/png": _check_png, "image/jpeg": _check_jpeg}


def sniff(content: bytes) -> str:
    """The content type of a PDF, PNG or JPEG, told from its bytes.

    Raises ``FileRefused`` when it is empty, too large (10 MB), something else, incomplete, or a PDF that carries a
    program or an attachment.
    """
    if not content:
        raise FileRefused(_("Dit bestand is leeg."))
    if len(content) > MAXIMUM_BYTES:
        raise FileRefused(
            _("Dit bestand is te groot: %(size)d MB. Hoogstens %(most)d MB kan.")
            % {"size": len(content) // (1024 * 1024), "most": MAXIMUM_BYTES // (1024 * 1024)}
        )
    for signature, content_type in SIGNATURES.items():
        if content.startswith(signature):
            CHECKS[content_type](content)
            return content_type
    raise FileRefused(_("Dit is geen PDF, PNG of JPEG. Alleen die soorten worden bewaard."))
