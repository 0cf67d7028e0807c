"""Stop a file that is too big while it streams in, and keep what the person typed.

The usual answer to a big file is to drop the whole request, and with it ten minutes of typing on
a phone. Here the file is cut off at the limit and drained; the form sees a file marked `too_big`
and can show everything else again.
"""

from __future__ import annotations

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# One request may carry a few photos. Beyond this it is refused before it is read (headers.py).
REQUEST_LIMIT = 60 * 1024 * 1024


class TooBigFile(UploadedFile):
    """A file that was cut off: its name and true size, without its content."""

    too_big = True

    def __init__(self, *, name: str, content_type: str, size: int) -> None:
        super().__init__(BytesIO(), name, content_type, size)


class LimitedUpload(FileUploadHandler):
    """Spool each file to disk, at most `KAISHU_UPLOAD_LIMIT` bytes of it."""

    spooled: TemporaryUploadedFile | None = None
    size = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Start the next file of the request."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        self.size = 0
        self.spooled = TemporaryUploadedFile(
            self.file_name or "", self.content_type or "", 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the chunk, or count and forget it once the file is over the limit."""
        self.size += len(raw_data)
        if self.size > settings.KAISHU_UPLOAD_LIMIT:
            self._discard()
        elif self.spooled is not None:
            self.spooled.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Return the spooled file, or the mark that it was too big."""
        if self.spooled is None:
            return TooBigFile(
                name=self.file_name or "", content_type=self.content_type or "", size=file_size
            )
        complete, self.spooled = self.spooled, None
        complete.seek(0)
        complete.size = file_size
        return complete

    def upload_interrupted(self) -> None:
        """Leave no part of a broken upload on the disk."""
        self._discard()

    def _discard(self) -> None:
        if self.spooled is not None:
            self.spooled.close()  # closing deletes it
            self.spooled = None
