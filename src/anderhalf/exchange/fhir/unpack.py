"""From uploaded bytes to text: size limits, gzip that can't explode, strict UTF-8."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from anderhalf.exchange.fhir.problems import Reason, RecordRefused

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read at most; everything beyond is refused. Sizes in bytes.

    The largest of the public test records is 4 MB unpacked; a long hospital record without images stays below
    40 MB.
    """

    uploaded_bytes: int = 20 * MIB
    unpacked_bytes: int = 40 * MIB
    depth: int = 60
    resources: int = 50_000
    nodes: int = 1_000_000
    number_length: int = 60
    skipped_items: int = 1_000


def unpack(raw: bytes, *, limits: Limits) -> str:
    """The text of an uploaded file, plain or gzip. Never holds more than ``limits.unpacked_bytes`` unpacked.

    Raises :class:`RecordRefused` for an empty, too large or damaged file and for anything that is not UTF-8.
    """
    if len(raw) > limits.uploaded_bytes:
        raise RecordRefused(Reason.TOO_LARGE, "", limit=str(limits.uploaded_bytes // MIB))
    content = _gunzip(raw, limits=limits) if raw[:2] == GZIP_MAGIC else bytes(raw)
    if len(content) > limits.unpacked_bytes:
        raise RecordRefused(Reason.TOO_LARGE, "", limit=str(limits.unpacked_bytes // MIB))
    content = content.removeprefix(UTF8_BOM)
    if not content.strip():
        raise RecordRefused(Reason.EMPTY, "")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordRefused(Reason.NOT_UTF8, f"byte {error.start}") from None


def _gunzip(raw: bytes, *, limits: Limits) -> bytes:
    """One gzip member, checksum verified. A second member or trailing bytes are refused, not silently
    dropped.
    """
    decompressor = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        # One byte more than allowed is enough to know that there is too much.
        content = decompressor.decompress(raw, limits.unpacked_bytes + 1)
    except zlib.error:
        raise RecordRefused(Reason.DAMAGED_GZIP, "") from None
    if len(content) > limits.unpacked_bytes:
        raise RecordRefused(Reason.TOO_LARGE, "", limit=str(limits.unpacked_bytes // MIB))
    if not decompressor.eof or decompressor.unused_data:
        raise RecordRefused(Reason.DAMAGED_GZIP, "")
    return content
