"""Dutch identifiers: the BSN 11-test, the shape of AGB codes, and how a BSN is kept encrypted yet findable."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

# The weights of the BSN 11-test; the last is -1 on purpose, so that bank account numbers fail (see
# docs/decisions and the glossary; source: Burgerservicenummer, RvIG).
BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def normalise_bsn(text: str) -> str:
    """Nine digits without spaces or dots; an eight-digit number gets its leading zero.

    Raises ``ValidationError`` saying what is wrong: not digits, wrong length, all zeros, or the 11-test fails.
    """
    digits = re.sub(r"[\s.\-]", "", text or "")
    if not digits.isascii() or not digits.isdigit():
        raise ValidationError(_("Een BSN bestaat alleen uit cijfers."))
    if len(digits) not in (8, 9):
        raise ValidationError(
            _("Een BSN heeft 9 cijfers; dit zijn er %(count)d."), params={"count": len(digits)}
        )
    digits = digits.zfill(9)
    if digits == "000000000":
        raise ValidationError(_("Dit is geen bestaand BSN."))
    if sum(weight * int(digit) for weight, digit in zip(BSN_WEIGHTS, digits, strict=True)) % 11:
        raise ValidationError(_("Dit BSN klopt niet: het voldoet niet aan de elfproef. Kijk de cijfers na."))
    return digits


def looks_like_bsn(text: str) -> bool:
    """True for eight or nine digits, however spaced: what must not stand in an address or a log, right or wrong.

    A date (14-03-1948) has eight digits too and is none.
    """
    trimmed = (text or "").strip()
    if re.fullmatch(r"\d{1,2}[-./]\d{1,2}[-./]\d{4}", trimmed):
        return False
    return re.fullmatch(r"\d{8,9}", re.sub(r"[\s.\-]", "", trimmed)) is not None


def mask_bsn(bsn: str) -> str:
    """Only the last three digits, for showing: ``••••••782``; nothing for an unknown number."""
    return "•" * (len(bsn) - 3) + bsn[-3:] if len(bsn) > 3 else ""


def validate_agb(text: str) -> None:
    """An AGB code has eight digits; raises ``ValidationError`` otherwise."""
    if not re.fullmatch(r"\d{8}", text or ""):
        raise ValidationError(_("Een AGB-code heeft 8 cijfers."))


@lru_cache(maxsize=4)
def _keys(secret: str) -> tuple[bytes, bytes]:
    derive = lambda info: HKDF(hashes.SHA256(), 32, salt=b"anderhalf", info=info).derive(secret.encode())  # noqa: E731
    return derive(b"field encryption"), derive(b"search index")


def encrypt(plain: bytes, *, context: str) -> bytes:
    """AES-256-GCM with a fresh nonce; ``context`` (the column) is bound in, so values can't move between columns."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_keys(settings.DATA_KEY)[0]).encrypt(nonce, plain, context.encode())


def decrypt(stored: bytes, *, context: str) -> bytes:
    """The reverse of :func:`encrypt`; raises ``cryptography.exceptions.InvalidTag`` when key or content differ."""
    stored = bytes(stored)
    return AESGCM(_keys(settings.DATA_KEY)[0]).decrypt(stored[:12], stored[12:], context.encode())


def search_index(plain: str) -> str:
    """Keyed hash by which an encrypted identifier is found again; useless without the key."""
    return hmac.new(_keys(settings.DATA_KEY)[1], plain.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. It can't be filtered on; keep an index beside it."""

    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in; empty stays empty."""
        if value in (None, ""):
            return value
        return b64encode(encrypt(str(value).encode(), context=self._context())).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on the way out."""
        if value in (None, ""):
            return value
        return decrypt(b64decode(value), context=self._context()).decode()


class EncryptedBytesField(models.BinaryField):
    """A file's bytes, encrypted in the database (ECG, letter)."""

    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt on the way in."""
        if value is not None:
            value = encrypt(bytes(value), context=self._context())
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on the way out."""
        return value if value is None else decrypt(value, context=self._context())
