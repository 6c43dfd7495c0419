"""The one-time link of a questionnaire: made from the invitation's id and a key, so it can be shown again, not guessed.

Only its hash lies in the database; somebody who reads the table cannot make the link.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

from django.conf import settings


def token_of(invitation: UUID) -> str:
    """The secret part of the link for this invitation: 32 characters, 192 bits."""
    digest = hmac.new(
        settings.DATA_KEY.encode(), b"questionnaire:" + invitation.bytes, hashlib.sha256
    ).digest()
    return urlsafe_b64encode(digest[:24]).decode()


def token_hash(token: str) -> str:
    """What is kept of a token, and looked up by."""
    return hashlib.sha256(token.encode()).hexdigest()
