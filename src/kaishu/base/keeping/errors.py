"""What can go wrong with a copy of an installation."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class ArchiveMissing(Refusal):
    """There is no finished copy in this folder."""

    code = "archive_missing"


class ArchiveDamaged(Refusal):
    """A file of the copy is missing, or is not what was written."""

    code = "archive_damaged"


class ArchiveLocked(Refusal):
    """The copy is encrypted, and no given identity opens it."""

    code = "archive_locked"


class ArchiveOtherKind(Refusal):
    """This folder holds another kind of copy."""

    code = "archive_other_kind"


class ArchiveNewer(Refusal):
    """The copy was made by a newer version than this one."""

    code = "archive_newer"


class ArchiveThere(Refusal):
    """A copy of this name is there already."""

    code = "archive_there"


class OtherDatabase(Refusal):
    """The copy holds another kind of database than the one that is set."""

    code = "archive_other_database"


class KeyMissing(Refusal):
    """The copy was sealed with a key that is not set here."""

    code = "archive_key_missing"


class NoRecipient(Refusal):
    """Nobody is named who may open the copy."""

    code = "archive_no_recipient"


class BadRecipient(Refusal):
    """This is no age recipient or identity."""

    code = "archive_bad_recipient"


class Alive(Refusal):
    """There is an installation here already."""

    code = "installation_alive"


class NotMigrated(Refusal):
    """The database has not the tables of this version yet."""

    code = "database_not_migrated"


class RowsDiffer(Refusal):
    """What stands in the database now is not what the copy says."""

    code = "archive_rows_differ"


class ToolFailed(Refusal):
    """A program of the database server ended with an error."""

    code = "database_tool_failed"
