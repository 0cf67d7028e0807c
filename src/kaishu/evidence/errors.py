"""Why a file was not taken. Each has a sentence and a next step in core/sentences/evidence.toml."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class UploadRefused(Refusal):
    """This file was not taken."""

    code = "file_unreadable"


class FileEmpty(UploadRefused):
    """The file has no content."""

    code = "file_empty"


class FileTooBig(UploadRefused):
    """The file has more bytes than the limit."""

    code = "file_too_big"


class FileTypeNotTaken(UploadRefused):
    """The file is not one of the kinds that are taken."""

    code = "file_type"


class FileMislabelled(UploadRefused):
    """The name says photo or PDF, and the content is something else."""

    code = "file_mislabelled"


class FileUnreadable(UploadRefused):
    """The file is damaged or not complete."""

    code = "file_unreadable"


class FileLocked(UploadRefused):
    """The PDF needs a password."""

    code = "file_locked"


class TooManyPixels(UploadRefused):
    """The picture is larger than the limit, or needs more memory than a picture may."""

    code = "file_too_many_pixels"


class FileTooSlow(UploadRefused):
    """Opening the file took longer than a picture may."""

    code = "file_too_slow"


BY_CODE = {
    refusal.code: refusal for refusal in (FileUnreadable, FileLocked, TooManyPixels, FileTooSlow)
}
