"""What a protocol's dated records are called where files are exchanged: passages, sessions, mornings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, ngettext
from fieldapp.ui.wording import number_words


@dataclass(frozen=True, slots=True)
class DatedWords:
    """The words for the dated records of a protocol; sentences are not yet translated.

    `count` says how many, `complete` that none lacks anything, `see` what the key does that shows those that do.
    `without_row` says how many a file leaves out for want of anything below them, None where that is never so.
    """

    count: Callable[[int], str]
    complete: str
    see: str
    without_row: Callable[[int], str] | None = None


def _passages(count: int) -> str:
    return ngettext("{n} passage", "{n} passages", count).format(n=number_words(count))


def _sessions(count: int) -> str:
    return ngettext("{n} séance", "{n} séances", count).format(n=number_words(count))


def _mornings(count: int) -> str:
    return ngettext("{n} matin", "{n} matins", count).format(n=number_words(count))


def _lists(count: int) -> str:
    return ngettext("{n} liste", "{n} listes", count).format(n=number_words(count))


def _without_row(count: int) -> str:
    return ngettext(
        "{n} passage sans observation n’a pas de ligne dans ce format.",
        "{n} passages sans observation n’ont pas de ligne dans ce format.",
        count,
    ).format(n=number_words(count))


PASSAGES = DatedWords(_passages, N_("Aucun passage incomplet."), N_("voir les passages à compléter"), _without_row)
SESSIONS = DatedWords(_sessions, N_("Aucune séance incomplète."), N_("voir les séances à compléter"))
MORNINGS = DatedWords(_mornings, N_("Aucun matin incomplet."), N_("voir les matins à finir"))
LISTS = DatedWords(_lists, N_("Aucune liste incomplète."), N_("voir les listes à compléter"))


def dated_words(protocol: StudyProtocol) -> DatedWords:
    """Return the words of a protocol, by how it is entered."""
    if protocol.session is not None:
        return SESSIONS
    if protocol.day_list is not None:
        return LISTS
    return MORNINGS if protocol.board is not None else PASSAGES
