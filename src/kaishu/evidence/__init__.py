"""Untrusted files: sniffed here, decoded only in a child process that can do nothing else."""

from kaishu.evidence.check import Checked, Limits, check_upload, read_codes
from kaishu.evidence.errors import UploadRefused

__all__ = ["Checked", "Limits", "UploadRefused", "check_upload", "read_codes"]
