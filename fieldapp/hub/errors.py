"""What the hub answers when it can't do what was asked: a code for the laptop, a sentence for whoever runs the hub."""

from __future__ import annotations


class HubError(Exception):
    """A foreseen failure; the text is for the log and the command line."""


class StorageError(HubError):
    """The database does not answer, is full, or is not ours.

    `again` says that the same may work later without anybody's doing, `full` that it wants room on its disk.
    """

    def __init__(self, sentence: str, *, again: bool = True, full: bool = False) -> None:
        super().__init__(sentence)
        self.again = again
        self.full = full


class DeviceHeldError(HubError):
    """The device that wants in is in already, by another token."""
