"""How things stand between this computer and the others, and the few words of it in the status line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fieldapp.core.text import _, ngettext
from fieldapp.store.outbox import COUNTED
from fieldapp.ui.wording import number_words

Line = Literal["", "online", "offline", "running", "asking", "stopped"]
"""What is known of the line to the hub: nothing yet, good, none, in use; "asking": a question waits for the person,
"stopped": something that does not pass by itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits. `hub` is its name, "" where none was joined; `last_at` is UTC, "" before the first exchange.

    `visits` are those in which something is still to be sent, COUNTED where there are too many changes to say of how
    many visits they are. `refused` counts records, `review` fields with two values.
    """

    hub: str = ""
    role: str = ""
    last_at: str = ""
    visits: int = 0
    photos: int = 0
    review: int = 0
    refused: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self.visits or self.photos)


def status_words(standing: Standing, line: Line) -> tuple[str, str]:
    """Return the state whose shape stands for it and the words; both "" for who never joined a hub.

    >>> status_words(Standing(hub="LPO", visits=12), "offline")
    ('not_sent', '12 à envoyer · hors ligne')
    """
    if not standing.hub:
        return ("conflict", review_words(standing.review)) if standing.review else ("", "")
    if line == "running":
        return "doing", _("synchronisation…")
    parts = [review_words(standing.review)] if standing.review else []
    if line == "asking":
        parts.append(_("question à répondre"))
    elif line == "stopped":
        parts.append(_("synchronisation arrêtée"))
    if standing.is_waiting:
        parts.append(to_send_words(standing))
    if standing.refused:
        parts.append(ngettext("{n} refusé", "{n} refusés", standing.refused).format(n=standing.refused))
    if line == "offline":
        parts.append(_("hors ligne"))
    return _shape(standing, line), " · ".join(parts) or _("à jour")


def review_words(count: int) -> str:
    """Return how many fields have two versions."""
    return ngettext("{n} à relire", "{n} à relire", count).format(n=count)


def to_send_words(standing: Standing) -> str:
    """Return how much is still to be sent."""
    count = standing.visits or standing.photos
    number = number_words(count) if count < COUNTED else f"{number_words(COUNTED)}+"
    return ngettext("{n} à envoyer", "{n} à envoyer", count).format(n=number)


def _shape(standing: Standing, line: Line) -> str:
    if standing.review:
        return "conflict"
    if line in {"asking", "stopped"} or standing.refused:
        return "review"
    if standing.is_waiting:
        return "not_sent"
    return "todo" if line == "offline" else "done"
