"""What is missing before a morning can be typed: a barrier, a campaign that holds the day, buckets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldapp.core import dates
from fieldapp.core.text import _
from fieldapp.ui.barrier.board_session import MorningSession


@dataclass(frozen=True, slots=True)
class Lacking:
    """What an empty page says: its icon, what is missing, why it is needed, and the button that makes it."""

    icon: str
    title: str
    sentence: str
    button: str


def no_barrier() -> Lacking:
    """Return what is said while there is no barrier at all."""
    return Lacking(
        "barrier",
        _("Pas encore de barrière."),
        _("Créez-la avec sa mare et ses seaux : chaque matin se note ensuite ici en deux touches s’il est vide."),
        _("Créer la barrière"),
    )


def lacking(session: MorningSession) -> Lacking | None:
    """Return what is missing for this morning, None when it can be typed; what was stored or begun can always be."""
    if session.around.campaign is None and not session.is_stored and not session.waits():
        day = dates.in_words(date.fromisoformat(session.on), with_year=True)
        return Lacking(
            "calendar",
            _("Aucune campagne ne contient le {day}.").format(day=day),
            _("Ouvrez la campagne de l’année sur la fiche de la barrière, avec son premier et son dernier matin."),
            _("Ouvrir la campagne"),
        )
    if not session.board.tiles:
        return Lacking(
            "bucket",
            _("Cette barrière n’a pas encore de seaux."),
            _("Numérotez-les sur sa fiche : chaque seau a ensuite sa case ici."),
            _("Ajouter les seaux"),
        )
    return None
