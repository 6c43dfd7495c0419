"""Stopping an upload that is too large before it is received, not after."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest


class UploadTooLarge(Exception):
    """More bytes than allowed; ``limit`` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class CountingHandler(FileUploadHandler):
    """Counts what comes in and stops as soon as it is too much, also when the announced length was a lie."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.limit, self.received, self.exceeded = limit, 0, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on, or stop."""
        self.received += len(raw_data)
        if self.received > self.limit:
            self.exceeded = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """The next handler keeps the file."""
        return None


def limit_upload(request: HttpRequest, *, limit: int, envelope: int = 64 * 1024) -> CountingHandler:
    """Refuse with :class:`UploadTooLarge` what announces itself as too large, and count the rest while it comes in.

    Call it before anything reads ``request.POST``. ``envelope`` is room for the form around the file.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > limit + envelope:
        raise UploadTooLarge(limit)
    handler = CountingHandler(request, limit)
    request.upload_handlers.insert(0, handler)
    return handler
