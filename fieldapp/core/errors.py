"""The failures that were foreseen, each with a sentence for the person in front of the screen."""

from __future__ import annotations


class FieldappError(Exception):
    """A foreseen failure: its text says what happened and what to do now, in the language of the interface.

    Everything that is not a FieldappError is a bug and goes through the last-resort handler.
    """


class DatabaseError(FieldappError):
    """The database can't be opened, read or written (disk full, read-only folder, locked…)."""


class NewerDatabaseError(DatabaseError):
    """The database was written by a newer version of the program."""


class DamagedDatabaseError(DatabaseError):
    """The database file is damaged; the newest good backup should be offered."""


class AlreadyOpenError(DatabaseError):
    """Another copy of the program holds this database."""


class FileRefusedError(FieldappError):
    """A file chosen by the person can't be read or written as a whole."""


class StrangeColumnsError(FileRefusedError):
    """The first line of a file does not name the columns of the kind that it was read as: it is of another, or none."""


class WrongEncodingError(FileRefusedError):
    """The text of a file is not in the encoding in which it was to be read; another one may fit."""


class BatchError(FieldappError):
    """A file for a recipient does not hold what it should, or may not be handed to them: nothing of it was kept."""


class SheetError(BatchError, FileRefusedError):
    """A file can't be handed over before a sheet of the directory is completed.

    `entity` names its kind, `uid` the sheet, "" where there is none yet.
    """

    def __init__(self, sentence: str, entity: str, uid: str) -> None:
        super().__init__(sentence)
        self.entity = entity
        self.uid = uid


class ReadOnlyError(DatabaseError):
    """The database that is open is only to be looked at: nothing is saved in it."""


class NothingToUndoError(FieldappError):
    """There is no saved action to undo or redo, or the record has changed since."""


class CancelledError(FieldappError):
    """The person cancelled a long job; nothing of it was kept."""
